import type { DataType } from '@artemis/arrow'
import {
  binary,
  bool,
  date32,
  decimal,
  field,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  interval,
  list,
  map,
  nullType,
  struct,
  time64,
  timestamp,
  timestamptz,
  typeEquals,
  uint16,
  uint32,
  uint64,
  uint8,
  utf8,
  uuid,
} from '@artemis/arrow'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  boundedDecimal,
  commonType,
  comparisonType,
  isExplicitCast,
  isFloat,
  isImplicitCast,
  isInteger,
  isNumeric,
  quoteIdentifier,
  sqlTypeName,
} from './coercion.js'

const TYPES: readonly DataType[] = [
  bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64,
  decimal(4, 1), decimal(18, 3), decimal(38, 10), decimal(38, 0), utf8, binary, uuid,
  date32, time64, timestamp('us', null), timestamp('s', null), timestamp('ms', null), timestamp('ns', null), timestamptz('us'), interval,
  list(field('item', int32)), list(field('item', utf8)), struct([field('n', int32)]), struct([field('n', int64)]),
  map(field('key', utf8, false), field('value', int32)),
] // prettier-ignore
const PAIRS = TYPES.flatMap((a, i) => TYPES.map((b, j) => ({ a, b, i, j })))

let duckdb: DuckDBConnection
beforeAll(async () => {
  duckdb = await (await DuckDBInstance.create(':memory:')).connect()
  await duckdb.run(`CREATE TABLE t (${TYPES.map((type, i) => `c${i} ${sqlTypeName(type)}`).join(', ')})`)
})
afterAll(() => duckdb.closeSync())

async function duckdbType(query: string): Promise<string | undefined> {
  try {
    return canonical(String((await duckdb.runAndReadAll(`DESCRIBE ${query}`)).getRows()[0]![1] as string))
  } catch {
    return undefined
  }
}

/** DuckDB has 128-bit integers where we have decimals of 38 digits. */
function canonical(name: string): string {
  return name.replaceAll('HUGEINT', 'DECIMAL(38,0)').replaceAll('"', '').replaceAll(', ', ',')
}

function nameOf(type: DataType | undefined): string | undefined {
  return type === undefined ? undefined : canonical(sqlTypeName(type))
}

/** FLOAT holds 24 bits: beside other numbers of more it becomes DOUBLE here, which DuckDB does not do. */
function losesInFloat(a: DataType, b: DataType): boolean {
  const other = a.kind === 'float32' ? b : b.kind === 'float32' ? a : undefined
  return other !== undefined && isNumeric(other) && !isFloat(other) && !['int8', 'int16', 'uint8', 'uint16'].includes(other.kind)
}

describe('the type in which two types meet', () => {
  test('is that of CASE in DuckDB, wherever it has one', async () => {
    for (const { a, b, i, j } of PAIRS) {
      const theirs = await duckdbType(`SELECT CASE WHEN c0 THEN c${i} ELSE c${j} END FROM t`)
      const ours = commonType(a, b)
      const pair = `${sqlTypeName(a)}, ${sqlTypeName(b)}`
      if (losesInFloat(a, b)) expect([pair, nameOf(ours), theirs]).toEqual([pair, 'DOUBLE', 'FLOAT'])
      else if (theirs !== undefined) expect([pair, nameOf(ours)]).toEqual([pair, theirs])
      // Text takes anything in, lists of it as well, and instants of other units take a zone.
      else if (ours !== undefined)
        expect([pair, ['VARCHAR', 'VARCHAR[]', 'TIMESTAMP WITH TIME ZONE']]).toEqual([pair, expect.arrayContaining([nameOf(ours)])])
    }
  })

  test('is that of UNION in DuckDB, which forces pairs that we refuse and turns text into anything', async () => {
    for (const { a, b, i, j } of PAIRS) {
      const ours = commonType(a, b)
      if (ours === undefined || losesInFloat(a, b)) continue
      const theirs = await duckdbType(`SELECT c${i} FROM t UNION ALL SELECT c${j} FROM t`)
      const forcesText = ours.kind === 'utf8' && !typeEquals(a, b) && theirs !== 'VARCHAR'
      const dropsZone = nameOf(ours) === 'TIMESTAMP WITH TIME ZONE' && theirs === 'TIMESTAMP_NS'
      if (!forcesText && !dropsZone)
        expect([`${sqlTypeName(a)}, ${sqlTypeName(b)}`, nameOf(ours)]).toEqual([`${sqlTypeName(a)}, ${sqlTypeName(b)}`, theirs])
    }
  })

  test('does not depend on the order', () => {
    for (const { a, b } of PAIRS) expect(nameOf(commonType(a, b))).toBe(nameOf(commonType(b, a)))
    for (const { a, b } of PAIRS) expect(nameOf(comparisonType(a, b))).toBe(nameOf(comparisonType(b, a)))
  })

  test('of a NULL and anything is anything', () => {
    for (const type of TYPES) {
      expect(commonType(nullType, type)).toBe(type)
      expect(comparisonType(type, nullType)).toBe(type)
    }
  })
})

