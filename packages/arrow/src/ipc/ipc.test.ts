import * as arrow from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { DataError, UnsupportedError } from '@artemis/errors'
import { fromRecordBatch } from '../apache/from-apache.js'
import { toArrowSchema } from '../apache/apache-schema.js'
import { toRecordBatch } from '../apache/to-apache.js'
import { Batch } from '../batch.js'
import { vectorFromScalars } from '../builder.js'
import { dictionaryEncode } from '../dictionary.js'
import { scalarsOf } from '../scalar-at.js'
import { ALL_TYPES, randomVector, seededRandom, SHAPES, typeName } from '../testing/random.js'
import type { VectorShape } from '../testing/random.js'
import { field, int32, int64, list, schema, struct, typeEquals, utf8, uuid } from '../types.js'
import { bytesVector, primitiveVector, structVector } from '../vector.js'
import { encodeBatch } from './batch-encoder.js'
import { encodeSchema } from './schema-encoder.js'
import { decodeAsyncStream, decodeBatch, decodeFile, decodeSchema, decodeStream } from './stream-reader.js'
import { encodeFile, encodeStream, encodeStreamSync } from './stream-writer.js'

const SCHEMA = schema(
  [
    ...ALL_TYPES.map((type, i) => field(`c${i}`, type, i !== 3, i === 2 ? { key: 'value' } : undefined)),
    field('ids', list(field('element', uuid, false))),
  ],
  { origin: 'test', 'iceberg.schema': '{}' },
)

function randomBatch(seed: number, rows: number, shape: VectorShape): Batch {
  const random = seededRandom(seed)
  return new Batch(
    SCHEMA,
    rows,
    SCHEMA.fields.map((f) => randomVector(random, f.type, rows, shape)),
  )
}

function expectSame(a: Batch, b: Batch): void {
  expect(b.rowCount).toBe(a.rowCount)
  for (let i = 0; i < a.columnCount; i++) expect(scalarsOf(b.column(i)), typeName(a.schema.fields[i]!.type)).toEqual(scalarsOf(a.column(i)))
}

function joined(chunks: Iterable<Uint8Array>): Uint8Array {
  return Uint8Array.from(Buffer.concat([...chunks]))
}

async function joinedAsync(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return joined(all)
}

const BATCHES = SHAPES.flatMap((shape, k) => [0, 1, 45].map((rows) => randomBatch(k * 7 + rows, rows, shape)))

