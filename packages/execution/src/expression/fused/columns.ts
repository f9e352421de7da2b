/** The typed arrays that a generated loop reads, taken from a batch. */

import type { Batch, BooleanVector, DataType, PrimitiveVector, Vector } from '@artemis/arrow'
import { decodeDictionary, int32Words, nullsOf } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { gatherBits } from '../../batch/gather.js'
import { sourceOf } from '../../batch/gathered-batch.js'
import type { SourceColumn } from './source.js'
import { isWideType } from './source.js'

export interface LoopColumns {
  /** Values, bits, or words of 64-bit integers. */
  readonly arrays: readonly ArrayBufferView[]
  /** By row of the batch. */
  readonly validities: readonly (Uint8Array | null)[]
  /** The row numbers that columns are read through, each once. */
  readonly rows: readonly Int32Array[]
  /** For each column the index in `rows`, or -1 where it is read in the order of the batch. */
  readonly rowsOf: readonly number[]
}

/** The arrays of the columns at `positions`, read in the order of the batch. */
export function loopColumns(batch: Batch, columns: readonly SourceColumn[], positions: readonly number[]): LoopColumns {
  const vectors = columns.map((column, k) => plainVector(batch.column(positions[k]!), column.type))
  return {
    arrays: vectors.map(loopArray),
    validities: vectors.map((vector) => vector.validity),
    rows: [],
    rowsOf: columns.map(() => -1),
  }
}

/** The same, but columns that stand elsewhere are read through their row numbers. */
export function gatheringColumns(batch: Batch, columns: readonly SourceColumn[], positions: readonly number[]): LoopColumns {
  const arrays: ArrayBufferView[] = []
  const validities: (Uint8Array | null)[] = []
  const rows: Int32Array[] = []
  const rowsOf: number[] = []
  for (const [k, column] of columns.entries()) {
    const source = sourceOf(batch, positions[k]!)
    const vector = source.rows === null || source.mayMiss ? null : source.vector()
    if (vector === null || (vector.layout !== 'primitive' && vector.layout !== 'boolean')) {
      const plain = plainVector(batch.column(positions[k]!), column.type)
      arrays.push(loopArray(plain))
      validities.push(plain.validity)
      rowsOf.push(-1)
      continue
    }
    arrays.push(loopArray(vector))
    validities.push(vector.validity === null ? null : gatherBits(vector.validity, source.rows!))
    const known = rows.indexOf(source.rows!)
    rowsOf.push(known >= 0 ? known : rows.push(source.rows!) - 1)
  }
  return { arrays, validities, rows, rowsOf }
}

function loopArray(vector: PrimitiveVector | BooleanVector): ArrayBufferView {
  return isWideType(vector.type) ? int32Words(vector.values) : vector.values
}

function plainVector(vector: Vector, type: DataType): PrimitiveVector | BooleanVector {
  const plain = vector.layout === 'null' ? nullsOf(type, vector.length) : decodeDictionary(vector)
  assert(plain.layout === 'primitive' || plain.layout === 'boolean', `a column of ${type.kind} has the layout ${plain.layout}`)
  return plain
}
