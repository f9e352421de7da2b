/** A table in a catalog in memory, with a clock and sleeps of the test's making, for tests of commits. */
import { FilesystemCatalog } from '../../catalog/filesystem-catalog.js'
import { MemoryFileIO } from '../../io/memory-file-io.js'
import { schemaOf } from '../../metadata/new-schema.js'
import { partitionSpecOf, sortOrderOf } from '../../metadata/spec-update.js'
import type { Literal } from '../../model/literal.js'
import { STATUS_DELETED, dataFile } from '../../model/manifest.js'
import type { DataFile } from '../../model/manifest.js'
import type { Snapshot } from '../../model/snapshot.js'
import type { Table } from '../../table/table.js'
import type { CommitEnvironment } from '../retry.js'

export const DAY = 86_400_000
export const START = Date.UTC(2024, 1, 1)
export const id = { namespace: ['sda'], name: 'observations' }
export const schema = schemaOf([
  { name: 'id', type: { kind: 'long' }, required: true },
  { name: 'day', type: { kind: 'date' } },
])

export class CommitFixture {
  readonly io = new MemoryFileIO()
  /** Milliseconds since the epoch: what commits take for the time. */
  now = START
  /** How long each retry waited, without waiting. */
  readonly sleeps: number[] = []
  readonly environment: CommitEnvironment = {
    now: () => this.now,
    random: () => 0.5,
    sleep: async (ms) => {
      this.sleeps.push(ms)
    },
  }
  readonly catalog = new FilesystemCatalog({ warehouse: '/w', io: this.io, environment: this.environment })

  async createTable(): Promise<Table> {
    await this.catalog.createNamespace(['sda'])
    return this.catalog.createTable(id, {
      schema,
      partitionSpec: partitionSpecOf(schema, [{ column: 'day' }]),
      sortOrder: sortOrderOf(schema, [{ column: 'id' }]),
    })
  }

  /** A file that is really there, so that its deletion can be seen. */
  async file(name: string, over: Partial<DataFile> = {}, day: Literal = 19_000): Promise<DataFile> {
    const filePath = `/w/sda/observations/data/${name}`
    await this.io.write(filePath, Buffer.from(name))
    return dataFile({ filePath, recordCount: 10, fileSizeInBytes: 100, partition: [day], ...over })
  }
}

export async function appendFile(table: Table, file: Promise<DataFile>): Promise<Snapshot> {
  return table
    .newAppend()
    .appendFile(await file)
    .commit()
}

/** The names of a snapshot's live files, sorted. */
export async function liveNames(table: Table, snapshot = table.currentSnapshot()): Promise<string[]> {
  const names: string[] = []
  if (snapshot === undefined) return names
  for (const manifest of await table.manifests(snapshot)) {
    for (const entry of await table.manifestEntries(manifest))
      if (entry.status !== STATUS_DELETED) names.push(entry.dataFile.filePath.split('/').at(-1)!)
  }
  return names.toSorted((a, b) => (a < b ? -1 : 1))
}