describe('our own encoding', () => {
  it('brings schemas back', () => {
    const back = decodeSchema(encodeSchema(SCHEMA))
    expect(back.metadata).toEqual(SCHEMA.metadata)
    back.fields.forEach((f, i) => {
      const want = SCHEMA.fields[i]!
      expect([f.name, f.nullable, f.metadata]).toEqual([want.name, want.nullable, want.metadata])
      expect(typeEquals(f.type, want.type), typeName(want.type)).toBe(true)
    })
  })

  it('brings batches back, one by one and as a stream', () => {
    for (const batch of BATCHES) expectSame(batch, decodeBatch(SCHEMA, joined(encodeBatch(batch))))
    const { batches } = decodeStream(joined(encodeStreamSync(SCHEMA, BATCHES)))
    const back = [...batches]
    expect(back.length).toBe(BATCHES.length)
    BATCHES.forEach((batch, i) => expectSame(batch, back[i]!))
  })

  it('brings streams back that arrive in chunks of any size', async () => {
    const bytes = await joinedAsync(encodeStream(SCHEMA, BATCHES.slice(3, 9)))
    expect(bytes).toEqual(joined(encodeStreamSync(SCHEMA, BATCHES.slice(3, 9))))
    for (const size of [1, 13, 1000, bytes.length]) {
      let closed = false
      async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
        try {
          for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
        } finally {
          closed = true
        }
      }
      const stream = await decodeAsyncStream(chunks())
      let i = 3
      for await (const batch of stream.batches) expectSame(BATCHES[i++]!, batch)
      expect(i).toBe(9)
      expect(closed || size === 1).toBe(true)
    }
  })

  it('brings files back', async () => {
    const bytes = await joinedAsync(encodeFile(SCHEMA, BATCHES))
    const back = [...decodeFile(bytes).batches]
    BATCHES.forEach((batch, i) => expectSame(batch, back[i]!))
    expect(() => decodeFile(bytes.subarray(0, bytes.length - 1))).toThrow(DataError)
  })

  it('writes dictionaries once, and again when they change', () => {
    const texts = schema([field('a', utf8), field('b', int64)])
    const shared = dictionaryEncode(vectorFromScalars(utf8, ['x', 'y', null, 'x']))
    const other = dictionaryEncode(vectorFromScalars(utf8, ['z']))
    const b = vectorFromScalars(int64, [1n, 2n, 3n, 4n])
    const batches = [
      new Batch(texts, 4, [shared, b]),
      new Batch(texts, 4, [shared, b]).slice(1, 2),
      new Batch(texts, 1, [other, b.layout === 'primitive' ? primitiveVector(int64, b.values.subarray(0, 1)) : b]),
    ]
    const bytes = joined(encodeStreamSync(texts, batches, { dictionaryColumns: new Set([0]) }))
    const back = [...decodeStream(bytes).batches]
    batches.forEach((batch, i) => expectSame(batch, back[i]!))
    const layouts = back.map((batch) => batch.column(0))
    expect(layouts.every((column) => column.layout === 'dictionary')).toBe(true)
    const dictionaries = new Set(layouts.map((column) => column.layout === 'dictionary' && column.dictionary))
    expect(dictionaries.size).toBe(2)
    expect(arrow.tableFromIPC(bytes).getChild('a')!.toArray()).toEqual(['x', 'y', null, 'x', 'y', null, 'z'])
  })

  it('does not copy buffers on either side', () => {
    const values = Float64Array.of(1, 2, 3)
    const one = schema([field('a', { kind: 'float64' })])
    const chunks = encodeBatch(new Batch(one, 3, [primitiveVector({ kind: 'float64' }, values)]))
    expect(chunks.some((chunk) => chunk.buffer === values.buffer)).toBe(true)
    const bytes = joined(chunks)
    const column = decodeBatch(one, bytes).column(0)
    expect(column.layout === 'primitive' && column.values.buffer).toBe(bytes.buffer)
  })

  it('gives the same bytes for the same values, whatever lies under nulls and around slices', () => {
    const type = struct([field('a', int32), field('t', utf8)])
    const s = schema([field('n', int32), field('t', utf8), field('s', type)])
    const make = (garbage: number, text: string): Batch => {
      const validity = Uint8Array.of(0b101)
      const n = primitiveVector(int32, Int32Array.of(7, garbage, 9), { validity })
      const data = Buffer.from(`ab${text}cd`)
      const t = bytesVector(utf8, Int32Array.of(0, 2, 2 + text.length, 4 + text.length), Uint8Array.from(data), { validity })
      return new Batch(s, 3, [n, t, structVector(type, 3, [n, t], { validity: Uint8Array.of(0b11) })])
    }
    const a = joined(encodeStreamSync(s, [make(1, 'x')]))
    expect(joined(encodeStreamSync(s, [make(-5, 'something else')]))).toEqual(a)
    const long = randomBatch(1, 64, { nullShare: 0.3 })
    const plain = joined(encodeStreamSync(SCHEMA, [randomBatch(1, 64, { nullShare: 0.3 })]))
    expect(joined(encodeStreamSync(SCHEMA, [long]))).toEqual(plain)
    const rebuilt = new Batch(
      SCHEMA,
      20,
      long
        .slice(3, 20)
        .columns()
        .map((vector) => vectorFromScalars(vector.type, scalarsOf(vector))),
    )
    expect(joined(encodeStreamSync(SCHEMA, [rebuilt]))).toEqual(joined(encodeStreamSync(SCHEMA, [long.slice(3, 20)])))
  })
})

