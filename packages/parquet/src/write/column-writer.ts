/** Collects one leaf column of a row group and turns it into the bytes of a column chunk. */

import { pageChecksum } from '../codec/checksum.js'
import { compress } from '../codec/codec.js'
import type { LeafColumn } from '../metadata/types.js'
import { ThriftWriter } from '../thrift/writer.js'
import type { ValueBounds } from './bounds.js'
import { mergeBounds, NO_VALUES } from './bounds.js'
import { ByteBuilder } from './byte-builder.js'
import { BytesBuffer } from './bytes-buffer.js'
import { encodeLevels } from './hybrid-encode.js'
import type { Shredded } from './shred.js'
import { BooleanBuffer, FixedBuffer } from './small-buffers.js'
import type { WriteCodec } from './types.js'
import type { ChunkEncoding, ValueBuffer } from './value-buffer.js'
import { WordBuffer } from './word-buffer.js'

export const ENCODING_PLAIN = 0
export const ENCODING_RLE = 3
export const ENCODING_RLE_DICTIONARY = 8
export const PAGE_DATA = 0
export const PAGE_DICTIONARY = 2

export interface ColumnWriterOptions {
  readonly codec: WriteCodec
  readonly compressionLevel: number | undefined
  readonly pageRows: number
  readonly pageBytes: number
  readonly dictionary: boolean
}

export interface WrittenPage {
  /** From the start of the chunk. */
  readonly offset: number
  /** With the header. */
  readonly size: number
  readonly firstRow: number
  readonly nullCount: number
  readonly valueCount: number
  readonly bounds: ValueBounds
}

export interface WrittenChunk {
  readonly bytes: Uint8Array
  /** Sizes with the headers. */
  readonly uncompressedSize: number
  readonly hasDictionary: boolean
  /** Of the first data page, from the start of the chunk. */
  readonly dataPageOffset: number
  readonly pages: readonly WrittenPage[]
  readonly valueCount: number
  readonly nullCount: number
  readonly bounds: ValueBounds
}

export class ColumnWriter {
  readonly leaf: LeafColumn
  readonly #options: ColumnWriterOptions
  readonly #values: ValueBuffer
  readonly #definition = new ByteBuilder()
  readonly #repetition = new ByteBuilder()
  #slots = 0

  constructor(leaf: LeafColumn, options: ColumnWriterOptions) {
    this.leaf = leaf
    this.#options = options
    this.#values = bufferOf(leaf, options.dictionary)
  }

  /** Bytes collected, about as large as their plain encoding. */
  get byteSize(): number {
    return this.#values.byteSize
  }

