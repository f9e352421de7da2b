/** Partition and sort evolution (spec, "Partition Evolution", "Sorting"). Old files keep the spec they were written with. */
import { CatalogError, didYouMean } from '@artemis/errors'
import { FIRST_PARTITION_FIELD_ID, transformText } from '../model/partition.js'
import type { PartitionField, PartitionSpec, SortField, SortOrder, Transform } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { allFields, fieldById, fieldByName } from '../model/schema.js'
import type { TableMetadata } from '../model/table-metadata.js'
import { isNested, typeName } from '../model/type.js'
import { canTransform } from '../transform/transform.js'
import { currentSchema, defaultSpec } from './lookup.js'

/** One partition field to make: the column's dotted name, how to transform it (identity by default), and its own name. */
export interface PartitionFieldInput {
  readonly column: string
  readonly transform?: Transform
  readonly name?: string
}

export interface SortFieldInput {
  readonly column: string
  readonly transform?: Transform
  readonly direction?: 'asc' | 'desc'
  /** By default nulls come first when ascending and last when descending. */
  readonly nullOrder?: 'nulls-first' | 'nulls-last'
}

const IDENTITY: Transform = { kind: 'identity' }

/** A spec for a new table; field ids count up from 1000. */
export function partitionSpecOf(schema: Schema, fields: readonly PartitionFieldInput[]): PartitionSpec {
  const made: PartitionField[] = []
  for (const input of fields) {
    made.push(makeField(schema, made, input, FIRST_PARTITION_FIELD_ID + made.length))
  }
  return { specId: 0, fields: made }
}

/** A sort order for a new or an existing table. No field gives order 0, "unsorted". */
export function sortOrderOf(schema: Schema, fields: readonly SortFieldInput[]): SortOrder {
  const made = fields.map((input): SortField => {
    const direction = input.direction ?? 'asc'
    const transform = input.transform ?? IDENTITY
    const sourceId = sourceOf(schema, input.column, transform)
    return {
      sourceId,
      transform,
      direction,
      nullOrder: input.nullOrder ?? (direction === 'asc' ? 'nulls-first' : 'nulls-last'),
      sourceIds: undefined,
    }
  })
  return { orderId: made.length === 0 ? 0 : 1, fields: made }
}

/** Collects changes to the default partition spec; `apply` gives the result. */
export class SpecUpdate {
  readonly #metadata: TableMetadata
  readonly #schema: Schema
  #fields: readonly PartitionField[]
  #lastPartitionId: number

  constructor(metadata: TableMetadata) {
    this.#metadata = metadata
    this.#schema = currentSchema(metadata)
    this.#fields = defaultSpec(metadata).fields
    this.#lastPartitionId = metadata.lastPartitionId
  }

  addField(column: string, transform: Transform = IDENTITY, name?: string): this {
    const input: PartitionFieldInput = { column, transform, ...(name === undefined ? {} : { name }) }
    const made = makeField(this.#schema, this.#fields, input, 0)
    this.#fields = [...this.#fields, { ...made, fieldId: this.#idOf(made) }]
    return this
  }

  /** v1 keeps the place with a void transform, as its readers resolve by position; v2 drops the field. */
  removeField(name: string): this {
    const field = this.#find(name)
    this.#fields =
      this.#metadata.formatVersion === 1
        ? this.#fields.map((item) => (item === field ? { ...item, transform: { kind: 'void' } } : item))
        : this.#fields.filter((item) => item !== field)
    return this
  }

  renameField(name: string, newName: string): this {
    const field = this.#find(name)
    requireFreeName(this.#schema, this.#fields, newName, field)
    this.#fields = this.#fields.map((item) => (item === field ? { ...item, name: newName } : item))
    return this
  }

  /** The new spec, not yet numbered. */
  apply(): PartitionSpec {
    return { specId: this.#metadata.defaultSpecId, fields: this.#fields }
  }

  /** A field that some earlier spec had gets its id back (v2), so that old and new files share it. */
  #idOf(made: PartitionField): number {
    if (this.#metadata.formatVersion > 1) {
      const inUse = new Set(this.#fields.map((field) => field.fieldId))
      for (const spec of this.#metadata.partitionSpecs) {
        for (const field of spec.fields) if (isSame(field, made) && !inUse.has(field.fieldId)) return field.fieldId
      }
    }
    return ++this.#lastPartitionId
  }

  #find(name: string): PartitionField {
    const field = this.#fields.find((item) => item.name === name)
    if (field !== undefined) return field
    const names = this.#fields.map((item) => item.name)
    throw new CatalogError({
      code: 'PARTITION_FIELD_NOT_FOUND',
      message: `the partition spec has no field "${name}"`,
      hint: didYouMean(name, names),
    })
  }
}

/** Whether two specs partition alike, field ids included: then one of them is enough. */
export function specEquals(a: PartitionSpec, b: PartitionSpec): boolean {
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => isSame(field, b.fields[i]!) && field.fieldId === b.fields[i]!.fieldId && field.name === b.fields[i]!.name)
  )
}

