// Appends files to a table of a catalog, from a process of its own: node append-worker.mjs <kind> <path> <count> <name>.
// It runs the built package, as the sources are TypeScript.
import { FilesystemCatalog, dataFile, localFileIO, openSqliteCatalog } from '../dist/index.js'

const [kind, path, count, name] = process.argv.slice(2)
const io = localFileIO({ durable: false })
const catalog =
  kind === 'sqlite' ? await openSqliteCatalog({ database: `${path}/catalog.db`, io }) : new FilesystemCatalog({ warehouse: path, io })
const table = await catalog.loadTable({ namespace: ['sda'], name: 'shared' })
for (let i = 0; i < Number(count); i++) {
  await table
    .newAppend()
    .appendFile(dataFile({ filePath: `${table.location}/data/${name}-${i}`, recordCount: 1, fileSizeInBytes: 1 }))
    .commit()
}
await catalog.close()
