import type { Field, Vector } from '@artemis/arrow'
import { allSet, bytesVector, clearBit, dictionaryVector, fixedVector, listVector, primitiveVector, structVector } from '@artemis/arrow'
import { expect, test } from 'vitest'
import { parseTransform } from '../model/partition.js'
import type { IcebergType, NestedField } from '../model/type.js'
import { nestedField } from '../model/type.js'
import { FIELD_ID_KEY } from '../values/arrow-schema.js'
import { writeDecimalWords } from '../values/decimal-words.js'
import { literalAt } from '../values/vector-values.js'
import type { ColumnPlanOptions } from './column-source.js'
import { fileColumnsOf, planColumns } from './column-source.js'
import { materializeColumn } from './convert-vector.js'

const withId = (name: string, type: Field['type'], id: number | undefined, nullable = true): Field =>
  id === undefined ? { name, type, nullable } : { name, type, nullable, metadata: { [FIELD_ID_KEY]: String(id) } }
const want = (id: number, name: string, type: IcebergType, more: Partial<NestedField> = {}): NestedField =>
  nestedField({ id, name, type, ...more })
const plan = (fields: readonly NestedField[], fileFields: readonly Field[], more: Partial<ColumnPlanOptions> = {}) =>
  planColumns({
    fields,
    fileSchema: { fields: fileFields },
    nameMapping: undefined,
    spec: { specId: 0, fields: [] },
    partition: [],
    filePath: 'f.parquet',
    ...more,
  })

test('renamed, reordered and dropped columns resolve by field id', () => {
  const file = [withId('old_name', { kind: 'int32' }, 1), withId('b', { kind: 'utf8' }, 2), withId('dropped', { kind: 'utf8' }, 3)]
  const sources = plan([want(2, 'b', { kind: 'string' }), want(1, 'new_name', { kind: 'int' })], file)
  expect(sources).toEqual([
    { kind: 'file', index: 1, conversion: { kind: 'none' } },
    { kind: 'file', index: 0, conversion: { kind: 'none' } },
  ])
  expect(fileColumnsOf(sources)).toEqual([1, 0])
})

test('a column that the file lacks: identity partition value, then default, then null, then an error', () => {
  const spec = {
    specId: 1,
    fields: [{ sourceId: 5, fieldId: 1000, name: 'p', transform: parseTransform('identity'), sourceIds: undefined }],
  }
  const file = [withId('a', { kind: 'int32' }, 1)]
  const given = { spec, partition: ['apollo-7'] }
  expect(plan([want(5, 'p', { kind: 'string' }, { initialDefault: 'x' })], file, given)).toEqual([
    { kind: 'constant', value: 'apollo-7', type: { kind: 'utf8' } },
  ])
  expect(plan([want(6, 'd', { kind: 'string' }, { initialDefault: 'x' })], file, given)).toMatchObject([{ kind: 'constant', value: 'x' }])
  expect(plan([want(7, 'n', { kind: 'string' })], file, given)).toMatchObject([{ kind: 'constant', value: null }])
  expect(() => plan([want(8, 'r', { kind: 'string' }, { required: true })], file, given)).toThrow(/no column r \(field 8\)/)
  const bucketed = { specId: 1, fields: [{ ...spec.fields[0]!, transform: parseTransform('bucket[4]') }] }
  expect(plan([want(5, 'p', { kind: 'int' })], file, { spec: bucketed, partition: [3] })).toMatchObject([{ kind: 'constant', value: null }])
})

test('files without ids: the name mapping, or positions', () => {
  const file = [
    withId('first', { kind: 'int32' }, undefined),
    withId('second', { kind: 'list', element: withId('array', { kind: 'int32' }, undefined) }, undefined),
  ]
  const fields = [
    want(4, 'renamed', { kind: 'int' }),
    want(7, 'l', { kind: 'list', elementId: 8, elementRequired: false, element: { kind: 'long' } }),
    want(9, 'other', { kind: 'int' }),
  ]
  const mapping = [
    { fieldId: 4, names: ['first', 'renamed'], fields: [] },
    { fieldId: 7, names: ['second'], fields: [{ fieldId: 8, names: ['element'], fields: [] }] },
  ]
  const sources = plan(fields, file, { nameMapping: mapping })
  expect(sources[0]).toMatchObject({ kind: 'file', index: 0 })
  expect(sources[1]).toMatchObject({
    kind: 'file',
    index: 1,
    conversion: { kind: 'list', element: { kind: 'cast', type: { kind: 'int64' } } },
  })
  expect(sources[2]).toMatchObject({ kind: 'constant', value: null })
  expect(
    plan([want(2, 'x', { kind: 'int' })], [withId('a', { kind: 'utf8' }, undefined), withId('b', { kind: 'int32' }, undefined)]),
  ).toMatchObject([{ index: 1 }])
})

