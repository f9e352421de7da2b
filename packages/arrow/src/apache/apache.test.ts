import * as arrow from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { UnsupportedError } from '@artemis/errors'
import { Batch } from '../batch.js'
import { scalarsOf } from '../scalar-at.js'
import { ALL_TYPES, randomVector, seededRandom, SHAPES, typeName } from '../testing/random.js'
import { field, int32, list, schema, struct, typeEquals, utf8, uuid } from '../types.js'
import { vectorFromScalars } from '../builder.js'
import { dictionaryEncode } from '../dictionary.js'
import { fromArrowSchema, toArrowSchema } from './apache-schema.js'
import { fromRecordBatch } from './from-apache.js'
import { toRecordBatch } from './to-apache.js'

const allFields = ALL_TYPES.map((type, i) => field(`c${i}`, type, true, i === 1 ? { note: 'kept' } : undefined))

function randomBatch(seed: number, rows: number, shape: (typeof SHAPES)[number]): Batch {
  const random = seededRandom(seed)
  return new Batch(
    schema(allFields, { origin: 'test' }),
    rows,
    allFields.map((f) => randomVector(random, f.type, rows, shape)),
  )
}

function expectSame(a: Batch, b: Batch): void {
  expect(b.rowCount).toBe(a.rowCount)
  for (let i = 0; i < a.columnCount; i++) expect(scalarsOf(b.column(i)), typeName(a.schema.fields[i]!.type)).toEqual(scalarsOf(a.column(i)))
}

/** A record batch as it comes back from apache-arrow's own IPC writer and reader. */
function throughIpc(batch: arrow.RecordBatch): arrow.RecordBatch {
  return [...arrow.RecordBatchReader.from(arrow.RecordBatchStreamWriter.writeAll([batch]).toUint8Array(true))][0]!
}

describe('schemas', () => {
  it('go there and back', () => {
    const nested = schema(
      [...allFields, field('ids', list(field('element', uuid, false)), false), field('s', struct([field('u', uuid)]))],
      { a: 'b' },
    )
    const back = fromArrowSchema(toArrowSchema(nested))
    expect(back.metadata).toEqual({ a: 'b' })
    expect(back.fields.length).toBe(nested.fields.length)
    back.fields.forEach((f, i) => {
      const want = nested.fields[i]!
      expect([f.name, f.nullable, f.metadata], f.name).toEqual([want.name, want.nullable, want.metadata])
      expect(typeEquals(f.type, want.type), typeName(want.type)).toBe(true)
    })
  })
})

describe('record batches', () => {
  it('keep every value of every type, there, in apache-arrow, and back', () => {
    SHAPES.forEach((shape, k) => {
      for (const rows of [0, 1, 37]) {
        const batch = randomBatch(k, rows, shape)
        for (const dictionaries of ['decode', 'keep'] as const) {
          const there = toRecordBatch(batch, { dictionaries })
          expect(there.numRows).toBe(rows)
          expectSame(batch, fromRecordBatch(there))
          if (rows > 0) expectSame(batch, fromRecordBatch(throughIpc(there)))
        }
      }
    })
  })

  it('are read by apache-arrow as we read them', () => {
    const batch = randomBatch(3, 50, SHAPES[1]!)
    const there = toRecordBatch(batch)
    ALL_TYPES.forEach((type, i) => {
      if (!['int64', 'uint64', 'int32', 'float64', 'utf8', 'bool', 'binary', 'uuid'].includes(type.kind)) return
      expect([...there.getChildAt(i)!], typeName(type)).toEqual(scalarsOf(batch.column(i)))
    })
  })

  it('are read when sliced', () => {
    const batch = randomBatch(5, 60, SHAPES[1]!)
    for (const [start, end] of [
      [3, 40],
      [8, 9],
      [17, 60],
      [60, 60],
    ] as const) {
      expectSame(batch.slice(start, end - start), fromRecordBatch(toRecordBatch(batch).slice(start, end)))
      expectSame(batch.slice(start + 0, end - start), fromRecordBatch(toRecordBatch(batch, { dictionaries: 'keep' }).slice(start, end)))
    }
  })

  it('share buffers in both directions', () => {
    const values = vectorFromScalars(int32, [1, 2, 3])
    const batch = new Batch(schema([field('a', int32)]), 3, [values])
    const there = toRecordBatch(batch)
    expect(there.data.children[0]!.values).toBe(values.layout === 'primitive' && values.values)
    const back = fromRecordBatch(there).column(0)
    expect(back.layout === 'primitive' && back.values.buffer).toBe(values.layout === 'primitive' && values.values.buffer)
  })

  it('share one dictionary object across batches', () => {
    const codes = dictionaryEncode(vectorFromScalars(utf8, ['x', 'y', 'x', null]))
    const batch = new Batch(schema([field('a', utf8)]), 4, [codes])
    const first = fromRecordBatch(toRecordBatch(batch, { dictionaries: 'keep' })).column(0)
    const second = fromRecordBatch(toRecordBatch(batch.slice(1, 2), { dictionaries: 'keep' })).column(0)
    expect(first.layout === 'dictionary' && second.layout === 'dictionary' && first.dictionary === second.dictionary).toBe(true)
  })
})

