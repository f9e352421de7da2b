/** Names and types of results, held against DuckDB over the same tables. */

import { DuckDBInstance } from '@duckdb/node-api'
import type { Expression } from '@artemis/plan'
import { sqlTypeName } from '@artemis/plan'
import { describe, expect, it } from 'vitest'
import { bindPlan } from '../testing/bind.js'

const instance = await DuckDBInstance.create(':memory:')
const duckdb = await instance.connect()
await duckdb.run(`CREATE TABLE t (a INTEGER, b BIGINT, s VARCHAR, day DATE, "Price" DECIMAL(15, 2), ok BOOLEAN, ts TIMESTAMP,
  "at" TIMESTAMPTZ, tiny TINYINT, f DOUBLE)`)
await duckdb.run('CREATE TABLE u (a INTEGER, c VARCHAR, d DOUBLE, st STRUCT(x INTEGER, "Y" VARCHAR), l BIGINT[], m MAP(VARCHAR, INTEGER))')
await duckdb.run('CREATE TABLE required (id INTEGER NOT NULL, name VARCHAR)')

async function expected(sql: string): Promise<string[]> {
  const result = await duckdb.runAndReadAll(`DESCRIBE ${sql}`)
  return result.getRows().map((row) => `${String(row[0])} ${String(row[1])}`)
}

async function actual(sql: string): Promise<string[]> {
  const { columns } = await bindPlan(sql)
  // An untyped NULL is INTEGER in DuckDB's results.
  return columns.map((column) => `${column.name} ${column.type.kind === 'null' ? 'INTEGER' : sqlTypeName(column.type)}`)
}

const QUERIES = [
  'SELECT * FROM t',
  'SELECT PRICE, t.A, t.S AS "Text", u.st.y, U.ST.X FROM t, u',
  "SELECT 1 AS a, 2147483648 AS b, 1.50 AS c, 0.05 AS d, .5 AS e, 1e3 AS f, NULL AS g, true AS h, 'x' AS i, 12345678901234567.25 AS j",
  "SELECT DATE '2024-01-01' AS a, TIMESTAMP '2024-01-01 00:00:00' AS b, TIMESTAMPTZ '2024-01-01 00:00:00' AS c, INTERVAL 1 DAY AS d",
  'SELECT CASE WHEN ok THEN a ELSE b END AS x, CASE WHEN ok THEN Price ELSE a END AS y, CASE WHEN ok THEN tiny ELSE 1 END AS z FROM t',
  "SELECT CASE WHEN ok THEN day ELSE '2024-01-01' END AS x, CASE WHEN ok THEN ts ELSE day END AS y, CASE WHEN ok THEN 'x' END AS z FROM t",
  'SELECT coalesce(a, b) AS x, coalesce(tiny, 1) AS y, coalesce(a, 1.5) AS z, coalesce(Price, f) AS w, coalesce(NULL, a) AS v FROM t',
  "SELECT coalesce(day, '2024-01-01') AS x, nullif(a, b) AS y, if(ok, a, b) AS z, ifnull(s, 'x') AS w FROM t",
  'SELECT a FROM t UNION ALL SELECT b FROM t',
  'SELECT a, Price FROM t UNION SELECT 1.5, a FROM t',
  "SELECT 1 AS x UNION ALL SELECT 'a'",
  'SELECT day FROM t UNION ALL SELECT ts FROM t',
  'SELECT tiny FROM t INTERSECT SELECT f FROM t',
  'SELECT NULL AS x EXCEPT SELECT a FROM t',
  'SELECT a, s FROM t UNION ALL BY NAME SELECT c, a FROM u',
  "VALUES (1, 'a', NULL), (2.5, NULL, NULL)",
  'SELECT * FROM (VALUES (1, 2), (3, 4)) AS v (x)',
  'SELECT * FROM t JOIN u USING (a)',
  'SELECT * FROM t RIGHT JOIN u USING (a)',
  'SELECT * FROM t FULL JOIN u USING (a)',
  'SELECT * FROM t NATURAL JOIN u',
  'SELECT * FROM t SEMI JOIN u USING (a)',
  'SELECT u.*, t.a FROM t CROSS JOIN u',
  'SELECT * EXCLUDE (a, s) FROM t',
  'SELECT * EXCLUDE (A) REPLACE (f AS B) FROM t',
  'SELECT * RENAME (a AS first) FROM t',
  "SELECT * LIKE 't%' FROM t",
  'SELECT a AS x, x AS y, f FROM t',
  'SELECT DISTINCT a, b FROM t ORDER BY b, a',
  'SELECT a FROM t ORDER BY b, s DESC',
  'SELECT count(*) AS n, min(s) AS m, max(Price) AS p, count(DISTINCT a) AS d FROM t',
  'SELECT s AS k, count(*) AS n FROM t GROUP BY k HAVING n > 1 ORDER BY n',
  "SELECT a = b AS x, a IN (1, 2) AS y, s LIKE 'a%' AS z, a BETWEEN 1 AND 2 AS w, ok IS TRUE AS v, NOT ok AS u, s IS NULL AS r FROM t",
  'SELECT (SELECT max(d) FROM u WHERE u.a = t.a) AS m, EXISTS (SELECT 1 FROM u) AS e, a IN (SELECT a FROM u) AS i FROM t',
  'WITH x (k) AS (SELECT a FROM t), y AS (SELECT k AS j FROM x) SELECT * FROM x, y',
  'SELECT a::BIGINT AS x, s::DECIMAL(8, 3) AS y, TRY_CAST(s AS DATE) AS z, CAST(ts AS DATE) AS w, a::FLOAT AS v, b::TEXT AS u FROM t',
  ...[
    ['INT2', 'UBIGINT', 'CHARACTER VARYING', 'REAL', 'NUMERIC', 'NUMERIC(9)', 'DOUBLE PRECISION', 'FLOAT(30)', 'LONG', 'TINYINT'],
    ['INTEGER[]', 'STRUCT(p INTEGER, q VARCHAR[])', 'MAP(VARCHAR, BIGINT)', 'BYTEA', 'UUID', 'TIME', 'LOGICAL', 'INTERVAL'],
    ['TIMESTAMP WITH TIME ZONE', 'DATETIME', 'TIMESTAMP(3)', 'TIMESTAMP_NS', 'TIMESTAMP_S', 'DATE', 'STRING', 'VARCHAR(7)'],
  ].map((types) => `SELECT ${types.map((type, i) => `CAST(NULL AS ${type}) AS c${i}`).join(', ')}`),
]