describe('comparisons', () => {
  test('what we compare, DuckDB compares', async () => {
    for (const { a, b, i, j } of PAIRS) {
      if (comparisonType(a, b) !== undefined)
        expect(await duckdbType(`SELECT c${i} = c${j} FROM t`), `${sqlTypeName(a)} = ${sqlTypeName(b)}`).toBe('BOOLEAN')
    }
  })

  test('text yields to the other type, as it does there', async () => {
    // A text that is no number fails only if it is the text that is converted.
    for (const type of ['INTEGER', 'DOUBLE', 'DATE', 'TIMESTAMP', 'BOOLEAN', 'UUID']) {
      await expect(
        duckdb.run(`SELECT x = y FROM (SELECT 'no value' AS x, CAST(NULL AS ${type}) AS y UNION ALL SELECT 'none', NULL)`),
      ).rejects.toThrow(/convert|invalid/i)
    }
    for (const type of [int32, float64, date32, timestamp('us', null), bool, uuid]) expect(comparisonType(utf8, type)).toBe(type)
  })
})

describe('casts', () => {
  test('what is implicit loses nothing that is whole, and can be asked for', () => {
    for (const { a, b } of PAIRS) {
      if (!isImplicitCast(a, b)) continue
      expect(isExplicitCast(a, b), `${sqlTypeName(a)} -> ${sqlTypeName(b)}`).toBe(true)
      expect(nameOf(commonType(a, b)) === nameOf(b) || b.kind === 'float64', `${sqlTypeName(a)} -> ${sqlTypeName(b)}`).toBe(true)
    }
    expect(isImplicitCast(int64, int32)).toBe(false)
    expect(isImplicitCast(utf8, date32)).toBe(false)
    expect(isImplicitCast(date32, utf8)).toBe(false)
    expect(isImplicitCast(bool, int32)).toBe(false)
    expect(isImplicitCast(float64, float32)).toBe(false)
    expect(isImplicitCast(date32, timestamp('us', null))).toBe(true)
    expect(isImplicitCast(nullType, uuid)).toBe(true)
  })

  test('what CAST takes, DuckDB takes', async () => {
    for (const { a, b, i } of PAIRS) {
      if (isExplicitCast(a, b))
        expect(await duckdbType(`SELECT CAST(c${i} AS ${sqlTypeName(b)}) FROM t`), `${sqlTypeName(a)} -> ${sqlTypeName(b)}`).toBe(nameOf(b))
    }
  })

  test('decimals are bounded by their 38 digits', () => {
    expect(boundedDecimal(10, 2)).toEqual(decimal(12, 2))
    expect(boundedDecimal(30, 20)).toEqual(decimal(38, 8))
    expect(boundedDecimal(40, 5)).toEqual(decimal(38, 0))
    expect(boundedDecimal(0, 0)).toEqual(decimal(1, 0))
  })
})

test('names of types are read back by DuckDB', async () => {
  for (const [i, type] of TYPES.entries()) expect(await duckdbType(`SELECT c${i} FROM t`)).toBe(nameOf(type))
  expect(isInteger(uint64) && !isInteger(float32) && isNumeric(decimal(3, 1))).toBe(true)
})

test('identifiers are quoted when they must be', () => {
  expect([quoteIdentifier('abc_1'), quoteIdentifier('1a'), quoteIdentifier('a b'), quoteIdentifier('a"b'), quoteIdentifier('')]).toEqual([
    'abc_1',
    '"1a"',
    '"a b"',
    '"a""b"',
    '""',
  ])
})
