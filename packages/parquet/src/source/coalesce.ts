/** Reads many ranges of a file in few reads. */

import type { ByteRange } from '../metadata/types.js'
import type { FetchedRange } from '../read/column-chunk.js'
import type { ByteSource } from './byte-source.js'

/** Reading this many unwanted bytes is cheaper than another read. */
const MAX_GAP = 64 * 1024
/** A longer read is cut, so that reads run in parallel and no buffer becomes huge by joining. */
const MAX_JOINED = 16 * 1024 * 1024

/** The ranges in the order given, each a view of a buffer that neighbours may share. */
export async function readRanges(source: ByteSource, ranges: readonly ByteRange[], signal?: AbortSignal): Promise<FetchedRange[]> {
  const sorted = [...ranges].sort((a, b) => a.offset - b.offset)
  const joined: { offset: number; end: number }[] = []
  for (const range of sorted) {
    const last = joined.at(-1)
    const end = range.offset + range.length
    if (last !== undefined && range.offset <= last.end + MAX_GAP && Math.max(end, last.end) - last.offset <= MAX_JOINED)
      last.end = Math.max(last.end, end)
    else joined.push({ offset: range.offset, end })
  }
  const buffers = await Promise.all(joined.map(({ offset, end }) => source.read(offset, end - offset, signal)))
  const users = joined.map(() => 0)
  return ranges.map((range) => {
    const at = joined.findIndex(({ offset, end }) => offset <= range.offset && range.offset + range.length <= end)
    const start = range.offset - joined[at]!.offset
    users[at]!++
    const release = (): void => {
      if (--users[at]! === 0) source.recycle?.(buffers[at]!)
    }
    return { ...range, bytes: buffers[at]!.subarray(start, start + range.length), release }
  })
}
