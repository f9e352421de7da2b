/** Schemas and types as JSON (spec, Appendix C "Schemas"). */
import { DataError } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { Schema } from '../model/schema.js'
import type { IcebergType, NestedField, SimpleKind } from '../model/type.js'
import { isPrimitive, typeName } from '../model/type.js'
import type { JsonObject } from './json.js'
import { JsonReader, isJsonObject } from './json.js'
import { literalFromJson, literalToJson } from './literal-json.js'

const SIMPLE_KINDS: ReadonlySet<string> = new Set<SimpleKind>([
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'timestamp_ns',
  'timestamptz_ns',
  'string',
  'uuid',
  'binary',
  'unknown',
  'variant',
])

const MAX_DEPTH = 128

/** A schema of a v1 table may lack its id: then it is `defaultId`. */
export function schemaFromJson(json: unknown, defaultId = 0): Schema {
  const reader = new JsonReader(json, 'the schema')
  return {
    schemaId: reader.optionalInteger('schema-id') ?? defaultId,
    fields: fieldsFromJson(reader, 0),
    identifierFieldIds: reader.integers('identifier-field-ids') ?? [],
  }
}

export function schemaToJson(schema: Schema): JsonObject {
  return {
    type: 'struct',
    'schema-id': schema.schemaId,
    ...(schema.identifierFieldIds.length === 0 ? {} : { 'identifier-field-ids': schema.identifierFieldIds }),
    fields: schema.fields.map(fieldToJson),
  }
}

/** A type from its JSON: a name such as `decimal(9, 2)`, or an object for nested types. */
export function typeFromJson(json: unknown, depth = 0): IcebergType {
  if (typeof json === 'string') return primitiveFromText(json)
  if (depth > MAX_DEPTH) throw new DataError({ code: 'INVALID_METADATA', message: 'a type nests too deep' })
  const reader = new JsonReader(json, 'the type')
  switch (reader.string('type')) {
    case 'struct':
      return { kind: 'struct', fields: fieldsFromJson(reader, depth + 1) }
    case 'list':
      return {
        kind: 'list',
        elementId: reader.integer('element-id'),
        elementRequired: reader.boolean('element-required'),
        element: typeFromJson(reader.json['element'], depth + 1),
      }
    case 'map':
      return {
        kind: 'map',
        keyId: reader.integer('key-id'),
        key: typeFromJson(reader.json['key'], depth + 1),
        valueId: reader.integer('value-id'),
        valueRequired: reader.boolean('value-required'),
        value: typeFromJson(reader.json['value'], depth + 1),
      }
    default:
      return primitiveFromText(reader.string('type'))
  }
}

export function typeToJson(type: IcebergType): unknown {
  switch (type.kind) {
    case 'struct':
      return { type: 'struct', fields: type.fields.map(fieldToJson) }
    case 'list':
      return { type: 'list', 'element-id': type.elementId, 'element-required': type.elementRequired, element: typeToJson(type.element) }
    case 'map':
      return {
        type: 'map',
        'key-id': type.keyId,
        key: typeToJson(type.key),
        'value-id': type.valueId,
        'value-required': type.valueRequired,
        value: typeToJson(type.value),
      }
    default:
      return typeName(type)
  }
}

function primitiveFromText(text: string): IcebergType {
  if (SIMPLE_KINDS.has(text)) return { kind: text as SimpleKind }
  const decimal = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(text)
  if (decimal !== null) {
    const precision = Number(decimal[1])
    const scale = Number(decimal[2])
    if (precision >= 1 && precision <= 38 && scale <= precision) return { kind: 'decimal', precision, scale }
  }
  const fixed = /^fixed\[\s*(\d+)\s*\]$/.exec(text)
  if (fixed !== null) return { kind: 'fixed', length: Number(fixed[1]) }
  const geo = /^(geometry|geography)(?:\((.*)\))?$/.exec(text)
  if (geo !== null) return { kind: geo[1] as 'geometry' | 'geography', parameters: geo[2] }
  throw new DataError({ code: 'INVALID_METADATA', message: `"${text}" is not a type of Iceberg` })
}

function fieldsFromJson(reader: JsonReader, depth: number): NestedField[] {
  return reader.array('fields').map((json) => fieldFromJson(json, depth))
}

function fieldFromJson(json: unknown, depth: number): NestedField {
  const reader = new JsonReader(json, 'a field of the schema')
  const type = typeFromJson(reader.json['type'], depth)
  return {
    id: reader.integer('id'),
    name: reader.string('name'),
    required: reader.boolean('required'),
    type,
    doc: reader.optionalString('doc'),
    initialDefault: defaultFromJson(type, reader.json['initial-default']),
    writeDefault: defaultFromJson(type, reader.json['write-default']),
  }
}

/** The spec allows only null, and `{}` for structs, as the default of a nested type; both say no more than "no default". */
function defaultFromJson(type: IcebergType, json: unknown): Literal | undefined {
  if (json === undefined || json === null || !isPrimitive(type)) return undefined
  if (isJsonObject(json)) throw new DataError({ code: 'INVALID_DEFAULT', message: `the default of a ${type.kind} column is an object` })
  return literalFromJson(type, json)
}

function fieldToJson(field: NestedField): JsonObject {
  const { type } = field
  return {
    id: field.id,
    name: field.name,
    required: field.required,
    type: typeToJson(type),
    ...(field.doc === undefined ? {} : { doc: field.doc }),
    ...(field.initialDefault === undefined || !isPrimitive(type) ? {} : { 'initial-default': literalToJson(type, field.initialDefault) }),
    ...(field.writeDefault === undefined || !isPrimitive(type) ? {} : { 'write-default': literalToJson(type, field.writeDefault) }),
  }
}
