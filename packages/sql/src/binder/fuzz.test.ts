/** Random statements, made by putting parts of queries into the places of other parts: they bind or fail cleanly. */

import { ArtemisError } from '@artemis/errors'
import { expect, it } from 'vitest'
import { children, walk } from '../ast/index.js'
import { parseStatement } from '../parser/parse.js'
import { checkPlan } from '../testing/bind.js'
import { stubContext } from '../testing/stub-context.js'
import { smallTables } from '../testing/tables.js'
import { bindStatement } from './bind-statement.js'

const SEEDS = [
  "SELECT a, b + 1, upper(s) AS k FROM t WHERE day = '2024-03-15' AND price < 5.5 OR NOT ok ORDER BY k, b DESC LIMIT 3",
  'SELECT a, count(*), sum(b) FILTER (WHERE b > 1) AS n FROM t GROUP BY a HAVING sum(b) > 3 ORDER BY n',
  "SELECT x.a, y.c FROM t x LEFT JOIN u y ON x.a = y.a AND y.d > x.b JOIN u USING (a) WHERE x.s LIKE 'a%'",
  'SELECT DISTINCT upper(s) AS s, a FROM t WHERE a IN (SELECT a FROM u WHERE u.c = t.s) AND EXISTS (SELECT 1 FROM u WHERE d = b)',
  "SELECT (SELECT max(d) FROM u WHERE u.a = t.a) AS m, CASE a WHEN 1 THEN s ELSE 'x' END, coalesce(a, b, 0) FROM t",
  'WITH x AS (SELECT a, b FROM t), y (p, q) AS (SELECT * FROM x) SELECT p, q FROM y UNION ALL SELECT a, 1.5 FROM x ORDER BY 1',
  "SELECT st.x, l[1], l[1:2], {'k': a}, [a, 2], m, (a, 1) IN ((1, 2)), ts - INTERVAL '1 day' FROM u, t",
  'SELECT a BETWEEN 1 AND 3, a IS NOT DISTINCT FROM 2, ok IS NOT TRUE, s || a, -a FROM t',
  'SELECT su, $1, CAST(a AS VARCHAR), a::DOUBLE, TRY_CAST(su AS INTEGER) FROM v AS OF SNAPSHOT 1 NATURAL FULL JOIN u',
  'SELECT upper(s), min(a) FROM t GROUP BY ALL ORDER BY ALL',
  'SELECT * EXCLUDE (a) REPLACE (b AS b) FROM t AS OF TIMESTAMP now()',
  "INSERT INTO t (a, s) SELECT a, c FROM u WHERE a = ANY ([1, 2]) OR c ~ 'x'",
  'CREATE TABLE z AS SELECT a, NULL AS n, random() AS r FROM t',
  'EXPLAIN (FORMAT JSON) SELECT a FROM t EXCEPT SELECT 1 INTERSECT SELECT b FROM t',
]

const EXTRA = [
  '*',
  'count(*)',
  'sum(a)',
  'NULL',
  "'x'",
  "'2024-01-01'",
  "'12'",
  '1.5',
  '1e3',
  '99999999999999999999',
  '(SELECT 1)',
  '[]',
  '()',
  'random()',
  'now()',
  'x',
  't.a',
  'u.st',
  'true',
  '-1',
  '2',
]

/** mulberry32: small, seeded, the same everywhere. */
function generator(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

interface Part {
  readonly start: number
  readonly end: number
}

function partsOf(text: string): Part[] {
  const parts: Part[] = []
  walk(parseStatement(text), (node) => {
    if (node.kind !== 'identifier' && (children(node).length > 0 || node.kind !== 'object_name')) parts.push(node.span)
  })
  return parts
}

it('random statements end in a plan or in an error with its place', async () => {
  const random = generator(20_240_315)
  const seeds = SEEDS.map((text) => ({ text, parts: partsOf(text) }))
  const pool = [...EXTRA, ...seeds.flatMap(({ text, parts }) => parts.map(({ start, end }) => text.slice(start, end)))]
  const outcomes = new Map<string, number>()
  for (let round = 0; round < 25_000; round++) {
    const seed = seeds[random(seeds.length)]!
    let { text } = seed
    for (let change = random(2); change >= 0; change--) {
      const { start, end } = seed.parts[random(seed.parts.length)]!
      if (text.length === seed.text.length || end < text.length)
        text = `${text.slice(0, start)} ${pool[random(pool.length)]} ${text.slice(end)}`
    }
    const outcome = await outcomeOf(text)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  const kinds = new Set([...outcomes.keys()].map((outcome) => outcome.split(' ')[0]))
  expect([...kinds].sort()).toEqual(['bind', 'bound', 'syntax', 'unsupported'])
  expect(outcomes.get('bound')).toBeGreaterThan(1000)
  expect(outcomes.size).toBeGreaterThan(30)
}, 60_000)

async function outcomeOf(text: string): Promise<string> {
  try {
    const statement = parseStatement(text)
    const bound = await bindStatement(statement, stubContext(text, smallTables, { parameters: { kind: 'unknown', types: new Map() } }))
    if ('plan' in bound && bound.plan !== null) checkPlan(bound.plan, [])
    return 'bound'
  } catch (error) {
    if (!(error instanceof ArtemisError)) throw new Error(`on ${text}`, { cause: error })
    const { span } = error
    const placed = span !== undefined && span.start >= 0 && span.start <= span.end && span.end <= text.length
    if (!placed || error.kind === 'internal') throw new Error(`${error.kind} error without a place on ${text}`, { cause: error })
    return `${error.kind} ${error.code}`
  }
}
