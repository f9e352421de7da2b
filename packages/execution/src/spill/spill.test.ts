import type { Scalar } from '@artemis/arrow'
import { Batch, decodeStream, field, scalarsOf, utf8, vectorFromScalars } from '@artemis/arrow'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { KEY_TYPES, keyText, randomLayout, randomScalars, seededRandom } from '../testing/random.js'
import { PartitionedFiles, partitionRows } from './partitioned-files.js'
import { trackSpill } from './operator-spill.js'
import { OperatorMetrics } from '../metrics.js'
import { spillError } from './spill-errors.js'
import { spillFolderName, sweepStaleSpillFolders } from './spill-folder.js'
import { SpillManager } from './spill-manager.js'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'artemis-spill-test-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const SCHEMA = { fields: KEY_TYPES.map((type, i) => field(`c${i}`, type)) }

function batches(count: number): { batch: Batch; values: Scalar[][] }[] {
  const random = seededRandom(1)
  return Array.from({ length: count }, () => {
    const rowCount = 1 + Math.floor(random() * 100)
    const values = KEY_TYPES.map((type) => randomScalars(type, rowCount, random, 20))
    return {
      batch: new Batch(
        SCHEMA,
        rowCount,
        KEY_TYPES.map((type, k) => randomLayout(type, values[k]!, random)),
      ),
      values,
    }
  })
}

it('gives back what was written, of every type, and is an Arrow IPC stream', async () => {
  const manager = new SpillManager({ directory, queryId: 'q/1' })
  expect(readdirSync(directory)).toEqual([])
  const file = await manager.createFile(SCHEMA)
  const written = batches(5)
  for (const { batch } of written) await file.append(batch)
  const [folder] = readdirSync(directory)
  const bytes = readFileSync(join(directory, folder!, readdirSync(join(directory, folder!))[0]!))
  expect(bytes.byteLength).toBe(file.bytes)
  const texts = (columns: readonly (readonly Scalar[])[]): string[] => columns.map((column) => column.map(keyText).join())
  const fromFile: string[][] = []
  for await (const batch of file.read()) fromFile.push(texts(batch.columns().map(scalarsOf)))
  expect(fromFile).toEqual(written.map(({ values }) => texts(values)))
  expect([...decodeStream(bytes).batches].map((batch) => batch.rowCount)).toEqual(written.map(({ batch }) => batch.rowCount))
  await file.remove()
  expect(manager.usedBytes).toBe(0)
  await manager.close()
  await manager.close()
  expect(readdirSync(directory)).toEqual([])
})

it('keeps rows of one key together in a partition, other ones at another level', async () => {
  const manager = new SpillManager({ directory, queryId: 'q' })
  const metrics = new OperatorMetrics()
  const spill = trackSpill(manager, metrics)
  const files = new PartitionedFiles(spill, { fields: [field('s', utf8)] }, 0)
  const values = Array.from({ length: 3000 }, (_, i) => `value ${i % 700}`)
  await files.write([vectorFromScalars(utf8, values)], values.length, [vectorFromScalars(utf8, values)])
  const found: string[] = []
  for (let partition = 0; partition < PartitionedFiles.COUNT; partition++) {
    const here: string[] = []
    for await (const batch of files.take(partition)) here.push(...(scalarsOf(batch.column(0)) as string[]))
    expect(here.some((value) => found.includes(value))).toBe(false)
    found.push(...here)
  }
  expect(found.sort()).toEqual([...values].sort())
  expect(metrics.get('spilled_rows')).toBe(3000)
  await spill.close()
  await manager.close()
  const hashes = Int32Array.from({ length: 1000 }, (_, i) => Math.imul(i, 0x9e3779b1))
  const level = (n: number): string => partitionRows(hashes, n).starts.join()
  expect(level(0)).not.toBe(level(1))
})

it('sweeps the folders of dead processes only', async () => {
  const host = hostname().replace(/[^A-Za-z0-9.-]/g, '-')
  const dead = `artemis-spill_${host}_999999999_1_q`
  const earlier = `artemis-spill_${host}_${process.pid}_1000_q`
  const elsewhere = 'artemis-spill_another-machine_999999999_1_q'
  const own = spillFolderName('mine')
  for (const name of [dead, earlier, elsewhere, own, 'somebody-elses']) mkdirSync(join(directory, name))
  expect((await sweepStaleSpillFolders(directory)).sort()).toEqual([dead, earlier].sort())
  expect(readdirSync(directory).sort()).toEqual([elsewhere, own, 'somebody-elses'].sort())
  expect(await sweepStaleSpillFolders(join(directory, 'missing'))).toEqual([])
})

it('names the directory when the disk is full or may not be written', async () => {
  expect(spillError(Object.assign(new Error('x'), { code: 'ENOSPC' }), '/tmp/somewhere')).toMatchObject({
    kind: 'resource',
    code: 'DISK_FULL',
    message: 'no space is left for spill files in /tmp/somewhere',
  })
  const file = join(directory, 'a-file')
  writeFileSync(file, '')
  const manager = new SpillManager({ directory: join(file, 'below'), queryId: 'q' })
  await expect(manager.createFile(SCHEMA)).rejects.toMatchObject({
    kind: 'io',
    code: 'SPILL_IO',
    message: expect.stringContaining(file) as string,
  })
  await manager.close()
})

it('reads on and writes on after a rest', async () => {
  const manager = new SpillManager({ directory, queryId: 'q' })
  const schema = { fields: [field('s', utf8)] }
  const file = await manager.createFile(schema)
  for (const text of ['a', 'b', 'c']) {
    await file.append(new Batch(schema, 1, [vectorFromScalars(utf8, [text])]))
    await file.rest()
  }
  const found: Scalar[] = []
  for await (const batch of file.read()) {
    found.push(...scalarsOf(batch.column(0)))
    await file.rest()
  }
  expect(found).toEqual(['a', 'b', 'c'])
  expect(file.rows).toBe(3)
  await manager.close()
  expect(readdirSync(directory)).toEqual([])
})
