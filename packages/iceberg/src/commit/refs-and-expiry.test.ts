import { beforeEach, describe, expect, it } from 'vitest'
import { CatalogError } from '@artemis/errors'
import { injectedFault } from '../io/memory-file-io.js'
import type { Snapshot } from '../model/snapshot.js'
import type { Table } from '../table/table.js'
import { CommitFixture, DAY, START, appendFile, liveNames as liveNamesOf } from './testing/commit-fixture.js'

let fixture: CommitFixture
let io: CommitFixture['io']
let table: Table

beforeEach(async () => {
  fixture = new CommitFixture()
  io = fixture.io
  table = await fixture.createTable()
})

const file: CommitFixture['file'] = (...args) => fixture.file(...args)
const append = (name: string, target = table): Promise<Snapshot> => appendFile(target, file(name))
const liveNames = (of = table, snapshot = of.currentSnapshot()): Promise<string[]> => liveNamesOf(of, snapshot)

describe('branches, tags and rollback', () => {
  it('point, move and go', async () => {
    const first = await append('a')
    const second = await append('b')
    await table.manageSnapshots().createTag('v1', first.snapshotId).createBranch('audit').commit()
    expect(table.snapshotByRef('v1').snapshotId).toBe(first.snapshotId)
    expect(table.snapshotByRef('audit').snapshotId).toBe(second.snapshotId)
    const audited = await table
      .newAppend()
      .toBranch('audit')
      .appendFile(await file('c'))
      .commit()
    expect(audited.parentSnapshotId).toBe(second.snapshotId)
    expect(table.currentSnapshot()!.snapshotId).toBe(second.snapshotId)
    expect(await liveNames(table, table.snapshotByRef('audit'))).toEqual(['a', 'b', 'c'])
    await table.manageSnapshots().replaceTag('v1', second.snapshotId).setRetention('audit', { minSnapshotsToKeep: 2 }).commit()
    expect(table.metadata.refs).toMatchObject({ v1: { snapshotId: second.snapshotId }, audit: { minSnapshotsToKeep: 2 } })
    await table.manageSnapshots().removeRef('v1').commit()
    expect(() => table.snapshotByRef('v1')).toThrow(CatalogError)
    await expect(
      table
        .newAppend()
        .toBranch('new')
        .appendFile(await file('d'))
        .commit(),
    ).resolves.toMatchObject({ parentSnapshotId: second.snapshotId })
  })

  it('refuse what makes no sense', async () => {
    await expect(table.manageSnapshots().createTag('t').commit()).rejects.toThrow(/none yet/)
    const first = await append('a')
    await table.manageSnapshots().createTag('t').commit()
    await expect(table.manageSnapshots().createTag('t').commit()).rejects.toThrow(/already has/)
    await expect(table.manageSnapshots().createBranch('b', 5n).commit()).rejects.toThrow(/no snapshot 5/)
    await expect(table.manageSnapshots().replaceBranch('t', first.snapshotId).commit()).rejects.toThrow(/is a tag/)
    await expect(table.manageSnapshots().removeRef('main').commit()).rejects.toThrow(/cannot be removed/)
    await expect(table.newAppend().toBranch('t').commit()).rejects.toThrow(/only branches/)
  })

  it('roll back, and the log tells', async () => {
    const first = await append('a')
    fixture.now += DAY
    const second = await append('b')
    fixture.now += DAY
    await table.manageSnapshots().rollbackTo(first.snapshotId).commit()
    expect(await liveNames()).toEqual(['a'])
    fixture.now += DAY
    expect(table.snapshotAsOf(START + DAY + 5).snapshotId).toBe(second.snapshotId)
    expect(table.snapshotAsOf(fixture.now).snapshotId).toBe(first.snapshotId)
    await expect(table.manageSnapshots().rollbackTo(second.snapshotId).commit()).rejects.toThrow(/no ancestor/)
    await table.manageSnapshots().setCurrentSnapshot(second.snapshotId).commit()
    await table.manageSnapshots().rollbackToTime(START).commit()
    expect(table.currentSnapshot()!.snapshotId).toBe(first.snapshotId)
    expect(table.metadata.snapshotLog).toHaveLength(5)
  })
})

