import { date32, field, float64, int64, nullType, scalarAt, schema, timestamptz, utf8 } from '@artemis/arrow'
import type { Batch } from '@artemis/arrow'
import { describe, expect, it } from 'vitest'
import { parameterBatch } from './parameter-batch.js'

function rowOf(batch: Batch): unknown[] {
  return batch.columns().map((column) => [column.type.kind, scalarAt(column, 0)])
}

describe('parameterBatch', () => {
  it('gives values the types that SQL has for them', () => {
    const values = [true, 1, 2 ** 40, 1.5, -0, 2n ** 62n, 2n ** 100n, 'text', new Date(1), new Uint8Array([7]), null]
    const expected = schema(values.map((_, i) => field(`$${i + 1}`, nullType)))
    expect(rowOf(parameterBatch(expected, values))).toEqual([
      ['bool', true],
      ['int32', 1],
      ['int64', 2n ** 40n],
      ['float64', 1.5],
      ['float64', -0],
      ['int64', 2n ** 62n],
      ['decimal', 2n ** 100n],
      ['utf8', 'text'],
      ['timestamp', 1000n],
      ['binary', new Uint8Array([7])],
      ['null', null],
    ])
  })

  it('heeds the types that a server wants', () => {
    const expected = schema([field('a', int64), field('b', float64), field('c', utf8), field('d', date32)])
    expect(rowOf(parameterBatch(expected, [1, 2, null, { type: date32, value: 19_800 }]))).toEqual([
      ['int64', 1n],
      ['float64', 2],
      ['utf8', null],
      ['date32', 19_800],
    ])
    expect(parameterBatch(schema([field('a', timestamptz())]), [new Date(0)]).schema.fields[0]!.type).toEqual(timestamptz())
  })

  it('finds values by name', () => {
    const expected = schema([field('$from', nullType), field('$to', nullType)])
    expect(rowOf(parameterBatch(expected, { TO: 2, from: 1 }))).toEqual([
      ['int32', 1],
      ['int32', 2],
    ])
    expect(() => parameterBatch(expected, { from: 1 })).toThrow('parameter "$to" has no value')
    expect(() => parameterBatch(expected, { from: 1, to: 2, more: 3 })).toThrow('the statement has no parameter "more"')
  })

  it('refuses what does not fit', () => {
    expect(() => parameterBatch(schema([field('a', nullType)]), [])).toThrow('the statement takes 1 parameter, not 0')
    expect(() => parameterBatch(schema([]), [new Date(Number.NaN)])).toThrow('parameter 1 is an invalid Date')
    expect(() => parameterBatch(schema([]), [Symbol('x') as unknown as string])).toThrow('of a JavaScript type that SQL has no type for')
  })
})
