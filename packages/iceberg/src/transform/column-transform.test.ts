import type { Vector } from '@artemis/arrow'
import { allSet, bytesVector, clearBit, dictionaryVector, fixedVector, primitiveVector, sliceVector } from '@artemis/arrow'
import { expect, test } from 'vitest'
import type { Literal } from '../model/literal.js'
import { parseTransform } from '../model/partition.js'
import type { IcebergType } from '../model/type.js'
import { arrowTypeOf } from '../values/arrow-schema.js'
import { writeDecimalWords } from '../values/decimal-words.js'
import { literalAt } from '../values/vector-values.js'
import { transformColumn } from './column-transform.js'
import { applyTransform, canTransform } from './transform.js'

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 4294967296
  }
}

const next = random(7)
const rows = 500
const bigint = (bits: number): bigint => {
  const magnitude = BigInt(Math.floor(next() * 2 ** 30)) * (1n << 40n) + BigInt(Math.floor(next() * 2 ** 40))
  return BigInt.asIntN(bits, magnitude >> BigInt(Math.floor(next() * 60))) * (next() < 0.5 ? -1n : 1n)
}
const text = (): string => Array.from({ length: Math.floor(next() * 8) }, pick).join('')
function pick(): string {
  return ['a', 'b', 'Z', ' ', 'é', '漢', '\u{1F680}', '\u{10FFFF}'][Math.floor(next() * 8)]!
}
const validity = allSet(rows)
for (let i = 0; i < rows; i += 7) clearBit(validity, i)
const strings = Array.from({ length: rows }, text)
const encoded = strings.map((s) => Buffer.from(s))
const offsets = new Int32Array(rows + 1)
encoded.forEach((b, i) => (offsets[i + 1] = offsets[i]! + b.length))
const data = Uint8Array.from(Buffer.concat(encoded))
const words = new Uint8Array(rows * 16)
for (let i = 0; i < rows; i++) writeDecimalWords(words, i, i % 5 === 0 ? bigint(64) * 10n ** 12n : bigint(32) >> BigInt(i % 30))

const longs = BigInt64Array.from({ length: rows }, (_, i) => (i % 9 === 0 ? bigint(63) : bigint(54)))
const ints = Int32Array.from({ length: rows }, () => Math.floor((next() - 0.5) * 4e9))
const nulls = { validity }
const plain = (type: IcebergType): Vector => {
  const arrow = arrowTypeOf(type)
  switch (type.kind) {
    case 'int':
      return primitiveVector(arrow, ints, nulls)
    case 'date':
      return primitiveVector(
        arrow,
        ints.map((v) => v % 1_000_000),
        nulls,
      )
    case 'decimal':
      return fixedVector(arrow, rows, words, nulls)
    case 'uuid':
      return fixedVector(arrow, rows, words, nulls)
    case 'fixed':
      return fixedVector(arrow, rows, words.subarray(0, rows * 5), nulls)
    case 'string':
    case 'binary':
      return bytesVector(arrow, offsets, data, nulls)
    default:
      return primitiveVector(arrow, longs, nulls)
  }
}

const types: IcebergType[] = [
  { kind: 'int' },
  { kind: 'long' },
  { kind: 'date' },
  { kind: 'time' },
  { kind: 'timestamp' },
  { kind: 'timestamptz' },
  { kind: 'timestamp_ns' },
  { kind: 'string' },
  { kind: 'binary' },
  { kind: 'uuid' },
  { kind: 'fixed', length: 5 },
  { kind: 'decimal', precision: 38, scale: 4 },
]
const transforms = ['identity', 'bucket[16]', 'bucket[2147483647]', 'truncate[3]', 'truncate[1000]', 'year', 'month', 'day', 'hour', 'void']

const cases = types.flatMap((type) => transforms.filter((t) => canTransform(parseTransform(t), type)).map((t) => [t, type] as const))

test.each(cases)('%s of %o: columns agree with single values', (transformName, type) => {
  const transform = parseTransform(transformName)
  const vector = plain(type)
  const codes = Int32Array.from({ length: rows }, (_, i) => (i * 37) % rows)
  const variants = [vector, sliceVector(vector, 13, 100), dictionaryVector(codes, { ...vector, validity: null, nullCount: 0 }, nulls)]
  for (const variant of variants) {
    const out = transformColumn(transform, type, variant)
    expect(out.length).toBe(variant.length)
    for (let i = 0; i < variant.length; i++) {
      const expected: Literal = applyTransform(transform, type, literalAt(variant, i))
      expect(literalAt(out, i)).toEqual(expected)
    }
  }
})

test('a truncated integer below its range is an error, not a wrapped value', () => {
  const vector = primitiveVector({ kind: 'int32' }, Int32Array.of(-0x80000000))
  expect(() => transformColumn(parseTransform('truncate[10]'), { kind: 'int' }, vector)).toThrow(/below the least int/)
})
