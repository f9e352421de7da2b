/** Brings a caller's batch into the shape of the table: column order, field ids, widened types, defaults, nulls checked. */
import type { Field, Schema as ArrowSchema } from '@artemis/arrow'
import { Batch, constantVector, typeEquals } from '@artemis/arrow'
import { ConfigError, ExecutionError } from '@artemis/errors'
import type { Schema } from '../model/schema.js'
import type { NestedField } from '../model/type.js'
import { convertVector } from '../scan/convert-vector.js'
import { arrowFieldOf, arrowSchemaOf, fieldIdOf } from '../values/arrow-schema.js'

/** Makes batches of one incoming schema conform. Made once, as the incoming schema seldom changes. */
export class BatchConformer {
  readonly arrowSchema: ArrowSchema
  readonly #schema: Schema
  #incoming: ArrowSchema | undefined
  #positions: readonly number[] = []

  constructor(schema: Schema) {
    this.#schema = schema
    this.arrowSchema = arrowSchemaOf(schema)
  }

  /**
   * Columns resolve by field id when every incoming column has one, else by name. An absent column takes its write
   * default or null; an unknown column, an absent or null required one, and a type that is not the column's are errors.
   */
  conform(batch: Batch): Batch {
    if (batch.schema !== this.#incoming) {
      this.#positions = positionsOf(batch.schema, this.#schema)
      this.#incoming = batch.schema
    }
    const columns = this.#schema.fields.map((field, i) => {
      const position = this.#positions[i]!
      const type = this.arrowSchema.fields[i]!.type
      if (position < 0) return constantVector(type, field.writeDefault ?? null, batch.rowCount)
      const vector = batch.column(position)
      if (field.required && vector.nullCount > 0) {
        throw new ExecutionError({
          code: 'NULL_IN_REQUIRED_COLUMN',
          message: `column ${field.name} is required, but a row to write has a null there`,
        })
      }
      return typeEquals(vector.type, type) ? vector : convertVector(vector, type)
    })
    return new Batch(this.arrowSchema, batch.rowCount, columns)
  }
}

function positionsOf(incoming: ArrowSchema, schema: Schema): readonly number[] {
  const byId = incoming.fields.length > 0 && incoming.fields.every((field) => fieldIdOf(field) !== undefined)
  const matches = (given: Field, wanted: NestedField): boolean => (byId ? fieldIdOf(given) === wanted.id : given.name === wanted.name)
  const unknown = incoming.fields.find((given) => !schema.fields.some((wanted) => matches(given, wanted)))
  if (unknown !== undefined) {
    throw new ConfigError({
      code: 'UNKNOWN_COLUMN',
      message: `the table has no column ${unknown.name}`,
      hint: `it has ${schema.fields.map((field) => field.name).join(', ')}`,
    })
  }
  return schema.fields.map((wanted) => {
    const position = incoming.fields.findIndex((given) => matches(given, wanted))
    if (position >= 0) requireWritable(incoming.fields[position]!, wanted)
    else if (wanted.required && (wanted.writeDefault ?? null) === null) {
      throw new ConfigError({
        code: 'REQUIRED_COLUMN_MISSING',
        message: `the rows to write have no column ${wanted.name}, which is required`,
      })
    }
    return position
  })
}

function requireWritable(given: Field, wanted: NestedField): void {
  const type = arrowFieldOf(wanted).type
  if (typeEquals(given.type, type) || widens(given, type.kind)) return
  throw new ConfigError({
    code: 'COLUMN_TYPE_MISMATCH',
    message: `column ${wanted.name} is of type ${type.kind}, the rows to write have ${given.type.kind}`,
    hint: 'cast the column before writing it',
  })
}

function widens(given: Field, to: string): boolean {
  switch (given.type.kind) {
    case 'int8':
    case 'int16':
    case 'uint8':
    case 'uint16':
      return to === 'int32' || to === 'int64'
    case 'int32':
    case 'uint32':
      return to === 'int64'
    case 'float32':
      return to === 'float64'
    default:
      return false
  }
}
