/**
 * Queries at which plan rewriting goes wrong first, each with all rules, with none and with each one left out, against
 * DuckDB or, where DuckDB itself fails or gives up, against results worked out by hand.
 */
import { SessionContext } from '@artemis/engine'
import { RULES } from '@artemis/optimizer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SeededRandom } from '../demo/random.js'
import { DuckDB } from '../oracle/duckdb.js'
import { SideBySide } from '../oracle/side-by-side.js'
import { textResult } from '../oracle/text-result.js'
import { randomTables } from './random-query.js'

const rules = RULES.map(({ rule }) => rule.name)
const configurations = ['', rules.join(','), ...rules]
const session = new SessionContext({ settings: { verifyPlans: true } })
let both: SideBySide

beforeAll(async () => {
  both = new SideBySide(session, await DuckDB.open())
  for (const statement of randomTables(new SeededRandom(42))) await both.run(statement)
  await both.run(`CREATE TABLE texts (id INTEGER, kind VARCHAR, v VARCHAR)`)
  await both.run(`INSERT INTO texts VALUES (1, 'n', '10'), (2, 'n', '20'), (3, 't', 'x'), (4, NULL, 'y'), (0, 'n', '5')`)
  await both.run(`CREATE TABLE numbers (id INTEGER)`)
  await both.run(`INSERT INTO numbers VALUES (1), (2), (0), (NULL)`)
})
afterAll(async () => {
  both.duckdb.close()
  await session.close()
})

async function inEveryConfiguration(check: () => Promise<void>): Promise<void> {
  for (const disabled of configurations) {
    session.set('artemis.disabled_rules', disabled)
    await check().catch((error: unknown) => {
      throw new Error(`without [${disabled}]: ${String(error)}`, { cause: error })
    })
  }
}

async function rowsOf(sql: string): Promise<(string | null)[][]> {
  return (await textResult(await session.sql(sql))).rows.map((row) => [...row])
}

