/**
 * Where each column that a query wants comes from in one data file (spec, "Column Projection"). Columns resolve by field
 * id at every depth, so that renames, reorders and drops need no rewrite. A column that the file does not have is, in
 * this order: its identity partition value, its initial default, null. Files without ids resolve through the name
 * mapping, or, when the table has none, by position as other readers do.
 */
import type { DataType, Field, Schema as ArrowSchema } from '@artemis/arrow'
import { DataError } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { PartitionSpec } from '../model/partition.js'
import type { IcebergType, NestedField } from '../model/type.js'
import type { MappedField, NameMapping } from '../metadata/name-mapping.js'
import { arrowTypeOf, fieldIdOf } from '../values/arrow-schema.js'

/** How to make one column. `index` is a position among the fields of the file, or of the struct that holds the field. */
export type ColumnSource =
  | { readonly kind: 'constant'; readonly value: Literal; readonly type: DataType }
  | { readonly kind: 'file'; readonly index: number; readonly conversion: Conversion }

/** How a vector of the file becomes a vector of the wanted type. */
export type Conversion =
  | { readonly kind: 'none' }
  /** The values are widened, or only named otherwise: see `convertVector`. */
  | { readonly kind: 'cast'; readonly type: DataType }
  | { readonly kind: 'struct'; readonly type: DataType; readonly children: readonly ColumnSource[] }
  | { readonly kind: 'list'; readonly type: DataType; readonly element: Conversion }
  | { readonly kind: 'map'; readonly type: DataType; readonly key: Conversion; readonly value: Conversion }

export interface ColumnPlanOptions {
  /** What to read, in order: fields of the read schema, with their ids. */
  readonly fields: readonly NestedField[]
  /** The file's schema; field ids in the metadata of its fields, where it has any. */
  readonly fileSchema: ArrowSchema
  readonly nameMapping: NameMapping | undefined
  /** The file's spec and tuple, for identity partition values. */
  readonly spec: PartitionSpec
  readonly partition: readonly Literal[]
  /** For messages. */
  readonly filePath: string
}

/** One source for each wanted field. Fails with a {@link DataError} for a required column that nothing gives a value. */
export function planColumns(options: ColumnPlanOptions): readonly ColumnSource[] {
  const ids = fileFieldIds(options.fileSchema, options.nameMapping)
  return options.fields.map((field) => sourceOf(field, options.fileSchema.fields, ids, options))
}

/** The file's fields that a plan reads: distinct indexes of the top level, in the order of the plan. */
export function fileColumnsOf(sources: readonly ColumnSource[]): readonly number[] {
  const indexes = new Set<number>()
  for (const source of sources) if (source.kind === 'file') indexes.add(source.index)
  return [...indexes]
}

/** The id of a field of the file, at any depth. */
type FieldIds = (field: Field) => number | undefined

function sourceOf(field: NestedField, fileFields: readonly Field[], ids: FieldIds, options: ColumnPlanOptions): ColumnSource {
  const index = fileFields.findIndex((candidate) => ids(candidate) === field.id)
  if (index >= 0) return { kind: 'file', index, conversion: conversionOf(field.type, fileFields[index]!.type, ids, options, field.name) }
  const type = arrowTypeOf(field.type)
  const partitionValue = identityConstant(field.id, options)
  if (partitionValue !== undefined) return { kind: 'constant', value: partitionValue, type }
  if (field.initialDefault !== undefined) return { kind: 'constant', value: field.initialDefault, type }
  if (field.required) {
    throw new DataError({
      code: 'REQUIRED_COLUMN_MISSING',
      message: `${options.filePath} has no column ${field.name} (field ${field.id}), which is required and has no default`,
    })
  }
  return { kind: 'constant', value: null, type }
}

function identityConstant(fieldId: number, options: ColumnPlanOptions): Literal | undefined {
  const position = options.spec.fields.findIndex((field) => field.sourceId === fieldId && field.transform.kind === 'identity')
  return position < 0 ? undefined : options.partition[position]
}

