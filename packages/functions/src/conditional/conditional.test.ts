import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  bool,
  date32,
  decimal,
  float64,
  int32,
  int64,
  interval,
  list,
  scalarDatum,
  scalarsOf,
  timestamp,
  uint64,
  utf8,
  vectorDatum,
  vectorFromScalars,
} from '@artemis/arrow'
import { hash } from '../comparison/hash.js'
import { greatest, least } from '../comparison/extremes.js'
import { currentSetting, typeOf, version, VERSION } from '../session/constants.js'
import type { ColumnSource } from '../testing/oracle.js'
import { context, expectAgreement, oneOf, randomColumns } from '../testing/oracle.js'
import { ifFunction, nullif, nvl2 } from './branches.js'
import { coalesce } from './coalesce.js'

/** DuckDB takes no NUL bytes in the text of a statement. */
const texts: ColumnSource = { type: utf8, value: oneOf(['', 'a', 'b', 'A', 'abcdefgh', 'é', '月', '😀', "it's"]) }
const TYPES: readonly ColumnSource[] = [int32, int64, float64, decimal(18, 4), texts, date32, timestamp('us'), bool, list(int32)]

describe('conditional functions agree with DuckDB', () => {
  it('coalesce, nullif', async () => {
    for (const type of TYPES) {
      await expectAgreement(coalesce, randomColumns(1, 80, [type, type, type]))
      await expectAgreement(coalesce, randomColumns(2, 40, [type]))
      await expectAgreement(nullif, randomColumns(3, 80, [type, type]))
    }
    await expectAgreement(coalesce, randomColumns(4, 60, [int32, int64, float64]))
  })

  it('if, nvl2', async () => {
    for (const type of TYPES) {
      await expectAgreement(ifFunction, randomColumns(5, 60, [bool, type, type]))
      await expectAgreement(nvl2, randomColumns(6, 60, [int32, type, type]), { sql: 'CASE WHEN a IS NOT NULL THEN b ELSE c END' })
    }
  })

  it('greatest, least', async () => {
    for (const fn of [greatest, least]) {
      for (const type of TYPES) await expectAgreement(fn, randomColumns(7, 80, [type, type, type]))
      await expectAgreement(fn, randomColumns(8, 20, [int32]))
      await expectAgreement(fn, randomColumns(9, 60, [int32, float64]))
    }
  })
})

describe('coalesce', () => {
  it('keeps a dictionary and extends it once', () => {
    const fn = coalesce.resolve([utf8, utf8], [undefined, 'z'])!
    const dictionary = vectorFromScalars(utf8, ['a', 'b'])
    const batch = (values: readonly (string | null)[]) => ({
      layout: 'dictionary' as const,
      type: utf8,
      length: values.length,
      nullCount: values.filter((value) => value === null).length,
      validity: vectorFromScalars(utf8, values).validity,
      codes: Int32Array.from(values, (value) => (value === 'b' ? 1 : 0)),
      dictionary,
    })
    const first = fn.evaluate([vectorDatum(batch(['a', null, 'b'])), scalarDatum(utf8, 'z')], 3, context())
    const second = fn.evaluate([vectorDatum(batch([null, 'b'])), scalarDatum(utf8, 'z')], 2, context())
    expect(scalarsOf(first)).toEqual(['a', 'z', 'b'])
    expect(scalarsOf(second)).toEqual(['z', 'b'])
    expect(first.layout === 'dictionary' && second.layout === 'dictionary' && first.dictionary === second.dictionary).toBe(true)
    const known = fn.evaluate([vectorDatum(batch([null, 'b'])), scalarDatum(utf8, 'a')], 2, context())
    expect(known.layout === 'dictionary' && known.dictionary === dictionary).toBe(true)
  })
})

describe('about values', () => {
  it('hashes equal values alike', () => {
    const fn = hash.resolve([interval, float64], [undefined, undefined])!
    const rows = [
      [{ months: 1, days: 0, nanoseconds: 0n }, 0],
      [{ months: 0, days: 30, nanoseconds: 0n }, -0],
      [null, 0],
      [{ months: 1, days: 0, nanoseconds: 0n }, 1],
    ] as const
    const columns = [
      vectorFromScalars(
        interval,
        rows.map((row) => row[0]),
      ),
      vectorFromScalars(
        float64,
        rows.map((row) => row[1]),
      ),
    ]
    const hashes = scalarsOf(fn.evaluate(columns.map(vectorDatum), 4, context()))
    expect(fn.returnType).toEqual(uint64)
    expect(hashes[0]).toBe(hashes[1])
    expect(new Set(hashes).size).toBe(3)
  })

  it('names types, the version and the zone', () => {
    const evaluate = (fn: ReturnType<typeof typeOf.resolve>, args: Parameters<NonNullable<typeof fn>['evaluate']>[0]) =>
      scalarsOf(fn!.evaluate(args, 1, context('Asia/Kolkata')))[0]
    expect(evaluate(typeOf.resolve([decimal(9, 2)], [undefined]), [scalarDatum(decimal(9, 2), 1n)])).toBe('DECIMAL(9,2)')
    const { version: packaged } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
    expect(packaged).toBe(VERSION)
    expect(evaluate(version.resolve([], []), [])).toBe(`Artemis ${VERSION}`)
    expect(evaluate(currentSetting.resolve([utf8], ['TimeZone']), [scalarDatum(utf8, 'TimeZone')])).toBe('Asia/Kolkata')
    expect(() => evaluate(currentSetting.resolve([utf8], ['x']), [scalarDatum(utf8, 'x')])).toThrow('current_setting cannot read x')
  })
})