describe('as DuckDB', () => {
  test.each([
    // Subqueries in odd places, and the same one twice.
    `SELECT r.a, q.l FROM r LEFT JOIN q ON r.a = q.a AND EXISTS (SELECT 1 FROM k WHERE k.id = q.a)`,
    `SELECT r.a, q.l FROM r RIGHT JOIN q ON r.a = q.a AND EXISTS (SELECT 1 FROM k WHERE k.id = r.b)`,
    `SELECT r.a, q.l FROM r JOIN q ON r.a = q.a AND EXISTS (SELECT 1 FROM k WHERE k.id = q.a AND k.b <> r.b)`,
    `SELECT a, (SELECT max(id) FROM k WHERE k.b = r.a), (SELECT max(id) FROM k WHERE k.b = r.a) FROM r ORDER BY 2 DESC NULLS LAST, 1 LIMIT 3`,
    `SELECT (SELECT count(*) FROM k WHERE k.b = r.a) AS n, count(*) FROM r GROUP BY n`,
    `SELECT r.a FROM r WHERE (SELECT count(*) FROM k WHERE k.b = r.a) BETWEEN (SELECT 0) AND (SELECT 1)`,
    `SELECT CASE (SELECT min(id) FROM k) WHEN 1 THEN 'a' WHEN 0 THEN 'b' WHEN -1 THEN 'c' END FROM r`,
    `SELECT sum((SELECT count(*) FROM k WHERE k.b = r.a)) FROM r`,
    `SELECT s, sum(a) FILTER (WHERE a IN (SELECT id FROM k)) FROM r GROUP BY s`,
    `SELECT s, count(*) FROM r GROUP BY s HAVING EXISTS (SELECT 1 FROM q WHERE q.s = r.s)`,
    // Correlations that are no equality, or stand below something.
    `SELECT a, (SELECT count(*) FROM k WHERE k.b > r.a AND k.id < r.b) FROM r`,
    `SELECT a, (SELECT count(DISTINCT id) + r.b FROM k WHERE k.b > r.a OR k.id = r.b) FROM r`,
    `SELECT a, (SELECT sum(id) FROM (SELECT id FROM k WHERE k.b = r.a UNION ALL SELECT a FROM q WHERE q.a = r.b)) FROM r`,
    `SELECT a, (SELECT sum(n) FROM (SELECT count(*) AS n FROM k WHERE k.b = r.a GROUP BY d)) FROM r`,
    `SELECT a, (SELECT sum(n) FROM (SELECT count(*) AS n FROM k WHERE k.b = r.a)) FROM r`,
    `SELECT a FROM r WHERE a NOT IN (SELECT id FROM k WHERE k.b = r.b)`,
    `SELECT a FROM r WHERE a NOT IN (SELECT id FROM k WHERE k.b < r.b)`,
    `SELECT a, a IN (SELECT id FROM k WHERE k.b = r.b) FROM r`,
    `SELECT a FROM r WHERE EXISTS (SELECT 1 FROM k WHERE k.b = r.b LIMIT 0)`,
    `SELECT a FROM r WHERE EXISTS (SELECT 1 FROM k WHERE k.b = r.b ORDER BY k.id LIMIT 2)`,
    `SELECT a FROM r WHERE EXISTS (SELECT count(*) FROM k WHERE k.b = r.b HAVING count(*) > 1)`,
    `SELECT a FROM r WHERE EXISTS (SELECT 1 FROM k WHERE k.b = r.b EXCEPT SELECT 1 FROM q WHERE q.a = r.a)`,
    `SELECT a, (SELECT max(x) FROM (VALUES (r.a), (r.b), (3)) v(x)) FROM r`,
    `SELECT a, (SELECT r.a + 1), (SELECT r.a WHERE r.b > 1) FROM r`,
    `SELECT a, (SELECT max((SELECT count(*) FROM k WHERE k.id = q.a AND k.b = r.b)) FROM q WHERE q.s = r.s) FROM r`,
    `SELECT a, (SELECT id FROM k WHERE k.b = r.a ORDER BY d, id NULLS FIRST LIMIT 1) FROM r`,
    `SELECT a, (SELECT id + r.b FROM k WHERE k.b <= r.a ORDER BY d DESC NULLS LAST, id + 1 NULLS FIRST, b LIMIT 1) FROM r`,
    `SELECT a, (SELECT 7 FROM k WHERE k.b = r.a LIMIT 1), (SELECT 7 + r.a FROM k WHERE k.b = r.a LIMIT 1) FROM r`,
    // Errors that a condition keeps away.
    `SELECT v FROM texts WHERE kind = 'n' AND CAST(v AS INTEGER) > 5`,
    `SELECT CAST(v AS INTEGER) FROM texts WHERE kind = 'n'`,
    `SELECT * FROM (SELECT CAST(v AS INTEGER) AS n, kind FROM texts WHERE kind = 'n') WHERE n > 5`,
    `SELECT CASE WHEN kind = 'n' THEN CAST(v AS INTEGER) END FROM texts`,
    `SELECT kind FROM texts GROUP BY kind, v HAVING kind = 'n' AND CAST(v AS INTEGER) > 5`,
    // Aggregates of nothing, limits, orders and columns.
    `SELECT count(*) FROM (SELECT max(a) FROM r)`,
    `SELECT 1 FROM r HAVING true`,
    `SELECT count(*) FROM (SELECT 1 FROM r HAVING count(*) > 100)`,
    `SELECT min(a), max(b), count(d) FROM r WHERE FALSE`,
    `SELECT n FROM (SELECT count(*) AS n FROM r) WHERE 1 = 2`,
    `SELECT 7 AS c FROM r ORDER BY c LIMIT 2`,
    `SELECT a FROM r LIMIT NULL OFFSET NULL`,
    `SELECT a FROM r ORDER BY a NULLS LAST LIMIT 2 OFFSET 100`,
    `SELECT a FROM r ORDER BY a NULLS LAST OFFSET 5`,
    `SELECT * FROM (SELECT a FROM r ORDER BY a LIMIT 5) ORDER BY a DESC LIMIT 2`,
    `SELECT x.a FROM (SELECT a, a AS b FROM r) x JOIN (SELECT a, a AS b FROM r) y ON x.a = y.b AND x.b = y.a`,
    `SELECT a, b FROM r INTERSECT SELECT b, a FROM r ORDER BY 1`,
    `SELECT DISTINCT a + 1, b FROM r ORDER BY b, a + 1`,
    `SELECT r.a, t.a FROM r LEFT JOIN (SELECT a FROM q WHERE 1 = 0) t ON TRUE WHERE t.a IS NULL`,
    // Three-valued logic, instants before 1970, NaN.
    `SELECT r.p IS NULL OR NOT r.p FROM r`,
    `SELECT a FROM r WHERE p = TRUE OR p <> TRUE OR p IS DISTINCT FROM NULL`,
    `SELECT a FROM r WHERE a IN (1, NULL, 2) OR a NOT IN (3, NULL)`,
    `SELECT a FROM r WHERE (p AND a > 1) OR (p AND b > 1) OR (p AND NULL)`,
    `SELECT CAST(d AS TIMESTAMP) < TIMESTAMP '1969-12-31 00:00:01', d FROM r`,
    `SELECT x < 'NaN'::DOUBLE, NOT (x < 'NaN'::DOUBLE), x = x, x <> x FROM q`,
    `SELECT count(*) FROM q a JOIN q b ON a.x = b.x`,
    `SELECT x, count(*) FROM q GROUP BY x`,
  ])('%s', async (sql) => {
    await inEveryConfiguration(() => both.agree(sql, { ordered: false }))
  })
})

