import { SyntaxError, UnsupportedError } from '@artemis/errors'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Statement } from '../ast/index.js'
import { parseStatements } from '../parser/parse.js'
import type { SqlParser } from '../parser/sql-parser.js'
import { printExpression, printStatements } from '../printer/print.js'
import { RandomSql, corpusTexts, hasCorpus, shapeOf } from './corpus.test.js'
import { loadNodeSqlParser } from './node-sql-parser.js'

let other: SqlParser
beforeAll(async () => {
  other = await loadNodeSqlParser()
})

/** The other parser's trees; undefined when it refuses the text or does not accept it. */
function ask(text: string): readonly Statement[] | undefined {
  try {
    return other.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof UnsupportedError) return undefined
    throw new Error(`${text}: ${String(error)}`)
  }
}

function agree(text: string): boolean {
  const theirs = ask(text)
  if (theirs === undefined) return false
  const ours = parseStatements(text)
  if (shapeOf(ours) !== shapeOf(theirs)) expect(printStatements(theirs), text).toBe(printStatements(ours))
  expect(shapeOf(theirs), text).toBe(shapeOf(ours))
  return true
}

describe('both parsers', () => {
  it.skipIf(!hasCorpus)('agree wherever both accept, over the corpus (skipped without ../shared/corpus)', () => {
    // Its speed allows the queries of TPC and every tenth of the others.
    const texts = corpusTexts().filter(
      ({ file, text }, index) => (file.includes('tpc') || index % 10 === 0) && /^\s*(?:SELECT|WITH)/i.test(text),
    )
    const agreed = texts.filter(({ text }) => agree(text)).length
    expect(texts.length).toBeGreaterThan(500)
    expect(agreed / texts.length).toBeGreaterThan(0.9)
  })

  it('agree over random predicates', () => {
    const random = new RandomSql(7)
    let agreed = 0
    for (let i = 0; i < 1500; i++) if (agree(`SELECT a1 FROM t1 WHERE ${random.predicate()}`)) agreed++
    expect(agreed).toBeGreaterThan(1300)
  })

  it.each([
    'SELECT a1 FROM t1 WHERE a1=1 AND b1=2 OR c1=3 AND d1=4',
    'SELECT a1 FROM t1 WHERE a1=1 OR b1=2 AND c1=3 OR d1=4',
    'SELECT NOT (a1) IS NULL, NOT (a1 OR b1) AND c1 FROM t1',
    'SELECT 123456789012345678901234567890.123456789, 1e400, 0.1 FROM t1',
    "SELECT 'it''s', '\\', 'a--b' FROM t1 -- comment",
    'SELECT "Odd ""Name""", "select", größe FROM "My Table" AS "T 1"',
    'SELECT Foo.Bar, s1.t1.c1, t1.*, * FROM Foo, s1.t1, c1.s1.t1',
    'SELECT - 5, + - a1, a1 - -3, - (- 3), -a1 * 2 FROM t1',
    'SELECT a1::int, -a1::decimal(10, 2), CAST(a1 + 1 AS double precision) FROM t1',
    "SELECT DATE '2024-01-01', INTERVAL '1' day, d1 + INTERVAL '3 months' FROM t1",
    'SELECT count(*), count(DISTINCT a1), rank() OVER (ORDER BY a1) FROM t1',
    'SELECT sum(a1) OVER (PARTITION BY b1 ORDER BY c1 DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM t1',
    'SELECT extract(year FROM d1), substring(a1, 1, 2), coalesce(a1, b1) FROM t1',
    'SELECT a1 x1, b1 AS y1 FROM t1 u1 JOIN t2 AS v1 ON u1.a1 = v1.a1 LEFT JOIN t3 USING (k1, l1), t4',
    'SELECT a1 FROM (SELECT 1, 2) AS s1 (a1, b1)',
    'SELECT a1 FROM (t1 JOIN t2 ON t1.a1 = t2.a1) JOIN t3 ON 1 = 1',
    'SELECT a1 FROM (SELECT b1 AS a1 FROM t2 LIMIT 3) AS s1 WHERE EXISTS (SELECT 1 FROM t3) AND NOT EXISTS (SELECT 2 FROM t4)',
    'SELECT a1 FROM t1 WHERE (a1, b1) IN (SELECT c1, d1 FROM t2) OR (a1, b1) IN ((1, 2), (3, 4))',
    'SELECT ALL a1, count(ALL b1) FROM t1 GROUP BY a1, 2 HAVING count(*) > 1 ORDER BY a1 DESC NULLS LAST, 2 LIMIT 3 OFFSET 4',
    'WITH x1 (a1, b1) AS (SELECT 1, 2), y1 AS (SELECT 3) SELECT * FROM x1, y1',
    'SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 ORDER BY 1 LIMIT 2',
    'SELECT 1; SELECT 2;',
  ])('agree: %s', (text) => {
    expect(agree(text)).toBe(true)
  })
})

