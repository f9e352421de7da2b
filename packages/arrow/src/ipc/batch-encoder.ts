/**
 * Batches as Arrow IPC messages. Buffers go out by reference, between a header and paddings: nothing is copied unless a
 * slice does not start at the beginning of its offsets or leaves foreign bits at the end of a bitmap.
 */

import { unreachable } from '@artemis/errors'
import type { Batch } from '../batch.js'
import { bitmapBytes } from '../bitmap.js'
import { decodeDictionary } from '../dictionary.js'
import type { BytesVector, ListVector, Vector } from '../vector.js'
import { sliceVector } from '../vector.js'
import { FlatbufferBuilder } from './flatbuffer-builder.js'
import type { Offset } from './flatbuffer-builder.js'
import { BUFFER_ALIGNMENT, DICTIONARY_BATCH, frameMessage, HEADER, RECORD_BATCH } from './message-format.js'
import { messageTable } from './schema-encoder.js'

const PADDING = new Uint8Array(BUFFER_ALIGNMENT)

/** A batch of plain columns as one message: its header, then its buffers and paddings, to be written one after another. */
export function encodeBatch(batch: Batch): Uint8Array[] {
  return encodeColumns(batch.columns().map(decodeDictionary), batch.rowCount)
}

/** One message in its parts: {@link framed} is the prefix and the metadata, filled up to a multiple of 8 bytes. */
export interface EncodedMessage {
  readonly framed: Uint8Array
  /** Buffers and paddings in order, by reference. */
  readonly body: readonly Uint8Array[]
  readonly bodyLength: number
}

/** As {@link encodeBatch} for columns as they are: top-level dictionaries are written as their codes. */
export function encodeColumns(columns: readonly Vector[], rowCount: number): Uint8Array[] {
  const { framed, body } = encodeRecordBatch(columns, rowCount)
  return [framed, ...body]
}

/** As {@link encodeColumns}, in parts. */
export function encodeRecordBatch(columns: readonly Vector[], rowCount: number): EncodedMessage {
  const body = new BodyWriter()
  for (const column of columns) body.add(column)
  const builder = new FlatbufferBuilder()
  const header = body.table(builder, rowCount)
  const framed = frameMessage(builder.finish(messageTable(builder, HEADER.recordBatch, header, body.size)))
  return { framed, body: body.chunks, bodyLength: body.size }
}

/** A dictionary as a message; it replaces an earlier one with the same id. */
export function encodeDictionary(id: number, dictionary: Vector): EncodedMessage {
  const body = new BodyWriter()
  body.add(dictionary)
  const builder = new FlatbufferBuilder()
  const data = body.table(builder, dictionary.length)
  const header = builder.table([
    { slot: DICTIONARY_BATCH.id, width: 8, value: id },
    { slot: DICTIONARY_BATCH.data, width: 'offset', value: data },
  ])
  const framed = frameMessage(builder.finish(messageTable(builder, HEADER.dictionaryBatch, header, body.size)))
  return { framed, body: body.chunks, bodyLength: body.size }
}

/** Gathers the nodes and buffers of vectors in the order of the format: depth first, validity before values. */
class BodyWriter {
  readonly chunks: Uint8Array[] = []
  size = 0
  /** Length and null count of each vector. */
  readonly #nodes: number[] = []
  /** Offset and size of each buffer. */
  readonly #buffers: number[] = []

  table(builder: FlatbufferBuilder, rowCount: number): Offset {
    const nodes = builder.int64Structs(this.#nodes, this.#nodes.length / 2)
    const buffers = builder.int64Structs(this.#buffers, this.#buffers.length / 2)
    return builder.table([
      { slot: RECORD_BATCH.length, width: 8, value: rowCount },
      { slot: RECORD_BATCH.nodes, width: 'offset', value: nodes },
      { slot: RECORD_BATCH.buffers, width: 'offset', value: buffers },
    ])
  }

  add(vector: Vector): void {
    const { length } = vector
    this.#nodes.push(length, vector.nullCount)
    if (vector.layout === 'null') return
    this.#buffer(vector.validity === null ? PADDING.subarray(0, 0) : wholeBits(vector.validity, length))
    switch (vector.layout) {
      case 'boolean':
        return this.#buffer(wholeBits(vector.values, length))
      case 'primitive':
        return this.#buffer(bytesOf(vector.values))
      case 'fixed':
        return this.#buffer(vector.values.subarray(0, length * vector.byteWidth))
      case 'dictionary':
        return this.#buffer(bytesOf(vector.codes))
      case 'bytes':
        this.#buffer(bytesOf(offsetsFromZero(vector)))
        return this.#buffer(vector.data.subarray(vector.offsets[0]!, vector.offsets[length]!))
      case 'list': {
        this.#buffer(bytesOf(offsetsFromZero(vector)))
        const start = vector.offsets[0]!
        return this.add(decodeDictionary(sliceVector(vector.child, start, vector.offsets[length]! - start)))
      }
      case 'struct':
        for (const child of vector.children) this.add(decodeDictionary(child))
        return
      default:
        return unreachable(vector, 'vector layout')
    }
  }

  #buffer(bytes: Uint8Array): void {
    this.#buffers.push(this.size, bytes.length)
    if (bytes.length === 0) return
    const padding = -bytes.length & (BUFFER_ALIGNMENT - 1)
    this.chunks.push(bytes)
    if (padding > 0) this.chunks.push(PADDING.subarray(0, padding))
    this.size += bytes.length + padding
  }
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function offsetsFromZero({ offsets, length }: BytesVector | ListVector): Int32Array {
  const first = offsets[0]!
  if (first === 0) return offsets.subarray(0, length + 1)
  const out = new Int32Array(length + 1)
  for (let i = 0; i <= length; i++) out[i] = offsets[i]! - first
  return out
}

/** The bytes of `length` bits; a slice may carry the bits of later rows in its last byte, which are cleared in a copy. */
function wholeBits(bitmap: Uint8Array, length: number): Uint8Array {
  const bytes = bitmap.subarray(0, bitmapBytes(length))
  const rest = length & 7
  const mask = (1 << rest) - 1
  if (rest === 0 || (bytes[bytes.length - 1]! & ~mask) === 0) return bytes
  const out = bytes.slice()
  out[out.length - 1]! &= mask
  return out
}