test('a value in ON of an outer join, which DuckDB has only below the join', async () => {
  const duckdbSql = `SELECT r.a, q.l FROM (SELECT *, (SELECT min(id) FROM k) AS least FROM r) r LEFT JOIN q ON r.a = q.a AND r.b > r.least`
  await inEveryConfiguration(() =>
    both.agree(`SELECT r.a, q.l FROM r LEFT JOIN q ON r.a = q.a AND r.b > (SELECT min(id) FROM k)`, { duckdbSql }),
  )
})

describe('where DuckDB lets an optimizer bring errors in, or gives up', () => {
  test.each<[string, (string | null)[][]]>([
    [`SELECT v FROM texts WHERE id IN (SELECT id FROM numbers) AND CAST(v AS INTEGER) > 5 ORDER BY v`, [['10'], ['20']]],
    [`SELECT v FROM texts JOIN numbers ON texts.id = numbers.id WHERE CAST(v AS INTEGER) > 5 ORDER BY v`, [['10'], ['20']]],
    [
      `SELECT (SELECT sum(CAST(v AS INTEGER)) FROM texts WHERE texts.id = numbers.id) FROM numbers ORDER BY 1`,
      [['5'], ['10'], ['20'], [null]],
    ],
    [`SELECT (SELECT CAST(v AS INTEGER) FROM texts WHERE texts.id = numbers.id) FROM numbers ORDER BY 1`, [['5'], ['10'], ['20'], [null]]],
    [`SELECT id FROM numbers WHERE 10 IN (SELECT CAST(v AS INTEGER) FROM texts WHERE texts.id = numbers.id)`, [['1']]],
    [
      `SELECT id FROM numbers WHERE EXISTS (SELECT 1 FROM texts WHERE texts.id = numbers.id AND CAST(v AS INTEGER) > 5) ORDER BY id`,
      [['1'], ['2']],
    ],
    [`SELECT max(CAST(v AS INTEGER)) FILTER (WHERE kind = 'n') FROM texts`, [['20']]],
    [`SELECT v FROM texts WHERE NOT (coalesce(kind, '') <> 'n' OR CAST(v AS INTEGER) > 15) ORDER BY v`, [['10'], ['5']]],
    [`SELECT count(*) FROM r LEFT JOIN q ON r.a = q.a AND q.s IN (SELECT s FROM k, r) WHERE FALSE`, [['0']]],
    [
      `SELECT id FROM numbers n WHERE EXISTS (SELECT 1 FROM texts FULL JOIN k ON texts.id = k.id AND texts.id = n.id AND FALSE) ORDER BY id`,
      [['0'], ['1'], ['2'], [null]],
    ],
  ])('%s', async (sql, rows) => {
    await inEveryConfiguration(async () => expect(await rowsOf(sql)).toEqual(rows))
  })
})

