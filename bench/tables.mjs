/** Which Parquet files are live in each table: what DuckDB is given to read. */

import { FilesystemCatalog, planSnapshot } from '@artemis/iceberg'
import { WAREHOUSE } from './generate/archive.mjs'

/** `columns` names what all files have under one name: DuckDB knows nothing of renames. */
const TABLES = [
  { schema: 'bench', name: 'telemetry', columns: '*' },
  { schema: 'bench', name: 'lineitem', columns: '*' },
  { schema: 'bench', name: 'stations', columns: '*' },
  { schema: 'sda', name: 'observations', columns: 'observation_id, mission_id, day, observed_at, sensor, panel_voltage, panel_current, status, notes' },
]

export async function liveTables() {
  const catalog = new FilesystemCatalog({ name: 'artemis', warehouse: WAREHOUSE })
  const tables = []
  for (const { schema, name, columns } of TABLES) {
    const table = await catalog.loadTable({ namespace: [schema], name })
    const tasks = await planSnapshot(table).collect()
    tables.push({
      schema,
      name,
      columns,
      files: tasks.map((task) => task.dataFile.filePath.replace(/^file:\/\//, '')).sort(),
      rows: tasks.reduce((sum, task) => sum + task.dataFile.recordCount, 0),
      bytes: tasks.reduce((sum, task) => sum + task.dataFile.fileSizeInBytes, 0),
    })
  }
  await catalog.close()
  return tables
}
