/**
 * Reads Arrow IPC streams and files: our own, and those of other writers as long as they keep to the engine's types.
 * Batches are views of the given bytes. Damaged input is a {@link DataError}.
 */

import { Batch } from '../batch.js'
import { concatVectors } from '../concat.js'
import type { Schema } from '../types.js'
import type { Vector } from '../vector.js'
import { decodeColumns } from './batch-decoder.js'
import { damaged, FlatbufferTable } from './flatbuffer-reader.js'
import { readMessage, readMetadata, readPrefix } from './message.js'
import type { Message } from './message.js'
import { DICTIONARY_BATCH, FILE_MAGIC, FOOTER, HEADER, PREFIX_SIZE } from './message-format.js'
import { readSchema } from './schema-decoder.js'
import type { WireSchema } from './schema-decoder.js'

export interface DecodedStream {
  readonly schema: Schema
  readonly batches: Iterable<Batch>
}

export interface DecodedAsyncStream {
  readonly schema: Schema
  readonly batches: AsyncIterable<Batch>
}

/** The schema of a schema message. */
export function decodeSchema(bytes: Uint8Array): Schema {
  return wireSchemaOf(readMessage(bytes, 0)).schema
}

/** The batch of one message that `encodeBatch` made, as views of its bytes. */
export function decodeBatch(schema: Schema, bytes: Uint8Array): Batch {
  const message = readMessage(bytes, 0)
  if (message?.headerType !== HEADER.recordBatch) throw damaged('a record batch was expected')
  const { rowCount, columns } = decodeColumns(message.header, message.body, schema.fields, [], new Map())
  return new Batch(schema, rowCount, columns)
}

/** Reads a stream message by message, for readers that know where each one lies. */
export class StreamDecoder {
  readonly schema: Schema
  readonly #wire: WireSchema
  readonly #dictionaries = new Map<number, Vector>()

  private constructor(wire: WireSchema) {
    this.#wire = wire
    this.schema = wire.schema
  }

  /** A decoder for the stream that begins with the given message. */
  static fromSchemaMessage(message: Message | null): StreamDecoder {
    return new StreamDecoder(wireSchemaOf(message))
  }

  static fromSchemaTable(table: FlatbufferTable): StreamDecoder {
    return new StreamDecoder(readSchema(table))
  }

  /** The batch of a message; null for a message that carries a dictionary. */
  decode({ headerType, header, body }: Pick<Message, 'headerType' | 'header' | 'body'>): Batch | null {
    if (headerType === HEADER.dictionaryBatch) {
      this.#addDictionary(header, body)
      return null
    }
    if (headerType !== HEADER.recordBatch) throw damaged('a message is neither a record batch nor a dictionary')
    const { rowCount, columns } = decodeColumns(header, body, this.#wire.fields, this.#wire.dictionaries, this.#dictionaries)
    return new Batch(this.schema, rowCount, columns)
  }

  #addDictionary(header: FlatbufferTable, body: Uint8Array): void {
    const id = header.int64(DICTIONARY_BATCH.id, 0)
    const data = header.table(DICTIONARY_BATCH.data)
    const column = this.#wire.dictionaries.findIndex((encoding) => encoding?.id === id)
    const field = this.#wire.fields[column]
    if (data === null || field === undefined) throw damaged('a dictionary belongs to no column')
    const [values] = decodeColumns(data, body, [field], [], new Map()).columns
    if (values === undefined || values.nullCount > 0) throw damaged('a dictionary holds nulls')
    const known = this.#dictionaries.get(id)
    const isDelta = header.int8(DICTIONARY_BATCH.isDelta, 0) !== 0
    this.#dictionaries.set(id, isDelta && known !== undefined ? concatVectors([known, values]) : values)
  }
}

/** The stream in `bytes`. Batches are decoded when they are pulled. */
export function decodeStream(bytes: Uint8Array): DecodedStream {
  const first = readMessage(bytes, 0)
  const decoder = StreamDecoder.fromSchemaMessage(first)
  return { schema: decoder.schema, batches: decodeFrom(decoder, bytes, first?.end ?? 0) }
}

function* decodeFrom(decoder: StreamDecoder, bytes: Uint8Array, start: number): Generator<Batch, void, undefined> {
  for (let message = readMessage(bytes, start); message !== null; message = readMessage(bytes, message.end)) {
    const batch = decoder.decode(message)
    if (batch !== null) yield batch
  }
}

