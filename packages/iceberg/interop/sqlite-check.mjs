// Checks the SQLite catalog of the built package on a Node version that has node:sqlite: node sqlite-check.mjs <folder>.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cp, mkdir, readFile, readdir } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { localFileIO, openSqliteCatalog, openStaticTable } from '../dist/index.js'
import { checkCatalog } from './catalog-conformance.ts'

const folder = process.argv[2]
const io = localFileIO({ durable: false })

async function conforms() {
  const options = { database: `${folder}/conform/catalog.db`, io }
  await mkdir(`${folder}/conform`, { recursive: true })
  const catalog = await openSqliteCatalog(options)
  await checkCatalog(catalog, { rival: await openSqliteCatalog(options), renames: true })
  const table = await catalog.loadTable({ namespace: ['sda'], name: 'observations' })
  const hint = await readFile(`${table.location}/metadata/version-hint.text`, 'utf8')
  assert.equal(`${table.location}/metadata/${hint}.metadata.json`, table.metadataLocation)
  assert.equal((await openStaticTable(table.location)).metadata.tableUuid, table.metadata.tableUuid)
  const rows = new DatabaseSync(options.database).prepare('SELECT * FROM iceberg_tables').all()
  assert.equal(rows.length, 1)
  assert.deepEqual([rows[0].catalog_name, rows[0].table_namespace, rows[0].iceberg_type], ['artemis', 'sda', 'TABLE'])
  assert.equal(rows[0].metadata_location, table.metadataLocation)
}

async function failsClearly() {
  await assert.rejects(openSqliteCatalog({ database: `${folder}/no/such/folder/catalog.db` }), { name: 'IoError' })
}

async function losesNoCommit() {
  const path = `${folder}/shared`
  await mkdir(path, { recursive: true })
  const catalog = await openSqliteCatalog({ database: `${path}/catalog.db`, io })
  await catalog.createNamespace(['sda'])
  const schema = { schemaId: 0, identifierFieldIds: [], fields: [{ id: 1, name: 'id', required: true, type: { kind: 'long' } }] }
  const properties = { 'commit.retry.num-retries': '100', 'commit.retry.min-wait-ms': '5', 'commit.retry.max-wait-ms': '40' }
  const table = await catalog.createTable({ namespace: ['sda'], name: 'shared' }, { schema, properties })
  const script = fileURLToPath(new URL('./append-worker.mjs', import.meta.url))
  const run = (name) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--no-warnings', script, 'sqlite', path, '10', name], { stdio: 'inherit' })
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`worker ${name} failed with ${code}`))))
    })
  await Promise.all([run('a'), run('b')])
  await table.refresh()
  assert.equal(table.metadata.snapshots.length, 20)
  assert.equal(table.currentSnapshot().summary['total-data-files'], '20')
}

/** Databases of pyiceberg, moved from where they were written. */
async function opensCorpus(corpus) {
  for (const [name, namespace, table] of [
    ['null_stats', 'default', 'test_nulls'],
    ['map_stats', 'default', 'map_stats'],
    ['add_columns_with_defaults', 'default', 'add_columns_with_defaults'],
  ]) {
    await cp(`${corpus}/${name}`, `${folder}/corpus/${name}`, { recursive: true })
    const database = `${folder}/corpus/${name}/pyiceberg_catalog.db`
    const names = new DatabaseSync(database).prepare('SELECT DISTINCT catalog_name FROM iceberg_tables').all()
    if (names.length === 0) continue
    const catalog = await openSqliteCatalog({ name: names[0].catalog_name, database, io })
    const loaded = await catalog.loadTable({ namespace: [namespace], name: table })
    assert.ok((await loaded.manifests(loaded.currentSnapshot())).length > 0)
    await loaded.updateProperties({ set: { moved: 'yes' } })
    assert.equal((await catalog.loadTable(loaded.identifier)).properties.moved, 'yes')
    assert.ok((await readdir(`${folder}/corpus/${name}`)).length > 0)
  }
}

await conforms()
await failsClearly()
await losesNoCommit()
if (process.argv[3] !== undefined) await opensCorpus(process.argv[3])
console.log('ok')
