/** Manifest lists and manifests by way of the cache: what planning and commits call. */
import { DataError, UnsupportedError } from '@artemis/errors'
import type { IcebergCache, Weighted } from '../io/iceberg-cache.js'
import type { FileIO } from '../io/file-io.js'
import { specById } from '../metadata/lookup.js'
import type { ManifestEntry, ManifestFile } from '../model/manifest.js'
import type { Snapshot } from '../model/snapshot.js'
import type { TableMetadata } from '../model/table-metadata.js'
import { openAvroFile } from '../avro/container.js'
import { partitionTypesOf } from './partition-types.js'
import { readManifest } from './read-manifest.js'
import { readManifestList } from './read-manifest-list.js'

/** A table's metadata and where its files are. A `Table` is one. */
export interface ManifestSource {
  readonly io: FileIO
  readonly cache: IcebergCache | undefined
  readonly metadata: TableMetadata
}

/** Bytes that a `ManifestFile` object takes, roughly. */
const BYTES_PER_MANIFEST = 600

/** The manifests of a snapshot, in the list's order. */
export async function loadManifestList(source: ManifestSource, snapshot: Snapshot): Promise<readonly ManifestFile[]> {
  const location = snapshot.manifestList
  if (location === undefined) return manifestsOfOldSnapshot(source, snapshot)
  return cached(source, `list:${location}`, async () => {
    const manifests = await inFile(location, async () => readManifestList(await source.io.read(location), snapshot.snapshotId))
    return { value: manifests, bytes: manifests.length * BYTES_PER_MANIFEST }
  })
}

/** All entries of a manifest, deleted ones too, with what they inherit filled in. */
export async function loadManifest(source: ManifestSource, manifest: ManifestFile): Promise<readonly ManifestEntry[]> {
  if (manifest.keyMetadata !== undefined && manifest.keyMetadata.length > 0) {
    throw new UnsupportedError({ code: 'ENCRYPTED_MANIFEST', message: `${manifest.manifestPath} is encrypted, which is not supported` })
  }
  const spec = specById(source.metadata, manifest.partitionSpecId)
  const partitionTypes = partitionTypesOf(source.metadata, spec)
  // What entries inherit and how tuples are typed is part of the key: a widened partition column decodes differently.
  const types = partitionTypes.map((type) => type?.kind ?? '?').join()
  const key = `manifest:${manifest.manifestPath}:${manifest.sequenceNumber}:${manifest.partitionSpecId}:${types}`
  return cached(source, key, async () => {
    // Its length is not held against the list's: tools that move tables rewrite paths in manifests and leave the lengths.
    const decoded = await inFile(manifest.manifestPath, async () =>
      readManifest(await source.io.read(manifest.manifestPath), { manifest, spec, partitionTypes }),
    )
    return { value: decoded.entries, bytes: decoded.bytes }
  })
}

/** Early v1 snapshots name their manifests themselves; what a list would say of each is partly in its header. */
async function manifestsOfOldSnapshot(source: ManifestSource, snapshot: Snapshot): Promise<readonly ManifestFile[]> {
  const paths = snapshot.manifests ?? []
  return Promise.all(
    paths.map((path) =>
      inFile(path, async () => {
        const bytes = await source.io.read(path)
        const specId = openAvroFile(bytes).metadata.get('partition-spec-id')
        return {
          manifestPath: path,
          manifestLength: bytes.length,
          partitionSpecId: specId === undefined ? source.metadata.defaultSpecId : Number(Buffer.from(specId).toString()),
          content: 'data' as const,
          sequenceNumber: 0n,
          minSequenceNumber: 0n,
          addedSnapshotId: snapshot.snapshotId,
          addedFilesCount: undefined,
          existingFilesCount: undefined,
          deletedFilesCount: undefined,
          addedRowsCount: undefined,
          existingRowsCount: undefined,
          deletedRowsCount: undefined,
          partitions: undefined,
          keyMetadata: undefined,
          firstRowId: undefined,
        }
      }),
    ),
  )
}

function cached<T>(source: ManifestSource, key: string, load: () => Promise<Weighted<T>>): Promise<T> {
  return source.cache === undefined ? load().then((loaded) => loaded.value) : source.cache.getOrLoad(source.io, key, load)
}

/** Says in which file the damage is. */
async function inFile<T>(location: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof DataError) || error.message.startsWith(location)) throw error
    throw new DataError({ code: error.code, message: `${location}: ${error.message}`, hint: error.hint, cause: error })
  }
}
