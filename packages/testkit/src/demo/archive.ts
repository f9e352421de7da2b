/**
 * The demo archive: a warehouse folder with a quarter of a year of telemetry, and a history to travel in. Its content
 * is the same on every machine: a seed decides it.
 *
 *   2024-01-31  observations created: altitude, raw_frame
 *   2024-02-01  January                                        snapshot 1
 *   2024-02-15  the first half of February                     snapshot 2
 *   2024-02-20  altitude becomes altitude_km
 *   2024-02-29  the second half of February, tag q1-baseline   snapshot 3
 *   2024-03-02  raw_frame is dropped
 *   2024-03-05  signal_snr is added
 *   2024-03-08  1 to 7 March                                   snapshot 4
 *   2024-03-16  8 to 15 March                                  snapshot 5
 *   2024-03-20  rows of a stuck sensor are deleted             snapshot 6
 *   2024-04-01  the rest of March                              snapshot 7
 */

import type { Batch, Schema } from '@artemis/arrow'
import type { Catalog, ColumnInput, CommitEnvironment, PartitionFieldInput, SortFieldInput, Table } from '@artemis/iceberg'
import {
  FilesystemCatalog,
  arrowSchemaOf,
  dataWriterFor,
  localFileIO,
  partitionSpecOf,
  planSnapshot,
  schemaOf,
  sortOrderOf,
  writePositionDeletes,
} from '@artemis/iceberg'
import { eventBatch, missionBatch, passBatch, stationBatch } from './dimensions.js'
import { FLYING } from './missions.js'
import { SeededRandom } from './random.js'
import { telemetryOf } from './telemetry.js'

export interface DemoOptions {
  /** Told of each step. */
  readonly log?: (line: string) => void
  /** Share of the days to write, for tests: 1 is the whole archive. Default 1. */
  readonly share?: number
}

interface History {
  readonly table: Table
  readonly share: number
  readonly log: (line: string) => void
}

const ms = (text: string): number => Date.parse(text)
const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000

/** Makes the archive in a folder that does not exist yet. Takes some seconds. */
export async function createDemoArchive(warehouse: string, options: DemoOptions = {}): Promise<void> {
  const log = options.log ?? (() => undefined)
  const random = new SeededRandom(1969)
  const environment: CommitEnvironment = { now: () => ms('2024-01-31T12:00:00Z'), random: () => random.next(), sleep: () => Promise.resolve() }
  // Throw-away data: it can be made again, so it need not survive a power cut.
  const catalog = new FilesystemCatalog({ name: 'artemis', warehouse, io: localFileIO({ durable: false }), environment })
  const start = performance.now()
  log('artemis: making the demo archive …')
  await catalog.createNamespace(['sda'])
  await catalog.createNamespace(['ops'])
  await writeObservations(catalog, options.share ?? 1, log)
  await writeDimensions(catalog)
  await catalog.close()
  log(`artemis: the demo archive is ready (${((performance.now() - start) / 1000).toFixed(1)} s)`)
}

async function writeObservations(catalog: Catalog, share: number, log: (line: string) => void): Promise<void> {
  const table = await createTable(catalog, ['sda', 'observations'], '2024-01-31T12:00:00Z', {
    columns: [
      { name: 'observation_id', type: { kind: 'long' }, required: true, doc: 'Unique over all missions' },
      { name: 'mission_id', type: { kind: 'string' }, required: true },
      { name: 'day', type: { kind: 'date' }, required: true, doc: 'The UTC day of observed_at' },
      { name: 'observed_at', type: { kind: 'timestamptz' }, required: true },
      { name: 'sensor', type: { kind: 'string' } },
      { name: 'panel_voltage', type: { kind: 'double' }, doc: 'Volts' },
      { name: 'panel_current', type: { kind: 'double' }, doc: 'Amperes' },
      { name: 'altitude', type: { kind: 'double' }, doc: 'Kilometres' },
      { name: 'status', type: { kind: 'string' } },
      { name: 'notes', type: { kind: 'string' } },
      { name: 'raw_frame', type: { kind: 'long' } },
    ],
    partitionBy: [{ column: 'mission_id' }, { column: 'day', transform: { kind: 'day' } }],
    sortBy: [{ column: 'observed_at' }],
  })
  const history: History = { table, share, log }
  await appendDays(history, '2024-01-01', '2024-01-31', '2024-02-01T06:00:00Z')
  await appendDays(history, '2024-02-01', '2024-02-14', '2024-02-15T06:00:00Z')
  await table.updateSchema((update) => update.renameColumn('altitude', 'altitude_km'), { timestampMs: ms('2024-02-20T09:30:00Z') })
  const baseline = await appendDays(history, '2024-02-15', '2024-02-29', '2024-02-29T23:55:00Z')
  await table.manageSnapshots().createTag('q1-baseline', baseline).commit({ timestampMs: ms('2024-02-29T23:58:00Z') })
  await table.updateSchema((update) => update.dropColumn('raw_frame'), { timestampMs: ms('2024-03-02T08:00:00Z') })
  await table.updateSchema((update) => update.addColumn('signal_snr', { kind: 'double' }, { doc: 'Decibels' }), { timestampMs: ms('2024-03-05T08:00:00Z') })
  await appendDays(history, '2024-03-01', '2024-03-07', '2024-03-08T06:00:00Z')
  await appendDays(history, '2024-03-08', '2024-03-15', '2024-03-16T06:00:00Z')
  await deleteStuckSensor(history, '2024-03-20T12:00:00Z')
  await appendDays(history, '2024-03-16', '2024-03-31', '2024-04-01T06:00:00Z')
}