const convert = (type: IcebergType, field: Field, vector: Vector): Vector => {
  const [source] = plan([want(1, 'c', type)], [{ ...field, metadata: { [FIELD_ID_KEY]: '1' } }])
  return materializeColumn(source!, () => vector, vector.length)
}
const values = (vector: Vector): unknown[] => Array.from({ length: vector.length }, (_, i) => literalAt(vector, i))
const validity = allSet(3)
clearBit(validity, 1)

test('type promotions', () => {
  const ints = primitiveVector({ kind: 'int32' }, Int32Array.of(-5, 0, 2147483647), { validity })
  expect(values(convert({ kind: 'long' }, withId('c', { kind: 'int32' }, 1), ints))).toEqual([-5n, null, 2147483647n])
  const floats = primitiveVector({ kind: 'float32' }, Float32Array.of(1.5, 0, -2.25))
  expect(values(convert({ kind: 'double' }, withId('c', { kind: 'float32' }, 1), floats))).toEqual([1.5, 0, -2.25])
  const words = new Uint8Array(16)
  writeDecimalWords(words, 0, -12345n)
  const narrow = { kind: 'decimal', precision: 5, scale: 2 } as const
  const wide = convert({ kind: 'decimal', precision: 20, scale: 2 }, withId('c', narrow, 1), fixedVector(narrow, 1, words))
  expect(wide.type).toEqual({ kind: 'decimal', precision: 20, scale: 2 })
  expect(values(wide)).toEqual([-12345n])
  const dates = primitiveVector({ kind: 'date32' }, Int32Array.of(-1, 1))
  expect(values(convert({ kind: 'timestamp' }, withId('c', { kind: 'date32' }, 1), dates))).toEqual([-86_400_000_000n, 86_400_000_000n])
})

test('other spellings of the same values', () => {
  const nanos = { kind: 'timestamp', unit: 'ns', timezone: null } as const
  expect(values(convert({ kind: 'timestamptz' }, withId('c', nanos, 1), primitiveVector(nanos, BigInt64Array.of(-1n, 1999n))))).toEqual([
    -1n,
    1n,
  ])
  const millis = { kind: 'timestamp', unit: 'ms', timezone: 'UTC' } as const
  expect(values(convert({ kind: 'timestamp' }, withId('c', millis, 1), primitiveVector(millis, BigInt64Array.of(-3n))))).toEqual([-3000n])
  const raw = bytesVector({ kind: 'binary' }, Int32Array.of(0, 2), Uint8Array.of(104, 105))
  expect(values(convert({ kind: 'string' }, withId('c', { kind: 'binary' }, 1), dictionaryVector(Int32Array.of(0, 0), raw)))).toEqual([
    'hi',
    'hi',
  ])
  expect(values(convert({ kind: 'int' }, withId('c', { kind: 'int8' }, 1), primitiveVector({ kind: 'int8' }, Int8Array.of(-3))))).toEqual([
    -3,
  ])
  expect(
    values(convert({ kind: 'long' }, withId('c', { kind: 'uint32' }, 1), primitiveVector({ kind: 'uint32' }, Uint32Array.of(4294967295)))),
  ).toEqual([4294967295n])
  expect(() => plan([want(1, 'c', { kind: 'int' })], [withId('c', { kind: 'int64' }, 1)])).toThrow(
    /stored as int64, which cannot be read as int/,
  )
})

test('structs and lists are rebuilt by id, with what they lack', () => {
  const inner = [withId('x', { kind: 'int32' }, 11), withId('gone', { kind: 'int32' }, 12)]
  const struct = { kind: 'struct', fields: inner } as const
  const file = withId('l', { kind: 'list', element: withId('element', struct, 10) }, 1)
  const type: IcebergType = {
    kind: 'list',
    elementId: 10,
    elementRequired: false,
    element: { kind: 'struct', fields: [want(13, 'added', { kind: 'string' }), want(11, 'renamed', { kind: 'long' })] },
  }
  const x = primitiveVector({ kind: 'int32' }, Int32Array.of(1, 2, 3))
  const child = structVector(struct, 3, [x, x], { validity })
  const out = convert(type, file, listVector(file.type, Int32Array.of(0, 2, 3), child))
  expect(out.layout).toBe('list')
  if (out.layout !== 'list' || out.child.layout !== 'struct') throw new Error('unexpected layout')
  expect(values(out.child.children[0]!)).toEqual([null, null, null])
  expect(values(out.child.children[1]!)).toEqual([1n, 2n, 3n])
  expect(out.child.nullCount).toBe(1)
  expect(out.type).toMatchObject({ element: { type: { kind: 'struct', fields: [{ name: 'added' }, { name: 'renamed' }] } } })
})
