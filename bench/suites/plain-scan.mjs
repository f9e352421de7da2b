/**
 * The query over eight days against the plain scan of the same range: plan the files, decode the columns that the query
 * needs, and do nothing with them. What the query costs more is the price of SQL.
 */

import { DATA_CONTENT, IcebergCache, FilesystemCatalog, and, fieldByName, gtEq, ltEq, planSnapshot } from '@artemis/iceberg'
import { LocalFileSource, ParquetFile, readFooter } from '@artemis/parquet'
import { interleave, medians } from '../measure.mjs'
import { QUERIES } from '../queries.mjs'

const dayOf = (text) => Date.parse(`${text}T00:00:00Z`) / 86_400_000

export async function plainScan({ artemis, warehouse, rounds, log }) {
  const { sql } = QUERIES.find((query) => query.id === 'eight-days')
  const cache = new IcebergCache()
  const catalog = new FilesystemCatalog({ name: 'artemis', warehouse, cache })
  const scan = async () => {
    const table = await catalog.loadTable({ namespace: ['sda'], name: 'observations' })
    const day = fieldByName(table.schema, 'day').field.id
    const predicate = and(gtEq(day, dayOf('2024-03-01')), ltEq(day, dayOf('2024-03-08')))
    let rows = 0
    for (const task of await planSnapshot(table, { predicate }).collect()) rows += await decodeMission(task, table.io, cache)
    return rows
  }
  const contenders = [
    { name: 'query', run: () => artemis.run(sql) },
    { name: 'scan', run: scan },
  ]
  const times = medians(await interleave(contenders, { rounds: rounds * 3, budgetMs: 5000 }))
  await catalog.close()
  const row = { queryMs: times.get('query'), scanMs: times.get('scan'), rows: await scan() }
  log(`eight-days: query ${row.queryMs.toFixed(1)} ms, plain scan ${row.scanMs.toFixed(1)} ms, ratio ${(row.queryMs / row.scanMs).toFixed(2)}`)
  return row
}

/** One file after the other, footers from the cache as in the query. */
async function decodeMission({ dataFile }, io, cache) {
  if (dataFile.content !== DATA_CONTENT) throw new Error('not a data file')
  const source = await LocalFileSource.open(dataFile.filePath.replace(/^file:\/\//, ''))
  try {
    const metadata = await cache.getOrLoad(io, `footer:${dataFile.filePath}`, async () => {
      const footer = await readFooter(source)
      return { value: footer, bytes: footer.byteSize }
    })
    const file = await ParquetFile.open(source, { metadata })
    let rows = 0
    for (const { index } of metadata.rowGroups) {
      const reader = file.rowGroup(index)
      await reader.prefetch(['mission_id'])
      rows += reader.column('mission_id').length
      reader.release()
    }
    return rows
  } finally {
    await source.close()
  }
}
