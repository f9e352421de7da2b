import { expect, test } from 'vitest'
import type { PrimitiveType } from '../model/type.js'
import { arrowSchemaOf, fieldIdOf, icebergFieldsOf } from './arrow-schema.js'
import type { Value } from './compare.js'
import { comparatorOf, compareStrings } from './compare.js'
import { decodeSingleValue, encodeSingleValue } from './single-value.js'
import { truncateBytesUpper, truncateStringLower, truncateStringUpper } from './truncate-bound.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const simple = (kind: string): PrimitiveType => ({ kind }) as PrimitiveType
const decimal: PrimitiveType = { kind: 'decimal', precision: 38, scale: 2 }

test.each<[PrimitiveType, Value, string]>([
  [simple('boolean'), true, '01'],
  [simple('boolean'), false, '00'],
  [simple('int'), -2, 'feffffff'],
  [simple('long'), 1234n, 'd204000000000000'],
  [simple('date'), 17486, '4e440000'],
  [simple('time'), 1n, '0100000000000000'],
  [simple('timestamp'), -1n, 'ffffffffffffffff'],
  [simple('float'), 1.5, '0000c03f'],
  [simple('double'), -0, '0000000000000080'],
  [decimal, 0n, '00'],
  [decimal, 127n, '7f'],
  [decimal, 128n, '0080'],
  [decimal, -128n, '80'],
  [decimal, -129n, 'ff7f'],
  [decimal, 1420n, '058c'],
  [simple('string'), 'é', 'c3a9'],
  [simple('string'), '\ufeffx', 'efbbbf78'],
  [simple('uuid'), bytes('f79c3e09677c4bbda4793f349cb785e7'), 'f79c3e09677c4bbda4793f349cb785e7'],
  [simple('binary'), bytes('00ff'), '00ff'],
])('single value of %o: %s', (type, value, expected) => {
  expect(hex(encodeSingleValue(type, value))).toBe(expected)
  expect(decodeSingleValue(type, bytes(expected))).toEqual(value)
})

test('bounds from before a column was widened', () => {
  expect(decodeSingleValue(simple('long'), bytes('feffffff'))).toBe(-2n)
  expect(decodeSingleValue(simple('double'), bytes('0000c03f'))).toBe(1.5)
  expect(decodeSingleValue(simple('timestamp'), bytes('ffffffff'))).toBe(-86_400_000_000n)
  expect(decodeSingleValue(decimal, bytes('ff'))).toBe(-1n)
  expect(decodeSingleValue(decimal, bytes('ffffff85'))).toBe(-123n)
  expect(() => decodeSingleValue(simple('int'), bytes('0000000000000000'))).toThrow(/has 8 bytes where 4/)
})

test('strings compare as their UTF-8 bytes do', () => {
  const samples = ['', 'a', 'ab', 'b', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}', 'a\u{1F600}', 'a\uff5e', 'a\u{1F601}']
  for (const a of samples) {
    for (const b of samples) {
      expect(Math.sign(compareStrings(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))))
    }
  }
})

test('floats: zeroes are equal, NaN is the greatest and equals itself', () => {
  const compare = comparatorOf(simple('double'))
  expect(compare(-0, 0)).toBe(0)
  expect(compare(Number.NaN, Infinity)).toBe(1)
  expect(compare(Infinity, Number.NaN)).toBe(-1)
  expect(compare(Number.NaN, Number.NaN)).toBe(0)
})

test('truncated bounds still cover the value', () => {
  const long = `${'x'.repeat(15)}\u{1F600}tail`
  expect(truncateStringLower(long, 16)).toBe(`${'x'.repeat(15)}\u{1F600}`)
  expect(truncateStringUpper(long, 16)).toBe(`${'x'.repeat(15)}\u{1F601}`)
  expect(truncateStringUpper('ab\ud7ffz', 3)).toBe('ab\ue000')
  expect(truncateStringUpper('a\u{10ffff}\u{10ffff}z', 3)).toBe('b')
  expect(truncateStringUpper('\u{10ffff}\u{10ffff}', 1)).toBeUndefined()
  expect(truncateStringUpper('short', 16)).toBe('short')
  expect(truncateBytesUpper(bytes('01ffff02'), 3)).toEqual(bytes('02'))
  expect(truncateBytesUpper(bytes('ffffff'), 2)).toBeUndefined()
})

test('Arrow schemas and back, with field ids at every depth', () => {
  const fields = icebergFieldsOf({
    fields: [
      { name: 'a', type: { kind: 'int64' }, nullable: false },
      { name: 'l', type: { kind: 'list', element: { name: 'item', type: { kind: 'utf8' }, nullable: true } }, nullable: true },
      {
        name: 'm',
        nullable: true,
        type: {
          kind: 'map',
          key: { name: 'key', type: { kind: 'utf8' }, nullable: false },
          value: { name: 'value', type: { kind: 'date32' }, nullable: true },
        },
      },
      { name: 't', type: { kind: 'timestamp', unit: 'us', timezone: 'UTC' }, nullable: true },
    ],
  })
  expect(fields.map((f) => f.id)).toEqual([1, 2, 3, 4])
  expect(fields[1]!.type).toMatchObject({ kind: 'list', elementId: 5 })
  expect(fields[2]!.type).toMatchObject({ kind: 'map', keyId: 6, valueId: 7 })
  const arrow = arrowSchemaOf({ fields })
  expect(fieldIdOf(arrow.fields[0]!)).toBe(1)
  expect(icebergFieldsOf(arrow)).toEqual(fields)
  expect(() => icebergFieldsOf({ fields: [{ name: 'u', type: { kind: 'uint64' }, nullable: true }] })).toThrow(/uint64/)
})
