/** Partition specs and sort orders as JSON (spec, Appendix C). */
import { DataError } from '@artemis/errors'
import { FIRST_PARTITION_FIELD_ID, parseTransform, transformText } from '../model/partition.js'
import type { PartitionField, PartitionSpec, SortField, SortOrder } from '../model/partition.js'
import type { JsonObject } from './json.js'
import { JsonReader } from './json.js'

export function specFromJson(json: unknown): PartitionSpec {
  const reader = new JsonReader(json, 'the partition spec')
  return { specId: reader.integer('spec-id'), fields: partitionFieldsFromJson(reader.array('fields')) }
}

/** The bare field list that v1 tables and the headers of manifests hold. Fields without ids count up from 1000. */
export function partitionFieldsFromJson(fields: readonly unknown[]): PartitionField[] {
  return fields.map((item, index) => {
    const field = new JsonReader(item, 'a partition field')
    const { sourceId, sourceIds } = sources(field)
    return {
      sourceId,
      fieldId: field.optionalInteger('field-id') ?? FIRST_PARTITION_FIELD_ID + index,
      name: field.string('name'),
      transform: parseTransform(field.string('transform')),
      sourceIds,
    }
  })
}

export function specToJson(spec: PartitionSpec): JsonObject {
  return { 'spec-id': spec.specId, fields: partitionFieldsToJson(spec.fields) }
}

export function partitionFieldsToJson(fields: readonly PartitionField[]): JsonObject[] {
  return fields.map((field) => ({
    ...sourcesToJson(field),
    'field-id': field.fieldId,
    name: field.name,
    transform: transformText(field.transform),
  }))
}

export function sortOrderFromJson(json: unknown): SortOrder {
  const reader = new JsonReader(json, 'the sort order')
  return {
    orderId: reader.integer('order-id'),
    fields: reader.array('fields').map((item) => {
      const field = new JsonReader(item, 'a sort field')
      const { sourceId, sourceIds } = sources(field)
      return {
        sourceId,
        transform: parseTransform(field.string('transform')),
        direction: choice(field, 'direction', ['asc', 'desc']),
        nullOrder: choice(field, 'null-order', ['nulls-first', 'nulls-last']),
        sourceIds,
      }
    }),
  }
}

export function sortOrderToJson(order: SortOrder): JsonObject {
  return {
    'order-id': order.orderId,
    fields: order.fields.map((field) => ({
      transform: transformText(field.transform),
      ...sourcesToJson(field),
      direction: field.direction,
      'null-order': field.nullOrder,
    })),
  }
}

/** v3 writes `source-ids` for transforms of several columns, and readers must accept it for one. */
function sources(field: JsonReader): { readonly sourceId: number; readonly sourceIds: readonly number[] | undefined } {
  const sourceIds = field.integers('source-ids')
  const sourceId = field.optionalInteger('source-id') ?? sourceIds?.[0]
  if (sourceId === undefined) throw new DataError({ code: 'INVALID_METADATA', message: `${field.what} has no "source-id"` })
  return { sourceId, sourceIds: sourceIds !== undefined && sourceIds.length > 1 ? sourceIds : undefined }
}

function sourcesToJson(field: PartitionField | SortField): JsonObject {
  return field.sourceIds === undefined ? { 'source-id': field.sourceId } : { 'source-ids': field.sourceIds }
}

function choice<T extends string>(reader: JsonReader, key: string, choices: readonly T[]): T {
  const text = reader.string(key).toLowerCase()
  const found = choices.find((item) => item === text)
  if (found === undefined) throw new DataError({ code: 'INVALID_METADATA', message: `"${key}" of ${reader.what} is "${text}"` })
  return found
}