function conversionOf(wanted: IcebergType, actual: DataType, ids: FieldIds, options: ColumnPlanOptions, name: string): Conversion {
  const type = arrowTypeOf(wanted)
  switch (wanted.kind) {
    case 'struct': {
      if (actual.kind !== 'struct') throw mismatch(wanted, actual, options, name)
      const children = wanted.fields.map((field) => sourceOf(field, actual.fields, ids, options))
      const same =
        children.length === actual.fields.length &&
        children.every(
          (child, i) =>
            child.kind === 'file' &&
            child.index === i &&
            child.conversion.kind === 'none' &&
            actual.fields[i]!.name === wanted.fields[i]!.name,
        )
      return same ? { kind: 'none' } : { kind: 'struct', type, children }
    }
    case 'list': {
      if (actual.kind !== 'list') throw mismatch(wanted, actual, options, name)
      const element = conversionOf(wanted.element, actual.element.type, ids, options, `${name}.element`)
      return element.kind === 'none' ? { kind: 'none' } : { kind: 'list', type, element }
    }
    case 'map': {
      if (actual.kind !== 'map') throw mismatch(wanted, actual, options, name)
      const key = conversionOf(wanted.key, actual.key.type, ids, options, `${name}.key`)
      const value = conversionOf(wanted.value, actual.value.type, ids, options, `${name}.value`)
      return key.kind === 'none' && value.kind === 'none' ? { kind: 'none' } : { kind: 'map', type, key, value }
    }
    default:
      if (sameLeafType(type, actual)) return { kind: 'none' }
      if (!canConvert(actual, type)) throw mismatch(wanted, actual, options, name)
      return { kind: 'cast', type }
  }
}

function sameLeafType(a: DataType, b: DataType): boolean {
  if (a.kind !== b.kind) return false
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.precision === b.precision && a.scale === b.scale
  if (a.kind === 'fixed_size_binary' && b.kind === 'fixed_size_binary') return a.byteWidth === b.byteWidth
  if (a.kind === 'timestamp' && b.kind === 'timestamp') return a.unit === b.unit && a.timezone === b.timezone
  return true
}

/** The promotions of the spec, and the spellings by which other writers store the same values. */
function canConvert(from: DataType, to: DataType): boolean {
  switch (to.kind) {
    case 'int32':
      return from.kind === 'int8' || from.kind === 'int16' || from.kind === 'uint8' || from.kind === 'uint16'
    case 'int64':
      return (
        from.kind === 'int8' ||
        from.kind === 'int16' ||
        from.kind === 'int32' ||
        from.kind === 'uint8' ||
        from.kind === 'uint16' ||
        from.kind === 'uint32'
      )
    case 'float64':
      return from.kind === 'float32'
    case 'decimal':
      return from.kind === 'decimal' && from.scale === to.scale && from.precision <= to.precision
    case 'timestamp':
      return from.kind === 'timestamp' || from.kind === 'date32'
    case 'utf8':
      return from.kind === 'binary'
    case 'binary':
      return from.kind === 'utf8'
    case 'uuid':
      return from.kind === 'fixed_size_binary' && from.byteWidth === 16
    case 'fixed_size_binary':
      return from.kind === 'uuid' && to.byteWidth === 16
    case 'null':
      return true
    default:
      return false
  }
}

/** Ids from the file when it has any at the top level; else through the name mapping; else by position from 1. */
function fileFieldIds(schema: ArrowSchema, nameMapping: NameMapping | undefined): FieldIds {
  if (schema.fields.some((field) => fieldIdOf(field) !== undefined)) return fieldIdOf
  const ids = new Map<Field, number>()
  if (nameMapping !== undefined) mapByName(schema.fields, nameMapping, ids)
  else schema.fields.forEach((field, i) => ids.set(field, i + 1))
  return (field) => ids.get(field)
}

function mapByName(fields: readonly Field[], mapping: NameMapping, ids: Map<Field, number>): void {
  for (const field of fields) {
    const mapped = mapping.find((candidate) => candidate.names.includes(field.name))
    if (mapped === undefined) continue
    if (mapped.fieldId !== undefined) ids.set(field, mapped.fieldId)
    mapByName(mappableChildren(field.type), childMapping(field.type, mapped), ids)
  }
}

function mappableChildren(type: DataType): readonly Field[] {
  switch (type.kind) {
    case 'struct':
      return type.fields
    case 'list':
      return [type.element]
    case 'map':
      return [type.key, type.value]
    default:
      return []
  }
}

/** Writers call a list's element `element`, `item` or `array`; the mapping says `element`. */
function childMapping(type: DataType, mapped: MappedField): NameMapping {
  if (type.kind !== 'list') return mapped.fields
  return mapped.fields.map((field) => (field.names.includes('element') ? { ...field, names: [...field.names, type.element.name] } : field))
}

function mismatch(wanted: IcebergType, actual: DataType, options: ColumnPlanOptions, name: string): DataError {
  return new DataError({
    code: 'COLUMN_TYPE_MISMATCH',
    message: `column ${name} of ${options.filePath} is stored as ${actual.kind}, which cannot be read as ${wanted.kind}`,
  })
}
