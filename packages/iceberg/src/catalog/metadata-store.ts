/** What catalogs share: loading metadata files, finding the files of moved tables, and the log of former metadata files. */
import type { IcebergCache } from '../io/iceberg-cache.js'
import type { FileIO } from '../io/file-io.js'
import { fileNameOf, joinLocation, parentLocation } from '../io/location.js'
import { relocatedFileIO } from '../io/relocated-file-io.js'
import { decodeMetadataFile } from '../metadata/metadata-file.js'
import type { MetadataLogEntry } from '../model/snapshot.js'
import type { TableMetadata } from '../model/table-metadata.js'
import type { LoadedMetadata } from './catalog.js'

/** A decoded metadata file takes a few times its JSON. */
const MEMORY_PER_JSON_BYTE = 4

/**
 * Loads a metadata file. `version` tells apart two files that had the same name one after the other, as `v1.metadata.json`
 * of a table that was dropped and made again; names with a uuid need none.
 */
export async function loadMetadataFile(
  io: FileIO,
  cache: IcebergCache | undefined,
  location: string,
  version = '',
): Promise<LoadedMetadata> {
  const load = async () => {
    const bytes = await io.read(location)
    return { value: decodeMetadataFile(bytes, location), bytes: bytes.length * MEMORY_PER_JSON_BYTE }
  }
  const metadata = cache === undefined ? (await load()).value : await cache.getOrLoad(io, `metadata:${location}:${version}`, load)
  return { metadata, metadataLocation: location, io: tableIO(io, metadata, location) }
}

/**
 * The view of `io` that finds a table's files. When the metadata file is not where the table says it lives, the table has
 * moved, unless it keeps its metadata elsewhere on purpose.
 */
export function tableIO(io: FileIO, metadata: TableMetadata, metadataLocation: string): FileIO {
  const folder = parentLocation(metadataLocation)
  if (fileNameOf(folder) !== 'metadata' || metadata.properties['write.metadata.path'] !== undefined) return io
  return relocatedFileIO(io, metadata.location, parentLocation(folder))
}

/** The location that a metadata file has by the table's own account: what the log and others are told. */
export function recordedLocation(metadata: TableMetadata, metadataLocation: string): string {
  const folder = metadata.properties['write.metadata.path'] ?? joinLocation(metadata.location, 'metadata')
  return joinLocation(folder, fileNameOf(metadataLocation))
}

/** Adds the base to the log of metadata files, and drops what exceeds `write.metadata.previous-versions-max` (100). */
export function withMetadataLog(
  next: TableMetadata,
  base: LoadedMetadata | undefined,
): { readonly metadata: TableMetadata; readonly dropped: readonly MetadataLogEntry[] } {
  if (base === undefined) return { metadata: next, dropped: [] }
  const entry: MetadataLogEntry = {
    timestampMs: base.metadata.lastUpdatedMs,
    metadataFile: recordedLocation(base.metadata, base.metadataLocation),
  }
  const log = [...next.metadataLog, entry]
  const limit = Math.max(1, Number(next.properties['write.metadata.previous-versions-max'] ?? 100) || 100)
  const excess = Math.max(0, log.length - limit)
  return { metadata: { ...next, metadataLog: log.slice(excess) }, dropped: log.slice(0, excess) }
}

/** Deletes former metadata files when the table wants it. One that stays is only an orphan. */
export async function deleteDropped(io: FileIO, metadata: TableMetadata, dropped: readonly MetadataLogEntry[]): Promise<void> {
  if (metadata.properties['write.metadata.delete-after-commit.enabled'] !== 'true') return
  await Promise.allSettled(dropped.map((entry) => io.delete(entry.metadataFile)))
}
