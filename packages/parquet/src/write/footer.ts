/** The structs behind the pages: column index, offset index and footer. */

import type { LeafColumn } from '../metadata/types.js'
import { ThriftWriter } from '../thrift/writer.js'
import type { OrderedValue } from './bounds.js'
import { compareOrdered, cutMax, cutMin, encodeBound } from './bounds.js'
import type { WrittenChunk } from './column-writer.js'
import { ENCODING_PLAIN, ENCODING_RLE, ENCODING_RLE_DICTIONARY, PAGE_DATA, PAGE_DICTIONARY } from './column-writer.js'
import type { ParquetWriterOptions, WriteCodec } from './types.js'
import type { WriteSchema } from './write-schema.js'
import { physicalId, writeElement } from './write-schema.js'

const CODEC_IDS: Readonly<Record<WriteCodec, number>> = { uncompressed: 0, snappy: 1, gzip: 2, zstd: 6 }
const ORDER_NONE = 0
const ORDER_ASCENDING = 1
const ORDER_DESCENDING = 2

/** A chunk that is in the file: its bytes are gone, the rest is needed for the footer. */
export interface PlacedChunk {
  readonly leaf: LeafColumn
  readonly offset: number
  readonly compressedSize: number
  readonly chunk: Omit<WrittenChunk, 'bytes'>
  columnIndex: { offset: number; length: number } | undefined
  offsetIndex: { offset: number; length: number } | undefined
}

export interface PlacedRowGroup {
  readonly rowCount: number
  readonly offset: number
  readonly compressedSize: number
  readonly columns: readonly PlacedChunk[]
}

/**
 * The column index of a chunk, or undefined where the format wants none: a page whose values are all NaN has no bounds,
 * and the index has no way to say so.
 */
export function columnIndexBytes(placed: PlacedChunk, boundsBytes: number): Uint8Array | undefined {
  const { leaf, chunk } = placed
  if (leaf.type.kind === 'null') return undefined
  const mins: Uint8Array[] = []
  const maxs: Uint8Array[] = []
  const nullPages: boolean[] = []
  const ordered: { readonly min: OrderedValue; readonly max: OrderedValue }[] = []
  for (const page of chunk.pages) {
    const isNull = page.nullCount === page.valueCount
    nullPages.push(isNull)
    if (isNull) {
      mins.push(new Uint8Array(0))
      maxs.push(new Uint8Array(0))
      continue
    }
    const min = cutMin(leaf, page.bounds.min, boundsBytes).value
    // An upper bound that cannot be cut stays whole.
    const max = cutMax(leaf, page.bounds.max, boundsBytes).value ?? page.bounds.max
    if (min === undefined || max === undefined) return undefined
    mins.push(encodeBound(leaf, min))
    maxs.push(encodeBound(leaf, max))
    ordered.push({ min, max })
  }
  const writer = new ThriftWriter()
  writer.topLevel(() => {
    writer.bools(1, nullPages)
    writer.binaries(2, mins)
    writer.binaries(3, maxs)
    writer.i32(4, boundaryOrder(ordered))
    writer.i64s(
      5,
      chunk.pages.map((page) => page.nullCount),
    )
  })
  return writer.finish()
}

function boundaryOrder(pages: readonly { readonly min: OrderedValue; readonly max: OrderedValue }[]): number {
  let ascending = true
  let descending = true
  for (let i = 1; i < pages.length; i++) {
    const min = compareOrdered(pages[i]!.min, pages[i - 1]!.min)
    const max = compareOrdered(pages[i]!.max, pages[i - 1]!.max)
    if (min < 0 || max < 0) ascending = false
    if (min > 0 || max > 0) descending = false
  }
  if (ascending) return ORDER_ASCENDING
  return descending ? ORDER_DESCENDING : ORDER_NONE
}

export function offsetIndexBytes(placed: PlacedChunk): Uint8Array {
  const writer = new ThriftWriter()
  writer.topLevel(() => {
    writer.structs(1, placed.chunk.pages, (page) => {
      writer.i64(1, placed.offset + page.offset)
      writer.i32(2, page.size)
      writer.i64(3, page.firstRow)
    })
  })
  return writer.finish()
}

export interface FooterOptions {
  readonly codec: WriteCodec
  readonly boundsBytes: number
  readonly createdBy: string
  readonly keyValueMetadata: Readonly<Record<string, string>>
  readonly sortingColumns: NonNullable<ParquetWriterOptions['sortingColumns']>
}