export function sortOrderEquals(a: SortOrder, b: SortOrder): boolean {
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => {
      const other = b.fields[i]!
      return (
        field.sourceId === other.sourceId &&
        transformText(field.transform) === transformText(other.transform) &&
        field.direction === other.direction &&
        field.nullOrder === other.nullOrder
      )
    })
  )
}

function isSame(a: PartitionField, b: PartitionField): boolean {
  return a.sourceId === b.sourceId && transformText(a.transform) === transformText(b.transform)
}

function makeField(schema: Schema, before: readonly PartitionField[], input: PartitionFieldInput, fieldId: number): PartitionField {
  const transform = input.transform ?? IDENTITY
  const sourceId = sourceOf(schema, input.column, transform)
  const name = input.name ?? defaultName(input.column, transform)
  const field: PartitionField = { sourceId, fieldId, name, transform, sourceIds: undefined }
  const twin = before.find((other) => isSame(other, field))
  if (twin !== undefined) throw invalid(`the table is already partitioned by ${transformText(transform)} of "${input.column}"`)
  requireFreeName(schema, before, name, field)
  return field
}

/** A name of its own: only an identity field may have the name of its column. */
function requireFreeName(schema: Schema, fields: readonly PartitionField[], name: string, self: PartitionField): void {
  if (fields.some((field) => field !== self && field.name === name)) throw invalid(`there are two partition fields named "${name}"`)
  const column = fieldByName(schema, name)
  if (column !== undefined && (self.transform.kind !== 'identity' || column.field.id !== self.sourceId)) {
    throw invalid(`the partition field "${name}" has the name of another column`)
  }
}

function sourceOf(schema: Schema, column: string, transform: Transform): number {
  const found = fieldByName(schema, column)
  if (found === undefined) {
    const names = [...allFields(schema)].map((entry) => entry.path)
    throw new CatalogError({ code: 'COLUMN_NOT_FOUND', message: `the table has no column "${column}"`, hint: didYouMean(column, names) })
  }
  if (found.repeated) throw invalid(`column "${column}" lies within a list or a map`)
  checkTransform(schema, found.field.id, transform)
  return found.field.id
}

/** Refuses a transform that the column's type does not have. */
export function checkTransform(schema: Schema, sourceId: number, transform: Transform): void {
  const found = fieldById(schema, sourceId)
  if (found === undefined) throw invalid(`the source column ${sourceId} is not in the schema`)
  if (transform.kind === 'void') return
  if (transform.kind === 'unknown' || isNested(found.field.type) || !canTransform(transform, found.field.type)) {
    throw invalid(
      `the transform ${transformText(transform)} does not apply to column "${found.path}" of type ${typeName(found.field.type)}`,
    )
  }
}

function defaultName(column: string, transform: Transform): string {
  switch (transform.kind) {
    case 'identity':
      return column
    case 'bucket':
      return `${column}_bucket_${transform.count}`
    case 'truncate':
      return `${column}_trunc_${transform.width}`
    case 'void':
      return `${column}_null`
    case 'unknown':
      return `${column}_${transform.name}`
    default:
      return `${column}_${transform.kind}`
  }
}

function invalid(message: string): CatalogError {
  return new CatalogError({ code: 'INVALID_PARTITION_SPEC', message })
}
