/** Parameters that a client streams with DoPut. */

import { ResourceError } from '@artemis/errors'
import type { Batch } from '@artemis/arrow'
import type { IncomingStream } from '../flight/flight-service.js'
import type { FlightPayload } from '../flight/payload.js'
import { decodePayloads } from '../flight/record-batches.js'
import type { ParameterRow } from './backend.js'

/**
 * The batches of parameters, or undefined when the client sent none: no schema, or one without columns, which is how
 * clients say that nothing is bound.
 */
export async function parameterBatches({ payloads }: IncomingStream): Promise<AsyncIterable<Batch> | undefined> {
  const messages = await withoutEmptyStart(payloads)
  if (messages === undefined) return undefined
  const { schema, batches } = await decodePayloads(messages)
  if (schema.fields.length > 0) return batches
  for await (const _ of batches) continue
  return undefined
}

/** All rows at once, for a statement that runs later. Undefined when nothing is bound. */
export async function parameterRows(stream: IncomingStream, maxBytes: number): Promise<readonly ParameterRow[] | undefined> {
  const batches = await parameterBatches(stream)
  if (batches === undefined) return undefined
  const rows: ParameterRow[] = []
  let bytes = 0
  for await (const batch of batches) {
    bytes += batch.byteSize() + batch.rowCount * ROW_BYTES
    if (bytes > maxBytes) {
      throw new ResourceError({ code: 'PARAMETERS_TOO_LARGE', message: `the parameters take more than the ${maxBytes} bytes that are allowed` })
    }
    for (const row of rowsOf(batch)) rows.push(row)
  }
  return rows
}

/** What one row costs beside its values. */
const ROW_BYTES = 64

export function* rowsOf(batch: Batch): Generator<ParameterRow, void, undefined> {
  for (let row = 0; row < batch.rowCount; row++) yield { kind: 'row', batch, row }
}

/** The stream from its first message with Arrow data on, or undefined when it has none. */
async function withoutEmptyStart(payloads: AsyncIterable<FlightPayload>): Promise<AsyncIterable<FlightPayload> | undefined> {
  const source = payloads[Symbol.asyncIterator]()
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    if (next.value.header.length > 0) return resumed(next.value, source)
  }
  return undefined
}

async function* resumed(first: FlightPayload, source: AsyncIterator<FlightPayload>): AsyncGenerator<FlightPayload, void, undefined> {
  try {
    yield first
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value
  } finally {
    await source.return?.()
  }
}
