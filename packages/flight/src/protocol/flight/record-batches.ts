/** Batches as payloads and back: Arrow's stream of messages, each split in its metadata and its body. */

import type { Batch, EncodedMessage, Schema } from '@artemis/arrow'
import { encodeSchema, readMessageParts, StreamDecoder, StreamEncoder } from '@artemis/arrow'
import { invalidArgument } from './flight-error.js'
import type { FlightPayload } from './payload.js'

/** The marker and the size before a message's metadata, which FlightData leaves out. */
const PREFIX_SIZE = 8

export interface PayloadOptions {
  /** The size at which a batch is cut: see `StreamOptions` of `@artemis/arrow`, whose default keeps a message below 2 MiB. */
  readonly maxMessageBytes?: number | undefined
}

/** A schema as it stands in FlightInfo and SchemaResult: an encapsulated message. */
export function schemaMessage(schema: Schema): Uint8Array {
  return encodeSchema(schema)
}

/** The payload that opens a stream of batches. */
export function schemaPayload(schema: Schema, appMetadata?: Uint8Array): FlightPayload {
  return { header: encodeSchema(schema).subarray(PREFIX_SIZE), body: [], appMetadata }
}

/** A message of metadata only. */
export function metadataPayload(appMetadata: Uint8Array): FlightPayload {
  return { header: new Uint8Array(0), body: [], appMetadata }
}

/**
 * The schema, then the batches: the messages of `encodeStream` for the same batches, which are encoded when they are
 * pulled. The loop over `batches` ends when the reader stops.
 */
export async function* encodePayloads(
  schema: Schema,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: PayloadOptions = {},
): AsyncGenerator<FlightPayload, void, undefined> {
  const encoder = new PayloadEncoder(schema, options)
  yield encoder.start()
  for await (const batch of batches) yield* encoder.batch(batch)
}

/** Encodes payloads batch by batch, for writers that put metadata of their own beside each. */
export class PayloadEncoder {
  readonly #encoder: StreamEncoder

  constructor(schema: Schema, options: PayloadOptions = {}) {
    this.#encoder = new StreamEncoder(schema, options)
  }

  start(appMetadata?: Uint8Array): FlightPayload {
    return { header: this.#encoder.start().subarray(PREFIX_SIZE), body: [], appMetadata }
  }

  /** The payloads of a batch: one, unless it is too large. The metadata goes with the first. */
  *batch(batch: Batch, appMetadata?: Uint8Array): Generator<FlightPayload, void, undefined> {
    let metadata = appMetadata
    for (const message of this.#encoder.messages(batch)) {
      yield payloadOf(message, metadata)
      metadata = undefined
    }
  }
}

function payloadOf({ framed, body }: EncodedMessage, appMetadata: Uint8Array | undefined): FlightPayload {
  return { header: framed.subarray(PREFIX_SIZE), body, appMetadata }
}

/** A message of a stream after its schema: a batch, metadata of the application, or both. */
export interface DecodedPayload {
  readonly batch: Batch | undefined
  readonly appMetadata: Uint8Array | undefined
}

export interface DecodedPayloads {
  readonly schema: Schema
  /** What came with the schema. */
  readonly appMetadata: Uint8Array | undefined
  /** All messages after the schema. Can be read once, and not beside {@link batches}. */
  readonly messages: AsyncIterable<DecodedPayload>
  /** The batches alone. Can be read once. */
  readonly batches: AsyncIterable<Batch>
}

/**
 * Reads a stream of payloads up to its schema; the rest is read when it is pulled. Messages of metadata only before the
 * schema are passed over, the last one's metadata counts unless the schema has some.
 *
 * @throws FlightError INVALID_ARGUMENT for a stream without a schema, DataError for damaged messages.
 */
export async function decodePayloads(payloads: AsyncIterable<FlightPayload>): Promise<DecodedPayloads> {
  const source = payloads[Symbol.asyncIterator]()
  let appMetadata: Uint8Array | undefined
  try {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      const payload = next.value
      appMetadata = payload.appMetadata ?? appMetadata
      if (payload.header.length === 0) continue
      const decoder = StreamDecoder.fromSchemaMessage(messageOf(payload))
      const messages = decodeMessages(decoder, source)
      return { schema: decoder.schema, appMetadata, messages, batches: batchesOf(messages) }
    }
  } catch (error) {
    await source.return?.()
    throw error
  }
  throw invalidArgument('the stream has no schema')
}

async function* decodeMessages(
  decoder: StreamDecoder,
  source: AsyncIterator<FlightPayload>,
): AsyncGenerator<DecodedPayload, void, undefined> {
  try {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      const payload = next.value
      const batch = payload.header.length === 0 ? null : decoder.decode(messageOf(payload))
      // A dictionary is no message to the reader, unless something came with it.
      if (payload.header.length > 0 && batch === null && payload.appMetadata === undefined) continue
      yield { batch: batch ?? undefined, appMetadata: payload.appMetadata }
    }
  } finally {
    await source.return?.()
  }
}

async function* batchesOf(messages: AsyncIterable<DecodedPayload>): AsyncGenerator<Batch, void, undefined> {
  for await (const { batch } of messages) if (batch !== undefined) yield batch
}

function messageOf({ header, body }: FlightPayload): ReturnType<typeof readMessageParts> {
  return readMessageParts(header, wholeBody(body))
}

function wholeBody(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks
  if (first === undefined) return new Uint8Array(0)
  if (chunks.length === 1) return first
  const out = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let place = 0
  for (const chunk of chunks) {
    out.set(chunk, place)
    place += chunk.length
  }
  return out
}
