/**
 * Arrow IPC streams and files. The same batches always give the same bytes: messages are built in a fixed order, slices
 * start at zero, and what lies under nulls is zeroed.
 */

import { assert } from '@artemis/errors'
import type { Batch } from '../batch.js'
import { decodeDictionary, dictionaryEncode } from '../dictionary.js'
import type { Schema } from '../types.js'
import { sliceVector } from '../vector.js'
import type { DictionaryVector, Vector } from '../vector.js'
import { encodeDictionary, encodeRecordBatch } from './batch-encoder.js'
import type { EncodedMessage } from './batch-encoder.js'
import { canonicalPlainVector, canonicalVector } from './canonical.js'
import { FlatbufferBuilder } from './flatbuffer-builder.js'
import { endOfStream, FILE_MAGIC, FOOTER, METADATA_VERSION_5 } from './message-format.js'
import { encodeSchema, schemaTable } from './schema-encoder.js'
import type { DictionaryColumns } from './schema-encoder.js'

export interface StreamOptions {
  /**
   * Columns that are written as dictionaries, in a stream only. A dictionary is written when its first batch comes and
   * again when another takes its place. All other columns are decoded.
   */
  readonly dictionaryColumns?: DictionaryColumns | undefined
  /** Zero what lies under nulls, so that the bytes depend on the values only. On by default; spilling turns it off. */
  readonly canonical?: boolean | undefined
  /**
   * A batch whose message would be larger (metadata and body) is halved by rows until each part fits; a single row goes
   * whatever its size. {@link MAX_MESSAGE_BYTES} by default, and no limit for a stream that is not canonical.
   */
  readonly maxMessageBytes?: number | undefined
}

/**
 * The default size of a batch's message. Arrow Flight's clients refuse a gRPC message over 4 MiB (Java, Go's defaults);
 * the Flight server keeps below 2 MiB, of which 64 KiB are left for a descriptor and metadata of the application.
 */
export const MAX_MESSAGE_BYTES = 2 * 1024 * 1024 - 64 * 1024

/** Encodes a stream message by message, for writers that control when each is written. */
export class StreamEncoder {
  readonly #schema: Schema
  readonly #dictionaryColumns: DictionaryColumns
  readonly #canonical: boolean
  readonly #maxMessageBytes: number
  readonly #written = new Map<number, Vector>()

  constructor(schema: Schema, options: StreamOptions = {}) {
    this.#schema = schema
    this.#dictionaryColumns = options.dictionaryColumns ?? new Set()
    this.#canonical = options.canonical ?? true
    this.#maxMessageBytes = options.maxMessageBytes ?? (this.#canonical ? MAX_MESSAGE_BYTES : Number.POSITIVE_INFINITY)
  }

