/**
 * metadata.json of format v1, v2 and v3 to `TableMetadata` and back (spec, "Table Metadata" and Appendix C). What older
 * versions leave out is filled in while reading; what we do not know is carried along in `extra`.
 */
import { randomUUID } from 'node:crypto'
import { DataError, UnsupportedError } from '@artemis/errors'
import { FIRST_PARTITION_FIELD_ID, UNSORTED_ORDER } from '../model/partition.js'
import type { PartitionSpec } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { highestFieldId } from '../model/schema.js'
import { MAIN_BRANCH } from '../model/snapshot.js'
import type { SnapshotRef } from '../model/snapshot.js'
import type { FormatVersion, TableMetadata } from '../model/table-metadata.js'
import { JsonReader, isJsonObject, parseJson, stringifyJson } from './json.js'
import { schemaFromJson, schemaToJson } from './schema-json.js'
import {
  metadataLogFromJson,
  metadataLogToJson,
  refFromJson,
  refToJson,
  snapshotFromJson,
  snapshotIdOrNone,
  snapshotLogFromJson,
  snapshotLogToJson,
  snapshotToJson,
  statisticsFromJson,
} from './snapshot-json.js'
import {
  partitionFieldsFromJson,
  partitionFieldsToJson,
  sortOrderFromJson,
  sortOrderToJson,
  specFromJson,
  specToJson,
} from './spec-json.js'

const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'format-version',
  'table-uuid',
  'location',
  'last-sequence-number',
  'last-updated-ms',
  'last-column-id',
  'schema',
  'schemas',
  'current-schema-id',
  'partition-spec',
  'partition-specs',
  'default-spec-id',
  'last-partition-id',
  'properties',
  'current-snapshot-id',
  'snapshots',
  'snapshot-log',
  'metadata-log',
  'sort-orders',
  'default-sort-order-id',
  'refs',
  'statistics',
  'partition-statistics',
  'next-row-id',
])

/** Reads the text of a metadata.json. What breaks the format is a `DataError`, a version after 3 an `UnsupportedError`. */
export function parseTableMetadata(text: string): TableMetadata {
  const reader = new JsonReader(parseJson(text, 'the table metadata'), 'the table metadata')
  const formatVersion = formatVersionOf(reader)
  const schemas = schemasOf(reader)
  const currentSchemaId = reader.optionalInteger('current-schema-id') ?? schemas.at(-1)!.schemaId
  requireOne(schemas, (schema) => schema.schemaId === currentSchemaId, `schema ${currentSchemaId}`)
  const partitionSpecs = specsOf(reader)
  const defaultSpecId = reader.optionalInteger('default-spec-id') ?? partitionSpecs.at(-1)!.specId
  requireOne(partitionSpecs, (spec) => spec.specId === defaultSpecId, `partition spec ${defaultSpecId}`)
  const sortOrders = reader.optionalArray('sort-orders')?.map(sortOrderFromJson) ?? [UNSORTED_ORDER]
  const currentSnapshotId = snapshotIdOrNone(reader.optionalBigint('current-snapshot-id'))
  const snapshots = (reader.optionalArray('snapshots') ?? []).map(snapshotFromJson)
  if (currentSnapshotId !== undefined) {
    requireOne(snapshots, (snapshot) => snapshot.snapshotId === currentSnapshotId, `snapshot ${currentSnapshotId}`)
  }
  return {
    formatVersion,
    // v1 tables may lack a uuid: they get one when they are first written again.
    tableUuid: reader.optionalString('table-uuid') ?? randomUUID(),
    location: reader.string('location'),
    lastSequenceNumber: reader.optionalBigint('last-sequence-number') ?? 0n,
    lastUpdatedMs: reader.integer('last-updated-ms'),
    lastColumnId: reader.optionalInteger('last-column-id') ?? Math.max(0, ...schemas.map(highestFieldId)),
    schemas,
    currentSchemaId,
    partitionSpecs,
    defaultSpecId,
    lastPartitionId: reader.optionalInteger('last-partition-id') ?? lastPartitionIdOf(partitionSpecs),
    properties: reader.stringMap('properties'),
    currentSnapshotId,
    snapshots,
    snapshotLog: snapshotLogFromJson(reader.optionalArray('snapshot-log') ?? []),
    metadataLog: metadataLogFromJson(reader.optionalArray('metadata-log') ?? []),
    sortOrders,
    defaultSortOrderId: reader.optionalInteger('default-sort-order-id') ?? 0,
    refs: refsOf(reader, currentSnapshotId),
    statistics: (reader.optionalArray('statistics') ?? []).map(statisticsFromJson),
    partitionStatistics: (reader.optionalArray('partition-statistics') ?? []).map(statisticsFromJson),
    nextRowId: reader.optionalBigint('next-row-id'),
    extra: reader.rest(KNOWN_KEYS),
  }
}

