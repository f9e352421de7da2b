import { beforeEach, describe, expect, it } from 'vitest'
import { CommitError, ConfigError, IoError, UnsupportedError } from '@artemis/errors'
import { injectedFault } from '../io/memory-file-io.js'
import { POSITION_DELETES_CONTENT, dataFile } from '../model/manifest.js'
import type { Snapshot } from '../model/snapshot.js'
import type { Table } from '../table/table.js'
import { CommitFixture, DAY, START, id, schema, appendFile, liveNames as liveNamesOf } from './testing/commit-fixture.js'

let fixture: CommitFixture
let io: CommitFixture['io']
let catalog: CommitFixture['catalog']
let table: Table

beforeEach(async () => {
  fixture = new CommitFixture()
  io = fixture.io
  catalog = fixture.catalog
  table = await fixture.createTable()
})

const file: CommitFixture['file'] = (...args) => fixture.file(...args)
const append = (name: string, target = table): Promise<Snapshot> => appendFile(target, file(name))
const liveNames = (of = table, snapshot = of.currentSnapshot()): Promise<string[]> => liveNamesOf(of, snapshot)
const other = async (): Promise<Table> => catalog.loadTable(id)

describe('append', () => {
  it('adds files, keeps what was there, and counts', async () => {
    const first = await append('a')
    fixture.now += DAY
    const second = await append('b')
    expect(await liveNames()).toEqual(['a', 'b'])
    expect(await liveNames(table, first)).toEqual(['a'])
    expect(second).toMatchObject({ parentSnapshotId: first.snapshotId, sequenceNumber: 2n, timestampMs: START + DAY, schemaId: 0 })
    expect(second.summary).toEqual({
      operation: 'append',
      'added-data-files': '1',
      'added-records': '10',
      'added-files-size': '100',
      'changed-partition-count': '1',
      'total-records': '20',
      'total-files-size': '200',
      'total-data-files': '2',
      'total-delete-files': '0',
      'total-position-deletes': '0',
      'total-equality-deletes': '0',
    })
    expect(table.metadata.snapshotLog.map((entry) => entry.timestampMs)).toEqual([START, START + DAY])
    expect(table.metadata.metadataLog.map((entry) => entry.metadataFile)).toEqual(
      [1, 2].map((n) => `/w/sda/observations/metadata/v${n}.metadata.json`),
    )
    expect(Buffer.from(await io.read('/w/sda/observations/metadata/version-hint.text')).toString()).toBe('3')
    const entries = await table.manifestEntries(
      (await table.manifests(second)).find((manifest) => manifest.addedSnapshotId === first.snapshotId)!,
    )
    expect(entries.map((entry) => entry.sequenceNumber)).toEqual([1n])
  })

  it('splits many files over manifests and keeps them apart by spec', async () => {
    const operation = table.newAppend()
    for (let i = 0; i < 6000; i++)
      operation.appendFile(dataFile({ filePath: `/x/${i}`, recordCount: 1, fileSizeInBytes: 1, partition: [i] }))
    const snapshot = await operation.commit()
    expect((await table.manifests(snapshot)).map((manifest) => manifest.addedFilesCount)).toEqual([2500, 2500, 1000])
    await table.updateSpec((spec) => spec.removeField('day'))
    const mixed = await table
      .newAppend()
      .appendFile(await file('old'))
      .appendFile(await file('new', { specId: 1, partition: [] }))
      .commit()
    expect((await table.manifests(mixed)).slice(0, 2).map((manifest) => manifest.partitionSpecId)).toEqual([0, 1])
  })

  it('merges with what another writer appended', async () => {
    const rival = await other()
    await append('theirs', rival)
    await append('mine')
    expect(await liveNames()).toEqual(['mine', 'theirs'])
    expect(fixture.sleeps).toEqual([75])
    const manifests = io.locations().filter((name) => name.endsWith('.avro'))
    // Two manifests and two lists: the list of the lost try is gone.
    expect(manifests).toHaveLength(4)
  })

  it('gives up after the tries it may make, and leaves nothing but the data', async () => {
    const before = io.locations()
    const mine = await file('mine')
    io.fault = (operation, location, moment) => {
      // Somebody else is always a moment faster.
      if (operation === 'writeExclusive' && moment === 'before') void io.write(location, Buffer.from(metadataBytes))
    }
    const metadataBytes = await io.read('/w/sda/observations/metadata/v1.metadata.json')
    await expect(table.newAppend().appendFile(mine).commit()).rejects.toMatchObject({ code: 'COMMIT_RETRIES_EXHAUSTED' })
    expect(fixture.sleeps).toEqual([75, 150, 300, 600])
    io.fault = undefined
    expect(io.locations().filter((name) => name.endsWith('.avro'))).toEqual([])
    expect(io.locations().filter((name) => !before.includes(name) && !name.includes('/metadata/v'))).toEqual([mine.filePath])
  })

  it('finds its commit when only the answer was lost', async () => {
    io.fault = (operation, location, moment) => {
      if (operation === 'writeExclusive' && moment === 'after') throw injectedFault(operation, location)
    }
    const snapshot = await append('a')
    expect(table.currentSnapshot()!.snapshotId).toBe(snapshot.snapshotId)
    expect(fixture.sleeps).toEqual([])
  })

  it('fails and cleans up when storage is full, without another try', async () => {
    io.fault = (operation, location, moment) => {
      if (operation === 'writeExclusive' && moment === 'before') throw injectedFault(operation, location)
    }
    await expect(append('a')).rejects.toThrow(IoError)
    io.fault = undefined
    expect(io.locations().filter((name) => name.endsWith('.avro'))).toEqual([])
    await table.refresh()
    expect(table.currentSnapshot()).toBeUndefined()
  })

  it('deletes nothing when nobody can tell what happened', async () => {
    let broken = false
    io.fault = (operation, location, moment) => {
      if (operation === 'writeExclusive' && moment === 'after') broken = true
      if (broken) throw injectedFault(operation, location)
    }
    await expect(append('a')).rejects.toMatchObject({ code: 'COMMIT_STATE_UNKNOWN' })
    io.fault = undefined
    await table.refresh()
    expect(await liveNames()).toEqual(['a'])
  })

  it('takes no delete files, and commits once', async () => {
    const deletes = await file('d', { content: POSITION_DELETES_CONTENT })
    expect(() => table.newAppend().appendFile(deletes)).toThrow(ConfigError)
    const operation = table.newAppend().appendFile(await file('a'))
    await operation.commit()
    await expect(operation.commit()).rejects.toThrow(/already/)
  })
})