/** The FileMetaData struct. */
export function footerBytes(schema: WriteSchema, rowGroups: readonly PlacedRowGroup[], options: FooterOptions): Uint8Array {
  const writer = new ThriftWriter()
  writer.topLevel(() => {
    writer.i32(1, 2)
    writer.structs(2, schema.elements, (element) => writeElement(writer, element))
    writer.i64(
      3,
      rowGroups.reduce((sum, group) => sum + group.rowCount, 0),
    )
    writer.structs(4, rowGroups, (group) => writeRowGroup(writer, group, rowGroups.indexOf(group), schema, options))
    const pairs = Object.entries(options.keyValueMetadata)
    writer.structs(5, pairs.length === 0 ? undefined : pairs, ([key, value]) => {
      writer.string(1, key)
      writer.string(2, value)
    })
    writer.string(6, options.createdBy)
    // TypeDefinedOrder: tells readers that min_value and max_value may be trusted.
    writer.structs(7, schema.leaves, () => writer.struct(1, () => undefined))
  })
  return writer.finish()
}

function writeRowGroup(writer: ThriftWriter, group: PlacedRowGroup, ordinal: number, schema: WriteSchema, options: FooterOptions): void {
  writer.structs(1, group.columns, (column) => writeColumnChunk(writer, column, options))
  writer.i64(
    2,
    group.columns.reduce((sum, column) => sum + column.chunk.uncompressedSize, 0),
  )
  writer.i64(3, group.rowCount)
  writer.structs(4, options.sortingColumns.length === 0 ? undefined : options.sortingColumns, (sorting) => {
    const node = schema.columns[sorting.field]
    writer.i32(1, node?.kind === 'leaf' ? node.leaf : 0)
    writer.bool(2, sorting.descending)
    writer.bool(3, sorting.nullsFirst)
  })
  writer.i64(5, group.offset)
  writer.i64(6, group.compressedSize)
  if (ordinal < 0x8000) writer.i16(7, ordinal)
}

function writeColumnChunk(writer: ThriftWriter, column: PlacedChunk, options: FooterOptions): void {
  const { leaf, chunk, offset } = column
  writer.i64(2, 0)
  writer.struct(3, () => {
    writer.i32(1, physicalId(leaf.physicalType))
    writer.i32s(2, chunk.hasDictionary ? [ENCODING_PLAIN, ENCODING_RLE, ENCODING_RLE_DICTIONARY] : [ENCODING_PLAIN, ENCODING_RLE])
    writer.strings(3, leaf.path)
    writer.i32(4, CODEC_IDS[options.codec])
    writer.i64(5, chunk.valueCount)
    writer.i64(6, chunk.uncompressedSize)
    writer.i64(7, column.compressedSize)
    writer.i64(9, offset + chunk.dataPageOffset)
    writer.i64(11, chunk.hasDictionary ? offset : undefined)
    writer.struct(12, () => writeStatistics(writer, column, options.boundsBytes))
    const stats = [{ page: PAGE_DATA, encoding: chunk.hasDictionary ? ENCODING_RLE_DICTIONARY : ENCODING_PLAIN, count: chunk.pages.length }]
    if (chunk.hasDictionary) stats.unshift({ page: PAGE_DICTIONARY, encoding: ENCODING_PLAIN, count: 1 })
    writer.structs(13, stats, (stat) => {
      writer.i32(1, stat.page)
      writer.i32(2, stat.encoding)
      writer.i32(3, stat.count)
    })
  })
  writer.i64(4, column.offsetIndex?.offset)
  writer.i32(5, column.offsetIndex?.length)
  writer.i64(6, column.columnIndex?.offset)
  writer.i32(7, column.columnIndex?.length)
}

function writeStatistics(writer: ThriftWriter, column: PlacedChunk, boundsBytes: number): void {
  const { leaf, chunk } = column
  const min = cutMin(leaf, chunk.bounds.min, boundsBytes)
  const max = cutMax(leaf, chunk.bounds.max, boundsBytes)
  writer.i64(3, chunk.nullCount)
  if (leaf.type.kind === 'null') return
  writer.binary(5, max.value === undefined ? undefined : encodeBound(leaf, max.value))
  writer.binary(6, min.value === undefined ? undefined : encodeBound(leaf, min.value))
  writer.bool(7, max.value === undefined ? undefined : max.exact)
  writer.bool(8, min.value === undefined ? undefined : min.exact)
}