describe('expiry', () => {
  async function history() {
    const a = await file('a')
    const first = await table.newAppend().appendFile(a).commit()
    fixture.now += DAY
    const second = await table
      .newOverwrite()
      .deleteFile(a)
      .addFile(await file('b'))
      .commit()
    fixture.now += DAY
    const third = await append('c')
    return { first, second, third }
  }

  it('deletes exactly what nothing reaches any more', async () => {
    const { first, second, third } = await history()
    const before = io.locations()
    const result = await table.expireSnapshots({ olderThanMs: START + DAY })
    expect(result).toMatchObject({
      snapshotIds: [first.snapshotId],
      dataFiles: ['/w/sda/observations/data/a'],
      deleteFiles: [],
      manifestLists: [first.manifestList],
      notDeleted: [],
    })
    expect(result.manifests).toHaveLength(1)
    expect(before.filter((name) => !io.locations().includes(name)).sort()).toEqual(
      [...result.dataFiles, ...result.manifests, ...result.manifestLists].sort(),
    )
    expect(await liveNames()).toEqual(['b', 'c'])
    expect(await liveNames(table, second)).toEqual(['b'])
    expect(table.metadata.snapshotLog.map((entry) => entry.snapshotId)).toEqual([second.snapshotId, third.snapshotId])
    expect(() => table.snapshotAsOf(START + 5)).toThrow(/has been expired; the oldest one kept is/)
    expect(() => table.snapshotById(first.snapshotId)).toThrow(/has been expired/)
    expect((await table.expireSnapshots({ olderThanMs: START })).snapshotIds).toEqual([])
  })

  it('keeps what references reach', async () => {
    const { first, second } = await history()
    await table.manageSnapshots().createTag('keep', first.snapshotId).commit()
    fixture.now += 100 * DAY
    const result = await table.expireSnapshots()
    expect(result.snapshotIds).toEqual([second.snapshotId])
    expect(result.dataFiles).toEqual([])
    expect(await liveNames(table, table.snapshotByRef('keep'))).toEqual(['a'])
    await expect(table.expireSnapshots({ snapshotIds: [first.snapshotId] })).rejects.toThrow(/the tag "keep" points to it/)
    await expect(table.expireSnapshots({ snapshotIds: [4n] })).rejects.toThrow(CatalogError)
  })

  it('keeps a number, drops references that are too old, and can spare the files', async () => {
    const { first } = await history()
    await table.manageSnapshots().createTag('short', first.snapshotId, { maxRefAgeMs: DAY }).commit()
    fixture.now += 100 * DAY
    expect((await table.expireSnapshots({ retainLast: 3, deleteFiles: false })).refs).toEqual(['short'])
    expect(table.metadata.snapshots).toHaveLength(3)
    const result = await table.expireSnapshots({ snapshotIds: [first.snapshotId], deleteFiles: false })
    expect([result.snapshotIds, result.dataFiles, await io.stat('/w/sda/observations/data/a')]).toMatchObject([
      [first.snapshotId],
      [],
      { size: 1 },
    ])
  })

  it('obeys gc.enabled, and reports what it could not delete', async () => {
    await history()
    io.fault = (operation, location) => {
      if (operation === 'delete') throw injectedFault(operation, location)
    }
    expect((await table.expireSnapshots({ olderThanMs: fixture.now })).notDeleted.length).toBeGreaterThan(2)
    io.fault = undefined
    await table.updateProperties({ set: { 'gc.enabled': 'false' } })
    await expect(table.expireSnapshots()).rejects.toThrow(/gc.enabled/)
  })
})
