/** Splits batches by partition tuple. */
import type { Vector } from '@artemis/arrow'
import { Batch, nullsOf } from '@artemis/arrow'
import { UnsupportedError } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { PartitionSpec } from '../model/partition.js'
import { transformText } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import { transformColumn } from '../transform/column-transform.js'
import { transformResultType } from '../transform/transform.js'
import { arrowTypeOf } from '../values/arrow-schema.js'
import { TupleIds } from '../values/tuple-ids.js'
import { literalAt } from '../values/vector-values.js'

export interface PartitionRows {
  /** The same number for the same tuple as long as the partitioner lives, from 0. */
  readonly id: number
  readonly tuple: readonly Literal[]
  /** The rows of the tuple, gathered. */
  readonly rows: Batch
}

/** The column that a partition or sort field is made from; a nested column is found through its structs. */
export function sourceColumn(batch: Batch, schema: Schema, fieldId: number): Vector {
  const idPath = fieldById(schema, fieldId)?.idPath ?? []
  const position = schema.fields.findIndex((field) => field.id === idPath[0])
  if (position < 0 || idPath.length > 1) {
    throw new UnsupportedError({
      code: 'NESTED_PARTITION_SOURCE',
      message: `field ${fieldId} is not a top-level column: writing by it is not supported yet`,
    })
  }
  return batch.column(position)
}

export class Partitioner {
  readonly #schema: Schema
  readonly #spec: PartitionSpec
  readonly #ids: TupleIds
  readonly #tuples: (readonly Literal[])[] = []

  constructor(schema: Schema, spec: PartitionSpec) {
    for (const field of spec.fields) {
      if (field.transform.kind === 'unknown' || (field.sourceIds !== undefined && field.sourceIds.length > 1)) {
        throw new UnsupportedError({
          code: 'UNSUPPORTED_TRANSFORM',
          message: `rows cannot be written by the transform ${transformText(field.transform)} of partition field ${field.name}`,
        })
      }
    }
    this.#schema = schema
    this.#spec = spec
    this.#ids = new TupleIds(spec.fields.length)
  }

  /** The rows of a conformed batch by tuple, in the order in which the tuples first appear in the batch. */
  split(batch: Batch): PartitionRows[] {
    if (batch.rowCount === 0) return []
    const values = this.#spec.fields.map((field) => {
      const source = fieldById(this.#schema, field.sourceId)
      // A void field may outlive its column.
      if (source === undefined) return nullsOf({ kind: 'null' }, batch.rowCount)
      if (field.transform.kind === 'void')
        return nullsOf(arrowTypeOf(transformResultType(field.transform, source.field.type)), batch.rowCount)
      return transformColumn(field.transform, source.field.type, sourceColumn(batch, this.#schema, field.sourceId))
    })
    const ids = this.#ids.assign(values, batch.rowCount)
    return groupRows(ids).map(({ id, rows }) => {
      this.#tuples[id] ??= values.map((vector) => literalAt(vector, rows[0]!))
      return { id, tuple: this.#tuples[id], rows: rows.length === batch.rowCount ? batch : gathered(batch, rows) }
    })
  }
}

/** The rows of each id, ascending. */
function groupRows(ids: Int32Array): { readonly id: number; readonly rows: Int32Array }[] {
  const counts = new Map<number, number>()
  for (let row = 0; row < ids.length; row++) counts.set(ids[row]!, (counts.get(ids[row]!) ?? 0) + 1)
  const groups = new Map([...counts].map(([id, count]) => [id, { id, rows: new Int32Array(count), filled: 0 }]))
  for (let row = 0; row < ids.length; row++) {
    const group = groups.get(ids[row]!)!
    group.rows[group.filled++] = row
  }
  return [...groups.values()]
}

/** The selected rows, copied now: a lazy view would keep the whole batch alive in the buffer of each partition. */
function gathered(batch: Batch, rows: Int32Array): Batch {
  return new Batch(batch.schema, rows.length, batch.select(rows).columns())
}
