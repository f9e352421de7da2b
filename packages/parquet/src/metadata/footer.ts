/** Reads and parses the footer: two positional reads at most, one when it is smaller than the first guess. */

import { throwIfAborted } from '@artemis/errors'
import { damaged, unsupported } from '../errors.js'
import type { ByteSource } from '../source/byte-source.js'
import { ThriftReader } from '../thrift/reader.js'
import { boundsOfStatistics } from './bounds.js'
import type { RawColumnChunk, RawFileMetadata, RawRowGroup } from './raw.js'
import { readFileMetadata } from './raw.js'
import { parseSchema } from './schema.js'
import type { ByteRange, ColumnChunkMetadata, CompressionCodec, Encoding, LeafColumn, ParquetMetadata, RowGroupMetadata } from './types.js'

const FIRST_READ = 64 * 1024
const TRAILER = 8
const MAGIC = 0x31524150
const ENCRYPTED_MAGIC = 0x45524150

const CODECS: readonly CompressionCodec[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW']
const ENCODINGS: readonly (Encoding | undefined)[] = [
  'PLAIN',
  undefined,
  'PLAIN_DICTIONARY',
  'RLE',
  'BIT_PACKED',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY',
  'RLE_DICTIONARY',
  'BYTE_STREAM_SPLIT',
]

export function encodingOf(id: number, where: string): Encoding {
  const encoding = ENCODINGS[id]
  if (encoding === undefined) throw unsupported(where, `encoding ${id}`)
  return encoding
}

/**
 * The metadata of a Parquet file. Throws DataError when the file is no Parquet file, truncated or damaged, and
 * UnsupportedError when it is encrypted.
 */
export async function readFooter(
  source: ByteSource,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ParquetMetadata> {
  const { name, size } = source
  throwIfAborted(options.signal)
  if (size < TRAILER + 4) throw damaged(name, `a file of ${size} bytes is too short for Parquet`)
  const tailLength = Math.min(FIRST_READ, size)
  const tail = await source.read(size - tailLength, tailLength, options.signal)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  const magic = view.getUint32(tailLength - 4, true)
  if (magic === ENCRYPTED_MAGIC) throw unsupported(name, 'Parquet encryption')
  if (magic !== MAGIC) throw damaged(name, 'the file does not end with the magic bytes PAR1')
  const footerSize = view.getUint32(tailLength - TRAILER, true)
  if (footerSize > size - TRAILER - 4) throw damaged(name, `the footer of ${footerSize} bytes does not fit the file of ${size} bytes`)
  const footer =
    footerSize + TRAILER <= tailLength
      ? tail.subarray(tailLength - TRAILER - footerSize, tailLength - TRAILER)
      : await source.read(size - TRAILER - footerSize, footerSize, options.signal)
  return parseFooter(footer, source)
}

function parseFooter(footer: Uint8Array, source: { readonly name: string; readonly size: number }): ParquetMetadata {
  const where = `${source.name}: footer`
  const raw = new ThriftReader(footer, where).topLevel(readFileMetadata)
  if (raw.encrypted) throw unsupported(source.name, 'Parquet encryption')
  const { columns, leaves } = parseSchema(raw.schema, where)
  const rowGroups: RowGroupMetadata[] = []
  let firstRow = 0
  for (const group of raw.rowGroups) {
    rowGroups.push(parseRowGroup(group, rowGroups.length, firstRow, leaves, source))
    firstRow += group.rowCount
  }
  return {
    version: raw.version,
    createdBy: raw.createdBy,
    // Some writers leave the file's own count at 0: the row groups are what there is to read.
    rowCount: firstRow,
    schema: { fields: columns.map((column) => column.field) },
    columns,
    leaves,
    rowGroups,
    keyValueMetadata: Object.fromEntries(raw.keyValues.map(({ key, value }) => [key, value])),
    footerSize: footer.length,
    byteSize: estimateSize(raw, rowGroups),
  }
}

function parseRowGroup(
  group: RawRowGroup,
  index: number,
  firstRow: number,
  leaves: readonly LeafColumn[],
  source: { readonly name: string; readonly size: number },
): RowGroupMetadata {
  const where = `${source.name}: row group ${index}`
  if (group.columns.length !== leaves.length) throw damaged(where, `${group.columns.length} column chunks for ${leaves.length} columns`)
  if (group.rowCount < 0 || group.rowCount > 0x7fffffff) throw damaged(where, `a row count of ${group.rowCount}`)
  const columns = group.columns.map((column, i) =>
    parseChunk(column, leaves[i]!, `${where}, column ${leaves[i]!.path.join('.')}`, source.size),
  )
  return {
    index,
    firstRow,
    rowCount: group.rowCount,
    compressedSize: group.compressedSize ?? columns.reduce((sum, column) => sum + column.compressedSize, 0),
    uncompressedSize: group.totalByteSize,
    columns,
    sortingColumns: group.sortingColumns,
  }
}

function parseChunk(raw: RawColumnChunk, leaf: LeafColumn, where: string, fileSize: number): ColumnChunkMetadata {
  if (raw.encrypted) throw unsupported(where, 'Parquet encryption')
  if (raw.filePath !== undefined && raw.filePath !== '') throw unsupported(where, `a column chunk in another file ("${raw.filePath}")`)
  if (!raw.hasMetadata) throw damaged(where, 'no column metadata')
  const codec = CODECS[raw.codec]
  if (codec === undefined) throw unsupported(where, `compression codec ${raw.codec}`)
  // Some writers give 0, or an offset behind the data, for a dictionary that is not there.
  const hasDictionary =
    raw.dictionaryPageOffset !== undefined && raw.dictionaryPageOffset > 0 && raw.dictionaryPageOffset < raw.dataPageOffset
  const offset = hasDictionary ? raw.dictionaryPageOffset! : raw.dataPageOffset
  if (offset < 0 || raw.compressedSize < 0 || raw.valueCount < 0 || offset + raw.compressedSize > fileSize) {
    throw damaged(where, `bytes ${offset} to ${offset + raw.compressedSize} leave the file of ${fileSize} bytes`)
  }
  return {
    codec,
    encodings: raw.encodings.flatMap((id) => ENCODINGS[id] ?? []),
    valueCount: raw.valueCount,
    uncompressedSize: raw.uncompressedSize,
    compressedSize: raw.compressedSize,
    pages: { offset, length: raw.compressedSize },
    dataPageOffset: raw.dataPageOffset,
    dictionaryPageOffset: hasDictionary ? raw.dictionaryPageOffset : undefined,
    bounds: boundsOfStatistics(leaf, raw.statistics, raw.valueCount),
    columnIndex: rangeOf(raw.columnIndexOffset, raw.columnIndexLength, fileSize),
    offsetIndex: rangeOf(raw.offsetIndexOffset, raw.offsetIndexLength, fileSize),
    bloomFilter: rangeOf(raw.bloomFilterOffset, raw.bloomFilterLength ?? 0, fileSize),
  }
}

/** An index is optional: one whose place makes no sense counts as absent. */
function rangeOf(offset: number | undefined, length: number | undefined, fileSize: number): ByteRange | undefined {
  if (offset === undefined || length === undefined || offset <= 0 || length < 0 || offset + length > fileSize) return undefined
  return { offset, length }
}

const CHUNK_BYTES = 600
const LEAF_BYTES = 500

/** A chunk's objects, its bounds and its page index once read; a guess that grows with what it guesses. */
function estimateSize(raw: RawFileMetadata, rowGroups: readonly RowGroupMetadata[]): number {
  let size = 1000 + raw.schema.length * LEAF_BYTES
  for (const { key, value } of raw.keyValues) size += 2 * (key.length + value.length)
  for (const group of rowGroups) {
    for (const column of group.columns) {
      size += CHUNK_BYTES + 3 * ((column.columnIndex?.length ?? 0) + (column.offsetIndex?.length ?? 0))
      size += scalarBytes(column.bounds.min) + scalarBytes(column.bounds.max)
    }
  }
  return size
}

function scalarBytes(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length
  return value instanceof Uint8Array ? 100 + value.length : 24
}
