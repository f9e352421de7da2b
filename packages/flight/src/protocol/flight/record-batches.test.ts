import { RecordBatchReader } from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { Batch, dictionaryEncode, encodeStream, field, int64, scalarsOf, schema, utf8, vectorFromScalars } from '@artemis/arrow'
import { decodeFlightData, encodeFlightData } from './flight-data-codec.js'
import type { FlightPayload } from './payload.js'
import { decodePayloads, encodePayloads, metadataPayload, PayloadEncoder, schemaMessage, schemaPayload } from './record-batches.js'

const SCHEMA = schema([field('id', int64, false), field('name', utf8, true)])

function batch(start: number, rows: number, textLength: number): Batch {
  const ids = Array.from({ length: rows }, (_, i) => BigInt(start + i))
  return new Batch(SCHEMA, rows, [
    vectorFromScalars(int64, ids),
    vectorFromScalars(
      utf8,
      ids.map((id) => (id % 7n === 0n ? null : `${id}`.padEnd(textLength, 'x'))),
    ),
  ])
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = []
  for await (const item of source) out.push(item)
  return out
}

function framed(payloads: readonly FlightPayload[]): Buffer {
  return Buffer.concat([
    ...payloads.flatMap(({ header, body }) => {
      const prefix = Buffer.alloc(8, 0xff)
      prefix.writeInt32LE(header.length, 4)
      return [prefix, header, ...body]
    }),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
  ])
}

async function* viaWire(payloads: readonly FlightPayload[]): AsyncGenerator<FlightPayload> {
  for (const payload of payloads) yield decodeFlightData(encodeFlightData(payload)).payload
}

const BATCHES = [batch(0, 100, 10), batch(100, 0, 10), batch(100, 5000, 1000), batch(5100, 1, 3_000_000)]

describe('payloads', () => {
  it('are the messages of the stream that encodeStream writes', async () => {
    const payloads = await all(encodePayloads(SCHEMA, BATCHES))
    const stream = Buffer.concat(await all(encodeStream(SCHEMA, BATCHES)))
    expect(framed(payloads).equals(stream)).toBe(true)
    expect(payloads[0]).toEqual(schemaPayload(SCHEMA))
    expect(schemaMessage(SCHEMA).subarray(8)).toEqual(payloads[0]!.header)
  })

  it('stay below 2 MiB, but for a row that is larger', async () => {
    const payloads = await all(encodePayloads(SCHEMA, BATCHES.slice(0, 3)))
    expect(payloads.length).toBeGreaterThan(5)
    for (const payload of payloads) expect(encodeFlightData(payload).length).toBeLessThan(2 * 1024 * 1024)
    const alone = await all(encodePayloads(SCHEMA, BATCHES.slice(3)))
    expect(alone.length).toBe(2)
  })

  it('are cut at the same rows whether text is plain or a dictionary', async () => {
    const coded = BATCHES.map((b) => new Batch(SCHEMA, b.rowCount, [b.column(0), dictionaryEncode(b.column(1))]))
    const plain = framed(await all(encodePayloads(SCHEMA, BATCHES)))
    expect(framed(await all(encodePayloads(SCHEMA, coded))).equals(plain)).toBe(true)
  })

  it('do not decode codes of long values before they are cut', () => {
    const long = vectorFromScalars(utf8, ['x'.repeat(1_000_000)])
    const rows = 3000
    const names = { ...dictionaryEncode(vectorFromScalars(utf8, Array.from({ length: rows }, () => 'y'))), dictionary: long }
    const wide = new Batch(SCHEMA, rows, [batch(0, rows, 1).column(0), names])
    // All rows together would be 3 GB, more than one column can hold.
    const [first] = new PayloadEncoder(SCHEMA).batch(wide)
    expect(first!.body.reduce((sum, chunk) => sum + chunk.length, 0)).toBeLessThan(2 * 1024 * 1024)
  })

  it('come back as batches, and other readers see the same', async () => {
    const payloads = await all(encodePayloads(SCHEMA, BATCHES))
    const back = await decodePayloads(viaWire(payloads))
    const rows = (await all(back.batches)).flatMap((b) => scalarsOf(b.column(1)))
    const expected = BATCHES.flatMap((b) => scalarsOf(b.column(1)))
    expect(rows).toEqual(expected)
    const other = [...RecordBatchReader.from(framed(payloads))].flatMap((b) => [...b.getChildAt(1)!])
    expect(other).toEqual(expected)
  })

  it('carry metadata of the application beside batches, before them and between them', async () => {
    const metadata = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text))
    const encoder = new PayloadEncoder(SCHEMA)
    const payloads = [
      metadataPayload(metadata('first')),
      encoder.start(),
      ...encoder.batch(batch(0, 3, 1), metadata('a')),
      metadataPayload(metadata('b')),
      ...encoder.batch(batch(3, 2, 1)),
    ]
    const back = await decodePayloads(viaWire(payloads))
    expect(Buffer.from(back.appMetadata!).toString()).toBe('first')
    const messages = await all(back.messages)
    expect(messages.map((m) => [m.batch?.rowCount, m.appMetadata === undefined ? undefined : Buffer.from(m.appMetadata).toString()])).toEqual([
      [3, 'a'],
      [undefined, 'b'],
      [2, undefined],
    ])
  })

  it('end the source when a reader stops or the schema is damaged', async () => {
    let closed = 0
    async function* source(payloads: readonly FlightPayload[]): AsyncGenerator<FlightPayload> {
      try {
        yield* payloads
      } finally {
        closed++
      }
    }
    const payloads = await all(encodePayloads(SCHEMA, BATCHES.slice(0, 3)))
    const back = await decodePayloads(source(payloads))
    for await (const _ of back.batches) break
    expect(closed).toBe(1)
    await expect(decodePayloads(source(payloads.slice(1)))).rejects.toThrow('a stream must start with a schema')
    expect(closed).toBe(2)
    await expect(decodePayloads(source([]))).rejects.toThrow('the stream has no schema')
    expect(closed).toBe(3)
  })
})