  /** The schema message, which comes first. */
  start(): Uint8Array {
    return encodeSchema(this.#schema, this.#dictionaryColumns)
  }

  /** The bytes of a batch's {@link messages}, to be written one after another. */
  batch(batch: Batch): Uint8Array[] {
    return [...this.messages(batch)].flatMap(({ framed, body }) => [framed, ...body])
  }

  /**
   * The messages of a batch: dictionaries that changed, then the batch, in parts when it is too large for one. How a
   * batch is cut depends on its values only. Nothing is encoded before it is pulled.
   */
  *messages(batch: Batch): Generator<EncodedMessage, void, undefined> {
    assert(batch.columnCount === this.#schema.fields.length, 'a batch has another number of columns than its stream')
    if (batch.rowCount > 1 && this.#decodedBytes(batch) > this.#maxMessageBytes) {
      const half = batch.rowCount >>> 1
      yield* this.messages(batch.slice(0, half))
      yield* this.messages(batch.slice(half, batch.rowCount - half))
      return
    }
    const dictionaries: EncodedMessage[] = []
    const columns = batch.columns().map((vector, i) => {
      if (this.#dictionaryColumns.has(i)) {
        const column = this.#dictionaryColumn(i, vector, dictionaries)
        return this.#canonical ? canonicalVector(column) : column
      }
      return this.#canonical ? canonicalPlainVector(vector) : decodeDictionary(vector)
    })
    yield* dictionaries
    yield* this.#parts(columns, batch.rowCount)
  }

  *#parts(columns: readonly Vector[], rowCount: number): Generator<EncodedMessage, void, undefined> {
    const message = encodeRecordBatch(columns, rowCount)
    if (rowCount <= 1 || message.framed.length + message.bodyLength <= this.#maxMessageBytes) {
      yield message
      return
    }
    const half = rowCount >>> 1
    for (const [start, length] of [
      [0, half],
      [half, rowCount - half],
    ] as const) {
      const part = columns.map((column) => sliceVector(column, start, length))
      yield* this.#parts(part, length)
    }
  }

  /**
   * The bytes that codes of a few long values become when they are decoded: they may exceed memory, so such a batch is
   * cut before. It would be cut at the same rows afterwards.
   */
  #decodedBytes(batch: Batch): number {
    if (this.#maxMessageBytes === Number.POSITIVE_INFINITY) return 0
    let bytes = 0
    for (let i = 0; i < batch.columnCount; i++) {
      const column = batch.column(i)
      if (column.layout === 'dictionary' && !this.#dictionaryColumns.has(i)) bytes += decodedDictionaryBytes(column)
    }
    return bytes
  }

  /** The marker that ends the stream. */
  end(): Uint8Array {
    return endOfStream()
  }

  #dictionaryColumn(id: number, vector: Vector, messages: EncodedMessage[]): Vector {
    const encoded = dictionaryEncode(vector)
    if (this.#written.get(id) !== encoded.dictionary) {
      messages.push(encodeDictionary(id, encoded.dictionary))
      this.#written.set(id, encoded.dictionary)
    }
    return encoded
  }
}

/** What the text of a dictionary column takes in plain form; 0 for values of one width, which are never too large. */
function decodedDictionaryBytes({ codes, validity, dictionary }: DictionaryVector): number {
  if (dictionary.layout !== 'bytes') return 0
  const { offsets } = dictionary
  let bytes = 0
  for (let i = 0; i < codes.length; i++) {
    if (validity !== null && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const code = codes[i]!
    bytes += offsets[code + 1]! - offsets[code]!
  }
  return bytes
}

/** A stream, chunk by chunk; nothing is encoded before it is pulled. */
export async function* encodeStream(
  schema: Schema,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: StreamOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new StreamEncoder(schema, options)
  yield encoder.start()
  for await (const batch of batches) for (const { framed, body } of encoder.messages(batch)) yield* [framed, ...body]
  yield encoder.end()
}

/** As {@link encodeStream}, for batches that are there. */
export function* encodeStreamSync(
  schema: Schema,
  batches: Iterable<Batch>,
  options: StreamOptions = {},
): Generator<Uint8Array, void, undefined> {
  const encoder = new StreamEncoder(schema, options)
  yield encoder.start()
  for (const batch of batches) for (const { framed, body } of encoder.messages(batch)) yield* [framed, ...body]
  yield encoder.end()
}

/** A file in Arrow's IPC file format (Feather V2): a stream between magic numbers, and a footer that finds each batch. */
export async function* encodeFile(
  schema: Schema,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new StreamEncoder(schema, { maxMessageBytes: Number.POSITIVE_INFINITY })
  const blocks: number[] = []
  const opening = [Uint8Array.of(...FILE_MAGIC, 0, 0), encoder.start()]
  let position = byteLength(opening)
  yield* opening
  for await (const batch of batches) {
    const chunks = encoder.batch(batch)
    const metadataLength = chunks[0]!.length
    const length = byteLength(chunks)
    blocks.push(position, metadataLength, length - metadataLength)
    position += length
    yield* chunks
  }
  yield encoder.end()
  const footer = encodeFooter(schema, blocks)
  yield footer
  yield Uint8Array.from(Buffer.concat([Buffer.from(Int32Array.of(footer.length).buffer), FILE_MAGIC]))
}

/** Blocks are (offset, size of the metadata with its prefix, size of the body) of each record batch. */
function encodeFooter(schema: Schema, blocks: readonly number[]): Uint8Array {
  const builder = new FlatbufferBuilder()
  const schemaOffset = schemaTable(builder, schema, new Set())
  const dictionaries = builder.int64Structs([], 0)
  const recordBatches = builder.int64Structs(blocks, blocks.length / 3)
  return builder.finish(
    builder.table([
      { slot: FOOTER.version, width: 2, value: METADATA_VERSION_5 },
      { slot: FOOTER.schema, width: 'offset', value: schemaOffset },
      { slot: FOOTER.dictionaries, width: 'offset', value: dictionaries },
      { slot: FOOTER.recordBatches, width: 'offset', value: recordBatches },
    ]),
  )
}

function byteLength(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
}