/** The text of a metadata.json, with every field that its format version requires. */
export function serializeTableMetadata(metadata: TableMetadata): string {
  const { formatVersion } = metadata
  return stringifyJson({
    'format-version': formatVersion,
    'table-uuid': metadata.tableUuid,
    location: metadata.location,
    ...(formatVersion === 1 ? {} : { 'last-sequence-number': metadata.lastSequenceNumber }),
    'last-updated-ms': metadata.lastUpdatedMs,
    'last-column-id': metadata.lastColumnId,
    ...(formatVersion === 1 ? legacyFields(metadata) : {}),
    'current-schema-id': metadata.currentSchemaId,
    schemas: metadata.schemas.map(schemaToJson),
    'default-spec-id': metadata.defaultSpecId,
    'partition-specs': metadata.partitionSpecs.map(specToJson),
    'last-partition-id': metadata.lastPartitionId,
    'default-sort-order-id': metadata.defaultSortOrderId,
    'sort-orders': metadata.sortOrders.map(sortOrderToJson),
    properties: metadata.properties,
    // -1 is what Java writes for none up to v2, so every reader knows it; v3 spells it null.
    'current-snapshot-id': metadata.currentSnapshotId ?? (formatVersion < 3 ? -1 : null),
    ...(metadata.nextRowId === undefined ? {} : { 'next-row-id': metadata.nextRowId }),
    refs: Object.fromEntries(Object.entries(metadata.refs).map(([name, ref]) => [name, refToJson(ref)])),
    snapshots: metadata.snapshots.map((snapshot) => snapshotToJson(snapshot, formatVersion)),
    statistics: metadata.statistics.map((file) => file.raw),
    'partition-statistics': metadata.partitionStatistics.map((file) => file.raw),
    'snapshot-log': snapshotLogToJson(metadata.snapshotLog),
    'metadata-log': metadataLogToJson(metadata.metadataLog),
    ...metadata.extra,
  })
}

function legacyFields(metadata: TableMetadata) {
  const schema = metadata.schemas.find((item) => item.schemaId === metadata.currentSchemaId)!
  const spec = metadata.partitionSpecs.find((item) => item.specId === metadata.defaultSpecId)!
  return { schema: schemaToJson(schema), 'partition-spec': partitionFieldsToJson(spec.fields) }
}

function formatVersionOf(reader: JsonReader): FormatVersion {
  const version = reader.integer('format-version')
  if (version === 1 || version === 2 || version === 3) return version
  throw new UnsupportedError({
    code: 'UNSUPPORTED_FORMAT_VERSION',
    message: `tables of Iceberg format version ${version} are not supported`,
    hint: 'Versions 1, 2 and 3 can be read.',
  })
}

function schemasOf(reader: JsonReader): Schema[] {
  const schemas = reader.optionalArray('schemas')?.map((json, index) => schemaFromJson(json, index)) ?? []
  if (schemas.length > 0) return schemas
  if (!reader.has('schema')) throw new DataError({ code: 'INVALID_METADATA', message: 'the table metadata has no schema' })
  return [schemaFromJson(reader.json['schema'])]
}

function specsOf(reader: JsonReader): PartitionSpec[] {
  const specs = reader.optionalArray('partition-specs')?.map(specFromJson) ?? []
  if (specs.length > 0) return specs
  return [{ specId: 0, fields: partitionFieldsFromJson(reader.optionalArray('partition-spec') ?? []) }]
}

export function lastPartitionIdOf(specs: readonly PartitionSpec[]): number {
  return Math.max(FIRST_PARTITION_FIELD_ID - 1, ...specs.flatMap((spec) => spec.fields.map((field) => field.fieldId)))
}

/** A table with a current snapshot always has `main`, whether it is written or not. */
function refsOf(reader: JsonReader, currentSnapshotId: bigint | undefined): Record<string, SnapshotRef> {
  const json = reader.json['refs']
  const refs: Record<string, SnapshotRef> = {}
  if (isJsonObject(json)) {
    for (const [name, ref] of Object.entries(json)) refs[name] = refFromJson(ref)
  }
  if (currentSnapshotId !== undefined && refs[MAIN_BRANCH]?.snapshotId !== currentSnapshotId) {
    refs[MAIN_BRANCH] = {
      minSnapshotsToKeep: undefined,
      maxSnapshotAgeMs: undefined,
      maxRefAgeMs: undefined,
      ...refs[MAIN_BRANCH],
      snapshotId: currentSnapshotId,
      type: 'branch',
    }
  }
  return refs
}

function requireOne<T>(items: readonly T[], is: (item: T) => boolean, what: string): void {
  if (!items.some(is))
    throw new DataError({ code: 'INVALID_METADATA', message: `the table metadata names ${what}, which it does not have` })
}
