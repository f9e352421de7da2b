import { crc32 } from 'node:zlib'
import { bytesVector, dictionaryVector, primitiveVector, vectorFromScalars } from '@artemis/arrow'
import { describe, expect, test } from 'vitest'
import { MemoryFileIO } from '../io/memory-file-io.js'
import { dataFile } from '../model/manifest.js'
import { DeletedRows } from './deleted-rows.js'
import { readDeletionVector } from './deletion-vector.js'
import { EqualityDeleteSet } from './equality-deletes.js'
import { readRoaring64 } from './roaring.js'

type Container = { readonly key: number; readonly values: readonly number[]; readonly as?: 'runs' }

/** Writes the portable form of a 32-bit bitmap, from the format's specification. */
function roaring32(containers: readonly Container[]): Buffer {
  const withRuns = containers.some((container) => container.as === 'runs')
  const parts: Buffer[] = []
  const u16 = (...values: number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer)
  const u32 = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer)
  if (withRuns) {
    parts.push(u32(12347 | ((containers.length - 1) << 16)))
    const flags = Buffer.alloc((containers.length + 7) >>> 3)
    containers.forEach((container, i) => (flags[i >>> 3]! |= container.as === 'runs' ? 1 << (i & 7) : 0))
    parts.push(flags)
  } else parts.push(u32(12346, containers.length))
  for (const { key, values } of containers) parts.push(u16(key, values.length - 1))
  if (!withRuns || containers.length >= 4) parts.push(Buffer.alloc(containers.length * 4))
  for (const { values, as } of containers) {
    if (as === 'runs') {
      const runs: [number, number][] = []
      for (const value of values) {
        const last = runs.at(-1)
        if (last !== undefined && last[0] + last[1] + 1 === value) last[1]++
        else runs.push([value, 0])
      }
      parts.push(u16(runs.length, ...runs.flat()))
    } else if (values.length <= 4096) parts.push(u16(...values))
    else {
      const bits = Buffer.alloc(8192)
      for (const value of values) bits[value >>> 3]! |= 1 << (value & 7)
      parts.push(bits)
    }
  }
  return Buffer.concat(parts)
}

function roaring64(bitmaps: readonly { readonly high: number; readonly containers: readonly Container[] }[]): Buffer {
  const count = Buffer.alloc(8)
  count.writeUInt32LE(bitmaps.length)
  return Buffer.concat([
    count,
    ...bitmaps.flatMap(({ high, containers }) => {
      const key = Buffer.alloc(4)
      key.writeUInt32LE(high)
      return [key, roaring32(containers)]
    }),
  ])
}

const collect = (bytes: Uint8Array): number[] => {
  const positions: number[] = []
  readRoaring64(bytes, (position) => positions.push(position))
  return positions
}
const every = (step: number, count: number): number[] => Array.from({ length: count }, (_, i) => i * step)

describe('roaring bitmaps', () => {
  test('array, bitmap and run containers, and positions beyond 2^32', () => {
    const bytes = roaring64([
      {
        high: 0,
        containers: [
          { key: 0, values: [1, 5, 65535] },
          { key: 7, values: every(3, 20_000) },
        ],
      },
      {
        high: 1,
        containers: [
          { key: 2, values: [10, 11, 12, 20], as: 'runs' },
          { key: 3, values: [4] },
        ],
      },
    ])
    expect(collect(bytes)).toEqual([
      1,
      5,
      65535,
      ...every(3, 20_000).map((v) => 7 * 65536 + v),
      ...[10, 11, 12, 20].map((v) => 2 ** 32 + 2 * 65536 + v),
      2 ** 32 + 3 * 65536 + 4,
    ])
    const many = Array.from({ length: 5 }, (_, key) => ({ key, values: [key], as: 'runs' as const }))
    expect(collect(roaring64([{ high: 0, containers: many }]))).toEqual([0, 65537, 131074, 196611, 262148])
    expect(collect(roaring64([]))).toEqual([])
  })
  test('damage is named, whatever is cut off or changed', () => {
    const bytes = roaring64([
      {
        high: 0,
        containers: [
          { key: 0, values: [1, 5] },
          { key: 7, values: [3, 4], as: 'runs' },
        ],
      },
    ])
    for (let length = 0; length < bytes.length; length++) expect(() => collect(bytes.subarray(0, length))).toThrow(/damaged/)
    expect(() => collect(Buffer.concat([bytes, Buffer.of(0)]))).toThrow(/1 bytes follow/)
  })
})

