/**
 * What a user gets for each mistake: an error with a kind, a code, the place in the text, and a hint where there is one to
 * give. The place is told here by the text that it covers.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ArtemisError, renderError } from '@artemis/errors'
import { openTemporaryDemo } from '../../testkit/src/index.js'
import type { TemporaryDemo } from '../../testkit/src/index.js'
import type { SessionContext } from './index.js'

let demo: TemporaryDemo
let session: SessionContext
beforeAll(async () => {
  demo = await openTemporaryDemo(0.05)
  session = demo.newSession({ settings: { catalog: 'artemis', schema: 'sda' } })
  for (const sql of [
    'CREATE TABLE memory.main.t (a INTEGER, b VARCHAR, c DATE)',
    "INSERT INTO t VALUES (1, 'x', DATE '2024-01-01')",
    'CREATE VIEW memory.main.v AS SELECT 1 AS x',
    'CREATE VIEW memory.main.failing AS SELECT 1 AS one, CAST(b AS INTEGER) AS n FROM t',
    'PREPARE failing AS SELECT 1 AS one, CAST(b AS INTEGER) AS n FROM t',
  ]) await session.sql(sql) // prettier-ignore
})
afterAll(() => demo.close())

/** Runs to the end; the error, or a failure of the test. */
async function refused(sql: string): Promise<ArtemisError> {
  const error: unknown = await session
    .sql(sql)
    .then((result) => result.toArray())
    .then(() => undefined, (thrown: unknown) => thrown)
  expect(error, sql).toBeInstanceOf(ArtemisError)
  return error as ArtemisError
}

type Mistake = readonly [sql: string, kindAndCode: string, place: string, hint?: RegExp]