describe('time', () => {
  it('may be given, so that an archive has its history', async () => {
    fixture.now = Date.UTC(2030, 0, 1)
    const past = await catalog.createTable({ namespace: ['sda'], name: 'past' }, { schema }, { timestampMs: START })
    for (const day of [1, 10, 30]) await past.newAppend().commit({ timestampMs: START + day * DAY })
    expect(past.metadata.snapshotLog.map((entry) => entry.timestampMs - START)).toEqual([DAY, 10 * DAY, 30 * DAY])
    expect(past.metadata.lastUpdatedMs).toBe(START + 30 * DAY)
    expect(past.snapshotAsOf(START + 15 * DAY).timestampMs).toBe(START + 10 * DAY)
    await expect(past.newAppend().commit({ timestampMs: START })).rejects.toMatchObject({ code: 'TIMESTAMP_NOT_MONOTONIC' })
  })
  it('never runs back in the log, whatever the clock does', async () => {
    await append('a')
    fixture.now -= DAY
    const second = await append('b')
    expect(second.timestampMs).toBe(START + 1)
  })
})

describe('row delta', () => {
  it('adds delete files with a later sequence number than their data', async () => {
    await append('a')
    const data = (await file('a')).filePath
    const deletes = await file('a-deletes', { content: POSITION_DELETES_CONTENT, referencedDataFile: data, recordCount: 3 })
    const snapshot = await table
      .newRowDelta()
      .addRows(await file('a2'))
      .addDeletes(deletes)
      .commit()
    expect(snapshot.summary).toMatchObject({
      operation: 'overwrite',
      'added-position-deletes': '3',
      'total-position-deletes': '3',
      'added-delete-files': '1',
    })
    const manifests = await table.manifests(snapshot)
    const deleteManifest = manifests.find((manifest) => manifest.content === 'deletes')!
    const [entry] = await table.manifestEntries(deleteManifest)
    expect(entry).toMatchObject({ sequenceNumber: 2n, dataFile: { content: POSITION_DELETES_CONTENT, referencedDataFile: data } })
    expect(
      (
        await table
          .newRowDelta()
          .addDeletes(await file('more', { content: POSITION_DELETES_CONTENT }))
          .commit()
      ).summary['operation'],
    ).toBe('delete')
  })

  it('fails when the data file it deletes from was removed meanwhile', async () => {
    const data = await file('a')
    await table.newAppend().appendFile(data).commit()
    const rival = await other()
    await rival.newOverwrite().deleteFile(data).commit()
    const deletes = await file('d', { content: POSITION_DELETES_CONTENT, referencedDataFile: data.filePath })
    await expect(table.newRowDelta().addDeletes(deletes).commit()).rejects.toMatchObject({ code: 'COMMIT_VALIDATION_FAILED' })
    expect(fixture.sleeps).toHaveLength(1)
  })

  it('fails when a file that conflicts was added meanwhile', async () => {
    await append('a')
    const rival = await other()
    await append('rival', rival)
    const operation = table
      .newRowDelta()
      .addRows(await file('b'))
      .validateNoConflictingFiles((added) => added.filePath.endsWith('rival'))
    await expect(operation.commit()).rejects.toThrow(/conflicts/)
    const fine = table
      .newRowDelta()
      .addRows(await file('c'))
      .validateNoConflictingFiles((added) => added.filePath.endsWith('x'))
    await fine.commit()
    expect(await liveNames()).toEqual(['a', 'c', 'rival'])
  })
})