describe('deletion vectors', () => {
  const bitmap = roaring64([{ high: 0, containers: [{ key: 0, values: [1, 5, 99] }] }])
  const blob = (): Buffer => {
    const magic = Buffer.of(0xd1, 0xd3, 0x39, 0x64)
    const body = Buffer.concat([magic, bitmap])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    const checksum = Buffer.alloc(4)
    checksum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, checksum])
  }
  const read = async (bytes: Buffer, recordCount = 3): Promise<DeletedRows> => {
    const io = new MemoryFileIO()
    await io.write('dv.puffin', Buffer.concat([Buffer.from('PFA1'), bytes, Buffer.from('PFA1')]))
    const file = dataFile({
      filePath: 'dv.puffin',
      content: 1,
      fileFormat: 'puffin',
      recordCount,
      fileSizeInBytes: 1,
      contentOffset: 4,
      contentSizeInBytes: bytes.length,
    })
    const rows = new DeletedRows(100)
    await readDeletionVector(io, file, rows)
    return rows
  }
  test('read from their place in the file', async () => {
    const rows = await read(blob())
    expect([rows.count, rows.has(1), rows.has(2), rows.has(99)]).toEqual([3, true, false, true])
  })
  test('refused when checksum, magic, length or cardinality do not match', async () => {
    for (const at of [0, 4, 12, blob().length - 1]) {
      const bytes = blob()
      bytes[at]! ^= 1
      await expect(read(bytes)).rejects.toThrow(/damaged/)
    }
    await expect(read(blob(), 4)).rejects.toThrow(/3 positions where its manifest entry says 4/)
  })
})

test('deleted rows: survivors by range and by positions', () => {
  const rows = new DeletedRows(20)
  rows.addAll([0, 7, 8, 19, 20, 500])
  expect(rows.count).toBe(4)
  expect(rows.survivors(1, 6)).toBeUndefined()
  expect([...rows.survivors(6, 4)!]).toEqual([0, 3])
  expect([...rows.survivorsOf(Int32Array.of(0, 2, 3, 13), 5)!]).toEqual([0, 3])
  expect(rows.survivorsOf(Int32Array.of(0, 1), 5)).toBeUndefined()
  expect(rows.byteSize).toBe(3)
})

describe('equality deletes against a brute-force join', () => {
  const int = { kind: 'int32' } as const
  const long = { kind: 'int64' } as const
  const double = { kind: 'float64' } as const
  const text = { kind: 'utf8' } as const
  const pools = [
    [int, [null, 0, 1, -1, 7]],
    [long, [null, 0n, 1n, 2n ** 53n, 2n ** 53n + 1n, -1n, 2n ** 32n]],
    [double, [null, 0, -0, Number.NaN, 1.5]],
    [text, [null, '', 'a', 'ab', 'é', '\u{1F600}']],
  ] as const
  let state = 5
  const next = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return Math.floor(((state >>> 0) / 4294967296) * n)
  }
  const same = (a: unknown, b: unknown): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b))

  test.each([1, 2, 3, 4])('%i columns', (width) => {
    const columns = pools.slice(4 - width)
    const rows = (count: number): unknown[][] => Array.from({ length: count }, () => columns.map(([, pool]) => pool[next(pool.length)]))
    for (let round = 0; round < 20; round++) {
      const deletes = [rows(next(6)), rows(next(6))]
      const data = rows(200)
      const set = new EqualityDeleteSet(columns.map((_, i) => i + 1))
      const vectors = (list: unknown[][]) =>
        columns.map(([type], c) =>
          vectorFromScalars(
            type,
            list.map((row) => row[c] as never),
          ),
        )
      for (const list of deletes) set.add(vectors(list), list.length)
      const kept = set.survivors(vectors(data), data.length)
      const expected = data.flatMap((row, i) => (deletes.flat().some((gone) => gone.every((value, c) => same(value, row[c]))) ? [] : [i]))
      expect([...(kept ?? data.keys())]).toEqual(expected)
    }
  })
  test('dictionary-encoded columns compare by value', () => {
    const words = bytesVector(text, Int32Array.of(0, 1, 2, 3), Uint8Array.from(Buffer.from('abc')))
    const set = new EqualityDeleteSet([1])
    set.add([vectorFromScalars(text, ['b'])], 1)
    expect([...set.survivors([dictionaryVector(Int32Array.of(0, 1, 2, 1), words)], 4)!]).toEqual([0, 2])
    expect(set.survivors([primitiveVector(int, Int32Array.of(1, 2))], 2)).toBeUndefined()
  })
})