describe('types that only Arrow has', () => {
  const convert = (vector: arrow.Vector): unknown[] => {
    const batch = new arrow.RecordBatch({ c: vector.data[0]! })
    return scalarsOf(fromRecordBatch(batch).column(0))
  }

  it('become their nearest relative', () => {
    expect(convert(arrow.vectorFromArray(['a', null, 'ß'], new arrow.LargeUtf8()))).toEqual(['a', null, 'ß'])
    expect(convert(arrow.vectorFromArray(['a', null, 'much longer than twelve bytes'], new arrow.Utf8View()))).toEqual([
      'a',
      null,
      'much longer than twelve bytes',
    ])
    expect(convert(arrow.vectorFromArray([1.5, null, -2], new arrow.Float16()))).toEqual([1.5, null, -2])
    expect(
      convert(arrow.vectorFromArray([[1, 2], null, [3, 4]], new arrow.FixedSizeList(2, new arrow.Field('item', new arrow.Int32())))),
    ).toEqual([[1, 2], null, [3, 4]])
    expect(convert(arrow.vectorFromArray([new Date('2024-03-01'), null], new arrow.DateMillisecond()))).toEqual([19783, null])
    expect(convert(arrow.vectorFromArray([3600, null], new arrow.TimeSecond()))).toEqual([3_600_000_000n, null])
    expect(convert(arrow.vectorFromArray([5n, null], new arrow.DurationMillisecond()))).toEqual([
      { months: 0, days: 0, nanoseconds: 5_000_000n },
      null,
    ])
    expect(convert(arrow.vectorFromArray(['x', 'y', 'x', null], new arrow.Dictionary(new arrow.LargeUtf8(), new arrow.Int8())))).toEqual([
      'x',
      'y',
      'x',
      null,
    ])
  })

  it('take the nulls of a dictionary entry to its rows', () => {
    const dictionary = arrow.vectorFromArray(['x', null], new arrow.Utf8())
    const codes = arrow.makeData({
      type: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
      data: Int32Array.of(0, 1, 0),
      dictionary,
    })
    expect(scalarsOf(fromRecordBatch(new arrow.RecordBatch({ c: codes })).column(0))).toEqual(['x', null, 'x'])
  })

  it('are refused by name when there is none', () => {
    const fields = [new arrow.Field('wide', new arrow.Struct([new arrow.Field('inner', new arrow.Decimal(2, 60, 256))]))]
    expect(() => fromArrowSchema(new arrow.Schema(fields))).toThrow(UnsupportedError)
    expect(() => fromArrowSchema(new arrow.Schema(fields))).toThrow(/wide\.inner/)
  })
})