describe('rows in IN', () => {
  test.each([
    [`(a, b) IN (SELECT id, b FROM k)`, `EXISTS (SELECT 1 FROM k WHERE (r.a = k.id AND r.b = k.b) IS TRUE)`],
    [`(a, b) NOT IN (SELECT id, b FROM k)`, `NOT EXISTS (SELECT 1 FROM k WHERE (r.a = k.id AND r.b = k.b) IS NOT FALSE)`],
    [
      `(a, b) NOT IN (SELECT id, b FROM k WHERE id IS NOT NULL AND b IS NOT NULL)`,
      `NOT EXISTS (SELECT 1 FROM k WHERE id IS NOT NULL AND k.b IS NOT NULL AND (r.a = k.id AND r.b = k.b) IS NOT FALSE)`,
    ],
    [
      `((a, b) IN (SELECT id, b FROM k)) IS NULL`,
      `NOT EXISTS (SELECT 1 FROM k WHERE (r.a = k.id AND r.b = k.b) IS TRUE) AND EXISTS (SELECT 1 FROM k WHERE (r.a = k.id AND r.b = k.b) IS NULL)`,
    ],
    [
      `(a, s) NOT IN (SELECT id, 'a' FROM k WHERE k.b < r.b)`,
      `NOT EXISTS (SELECT 1 FROM k WHERE k.b < r.b AND (r.a = k.id AND r.s = 'a') IS NOT FALSE)`,
    ],
  ])('%s', async (condition, inOtherWords) => {
    await inEveryConfiguration(() =>
      both.agree(`SELECT a, b FROM r WHERE ${condition}`, { duckdbSql: `SELECT a, b FROM r WHERE ${inOtherWords}` }),
    )
  })
})

describe('random values', () => {
  test('are drawn once where they are written once', async () => {
    await inEveryConfiguration(async () => {
      expect(await rowsOf(`SELECT count(*) FROM (SELECT r FROM (SELECT random() AS r FROM k, q, r) WHERE r < 0.5) WHERE r >= 0.5`)).toEqual(
        [['0']],
      )
      expect(await rowsOf(`SELECT count(*) FROM (SELECT x + x AS y, x FROM (SELECT random() AS x FROM k, q)) WHERE y <> 2 * x`)).toEqual([
        ['0'],
      ])
      expect(await rowsOf(`SELECT count(*) FROM (SELECT DISTINCT random() AS x FROM k, q) a JOIN (SELECT 1 AS one) ON a.x >= one`)).toEqual(
        [['0']],
      )
    })
  })

  test('are drawn for each row', async () => {
    await inEveryConfiguration(async () => {
      const [[count]] = (await rowsOf(`SELECT count(DISTINCT x) FROM (SELECT random() AS x FROM k, q, r)`)) as [[string]]
      expect(Number(count)).toBeGreaterThan(100)
      const [[kept]] = (await rowsOf(`SELECT count(*) FROM k, q, r WHERE random() < 0.5 AND random() < 0.5`)) as [[string]]
      const [[all]] = (await rowsOf(`SELECT count(*) FROM k, q, r`)) as [[string]]
      expect(Number(kept) / Number(all)).toBeLessThan(0.4)
    })
  })
})