describe('results have the names and types that DuckDB gives them', () => {
  for (const sql of QUERIES) it(sql, async () => expect(await actual(sql)).toEqual(await expected(sql)))
})

describe('spellings of intervals', () => {
  const SPELLINGS: readonly (readonly [sql: string, same: string])[] = [
    ["INTERVAL '5' DAY", "INTERVAL '5 day'"],
    ['INTERVAL 3 HOURS', "INTERVAL '3 hour'"],
    ['INTERVAL -2 MONTH', "INTERVAL '-2 month'"],
    ["INTERVAL '1.5' DAY", "INTERVAL '1.5 day'"],
    ["INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '1 years 2 months'"],
    ["INTERVAL '-1-2' YEAR TO MONTH", "INTERVAL '-1 years -2 months'"],
    ["INTERVAL '3 04:05' DAY TO MINUTE", "INTERVAL '3 days 04:05'"],
    ["INTERVAL '04:05' MINUTE TO SECOND", "INTERVAL '0:04:05'"],
    ["INTERVAL '1 day 02:00'", "INTERVAL '1 day 02:00'"],
    ["INTERVAL 'P1DT2H'", "INTERVAL 'P1DT2H'"],
  ]
  for (const [sql, same] of SPELLINGS) {
    it(sql, async () => {
      const cast: string[] = []
      const evaluate = (expression: Expression): null => {
        if (expression.kind === 'cast' && expression.input.kind === 'literal') cast.push(`INTERVAL '${String(expression.input.value)}'`)
        return null
      }
      await bindPlan(`SELECT ${sql}`, { evaluate })
      expect(cast).toEqual([same])
    })
  }
})
