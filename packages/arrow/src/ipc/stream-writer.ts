/**
 * Arrow IPC streams and files. The same batches always give the same bytes: messages are built in a fixed order, slices
 * start at zero, and what lies under nulls is zeroed.
 */

import { assert } from '@artemis/errors'
import type { Batch } from '../batch.js'
import { decodeDictionary, dictionaryEncode } from '../dictionary.js'
import type { Schema } from '../types.js'
import type { Vector } from '../vector.js'
import { encodeColumns, encodeDictionary } from './batch-encoder.js'
import { canonicalVector } from './canonical.js'
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
}

/** Encodes a stream message by message, for writers that control when each is written. */
export class StreamEncoder {
  readonly #schema: Schema
  readonly #dictionaryColumns: DictionaryColumns
  readonly #canonical: boolean
  readonly #written = new Map<number, Vector>()

  constructor(schema: Schema, options: StreamOptions = {}) {
    this.#schema = schema
    this.#dictionaryColumns = options.dictionaryColumns ?? new Set()
    this.#canonical = options.canonical ?? true
  }

  /** The schema message, which comes first. */
  start(): Uint8Array {
    return encodeSchema(this.#schema, this.#dictionaryColumns)
  }

  /** The messages of a batch: dictionaries that changed, then the batch. */
  batch(batch: Batch): Uint8Array[] {
    assert(batch.columnCount === this.#schema.fields.length, 'a batch has another number of columns than its stream')
    const chunks: Uint8Array[] = []
    const columns = batch.columns().map((vector, i) => {
      const column = this.#dictionaryColumns.has(i) ? this.#dictionaryColumn(i, vector, chunks) : decodeDictionary(vector)
      return this.#canonical ? canonicalVector(column) : column
    })
    chunks.push(...encodeColumns(columns, batch.rowCount))
    return chunks
  }

  /** The marker that ends the stream. */
  end(): Uint8Array {
    return endOfStream()
  }

  #dictionaryColumn(id: number, vector: Vector, chunks: Uint8Array[]): Vector {
    const encoded = dictionaryEncode(vector)
    if (this.#written.get(id) !== encoded.dictionary) {
      chunks.push(...encodeDictionary(id, encoded.dictionary))
      this.#written.set(id, encoded.dictionary)
    }
    return encoded
  }
}

/** A stream, chunk by chunk; nothing is encoded before it is pulled. */
export async function* encodeStream(
  schema: Schema,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: StreamOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new StreamEncoder(schema, options)
  yield encoder.start()
  for await (const batch of batches) yield* encoder.batch(batch)
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
  for (const batch of batches) yield* encoder.batch(batch)
  yield encoder.end()
}

/** A file in Arrow's IPC file format (Feather V2): a stream between magic numbers, and a footer that finds each batch. */
export async function* encodeFile(
  schema: Schema,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new StreamEncoder(schema)
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