describe('apache-arrow', () => {
  it('reads our streams and files', async () => {
    for (const bytes of [joined(encodeStreamSync(SCHEMA, BATCHES)), await joinedAsync(encodeFile(SCHEMA, BATCHES))]) {
      const back = [...arrow.RecordBatchReader.from(bytes)]
      expect(back.length).toBe(BATCHES.length)
      BATCHES.forEach((batch, i) => expectSame(batch, fromRecordBatch(back[i]!)))
      expect(String(back[0]!.schema)).toBe(String(toArrowSchema(SCHEMA)))
      expect([...back[0]!.schema.metadata]).toEqual(Object.entries(SCHEMA.metadata ?? {}))
    }
  })

  it('writes streams and files that we read, with dictionaries', () => {
    for (const dictionaries of ['decode', 'keep'] as const) {
      for (const batch of BATCHES.filter((b) => b.rowCount > 0)) {
        const there = toRecordBatch(batch, { dictionaries })
        expectSame(batch, [...decodeStream(arrow.RecordBatchStreamWriter.writeAll([there]).toUint8Array(true)).batches][0]!)
        expectSame(batch, [...decodeFile(arrow.RecordBatchFileWriter.writeAll([there]).toUint8Array(true)).batches][0]!)
      }
    }
  })

  it('may write types that we refuse by name', () => {
    const table = new arrow.Table({ wide: arrow.vectorFromArray([1], new arrow.Float16()) })
    expect(() => decodeStream(arrow.tableToIPC(table, 'stream'))).toThrow(UnsupportedError)
    expect(() => decodeStream(arrow.tableToIPC(table, 'stream'))).toThrow(/float16.*wide/)
  })
})

describe('damaged input', () => {
  /** Decodes and reads every value; damage must show as one of our errors or not at all. */
  function readAll(bytes: Uint8Array, decode: typeof decodeStream): void {
    try {
      for (const batch of decode(bytes).batches) for (const column of batch.columns()) scalarsOf(column)
    } catch (error) {
      if (!(error instanceof DataError) && !(error instanceof UnsupportedError)) throw error
    }
  }

  const flat = schema(SCHEMA.fields.filter((f) => f.type.kind !== 'null'))
  const rows = BATCHES.filter((batch) => batch.rowCount === 45).slice(0, 2)
  const small = rows.map((batch) =>
    batch.project(
      flat,
      flat.fields.map((f) => SCHEMA.fields.indexOf(f)),
    ),
  )

  it('is an error wherever it is cut off', () => {
    const bytes = joined(encodeStreamSync(flat, small.slice(0, 1)))
    for (let end = 0; end < bytes.length; end += end < 64 ? 1 : 97) readAll(bytes.subarray(0, end), decodeStream)
    expect(() => [...decodeStream(bytes.subarray(0, bytes.length - 100)).batches]).toThrow(DataError)
    expect(() => decodeStream(new Uint8Array(0))).toThrow(DataError)
    expect(() => decodeStream(Uint8Array.from(Buffer.from('not an Arrow stream at all')))).toThrow(DataError)
  })

  it('never breaks the reader when bytes change', async () => {
    const random = seededRandom(99)
    const dictionaries = joined(
      encodeStreamSync(flat, small, { dictionaryColumns: new Set(flat.fields.flatMap((f, i) => (f.type.kind === 'utf8' ? [i] : []))) }),
    )
    const file = await joinedAsync(encodeFile(flat, small))
    for (let round = 0; round < 1500; round++) {
      const [source, decode] = round % 2 === 0 ? ([dictionaries, decodeStream] as const) : ([file, decodeFile] as const)
      const bytes = source.slice()
      for (let k = 0; k <= round % 3; k++) {
        // Metadata lies at the ends; most changes go there.
        const near = random() < 0.8
        const place = Math.floor(near ? random() * 6000 : random() * bytes.length)
        const position = near && round % 4 === 3 ? Math.max(0, bytes.length - 1 - place) : Math.min(place, bytes.length - 1)
        bytes[position] = random() < 0.3 ? 0 : Math.floor(random() * 256)
      }
      readAll(bytes, decode)
    }
  })
})
