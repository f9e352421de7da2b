/** The data of the benchmarks: made once below bench/data, from seeds, and kept. */

import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { FilesystemCatalog, arrowSchemaOf, dataWriterFor, localFileIO, partitionSpecOf, schemaOf } from '@artemis/iceberg'
import { createDemoArchive } from '@artemis/testkit'
import { LINEITEM_COLUMNS, LINEITEM_ROWS, ROWS_PER_FILE as LINEITEM_ROWS_PER_FILE, lineitemBatches } from './lineitem.mjs'
import { ROWS_PER_FILE as TELEMETRY_ROWS_PER_FILE, STATIONS, TELEMETRY_COLUMNS, TELEMETRY_ROWS, telemetryBatches } from './telemetry.mjs'
import { APPENDS, WIDE_HISTORY_COLUMNS, filesOfAppend } from './wide-history.mjs'
import { Batch, float64, primitiveVector } from '@artemis/arrow'
import { codedText } from './columns.mjs'

/** Raised when what is generated changes, so that old data is made anew. */
const VERSION = 1

export const WAREHOUSE = path.resolve(import.meta.dirname, '../data/warehouse')
const MARKER = path.join(WAREHOUSE, `.complete-${VERSION}`)

/** Makes the warehouse unless it is there. Takes a few minutes and about 1 GB. */
export async function ensureArchive(log = console.error) {
  if (existsSync(MARKER)) return
  await rm(WAREHOUSE, { recursive: true, force: true })
  const start = performance.now()
  await createDemoArchive(WAREHOUSE, { log })
  const catalog = new FilesystemCatalog({ name: 'artemis', warehouse: WAREHOUSE, io: localFileIO({ durable: false }) })
  await catalog.createNamespace(['bench'])
  await writeRows(await createTable(catalog, 'telemetry', TELEMETRY_COLUMNS), telemetryBatches, TELEMETRY_ROWS, TELEMETRY_ROWS_PER_FILE, log)
  await writeRows(await createTable(catalog, 'lineitem', LINEITEM_COLUMNS), lineitemBatches, LINEITEM_ROWS, LINEITEM_ROWS_PER_FILE, log)
  await writeStations(catalog)
  await writeWideHistory(catalog)
  await catalog.close()
  await writeFile(MARKER, '')
  log(`the data of the benchmarks is ready (${((performance.now() - start) / 1000).toFixed(1)} s)`)
}

function createTable(catalog, name, columns, partitionBy = []) {
  const schema = schemaOf(columns)
  return catalog.createTable({ namespace: ['bench'], name }, { schema, partitionSpec: partitionSpecOf(schema, partitionBy) })
}

/** A writer for each file: files of a fixed number of rows, so that the layout does not hang on compression. */
async function writeRows(table, batchesOf, rowCount, rowsPerFile, log) {
  const append = table.newAppend()
  for (let row = 0; row < rowCount; row += rowsPerFile) {
    const writer = dataWriterFor(table, { targetFileBytes: 4 * 2 ** 30 })
    for (const batch of batchesOf(arrowSchemaOf(table.schema), row, Math.min(rowsPerFile, rowCount - row))) await writer.write(batch)
    for (const file of await writer.close()) append.appendFile(file)
    log(`  ${table.location.split('/').at(-1)}: ${Math.min(row + rowsPerFile, rowCount)} of ${rowCount} rows`)
  }
  await append.commit()
}

async function writeStations(catalog) {
  const table = await createTable(catalog, 'stations', [
    { name: 'station', type: { kind: 'string' }, required: true },
    { name: 'region', type: { kind: 'string' } },
    { name: 'gain', type: { kind: 'double' } },
  ])
  const rows = STATIONS.length
  const codes = Int32Array.from({ length: rows }, (_, i) => i)
  const columns = [
    codedText(codes, STATIONS),
    codedText(codes.map((i) => i % 4), ['africa', 'americas', 'europe', 'pacific']),
    primitiveVector(float64, Float64Array.from({ length: rows }, (_, i) => 30 + i / 4)),
  ]
  const writer = dataWriterFor(table)
  await writer.write(new Batch(arrowSchemaOf(table.schema), rows, columns))
  const append = table.newAppend()
  for (const file of await writer.close()) append.appendFile(file)
  await append.commit()
}

async function writeWideHistory(catalog) {
  const table = await createTable(catalog, 'wide_history', WIDE_HISTORY_COLUMNS, [{ column: 'mission_id' }, { column: 'day' }])
  for (let i = 0; i < APPENDS; i++) {
    const append = table.newAppend()
    for (const file of filesOfAppend(table, i)) append.appendFile(file)
    await append.commit()
  }
}

if (process.argv[1] === import.meta.filename) await ensureArchive()