/** Appends the telemetry of all missions for a span of days; returns the snapshot's id. */
async function appendDays({ table, share, log }: History, first: string, last: string, committedAt: string): Promise<bigint> {
  const writer = dataWriterFor(table)
  const schema = writableSchema(table)
  const days = Math.max(1, Math.round((dayOf(last) - dayOf(first) + 1) * share))
  try {
    for (let day = dayOf(first); day < dayOf(first) + days; day++) {
      for (const [index, mission] of FLYING.entries()) await writer.write(telemetryOf(mission, index, day, schema))
    }
    const append = table.newAppend()
    for (const file of await writer.close()) append.appendFile(file)
    const snapshot = await append.commit({ timestampMs: ms(committedAt) })
    log(`  observations ${first} to ${last}: snapshot ${snapshot.snapshotId}`)
    return snapshot.snapshotId
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** Half an hour of one mission's morning: the rows of a file are in the order of time, so their positions are known. */
async function deleteStuckSensor({ table }: History, committedAt: string): Promise<void> {
  const rows = Array.from({ length: 60 }, (_, i) => 960 + i)
  const delta = table.newRowDelta()
  for (const task of await planSnapshot(table, {}).collect()) {
    const [mission, day] = task.dataFile.partition
    if (mission !== 'apollo-8' || day !== dayOf('2024-03-12')) continue
    const deletes = await writePositionDeletes({
      io: table.io,
      location: table.location,
      schema: table.schema,
      spec: task.spec,
      partition: task.dataFile.partition,
      positions: new Map([[task.dataFile.filePath, rows]]),
    })
    delta.addDeletes(deletes)
  }
  await delta.commit({ timestampMs: ms(committedAt) })
}

async function writeDimensions(catalog: Catalog): Promise<void> {
  const at = '2024-01-31T12:00:00Z'
  const missions = await createTable(catalog, ['sda', 'missions'], at, {
    columns: [
      { name: 'mission_id', type: { kind: 'string' }, required: true },
      { name: 'name', type: { kind: 'string' } },
      { name: 'agency', type: { kind: 'string' } },
      { name: 'launched', type: { kind: 'date' } },
      { name: 'crew', type: { kind: 'int' } },
      { name: 'active', type: { kind: 'boolean' } },
      { name: 'budget_millions', type: { kind: 'decimal', precision: 12, scale: 2 } },
    ],
  })
  await append(missions, [missionBatch(writableSchema(missions))], '2024-02-01T00:00:00Z')

  const events = await createTable(catalog, ['sda', 'events'], at, {
    columns: [
      { name: 'event_id', type: { kind: 'uuid' }, required: true },
      { name: 'mission_id', type: { kind: 'string' }, required: true },
      { name: 'observed_at', type: { kind: 'timestamptz' }, required: true },
      { name: 'sensor', type: { kind: 'string' }, required: true },
      { name: 'severity', type: { kind: 'int' } },
      { name: 'message', type: { kind: 'string' } },
    ],
    partitionBy: [
      { column: 'observed_at', transform: { kind: 'hour' } },
      { column: 'sensor', transform: { kind: 'bucket', count: 8 } },
    ],
    sortBy: [{ column: 'observed_at' }],
  })
  await append(events, [eventBatch(writableSchema(events), dayOf('2024-03-15'))], '2024-03-16T01:00:00Z')
  await append(events, [eventBatch(writableSchema(events), dayOf('2024-03-16'))], '2024-03-17T01:00:00Z')

  const stations = await createTable(catalog, ['ops', 'stations'], at, {
    columns: [
      { name: 'station_id', type: { kind: 'string' }, required: true },
      { name: 'name', type: { kind: 'string' } },
      { name: 'latitude', type: { kind: 'double' } },
      { name: 'longitude', type: { kind: 'double' } },
    ],
  })
  await append(stations, [stationBatch(writableSchema(stations))], '2024-02-01T00:00:00Z')

  const passes = await createTable(catalog, ['ops', 'passes'], at, {
    columns: [
      { name: 'pass_id', type: { kind: 'long' }, required: true },
      { name: 'station_id', type: { kind: 'string' }, required: true },
      { name: 'mission_id', type: { kind: 'string' }, required: true },
      { name: 'started_at', type: { kind: 'timestamptz' }, required: true },
      { name: 'seconds', type: { kind: 'int' } },
      { name: 'bytes_received', type: { kind: 'long' } },
    ],
    partitionBy: [{ column: 'started_at', transform: { kind: 'month' } }],
    sortBy: [{ column: 'started_at' }],
  })
  await append(passes, [passBatch(writableSchema(passes), dayOf('2024-01-01'), 91)], '2024-04-01T07:00:00Z')
}

async function append(table: Table, batches: readonly Batch[], committedAt: string): Promise<void> {
  const writer = dataWriterFor(table)
  for (const batch of batches) await writer.write(batch)
  const files = table.newAppend()
  for (const file of await writer.close()) files.appendFile(file)
  await files.commit({ timestampMs: ms(committedAt) })
}

interface TableLayout {
  readonly columns: readonly ColumnInput[]
  readonly partitionBy?: readonly PartitionFieldInput[]
  readonly sortBy?: readonly SortFieldInput[]
}

function createTable(catalog: Catalog, [namespace, name]: readonly [string, string], createdAt: string, layout: TableLayout): Promise<Table> {
  const schema = schemaOf(layout.columns)
  const newTable = { schema, partitionSpec: partitionSpecOf(schema, layout.partitionBy ?? []), sortOrder: sortOrderOf(schema, layout.sortBy ?? []) }
  return catalog.createTable({ namespace: [namespace], name }, newTable, { timestampMs: ms(createdAt) })
}

/** The table's schema in Arrow's terms, as batches to write have it. */
function writableSchema(table: Table): Schema {
  return arrowSchemaOf(table.schema)
}