describe('overwrite and rewrite', () => {
  it('remove files, keep the others as EXISTING, and count what went', async () => {
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => file(name)))
    const first = await table.newAppend().appendFile(a!).appendFile(b!).commit()
    const snapshot = await table.newOverwrite().deleteFile(a!).addFile(c!).commit()
    expect(await liveNames()).toEqual(['b', 'c'])
    expect(snapshot.summary).toMatchObject({
      operation: 'overwrite',
      'deleted-data-files': '1',
      'deleted-records': '10',
      'total-records': '20',
      'total-data-files': '2',
    })
    const rewritten = (await table.manifests(snapshot)).find((manifest) => manifest.existingFilesCount === 1)!
    expect(rewritten).toMatchObject({ addedFilesCount: 0, deletedFilesCount: 1, minSequenceNumber: 1n, sequenceNumber: 2n })
    expect((await table.manifestEntries(rewritten)).map((entry) => [entry.status, entry.snapshotId, entry.sequenceNumber])).toEqual([
      [2, snapshot.snapshotId, 1n],
      [0, first.snapshotId, 1n],
    ])
    // The manifest with nothing live in it goes with the next snapshot.
    const last = await table.newOverwrite().deleteFile(b!).commit()
    expect(last.summary['operation']).toBe('delete')
    expect((await append('d')).summary['total-data-files']).toBe('2')
    expect((await table.manifests(table.currentSnapshot()!)).every((manifest) => manifest.deletedFilesCount === 0)).toBe(true)
  })

  it('fail when the file is gone, and when deletes came for it', async () => {
    const a = await file('a')
    await table.newAppend().appendFile(a).commit()
    await expect(
      table
        .newOverwrite()
        .deleteFile(await file('nowhere'))
        .commit(),
    ).rejects.toThrow(/not in the table.*nowhere/)
    const rival = await other()
    await rival
      .newRowDelta()
      .addDeletes(await file('d', { content: POSITION_DELETES_CONTENT }))
      .commit()
    await expect(
      table
        .newRewrite()
        .deleteFile(a)
        .addFile(await file('b'))
        .commit(),
    ).rejects.toThrow(/may delete rows/)
    expect(
      (
        await table
          .newRewrite()
          .deleteFile(a)
          .addFile(await file('b'))
          .commit()
      ).summary['operation'],
    ).toBe('replace')
  })

  it('are tried again when an append came between', async () => {
    const a = await file('a')
    await table.newAppend().appendFile(a).commit()
    await append('theirs', await other())
    await table
      .newOverwrite()
      .deleteFile(a)
      .addFile(await file('b'))
      .commit()
    expect(await liveNames()).toEqual(['b', 'theirs'])
  })
})

