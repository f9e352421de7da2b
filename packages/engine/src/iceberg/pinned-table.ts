/** A table at the one snapshot that a query reads. */

import type { Schema as ArrowSchema } from '@artemis/arrow'
import type { IcebergCache, PlanFilesOptions, Schema as IcebergSchema, Snapshot, Table } from '@artemis/iceberg'
import { arrowSchemaOf, loadManifest, loadManifestList } from '@artemis/iceberg'
import type { PinnedSnapshot } from '@artemis/plan'

export interface PinnedTable {
  readonly table: Table
  readonly cache: IcebergCache
  /** Undefined for a table that has no snapshot yet. */
  readonly snapshot: Snapshot | undefined
  /** The schema that the query sees. */
  readonly schema: IcebergSchema
  readonly arrowSchema: ArrowSchema
  readonly manifests: PlanFilesOptions['source']
}

export function pinTable(table: Table, cache: IcebergCache, snapshot: Snapshot | undefined, schema: IcebergSchema): PinnedTable {
  const source = { io: table.io, cache, metadata: table.metadata }
  return {
    table,
    cache,
    snapshot,
    schema,
    arrowSchema: arrowSchemaOf(schema),
    manifests: {
      manifests: () => (snapshot === undefined ? Promise.resolve([]) : loadManifestList(source, snapshot)),
      entries: (manifest) => loadManifest(source, manifest),
    },
  }
}

export function pinnedSnapshotOf({ snapshot, schema }: PinnedTable): PinnedSnapshot | undefined {
  if (snapshot === undefined) return undefined
  return { snapshotId: snapshot.snapshotId, timestampMs: snapshot.timestampMs, schemaId: schema.schemaId }
}