/** A stream that arrives in chunks of any size, read as far as it is pulled. */
export async function decodeAsyncStream(source: AsyncIterable<Uint8Array>): Promise<DecodedAsyncStream> {
  const chunks = new ChunkReader(source)
  const decoder = StreamDecoder.fromSchemaMessage(await chunks.message())
  return { schema: decoder.schema, batches: decodeChunks(decoder, chunks) }
}

async function* decodeChunks(decoder: StreamDecoder, chunks: ChunkReader): AsyncGenerator<Batch, void, undefined> {
  try {
    for (let message = await chunks.message(); message !== null; message = await chunks.message()) {
      const batch = decoder.decode(message)
      if (batch !== null) yield batch
    }
  } finally {
    await chunks.close()
  }
}

/** Cuts messages out of chunks; each body is gathered in memory of its own, aligned for its views. */
class ChunkReader {
  readonly #source: AsyncIterator<Uint8Array>
  #pending: Uint8Array[] = []
  #size = 0
  #done = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async message(): Promise<Message | null> {
    const start = await this.#read(PREFIX_SIZE)
    const prefix = readPrefix(start, 0)
    if (prefix === null) return null
    const metadata = readMetadata(whole(await this.#read(prefix.metadataSize), prefix.metadataSize))
    const body = whole(await this.#read(metadata.bodyLength), metadata.bodyLength)
    return { ...metadata, body, end: 0 }
  }

  async close(): Promise<void> {
    if (!this.#done) await this.#source.return?.()
    this.#done = true
  }

  /** The next `count` bytes, or fewer at the end. */
  async #read(count: number): Promise<Uint8Array> {
    while (this.#size < count && !this.#done) {
      const next = await this.#source.next()
      if (next.done === true) this.#done = true
      else {
        this.#pending.push(next.value)
        this.#size += next.value.length
      }
    }
    const out = new Uint8Array(Math.min(count, this.#size))
    let filled = 0
    while (filled < out.length) {
      const chunk = this.#pending[0]!
      const part = chunk.subarray(0, out.length - filled)
      out.set(part, filled)
      filled += part.length
      if (part.length === chunk.length) this.#pending.shift()
      else this.#pending[0] = chunk.subarray(part.length)
    }
    this.#size -= out.length
    return out
  }
}

function whole(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length < size) throw damaged('a message is cut off')
  return bytes
}

/** The batches of a file in Arrow's IPC file format, found through its footer. */
export function decodeFile(bytes: Uint8Array): DecodedStream {
  const tail = bytes.length - FILE_MAGIC.length - 4
  if (tail < FILE_MAGIC.length + 2 || !isMagic(bytes, 0) || !isMagic(bytes, tail + 4)) throw damaged('this is not an Arrow IPC file')
  const footerSize = new DataView(bytes.buffer, bytes.byteOffset + tail, 4).getInt32(0, true)
  if (footerSize <= 0 || footerSize > tail) throw damaged('the footer has an impossible size')
  const footer = FlatbufferTable.root(bytes.subarray(tail - footerSize, tail))
  const schema = footer.table(FOOTER.schema)
  if (schema === null) throw damaged('the footer has no schema')
  const decoder = StreamDecoder.fromSchemaTable(schema)
  for (const start of blockStarts(footer, FOOTER.dictionaries)) decoder.decode(messageAt(bytes, start))
  return { schema: decoder.schema, batches: decodeBlocks(decoder, bytes, blockStarts(footer, FOOTER.recordBatches)) }
}

function* decodeBlocks(decoder: StreamDecoder, bytes: Uint8Array, starts: readonly number[]): Generator<Batch, void, undefined> {
  for (const start of starts) {
    const batch = decoder.decode(messageAt(bytes, start))
    if (batch !== null) yield batch
  }
}

/** The offset of each block; the int32 beside it is padded, which other writers need not zero, and is not needed. */
function blockStarts(footer: FlatbufferTable, slot: number): number[] {
  return footer.structOffsets(slot, 24)
}

function messageAt(bytes: Uint8Array, start: number): Message {
  if (start < 0 || start > bytes.length) throw damaged('a block lies outside its file')
  const message = readMessage(bytes, start)
  if (message === null) throw damaged('a block is empty')
  return message
}

function isMagic(bytes: Uint8Array, start: number): boolean {
  return FILE_MAGIC.every((byte, i) => bytes[start + i] === byte)
}

function wireSchemaOf(message: Message | null): WireSchema {
  if (message?.headerType !== HEADER.schema) throw damaged('a stream must start with a schema')
  return readSchema(message.header)
}