describe('metadata changes', () => {
  it('change schema, spec, order and properties', async () => {
    await table.updateSchema((update) => update.addColumn('signal_snr', { kind: 'double' }).renameColumn('day', 'date'))
    await table.updateSpec((update) => update.addField('id', { kind: 'bucket', count: 8 }))
    await table.replaceSortOrder([{ column: 'date', direction: 'desc' }])
    await table.updateProperties({ set: { a: '1', b: '2' }, remove: ['c'] })
    await table.updateProperties({ remove: ['a'] })
    const read = await other()
    expect(read.schema).toMatchObject({ schemaId: 1, fields: [{ id: 1 }, { id: 2, name: 'date' }, { id: 3, name: 'signal_snr' }] })
    expect(read.spec).toMatchObject({ specId: 1, fields: [{ fieldId: 1000 }, { fieldId: 1001, name: 'id_bucket_8' }] })
    expect(read.sortOrder).toMatchObject({ orderId: 2 })
    expect(read.properties).toEqual({ b: '2' })
    expect(read.metadata.lastColumnId).toBe(3)
  })

  it('keep the ids apart when two change the schema at once', async () => {
    const rival = await other()
    await rival.updateSchema((update) => update.addColumn('theirs', { kind: 'int' }))
    await table.updateSchema((update) => update.addColumn('mine', { kind: 'int' }))
    expect(table.schema.fields.map((field) => [field.id, field.name]).slice(2)).toEqual([
      [3, 'theirs'],
      [4, 'mine'],
    ])
    await expect(rival.updateSchema((update) => update.addColumn('mine', { kind: 'int' }))).rejects.toThrow(/already has/)
  })

  it('find the schema that is there already', async () => {
    await table.updateSchema((update) => update.addColumn('x', { kind: 'int' }))
    await table.updateSchema((update) => update.dropColumn('x'))
    expect(table.metadata.currentSchemaId).toBe(0)
    await append('a')
    expect(table.schemaOf(table.currentSnapshot()!)).toBe(table.schema)
  })

  it('update the name mapping with the schema', async () => {
    await table.updateProperties({ set: { 'schema.name-mapping.default': '[{"field-id":1,"names":["id"]}]' } })
    await table.updateSchema((update) => update.renameColumn('id', 'ident'))
    expect(JSON.parse(table.properties['schema.name-mapping.default']!)[0]).toEqual({ 'field-id': 1, names: ['id', 'ident'] })
  })
})

describe('format versions', () => {
  it('writes v2 only, and upgrades v1', async () => {
    const location = '/w/sda/observations/metadata/v1.metadata.json'
    const v2 = Buffer.from(await io.read(location)).toString()
    await io.write(location, Buffer.from(v2.replace('"format-version":2', '"format-version":1')))
    const old = await other()
    await expect(append('a', old)).rejects.toThrow(UnsupportedError)
    await old.upgradeFormatVersion()
    await append('a', old)
    expect(old.metadata.formatVersion).toBe(2)
    expect(await liveNames(old)).toEqual(['a'])
  })
  it('fails with a CommitError that names its code', async () => {
    await expect(
      table
        .newOverwrite()
        .deleteFile(await file('x'))
        .commit(),
    ).rejects.toThrow(CommitError)
  })
})