describe('the known traps are refused by name', () => {
  it.each([
    ['SELECT a1 IS DISTINCT FROM b1 FROM t1', 'IS DISTINCT FROM'],
    ['SELECT a1 FROM t1 SEMI JOIN t2 ON t1.a1 = t2.a1', 'SEMI JOIN'],
    ['SELECT a1 FROM t1 ANTI JOIN t2 USING (a1)', 'ANTI JOIN'],
    ['SELECT a1 FROM t1 NATURAL JOIN t2', 'NATURAL JOIN'],
    ['SELECT a1 FROM t1 QUALIFY a1', 'QUALIFY'],
    [`SELECT ${Array.from({ length: 7 }, () => "INTERVAL '1 day'").join(' + ')}`, 'intervals'],
    [`SELECT ${'('.repeat(61)}1${')'.repeat(61)}`, 'nested parentheses'],
    ["SELECT a1 FROM t1 AS OF TIMESTAMP '2024'", 'time travel'],
    ['SELECT a1 FROM t1 FOR VERSION AS OF 3', 'time travel'],
    ['SELECT a1 ^ 2 FROM t1', 'precedence'],
    ["SELECT j1 -> 'a' FROM t1", 'precedence'],
    ['(SELECT 1) UNION SELECT 2', 'SELECT only'],
    ['SELECT 1 UNION (SELECT 2 UNION ALL SELECT 3)', 'parentheses of set operations'],
    ['SELECT a1 FROM t1 CROSS JOIN t2', '"CROSS" for a name'],
    ['SELECT a1 FROM t1 JOIN t2 ON t1.a1 = t2.a1 AND b1, t3', 'comma'],
    ['SELECT a1 = ANY (SELECT 1) FROM t1', 'ANY'],
    ['INSERT INTO t1 VALUES (1)', 'SELECT only'],
    ["SELECT x'00'", 'blob'],
  ])('%s', (text, reason) => {
    let refused: unknown
    try {
      other.parse(text)
    } catch (error) {
      refused = error
    }
    expect(refused).toBeInstanceOf(UnsupportedError)
    expect(String(refused)).toContain(reason)
    expect(refused).toMatchObject({ code: 'ALTERNATE_PARSER_REFUSED', span: {} })
  })

  it('text that it does not accept is a syntax error with a place', () => {
    expect(() => other.parse('SELECT a1 FROM t1 WHERE')).toThrow(SyntaxError)
    try {
      other.parse('SELECT a1 FROM t1 ORDER a1')
    } catch (error) {
      expect(error).toMatchObject({ code: 'ALTERNATE_PARSER_REJECTED', span: { start: 24, end: 26 } })
    }
  })
})

it('places names and literals where they stand', () => {
  const text = 'SELECT a1 + 22 FROM t1'
  const [query] = other.parse(text)
  if (query?.kind !== 'query' || query.body.kind !== 'select') throw new Error('not a SELECT')
  const { expression } = query.body.items[0]!
  expect(printExpression(expression)).toBe('a1 + 22')
  expect(text.slice(expression.span.start, expression.span.end)).toBe('a1 + 22')
})
