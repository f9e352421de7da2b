import { IcebergCache, MemoryFileIO } from '@artemis/iceberg'
import type { ByteRange } from '@artemis/parquet'
import { KeptPage } from '@artemis/parquet'
import { describe, expect, it } from 'vitest'
import { ScanPages } from './scan-pages.js'

const range = (offset: number, length = 100): ByteRange => ({ offset, length })
const pageOf = ({ offset, length }: ByteRange): KeptPage => new KeptPage(new Uint8Array(length).fill(offset), undefined)
const offsets = (pages: readonly KeptPage[]): number[] => pages.map((page) => page.bytes[0]!)

function setUp(maxBytes?: number) {
  const io = new MemoryFileIO()
  const cache = new IcebergCache(maxBytes === undefined ? {} : { maxBytes })
  const loads: number[][] = []
  const load = async (missing: readonly ByteRange[]): Promise<KeptPage[]> => {
    loads.push(missing.map(({ offset }) => offset))
    return missing.map(pageOf)
  }
  return { cache, loads, load, pages: (key: string) => new ScanPages(io, cache).ofFile(key) }
}

describe('the pages of a scan', () => {
  it('are read together, once for all scans, apart by file', async () => {
    const { loads, load, pages } = setUp()
    expect(offsets(await pages('a').getOrLoad([range(1), range(2)], load))).toEqual([1, 2])
    expect(offsets(await pages('a').getOrLoad([range(3), range(2), range(4)], load))).toEqual([3, 2, 4])
    expect(offsets(await pages('b').getOrLoad([range(1)], load))).toEqual([1])
    expect(loads).toEqual([[1, 2], [3, 4], [1]])
  })

  it('are shared by scans that ask at the same time', async () => {
    const { loads, load, pages } = setUp()
    const both = await Promise.all([pages('a').getOrLoad([range(1), range(2)], load), pages('a').getOrLoad([range(2), range(3)], load)])
    expect(both.map(offsets)).toEqual([
      [1, 2],
      [2, 3],
    ])
    expect(loads).toEqual([[1, 2], [3]])
  })

  it('that could not be read fail those who wait, and are read again by others', async () => {
    const { load, pages } = setUp()
    let fail: (() => void) | undefined
    const failing = (): Promise<KeptPage[]> => new Promise((_, reject) => (fail = () => reject(new Error('gone'))))
    const first = pages('a').getOrLoad([range(1), range(2)], failing)
    const second = pages('a').getOrLoad([range(2), range(3)], load)
    fail!()
    await expect(first).rejects.toThrow('gone')
    await expect(second).rejects.toThrow('gone')
    expect(offsets(await pages('a').getOrLoad([range(1), range(2), range(3)], load))).toEqual([1, 2, 3])
  })

  it('stay within the bytes of the cache', async () => {
    const { cache, load, pages } = setUp(1000)
    for (let i = 0; i < 50; i++) expect(offsets(await pages('a').getOrLoad([range(i)], load))).toEqual([i])
    expect(cache.statistics.bytes).toBe(1000)
    expect(cache.statistics.entries).toBe(10)
  })

  it('are kept as far as one scan may', () => {
    const { pages } = setUp()
    const ofScan = pages('a')
    const admitted = Array.from({ length: 40 }, () => ofScan.admits(1024 * 1024)).filter(Boolean)
    expect(admitted.length).toBe(16)
    expect(ofScan.admits(1)).toBe(false)
    expect(pages('a').admits(1)).toBe(true)
  })
})
