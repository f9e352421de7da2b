/** The name mapping of tables whose files carry no field ids (spec, "Column Projection" and "Name Mapping Serialization"). */
import { childFields } from '../model/schema.js'
import type { Schema } from '../model/schema.js'
import type { TableMetadata } from '../model/table-metadata.js'
import type { NestedField } from '../model/type.js'
import { DataError } from '@artemis/errors'
import type { JsonObject } from './json.js'
import { JsonReader, parseJson, stringifyJson } from './json.js'

export const NAME_MAPPING_PROPERTY = 'schema.name-mapping.default'

export interface MappedField {
  /** Undefined for a column that the mapping names but does not read. */
  readonly fieldId: number | undefined
  readonly names: readonly string[]
  readonly fields: readonly MappedField[]
}

export type NameMapping = readonly MappedField[]

/** The table's mapping, or undefined when it has none. */
export function nameMappingOf(metadata: TableMetadata): NameMapping | undefined {
  const text = metadata.properties[NAME_MAPPING_PROPERTY]
  return text === undefined ? undefined : parseNameMapping(text)
}

export function parseNameMapping(text: string): NameMapping {
  return mappedFields(parseJson(text, 'the name mapping'), 0)
}

export function serializeNameMapping(mapping: NameMapping): string {
  return stringifyJson(mapping.map(toJson))
}

/** The mapping of a schema's own names. */
export function nameMappingOfSchema(schema: Schema): NameMapping {
  return schema.fields.map(mappedField)
}

/**
 * The mapping after a schema change: new names are added to their field's, old ones stay (files written under them are
 * still there), and a name that a new field took over leaves the old field.
 */
export function updateNameMapping(mapping: NameMapping, schema: Schema): NameMapping {
  return updateLevel(mapping, schema.fields)
}

function updateLevel(mapping: NameMapping, fields: readonly NestedField[]): NameMapping {
  const takenNow = new Map(fields.map((field) => [field.name, field.id]))
  const updated = mapping.map((mapped) => {
    const field = fields.find((item) => item.id === mapped.fieldId)
    const kept = mapped.names.filter((name) => (takenNow.get(name) ?? mapped.fieldId) === mapped.fieldId)
    if (field === undefined) return { ...mapped, names: kept }
    const names = kept.includes(field.name) ? kept : [...kept, field.name]
    return { ...mapped, names, fields: updateLevel(mapped.fields, childFields(field.type)) }
  })
  const added = fields.filter((field) => !mapping.some((mapped) => mapped.fieldId === field.id)).map(mappedField)
  return [...updated, ...added]
}

function mappedField(field: NestedField): MappedField {
  return { fieldId: field.id, names: [field.name], fields: childFields(field.type).map(mappedField) }
}

function mappedFields(json: unknown, depth: number): NameMapping {
  if (!Array.isArray(json) || depth > 128) throw new DataError({ code: 'INVALID_METADATA', message: 'the name mapping is not an array' })
  return json.map((item: unknown) => {
    const reader = new JsonReader(item, 'a field of the name mapping')
    const names = reader.optionalArray('names') ?? []
    return {
      fieldId: reader.optionalInteger('field-id'),
      names: names.map(String),
      fields: reader.has('fields') ? mappedFields(reader.json['fields'], depth + 1) : [],
    }
  })
}

function toJson(field: MappedField): JsonObject {
  return {
    ...(field.fieldId === undefined ? {} : { 'field-id': field.fieldId }),
    names: field.names,
    ...(field.fields.length === 0 ? {} : { fields: field.fields.map(toJson) }),
  }
}
