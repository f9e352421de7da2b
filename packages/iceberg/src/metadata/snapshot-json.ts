/** Snapshots, logs and references as JSON (spec, Appendix C). */
import { DataError } from '@artemis/errors'
import type { MetadataLogEntry, Snapshot, SnapshotLogEntry, SnapshotRef } from '../model/snapshot.js'
import type { FormatVersion, StatisticsFile } from '../model/table-metadata.js'
import type { JsonObject } from './json.js'
import { JsonReader } from './json.js'

const SNAPSHOT_KEYS: ReadonlySet<string> = new Set([
  'snapshot-id',
  'parent-snapshot-id',
  'sequence-number',
  'timestamp-ms',
  'manifest-list',
  'manifests',
  'summary',
  'schema-id',
  'first-row-id',
  'added-rows',
])

export function snapshotFromJson(json: unknown): Snapshot {
  const reader = new JsonReader(json, 'a snapshot')
  const manifests = reader.optionalArray('manifests')
  return {
    snapshotId: reader.bigint('snapshot-id'),
    parentSnapshotId: snapshotIdOrNone(reader.optionalBigint('parent-snapshot-id')),
    sequenceNumber: reader.optionalBigint('sequence-number') ?? 0n,
    timestampMs: reader.integer('timestamp-ms'),
    manifestList: reader.optionalString('manifest-list'),
    manifests: manifests?.map((item) => {
      if (typeof item !== 'string')
        throw new DataError({ code: 'INVALID_METADATA', message: '"manifests" of a snapshot are not all strings' })
      return item
    }),
    summary: reader.stringMap('summary'),
    schemaId: reader.optionalInteger('schema-id'),
    firstRowId: reader.optionalBigint('first-row-id'),
    addedRows: reader.optionalBigint('added-rows'),
    extra: reader.rest(SNAPSHOT_KEYS),
  }
}

export function snapshotToJson(snapshot: Snapshot, formatVersion: FormatVersion): JsonObject {
  return {
    ...(formatVersion === 1 ? {} : { 'sequence-number': snapshot.sequenceNumber }),
    'snapshot-id': snapshot.snapshotId,
    ...defined('parent-snapshot-id', snapshot.parentSnapshotId),
    'timestamp-ms': snapshot.timestampMs,
    // v2 requires a summary; a v1 snapshot that never had one stays without.
    ...(formatVersion === 1 && Object.keys(snapshot.summary).length === 0 ? {} : { summary: snapshot.summary }),
    ...defined('manifest-list', snapshot.manifestList),
    ...defined('manifests', snapshot.manifests),
    ...defined('schema-id', snapshot.schemaId),
    ...defined('first-row-id', snapshot.firstRowId),
    ...defined('added-rows', snapshot.addedRows),
    ...snapshot.extra,
  }
}

/** Writers spell "no snapshot" as -1, null or nothing. */
export function snapshotIdOrNone(id: bigint | undefined): bigint | undefined {
  return id === undefined || id === -1n ? undefined : id
}

export function snapshotLogFromJson(json: readonly unknown[]): SnapshotLogEntry[] {
  return json.map((item) => {
    const reader = new JsonReader(item, 'a snapshot-log entry')
    return { timestampMs: reader.integer('timestamp-ms'), snapshotId: reader.bigint('snapshot-id') }
  })
}

export function snapshotLogToJson(log: readonly SnapshotLogEntry[]): JsonObject[] {
  return log.map((entry) => ({ 'timestamp-ms': entry.timestampMs, 'snapshot-id': entry.snapshotId }))
}

export function metadataLogFromJson(json: readonly unknown[]): MetadataLogEntry[] {
  return json.map((item) => {
    const reader = new JsonReader(item, 'a metadata-log entry')
    return { timestampMs: reader.integer('timestamp-ms'), metadataFile: reader.string('metadata-file') }
  })
}

export function metadataLogToJson(log: readonly MetadataLogEntry[]): JsonObject[] {
  return log.map((entry) => ({ 'timestamp-ms': entry.timestampMs, 'metadata-file': entry.metadataFile }))
}

export function refFromJson(json: unknown): SnapshotRef {
  const reader = new JsonReader(json, 'a snapshot reference')
  const type = reader.string('type').toLowerCase()
  if (type !== 'branch' && type !== 'tag') {
    throw new DataError({ code: 'INVALID_METADATA', message: `a snapshot reference has the unknown type "${type}"` })
  }
  return {
    snapshotId: reader.bigint('snapshot-id'),
    type,
    minSnapshotsToKeep: reader.optionalInteger('min-snapshots-to-keep'),
    maxSnapshotAgeMs: reader.optionalInteger('max-snapshot-age-ms'),
    maxRefAgeMs: reader.optionalInteger('max-ref-age-ms'),
  }
}

export function refToJson(ref: SnapshotRef): JsonObject {
  return {
    'snapshot-id': ref.snapshotId,
    type: ref.type,
    ...defined('min-snapshots-to-keep', ref.minSnapshotsToKeep),
    ...defined('max-snapshot-age-ms', ref.maxSnapshotAgeMs),
    ...defined('max-ref-age-ms', ref.maxRefAgeMs),
  }
}

export function statisticsFromJson(json: unknown): StatisticsFile {
  const reader = new JsonReader(json, 'a statistics file')
  return { snapshotId: reader.bigint('snapshot-id'), statisticsPath: reader.string('statistics-path'), raw: reader.json }
}

function defined(key: string, value: unknown): JsonObject {
  return value === undefined ? {} : { [key]: value }
}
