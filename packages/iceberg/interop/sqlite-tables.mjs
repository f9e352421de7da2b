// Writes or reads tables of a SQLite catalog with the built package, on a Node that has node:sqlite:
//   node sqlite-tables.mjs write FOLDER    makes the tables, prints the rows of both
//   node sqlite-tables.mjs read FOLDER     prints the rows of "shared"
//   node sqlite-tables.mjs append FOLDER   appends to "shared" after others have, prints its rows
import * as arrow from '@artemis/arrow'
import * as parquet from '@artemis/parquet'
import * as iceberg from '../dist/index.js'
import { appendRows, readRows, writeShared, writeShowcase } from './tables.ts'

const [command, folder] = process.argv.slice(2)
const modules = { arrow, parquet, iceberg }
const catalog = await iceberg.openSqliteCatalog({ database: `${folder}/catalog.db`, warehouse: `${folder}/warehouse` })
if (command === 'write') {
  await catalog.createNamespace(['sda'])
  const showcase = await writeShowcase(modules, catalog, 'showcase')
  const shared = await writeShared(modules, catalog, 'shared')
  print({
    showcase: await readRows(modules, showcase),
    shared: await readRows(modules, shared),
    showcaseFolder: showcase.location,
    sharedFolder: shared.location,
  })
} else {
  const table = await catalog.loadTable({ namespace: ['sda'], name: 'shared' })
  if (command === 'append') await appendRows(modules, table, 30, 40)
  print(await readRows(modules, table))
}

function print(value) {
  process.stdout.write(JSON.stringify(value))
}
