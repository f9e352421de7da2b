/** Writes the manifests of a change. What depends on no other writer is written once and kept over all tries. */
import { specById } from '../metadata/lookup.js'
import { currentSchema } from '../metadata/lookup.js'
import { joinLocation } from '../io/location.js'
import { loadManifest } from '../manifest/load.js'
import type { ManifestSource } from '../manifest/load.js'
import { partitionTypesOf } from '../manifest/partition-types.js'
import { encodeManifest } from '../manifest/write-manifest.js'
import type { EntryToWrite, StagedManifest } from '../manifest/write-manifest.js'
import type { DataFile, ManifestContent, ManifestFile } from '../model/manifest.js'
import { DATA_CONTENT, STATUS_ADDED, STATUS_DELETED, STATUS_EXISTING } from '../model/manifest.js'
import type { TableMetadata } from '../model/table-metadata.js'

/** Entries in one manifest: about 8 MiB plain at a few dozen columns, and small enough to prune by. */
const FILES_PER_MANIFEST = 2_500

/** Where the table keeps manifests and manifest lists. */
export function metadataLocationOf(metadata: TableMetadata): string {
  return metadata.properties['write.metadata.path'] ?? joinLocation(metadata.location, 'metadata')
}

export interface StagingContext {
  readonly source: ManifestSource
  readonly snapshotId: bigint
  /** The next name for a manifest; every name that was given out is remembered for the clean-up. */
  readonly nextManifestLocation: () => string
}

/** Writes manifests for added files, apart by spec and by content. */
export async function stageAddedFiles(context: StagingContext, files: readonly DataFile[]): Promise<StagedManifest[]> {
  const groups = new Map<string, DataFile[]>()
  for (const file of files) {
    const key = `${file.specId}:${contentOf(file)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [file])
    else group.push(file)
  }
  const staged: StagedManifest[] = []
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += FILES_PER_MANIFEST) {
      const entries = group.slice(start, start + FILES_PER_MANIFEST).map((dataFile): EntryToWrite => ({
        status: STATUS_ADDED,
        snapshotId: context.snapshotId,
        sequenceNumber: null,
        fileSequenceNumber: null,
        dataFile,
      }))
      staged.push(await stage(context, contentOf(group[0]!), group[0]!.specId, entries))
    }
  }
  return staged
}

/** A manifest without some of its files: `kept` when it has none of them. */
export type FilteredManifest =
  { readonly kind: 'kept' } | { readonly kind: 'rewritten'; readonly staged: StagedManifest; readonly removed: readonly DataFile[] }

/** Rewrites a manifest that lists a live file among `removed`: those become DELETED, the others EXISTING. */
export async function filterManifest(
  context: StagingContext,
  manifest: ManifestFile,
  removed: ReadonlyMap<string, DataFile>,
): Promise<FilteredManifest> {
  const entries = await loadManifest(context.source, manifest)
  const found: DataFile[] = []
  for (const { status, dataFile } of entries) if (status !== STATUS_DELETED && removed.has(dataFile.filePath)) found.push(dataFile)
  if (found.length === 0) return { kind: 'kept' }
  const gone = new Set(found)
  const live = entries.filter((entry) => entry.status !== STATUS_DELETED)
  const rewritten = live.map((entry): EntryToWrite => {
    const isGone = gone.has(entry.dataFile)
    return { ...entry, status: isGone ? STATUS_DELETED : STATUS_EXISTING, snapshotId: isGone ? context.snapshotId : entry.snapshotId }
  })
  return { kind: 'rewritten', staged: await stage(context, manifest.content, manifest.partitionSpecId, rewritten), removed: found }
}

/** v1 lists may not say how many files a manifest has, and v2 requires it: then the manifest itself tells. */
export async function withKnownCounts(source: ManifestSource, manifest: ManifestFile): Promise<ManifestFile> {
  const known =
    manifest.addedFilesCount !== undefined &&
    manifest.existingFilesCount !== undefined &&
    manifest.deletedFilesCount !== undefined &&
    manifest.addedRowsCount !== undefined &&
    manifest.existingRowsCount !== undefined &&
    manifest.deletedRowsCount !== undefined
  if (known) return manifest
  const files = [0, 0, 0]
  const rows = [0, 0, 0]
  for (const { status, dataFile } of await loadManifest(source, manifest)) {
    files[status]! += 1
    rows[status]! += dataFile.recordCount
  }
  return {
    ...manifest,
    existingFilesCount: files[0],
    addedFilesCount: files[1],
    deletedFilesCount: files[2],
    existingRowsCount: rows[0],
    addedRowsCount: rows[1],
    deletedRowsCount: rows[2],
  }
}

async function stage(
  context: StagingContext,
  content: ManifestContent,
  specId: number,
  entries: readonly EntryToWrite[],
): Promise<StagedManifest> {
  const { metadata, io } = context.source
  const spec = specById(metadata, specId)
  const location = context.nextManifestLocation()
  const { bytes, staged } = encodeManifest(
    {
      schema: currentSchema(metadata),
      spec,
      partitionTypes: partitionTypesOf(metadata, spec),
      content,
      snapshotId: context.snapshotId,
      entries,
    },
    location,
  )
  await io.write(location, bytes)
  return staged
}

function contentOf(file: DataFile): ManifestContent {
  return file.content === DATA_CONTENT ? 'data' : 'deletes'
}
