/**
 * The page index (https://github.com/apache/parquet-format/blob/master/PageIndex.md): where the pages of a column chunk
 * stand, and the bounds of each. An index that contradicts itself or the footer counts as absent: it only helps.
 */

import { decodeBounds } from '../metadata/bounds.js'
import type { ColumnBounds, ColumnChunkMetadata, LeafColumn } from '../metadata/types.js'
import type { PageLocation } from '../read/column-chunk.js'
import { ThriftReader } from '../thrift/reader.js'

export interface PageIndex {
  readonly locations: readonly PageLocation[]
  /** One for each page; undefined when there is no column index. */
  readonly bounds: readonly ColumnBounds[] | undefined
}

export function parseOffsetIndex(
  bytes: Uint8Array,
  chunk: ColumnChunkMetadata,
  rowCount: number,
  where: string,
): PageLocation[] | undefined {
  const raw = new ThriftReader(bytes, where).topLevel((reader) => {
    let pages: { offset: number; size: number; firstRow: number }[] = []
    while (reader.nextField()) {
      if (reader.fieldId === 1) pages = reader.list(readPageLocation)
      else reader.skip()
    }
    return pages
  })
  const end = chunk.pages.offset + chunk.pages.length
  const out: PageLocation[] = []
  for (let i = 0; i < raw.length; i++) {
    const { offset, size, firstRow } = raw[i]!
    const nextRow = raw[i + 1]?.firstRow ?? rowCount
    const isInside = offset >= chunk.pages.offset && size > 0 && offset + size <= end
    if (!isInside || nextRow < firstRow || nextRow > rowCount || (i === 0 && firstRow !== 0)) return undefined
    out.push({ offset, size, firstRow, rowCount: nextRow - firstRow })
  }
  return out.length === 0 ? undefined : out
}

function readPageLocation(reader: ThriftReader): { offset: number; size: number; firstRow: number } {
  const out = { offset: -1, size: 0, firstRow: -1 }
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.offset = reader.i64()
    else if (reader.fieldId === 2) out.size = reader.i32()
    else if (reader.fieldId === 3) out.firstRow = reader.i64()
    else reader.skip()
  }
  return out
}

interface RawColumnIndex {
  nullPages: boolean[]
  mins: Uint8Array[]
  maxs: Uint8Array[]
  nullCounts: number[] | undefined
}

export function parseColumnIndex(
  bytes: Uint8Array,
  leaf: LeafColumn,
  locations: readonly PageLocation[],
  where: string,
): ColumnBounds[] | undefined {
  const raw = new ThriftReader(bytes, where).topLevel(readColumnIndex)
  const pages = locations.length
  if (raw.nullPages.length !== pages || raw.mins.length !== pages || raw.maxs.length !== pages) return undefined
  const isFlat = leaf.maxRepetitionLevel === 0
  return locations.map((page, i) => {
    const isNull = raw.nullPages[i]!
    // Bounds of the index may be cut, and no flag tells: only values of fixed size are whole.
    const bounds = decodeBounds(leaf, {
      min: isNull ? undefined : raw.mins[i],
      max: isNull ? undefined : raw.maxs[i],
      minExact: undefined,
      maxExact: undefined,
      nullCount: raw.nullCounts?.length === pages ? raw.nullCounts[i] : undefined,
      valueCount: page.rowCount,
    })
    return isNull && isFlat ? { ...bounds, nullCount: page.rowCount } : bounds
  })
}

function readColumnIndex(reader: ThriftReader): RawColumnIndex {
  const out: RawColumnIndex = { nullPages: [], mins: [], maxs: [], nullCounts: undefined }
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.nullPages = reader.list((element) => element.boolElement())
    else if (reader.fieldId === 2) out.mins = reader.list((element) => element.binary())
    else if (reader.fieldId === 3) out.maxs = reader.list((element) => element.binary())
    else if (reader.fieldId === 5) out.nullCounts = reader.list((element) => element.i64())
    else reader.skip()
  }
  return out
}
