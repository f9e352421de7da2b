/** Plans a scan of a table's snapshot through the table's own storage and cache. */
import type { ManifestSource } from '../manifest/load.js'
import { loadManifest, loadManifestList } from '../manifest/load.js'
import { currentSnapshot, schemaOfSnapshot, currentSchema } from '../metadata/lookup.js'
import type { Schema } from '../model/schema.js'
import type { Snapshot } from '../model/snapshot.js'
import type { FileScan, PlanFilesOptions } from './plan-files.js'
import { planFiles } from './plan-files.js'

export interface PlanSnapshotOptions extends Pick<PlanFilesOptions, 'predicate' | 'concurrency' | 'ordered' | 'signal'> {
  /** Default: the current snapshot. */
  readonly snapshot?: Snapshot | undefined
  /** The schema that the predicate's field ids belong to; default: the snapshot's own. */
  readonly schema?: Schema | undefined
}

/** A plan over a snapshot; a table without any snapshot plans no file. */
export function planSnapshot(table: ManifestSource, options: PlanSnapshotOptions = {}): FileScan {
  const { metadata } = table
  const snapshot = options.snapshot ?? currentSnapshot(metadata)
  const schema = options.schema ?? (snapshot === undefined ? currentSchema(metadata) : schemaOfSnapshot(metadata, snapshot))
  return planFiles({
    source: {
      manifests: async () => (snapshot === undefined ? [] : loadManifestList(table, snapshot)),
      entries: (manifest) => loadManifest(table, manifest),
    },
    snapshotId: snapshot?.snapshotId,
    schema,
    specs: metadata.partitionSpecs,
    predicate: options.predicate,
    concurrency: options.concurrency,
    ordered: options.ordered,
    signal: options.signal,
  })
}
