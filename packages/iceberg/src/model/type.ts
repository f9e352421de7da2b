/** The Iceberg type system (spec, "Schemas and Data Types") as plain objects; nested types carry their field ids. */
import type { Literal } from './literal.js'

/** Primitive types without a parameter. The `_ns` types, `unknown` and `variant` are of format v3. */
export type SimpleKind =
  | 'boolean'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'timestamp_ns'
  | 'timestamptz_ns'
  | 'string'
  | 'uuid'
  | 'binary'
  | 'unknown'
  | 'variant'

export interface SimpleType {
  readonly kind: SimpleKind
}

export interface DecimalType {
  readonly kind: 'decimal'
  readonly precision: number
  readonly scale: number
}

export interface FixedType {
  readonly kind: 'fixed'
  readonly length: number
}

/** `geometry(crs)` of v3. The text within the parentheses is kept as it was read. */
export interface GeometryType {
  readonly kind: 'geometry'
  readonly parameters: string | undefined
}

/** `geography(crs, algorithm)` of v3. The text within the parentheses is kept as it was read. */
export interface GeographyType {
  readonly kind: 'geography'
  readonly parameters: string | undefined
}

export type PrimitiveType = SimpleType | DecimalType | FixedType | GeometryType | GeographyType

export interface StructType {
  readonly kind: 'struct'
  readonly fields: readonly NestedField[]
}

export interface ListType {
  readonly kind: 'list'
  readonly elementId: number
  readonly elementRequired: boolean
  readonly element: IcebergType
}

export interface MapType {
  readonly kind: 'map'
  readonly keyId: number
  readonly key: IcebergType
  readonly valueId: number
  readonly valueRequired: boolean
  readonly value: IcebergType
}

export type NestedType = StructType | ListType | MapType
export type IcebergType = PrimitiveType | NestedType

/** A field of a struct. Its `id` never changes, whatever happens to its name, place or type. */
export interface NestedField {
  readonly id: number
  readonly name: string
  readonly required: boolean
  readonly type: IcebergType
  readonly doc: string | undefined
  /** v3: the value of the rows written before the field was added. `undefined` means none (so null). */
  readonly initialDefault: Literal | undefined
  /** v3: the value a writer takes when it has none. */
  readonly writeDefault: Literal | undefined
}

export function isNested(type: IcebergType): type is NestedType {
  return type.kind === 'struct' || type.kind === 'list' || type.kind === 'map'
}

export function isPrimitive(type: IcebergType): type is PrimitiveType {
  return !isNested(type)
}

/** Makes a field; everything but id, name and type has the usual default. */
export function nestedField(options: {
  readonly id: number
  readonly name: string
  readonly type: IcebergType
  readonly required?: boolean | undefined
  readonly doc?: string | undefined
  readonly initialDefault?: Literal | undefined
  readonly writeDefault?: Literal | undefined
}): NestedField {
  return {
    id: options.id,
    name: options.name,
    required: options.required ?? false,
    type: options.type,
    doc: options.doc,
    initialDefault: options.initialDefault,
    writeDefault: options.writeDefault,
  }
}

/** The spec's name of a type, such as `decimal(9, 2)` or `list<int>`. */
export function typeName(type: IcebergType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`
    case 'fixed':
      return `fixed[${type.length}]`
    case 'geometry':
    case 'geography':
      return type.parameters === undefined ? type.kind : `${type.kind}(${type.parameters})`
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.id}: ${field.name}: ${typeName(field.type)}`).join(', ')}>`
    case 'list':
      return `list<${typeName(type.element)}>`
    case 'map':
      return `map<${typeName(type.key)}, ${typeName(type.value)}>`
    default:
      return type.kind
  }
}

/** Whether two types are the same, field ids and nested requiredness included. */
export function typeEquals(a: IcebergType, b: IcebergType): boolean {
  if (a === b) return true
  switch (a.kind) {
    case 'decimal':
      return b.kind === 'decimal' && a.precision === b.precision && a.scale === b.scale
    case 'fixed':
      return b.kind === 'fixed' && a.length === b.length
    case 'geometry':
    case 'geography':
      return b.kind === a.kind && a.parameters === b.parameters
    case 'struct':
      return b.kind === 'struct' && a.fields.length === b.fields.length && a.fields.every((field, i) => fieldEquals(field, b.fields[i]!))
    case 'list':
      return b.kind === 'list' && a.elementId === b.elementId && a.elementRequired === b.elementRequired && typeEquals(a.element, b.element)
    case 'map':
      return (
        b.kind === 'map' &&
        a.keyId === b.keyId &&
        a.valueId === b.valueId &&
        a.valueRequired === b.valueRequired &&
        typeEquals(a.key, b.key) &&
        typeEquals(a.value, b.value)
      )
    default:
      return a.kind === b.kind
  }
}

function fieldEquals(a: NestedField, b: NestedField): boolean {
  return (
    a.id === b.id &&
    a.name === b.name &&
    a.required === b.required &&
    a.doc === b.doc &&
    literalEquals(a.initialDefault, b.initialDefault) &&
    literalEquals(a.writeDefault, b.writeDefault) &&
    typeEquals(a.type, b.type)
  )
}

function literalEquals(a: Literal | undefined, b: Literal | undefined): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, i) => byte === b[i])
  return Object.is(a, b)
}