const MISTAKES: Readonly<Record<string, readonly Mistake[]>> = {
  syntax: [
    ['SELEC 1', 'syntax UNEXPECTED_TOKEN', 'SELEC', /Did you mean "SELECT"/],
    ['SELECT 1; SELEKT 2', 'syntax UNEXPECTED_TOKEN', 'SELEKT', /SELECT/],
    ['SELECT', 'syntax UNEXPECTED_END', ''],
    ['SELECT * FROM', 'syntax UNEXPECTED_END', ''],
    ["SELECT 'abc", 'syntax UNTERMINATED', "'abc"],
    ['SELECT "abc FROM t', 'syntax UNTERMINATED', '"abc FROM t'],
    ['SELECT /* x', 'syntax UNTERMINATED', '/* x'],
    ['SELECT a b c FROM t', 'syntax UNEXPECTED_TOKEN', 'c'],
    ['SELECT a FROM t GROUP a', 'syntax UNEXPECTED_TOKEN', 'a'],
    ['SELECT 1 = 2 = 3', 'syntax COMPARISON_CHAIN', '=', /parentheses/],
    ['SELECT 0x', 'syntax INVALID_NUMBER', '0x'],
  ],
  names: [
    ['SELECT * FROM observatons', 'bind TABLE_NOT_FOUND', 'observatons', /"observations"/],
    ['SELECT * FROM artemis.sda.mission', 'bind TABLE_NOT_FOUND', 'artemis.sda.mission', /"missions"/],
    ['SELECT * FROM zzzzzz', 'bind TABLE_NOT_FOUND', 'zzzzzz'],
    ['SELECT * FROM artemis.nope.t', 'bind SCHEMA_NOT_FOUND', 'nope'],
    ['SELECT * FROM nowhere.sda.t', 'bind SCHEMA_NOT_FOUND', 'nowhere'],
    ['SELECT mision_id FROM observations', 'bind COLUMN_NOT_FOUND', 'mision_id', /"mission_id"/],
    ['SELECT o.mision_id FROM observations o', 'bind COLUMN_NOT_FOUND', 'mision_id', /"mission_id"/],
    ['SELECT x.mission_id FROM observations o', 'bind TABLE_NOT_IN_FROM', 'x', /"o"/],
    ['SELECT mission_id FROM observations a, missions b', 'bind AMBIGUOUS_COLUMN', 'mission_id', /a\.mission_id or b\.mission_id/],
    ['SELECT uper(b) FROM t', 'bind FUNCTION_NOT_FOUND', 'uper', /"upper"/],
    ['SELECT CAST(a AS NOSUCH) FROM t', 'bind TYPE_NOT_FOUND', 'NOSUCH'],
    ['SELECT * FROM t JOIN missions USING (nope)', 'bind COLUMN_NOT_FOUND', 'nope'],
    ['SELECT nope.* FROM t', 'bind TABLE_NOT_IN_FROM', 'nope'],
    ['SELECT * EXCLUDE (nope) FROM t', 'bind COLUMN_NOT_FOUND', 'nope'],
    ['SELECT *', 'bind STAR_WITHOUT_TABLE', '*'],
    ['SELECT * FROM observations.fils', 'catalog METADATA_TABLE_NOT_FOUND', 'observations.fils', /files/],
    ['EXECUTE nope', 'bind PREPARED_NOT_FOUND', 'nope'],
    ['SET artemis.memory_limt = 1', 'config UNKNOWN_SETTING', 'SET artemis.memory_limt = 1', /memory_limit/],
    ["SET artemis.batch_size = 'x'", 'config INVALID_SETTING', "SET artemis.batch_size = 'x'"],
    ['USE nope', 'bind SCHEMA_NOT_FOUND', 'nope'],
  ],
  types: [
    ['SELECT upper(1, 2) FROM t', 'bind NO_MATCHING_FUNCTION', 'upper(1, 2)', /upper\(/],
    ['SELECT sum(b) FROM t', 'bind NO_MATCHING_FUNCTION', 'sum(b)', /sum\(/],
    ['SELECT a + b FROM t', 'bind NO_MATCHING_FUNCTION', 'a + b', /[Cc]ast/],
    ["SELECT CASE WHEN TRUE THEN 1 ELSE DATE '2020-01-01' END", 'bind TYPE_MISMATCH', "DATE '2020-01-01'", /Cast/],
    ['SELECT a FROM t UNION SELECT c FROM t', 'bind TYPE_MISMATCH', 'SELECT c FROM t'],
    ['SELECT a FROM t UNION SELECT a, b FROM t', 'bind COLUMN_COUNT_MISMATCH', 'SELECT a, b FROM t'],
    ["SELECT DATE 'yesterday'", 'bind CAST_FAILED', "DATE 'yesterday'", /YYYY-MM-DD/],
    ["SELECT a FROM t LIMIT 'x'", 'bind CAST_FAILED', "'x'"],
    ["INSERT INTO t VALUES ('x', 'y', NULL)", 'bind CAST_FAILED', "'x'"],
    ['SELECT $1 + 1', 'bind PARAMETER_MISSING', '$1'],
  ],
  rules: [
    ['SELECT a, count(*) FROM t', 'bind NOT_GROUPED', 'a', /GROUP BY/],
    ['SELECT a FROM t GROUP BY b', 'bind NOT_GROUPED', 'a', /any_value\(a\)/],
    ['SELECT a FROM t WHERE count(*) > 1', 'bind MISPLACED_AGGREGATE', 'count(*)', /HAVING/],
    ['SELECT sum(sum(a)) FROM t', 'bind MISPLACED_AGGREGATE', 'sum(a)'],
    ['SELECT a FROM t ORDER BY 3', 'bind ORDINAL_OUT_OF_RANGE', '3'],
    ['SELECT a FROM t LIMIT -1', 'bind INVALID_LIMIT', '-1'],
    ['SELECT (SELECT a, b FROM t)', 'bind SUBQUERY_COLUMN_COUNT', '(SELECT a, b FROM t)'],
    ['INSERT INTO t VALUES (1)', 'bind COLUMN_COUNT_MISMATCH', '(1)'],
    ['INSERT INTO t (a, nope) VALUES (1, 2)', 'bind COLUMN_NOT_FOUND', 'nope'],
    ['INSERT INTO v VALUES (1)', 'bind NOT_A_TABLE', 'v'],
    ['CREATE TABLE memory.main.t (a INTEGER)', 'catalog ALREADY_EXISTS', 'memory.main.t'],
    ['CREATE TABLE y (a INTEGER, A VARCHAR)', 'bind DUPLICATE_COLUMN', 'A'],
    ['DROP TABLE memory.main.nope', 'catalog NOT_FOUND', 'memory.main.nope'],
    ['DROP VIEW memory.main.t', 'catalog WRONG_KIND', 'memory.main.t', /DROP TABLE/],
    ['BEGIN', 'config NO_TRANSACTIONS', 'BEGIN'],
  ],
  'while it runs': [
    ["SELECT a, CAST(b AS INTEGER) FROM t", 'execution CAST_FAILED', 'CAST(b AS INTEGER)', /TRY_CAST/],
    ['SELECT 9223372036854775807 + a FROM t', 'execution OUT_OF_RANGE', '9223372036854775807 + a'],
    ['SELECT one FROM (SELECT * FROM failing) AS x WHERE n > 0', 'execution CAST_FAILED', 'failing'],
    ['EXECUTE failing', 'execution CAST_FAILED', 'failing'],
  ],
  'what is not supported yet': [
    ['SELECT row_number() OVER (ORDER BY a) FROM t', 'unsupported NOT_SUPPORTED', 'row_number() OVER (ORDER BY a)'],
    ['SELECT a FROM t GROUP BY ROLLUP (a)', 'unsupported NOT_SUPPORTED', 'ROLLUP (a)'],
    ['DELETE FROM observations WHERE TRUE', 'unsupported NOT_SUPPORTED', 'DELETE FROM observations WHERE TRUE'],
    ['UPDATE t SET a = 1', 'unsupported NOT_SUPPORTED', 'UPDATE t SET a = 1'],
    ['INSERT INTO observations SELECT * FROM observations', 'unsupported NOT_SUPPORTED', 'observations'],
    ['CREATE TABLE artemis.sda.x (a INTEGER)', 'unsupported CREATE_ICEBERG_TABLE', 'artemis.sda.x'],
    ['DROP TABLE artemis.sda.observations', 'unsupported READ_ONLY_SCHEMA', 'artemis.sda.observations'],
    ["COPY t TO 'x.csv'", 'unsupported NOT_SUPPORTED', "COPY t TO 'x.csv'"],
    ['SELECT * FROM t TABLESAMPLE 10 PERCENT', 'unsupported NOT_SUPPORTED', 'TABLESAMPLE 10 PERCENT'],
  ],
}

describe.each(Object.entries(MISTAKES))('%s', (_, mistakes) => {
  test.each(mistakes.map((mistake) => [mistake[0], mistake] as const))('%s', async (_sql, [sql, kindAndCode, place, hint]) => {
    const error = await refused(sql)
    expect(`${error.kind} ${error.code}`).toBe(kindAndCode)
    expect(error.span, 'has a place').toBeDefined()
    expect(sql.slice(error.span!.start, error.span!.end)).toBe(place)
    expect(error.message).not.toMatch(/undefined|\[object/)
    if (hint !== undefined) expect(error.hint).toMatch(hint)
  })
})

test('the place is that in the whole text, also of a later statement', async () => {
  const sql = 'SELECT 1;\nSELECT a,\n  nope\nFROM t'
  const error = await refused(sql)
  expect(sql.slice(error.span!.start, error.span!.end)).toBe('nope')
  expect(renderError(error, sql)).toContain('LINE 3:')
})

test('a caret stands below the mistake', async () => {
  const sql = 'SELECT mision_id FROM observations'
  const rendered = renderError(await refused(sql), sql).split('\n')
  const line = rendered.findIndex((text) => text.includes(sql))
  expect(rendered[line + 1]!.indexOf('^')).toBe(rendered[line]!.indexOf('mision_id'))
})

test('a statement that failed leaves a session that works', async () => {
  await refused('SELECT nope')
  await refused("SELECT CAST('x' AS INTEGER)")
  expect(await (await session.sql('SELECT 1 AS a')).toArray()).toEqual([{ a: 1 }])
})

test('a damaged archive is told from a mistake', async () => {
  const { readdirSync, truncateSync } = await import('node:fs')
  const path = await import('node:path')
  const data = path.join(demo.warehouse, 'sda', 'missions', 'data')
  const file = readdirSync(data, { recursive: true }).map(String).find((name) => name.endsWith('.parquet'))!
  truncateSync(path.join(data, file), 100)
  const other = demo.newSession()
  const error: unknown = await (await other.sql('SELECT * FROM artemis.sda.missions')).toArray().then(() => undefined, (thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ArtemisError)
  expect(['data', 'io']).toContain((error as ArtemisError).kind)
  expect((error as ArtemisError).message).toContain(path.basename(file))
})