  append(part: Shredded): void {
    if (this.leaf.maxDefinitionLevel > 0) appendLevels(this.#definition, part.definition, part.slots, this.leaf.maxDefinitionLevel)
    if (this.leaf.maxRepetitionLevel > 0) appendLevels(this.#repetition, part.repetition, part.slots, 0)
    this.#slots += part.slots
    this.#values.append(part.values)
  }

  /** Encodes everything collected as a chunk of `rows` rows, and begins anew. */
  finish(rows: number): WrittenChunk {
    const encoding = this.#values.finish(this.#options.dictionary)
    const out = new ByteBuilder(this.#values.byteSize + 1024)
    let uncompressedSize = 0
    if (encoding.dictionary !== undefined) uncompressedSize += this.#writeDictionary(encoding.dictionary, out)
    const dataPageOffset = out.length
    const pages: WrittenPage[] = []
    const body = new ByteBuilder(Math.min(this.#options.pageBytes, this.#values.byteSize) + 1024)
    let slot = 0
    let value = 0
    for (let row = 0; row < rows;) {
      const nextRow = Math.min(rows, row + this.#rowsOfPage(rows))
      const endSlot = this.#slotOfRow(slot, nextRow - row)
      const endValue = value + this.#countValues(slot, endSlot)
      body.clear()
      const { leaf } = this
      if (leaf.maxRepetitionLevel > 0) encodeLevels(this.#repetition.bytes, slot, endSlot, leaf.maxRepetitionLevel, body)
      if (leaf.maxDefinitionLevel > 0) encodeLevels(this.#definition.bytes, slot, endSlot, leaf.maxDefinitionLevel, body)
      encoding.encode(value, endValue, body)
      const offset = out.length
      uncompressedSize += this.#writePage(body.view(), endSlot - slot, encoding, out)
      const valueCount = endSlot - slot
      pages.push({
        offset,
        size: out.length - offset,
        firstRow: row,
        valueCount,
        nullCount: valueCount - (endValue - value),
        bounds: encoding.bounds(value, endValue),
      })
      row = nextRow
      slot = endSlot
      value = endValue
    }
    const chunk: WrittenChunk = {
      bytes: out.view(),
      uncompressedSize,
      hasDictionary: encoding.dictionary !== undefined,
      dataPageOffset,
      pages,
      valueCount: this.#slots,
      nullCount: this.#slots - this.#values.count,
      bounds: pages.reduce((bounds, page) => mergeBounds(bounds, page.bounds), NO_VALUES),
    }
    this.#clear()
    return chunk
  }

  #clear(): void {
    this.#values.clear()
    this.#definition.clear()
    this.#repetition.clear()
    this.#slots = 0
  }

  #rowsOfPage(rows: number): number {
    const bytesOfRow = this.#values.byteSize / rows
    const byBytes = bytesOfRow === 0 ? rows : Math.floor(this.#options.pageBytes / bytesOfRow)
    return Math.max(1, Math.min(this.#options.pageRows, byBytes))
  }

  /** The slot where the row `rows` after the row at `slot` begins. */
  #slotOfRow(slot: number, rows: number): number {
    if (this.leaf.maxRepetitionLevel === 0) return slot + rows
    const levels = this.#repetition.bytes
    let left = rows
    let at = slot
    while (at < this.#slots) {
      if (levels[at] === 0 && left-- === 0) break
      at++
    }
    return at
  }

  #countValues(from: number, to: number): number {
    const maximum = this.leaf.maxDefinitionLevel
    if (maximum === 0) return to - from
    const levels = this.#definition.bytes
    let count = 0
    for (let i = from; i < to; i++) if (levels[i] === maximum) count++
    return count
  }

  #writeDictionary(dictionary: { readonly bytes: Uint8Array; readonly count: number }, out: ByteBuilder): number {
    return this.#put(PAGE_DICTIONARY, dictionary.bytes, out, (header) =>
      header.struct(7, () => {
        header.i32(1, dictionary.count)
        header.i32(2, ENCODING_PLAIN)
      }),
    )
  }

  #writePage(body: Uint8Array, valueCount: number, encoding: ChunkEncoding, out: ByteBuilder): number {
    return this.#put(PAGE_DATA, body, out, (header) =>
      header.struct(5, () => {
        header.i32(1, valueCount)
        header.i32(2, encoding.dictionary === undefined ? ENCODING_PLAIN : ENCODING_RLE_DICTIONARY)
        header.i32(3, ENCODING_RLE)
        header.i32(4, ENCODING_RLE)
      }),
    )
  }

  /** Writes a page and returns its size before compression, the header included. */
  #put(kind: number, body: Uint8Array, out: ByteBuilder, fields: (header: ThriftWriter) => void): number {
    const compressed = compress(this.#options.codec, body, this.#options.compressionLevel)
    const header = new ThriftWriter()
    header.topLevel(() => {
      header.i32(1, kind)
      header.i32(2, body.length)
      header.i32(3, compressed.length)
      header.i32(4, pageChecksum(compressed))
      fields(header)
    })
    const bytes = header.finish()
    out.append(bytes)
    out.append(compressed)
    return bytes.length + body.length
  }
}

function appendLevels(target: ByteBuilder, levels: Uint8Array | null, count: number, otherwise: number): void {
  target.reserve(count)
  if (levels === null) target.bytes.fill(otherwise, target.length, target.length + count)
  else target.bytes.set(levels, target.length)
  target.length += count
}

function bufferOf(leaf: LeafColumn, dictionary: boolean): ValueBuffer {
  switch (leaf.physicalType) {
    case 'BOOLEAN':
      return new BooleanBuffer()
    case 'BYTE_ARRAY':
      return new BytesBuffer(dictionary)
    case 'FIXED_LEN_BYTE_ARRAY':
      return new FixedBuffer(leaf)
    default:
      return new WordBuffer(leaf)
  }
}
