/**
 * What every catalog must do. It imports no code of the package, so that a test may run it on the sources and a script of
 * another Node version on the built files.
 */
import assert from 'node:assert/strict'
import type { Catalog, PartitionSpec, Schema } from '../src/index.js'

const schema: Schema = {
  schemaId: 0,
  identifierFieldIds: [],
  fields: [
    { id: 1, name: 'id', required: true, type: { kind: 'long' }, doc: undefined, initialDefault: undefined, writeDefault: undefined },
  ],
}
const partitionSpec: PartitionSpec = {
  specId: 0,
  fields: [{ sourceId: 1, fieldId: 1000, name: 'id_bucket', transform: { kind: 'bucket', count: 4 }, sourceIds: undefined }],
}

export interface ConformanceOptions {
  /** A second view of the same catalog: another session. */
  readonly rival: Catalog
  readonly renames: boolean
}

export async function checkCatalog(catalog: Catalog, options: ConformanceOptions): Promise<void> {
  await checkNamespaces(catalog)
  await checkTables(catalog, options)
  await checkCommits(catalog, options)
}

async function checkNamespaces(catalog: Catalog): Promise<void> {
  assert.deepEqual(await catalog.listNamespaces(), [])
  await catalog.createNamespace(['sda'])
  await catalog.createNamespace(['ops', 'nightly'])
  await refused(catalog.createNamespace(['sda']), 'NAMESPACE_EXISTS')
  assert.deepEqual(await catalog.listNamespaces(), [['ops'], ['sda']])
  assert.deepEqual(await catalog.listNamespaces(['ops']), [['ops', 'nightly']])
  assert.deepEqual(await catalog.listNamespaces(['sda']), [])
  assert.equal(await catalog.namespaceExists(['ops', 'nightly']), true)
  assert.equal(await catalog.namespaceExists(['nightly']), false)
  await refused(catalog.listNamespaces(['no']), 'NAMESPACE_NOT_FOUND')
  await refused(catalog.listTables(['no']), 'NAMESPACE_NOT_FOUND')
  await refused(catalog.dropNamespace(['ops']), 'NAMESPACE_NOT_EMPTY')
  await refused(catalog.dropNamespace(['no']), 'NAMESPACE_NOT_FOUND')
  await catalog.dropNamespace(['ops', 'nightly'])
  await refused(catalog.createNamespace(['..']), 'INVALID_NAME')
  await refused(catalog.createNamespace(['a/b']), 'INVALID_NAME')
}

async function checkTables(catalog: Catalog, options: ConformanceOptions): Promise<void> {
  const id = { namespace: ['sda'], name: 'observations' }
  await refused(catalog.loadTable(id), 'TABLE_NOT_FOUND')
  await refused(catalog.loadTable({ namespace: ['no'], name: 'x' }), 'NAMESPACE_NOT_FOUND')
  await refused(catalog.createTable({ namespace: ['no'], name: 'x' }, { schema }), 'NAMESPACE_NOT_FOUND')
  const table = await catalog.createTable(id, { schema, partitionSpec, properties: { owner: 'me' } })
  assert.equal(table.properties['owner'], 'me')
  assert.equal(table.currentSnapshot(), undefined)
  await refused(catalog.createTable(id, { schema }), 'TABLE_EXISTS')
  await catalog.createTable({ namespace: ['sda'], name: 'missions' }, { schema })
  assert.deepEqual(await catalog.listTables(['sda']), [{ namespace: ['sda'], name: 'missions' }, id])
  assert.deepEqual(await catalog.listNamespaces(['sda']), [])
  assert.equal(await catalog.tableExists(id), true)
  assert.equal(await catalog.tableExists({ namespace: ['sda'], name: 'missing' }), false)
  await assert.rejects(catalog.loadTable({ namespace: ['sda'], name: 'observation' }), { hint: 'Did you mean "observations"?' })
  await refused(catalog.dropNamespace(['sda']), 'NAMESPACE_NOT_EMPTY')
  assert.equal((await options.rival.loadTable(id)).metadata.tableUuid, table.metadata.tableUuid)
  await catalog.dropTable({ namespace: ['sda'], name: 'missions' }, { purge: true })
  await refused(catalog.dropTable({ namespace: ['sda'], name: 'missions' }), 'TABLE_NOT_FOUND')
  const again = await catalog.createTable({ namespace: ['sda'], name: 'missions' }, { schema })
  assert.equal((await catalog.loadTable(again.identifier)).metadata.tableUuid, again.metadata.tableUuid)
  assert.equal((await options.rival.loadTable(again.identifier)).metadata.tableUuid, again.metadata.tableUuid)
  const renamed = { namespace: ['sda'], name: 'flights' }
  if (options.renames) {
    await catalog.renameTable(again.identifier, renamed)
    assert.equal((await options.rival.loadTable(renamed)).metadata.tableUuid, again.metadata.tableUuid)
    await refused(catalog.renameTable(again.identifier, renamed), 'TABLE_EXISTS')
    await refused(catalog.renameTable(again.identifier, { namespace: ['sda'], name: 'y' }), 'TABLE_NOT_FOUND')
    await catalog.dropTable(renamed, { purge: true })
  } else {
    await refused(catalog.renameTable(again.identifier, renamed), 'UNSUPPORTED_RENAME')
    await catalog.dropTable(again.identifier)
  }
  assert.deepEqual(await catalog.listTables(['sda']), [id])
}

async function checkCommits(catalog: Catalog, options: ConformanceOptions): Promise<void> {
  const id = { namespace: ['sda'], name: 'observations' }
  const ours = await catalog.loadTable(id)
  const theirs = await options.rival.loadTable(id)
  await theirs.updateProperties({ set: { a: '1' } })
  const stale = { kind: 'assert-ref-snapshot-id', ref: 'main', snapshotId: 5n } as const
  await refused(catalog.commitTable(id, { requirements: [stale], updates: [] }, Date.now()), 'COMMIT_CONFLICT')
  await refused(
    catalog.commitTable(
      { namespace: ['sda'], name: 'gone' },
      { requirements: [{ kind: 'assert-table-uuid', uuid: 'x' }], updates: [] },
      Date.now(),
    ),
    'COMMIT_CONFLICT',
  )
  const [first, second] = await Promise.all([ours.newAppend().commit(), theirs.newAppend().commit()])
  await ours.refresh()
  assert.equal(ours.metadata.snapshots.length, 2)
  assert.equal(ours.properties['a'], '1')
  assert.deepEqual(new Set(ours.metadata.snapshots.map((snapshot) => snapshot.snapshotId)), new Set([first.snapshotId, second.snapshotId]))
  assert.deepEqual(
    ours.metadata.snapshots.map((snapshot) => snapshot.sequenceNumber),
    [1n, 2n],
  )
  await ours.updateProperties({
    set: { 'write.metadata.previous-versions-max': '2', 'write.metadata.delete-after-commit.enabled': 'true' },
  })
  for (let i = 0; i < 3; i++) await ours.updateProperties({ set: { i: String(i) } })
  assert.equal(ours.metadata.metadataLog.length, 2)
  const files = await ours.io.list(`${ours.location}/metadata`)
  // Those that the log dropped before the property was set are still there.
  assert.equal(files.filter((file) => file.location.endsWith('.metadata.json')).length < 9, true)
  await theirs.refresh()
  assert.equal(theirs.properties['i'], '2')
}

async function refused(action: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(action, (error: unknown) => {
    assert.equal((error as { code?: unknown }).code, code, String(error))
    return true
  })
}
