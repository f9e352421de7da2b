import { describe, expect, it } from 'vitest'
import { bindPlan, planText, subqueries } from '../testing/bind.js'

/** The lines of a plan without the indentation of the template. */
function plan(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const margin = Math.min(...lines.map((line) => line.search(/\S/)))
  return lines.map((line) => line.slice(margin)).join('\n')
}

const cases: Readonly<Record<string, readonly [sql: string, expected: string]>> = {
  'a filter over a scan, literals folded to the types of the columns': [
    "SELECT a, b + 1 FROM t WHERE day = '2024-03-15' AND price < 5.5 AND tiny = 3 AND f > 1",
    `
      Project: a, b + 1 AS "b + 1"
        Filter: day = DATE '2024-03-15' AND Price < 5.50 AND tiny = 3 AND f > 1
          Scan: artemis.sda.t`,
  ],
  'text beside text in ||': [
    'SELECT s || 7 AS x FROM t',
    `
      Project: s || CAST(7 AS VARCHAR) AS x
        Scan: artemis.sda.t`,
  ],
  'aggregates, HAVING, and ORDER BY of what is not in the list': [
    'SELECT a, count(*) AS n FROM t GROUP BY a HAVING sum(b) > 3 ORDER BY sum(b) DESC, 1 LIMIT 10',
    `
      Project: a, n
        Limit: fetch=10
          Sort: "sum(b)" DESC NULLS LAST, a ASC NULLS LAST
            Project: a, "count(*)" AS n, "sum(b)"
              Filter: "sum(b)" > 3
                Aggregate: group=[a] aggregates=[count(*), sum(b)]
                  Scan: artemis.sda.t`,
  ],
  'equal aggregates and group expressions are shared': [
    'SELECT a + 1, sum(b), sum(b) * 2 FROM t GROUP BY a + 1 ORDER BY (a + 1) * 2',
    `
      Project: "a + 1", "sum(b)", "sum(b) * 2"
        Sort: "(a + 1) * 2" ASC NULLS LAST
          Project: "a + 1", "sum(b)", "sum(b)" * 2 AS "sum(b) * 2", "a + 1" * 2 AS "(a + 1) * 2"
            Aggregate: group=[a + 1] aggregates=[sum(b)]
              Scan: artemis.sda.t`,
  ],
  'FILTER, DISTINCT and ORDER BY of aggregates': [
    'SELECT count(DISTINCT a), max(DISTINCT b), sum(b) FILTER (WHERE a > 1), list(s ORDER BY b DESC) FROM t',
    `
      Project: "count(DISTINCT a)", "max(DISTINCT b)", "sum(b) FILTER (WHERE a > 1)", "list(s ORDER BY b DESC)"
        Aggregate: group=[] aggregates=[count(DISTINCT a), max(b), sum(b) FILTER (WHERE a > 1), list(s ORDER BY b DESC NULLS LAST)]
          Scan: artemis.sda.t`,
  ],
  'GROUP BY by alias and by ordinal': [
    'SELECT upper(s) AS k, a, count(*) FROM t GROUP BY k, 2',
    `
      Project: k, a, "count(*)"
        Aggregate: group=[upper(s), a] aggregates=[count(*)]
          Scan: artemis.sda.t`,
  ],
  'GROUP BY prefers the column to the alias': [
    'SELECT b AS a, count(*) FROM t GROUP BY a, b',
    `
      Project: b AS a, "count(*)"
        Aggregate: group=[a, b] aggregates=[count(*)]
          Scan: artemis.sda.t`,
  ],
  'GROUP BY ALL takes what has no aggregate, ORDER BY ALL all': [
    'SELECT a, upper(s) AS k, count(*) + 1 AS n FROM t GROUP BY ALL ORDER BY ALL DESC',
    `
      Sort: a DESC NULLS LAST, k DESC NULLS LAST, n DESC NULLS LAST
        Project: a, k, "count(*)" + 1 AS n
          Aggregate: group=[a, upper(s)] aggregates=[count(*)]
            Scan: artemis.sda.t`,
  ],
  'HAVING prefers the alias, but not inside an aggregate': [
    'SELECT max(b) AS b FROM t HAVING b > 2 AND sum(b) > 3',
    `
      Project: "max(b)" AS b
        Filter: "max(b)" > 2 AND "sum(b)" > 3
          Aggregate: group=[] aggregates=[max(b), sum(b)]
            Scan: artemis.sda.t`,
  ],
  'aliases in later items and in WHERE, after columns': [
    'SELECT a AS x, x + 1 AS y, b AS a FROM t WHERE y > 3 AND a = 1',
    `
      Project: a AS x, a + 1 AS y, b AS a
        Filter: (a + 1) > 3 AND a = 1
          Scan: artemis.sda.t`,
  ],
  'DISTINCT is an aggregate without aggregates, sorted by its columns': [
    'SELECT DISTINCT a, b FROM t ORDER BY a + 1, b',
    `
      Sort: a + 1 ASC NULLS LAST, b ASC NULLS LAST
        Aggregate: group=[a, b] aggregates=[]
          Project: a, b
            Scan: artemis.sda.t`,
  ],
  'constant sort keys fall away': [
    "SELECT a FROM t ORDER BY 'x', NULL",
    `
      Project: a
        Scan: artemis.sda.t`,
  ],
  'LIMIT and OFFSET below the projection that drops sort columns': [
    "SELECT a FROM t ORDER BY b DESC NULLS FIRST LIMIT '5' OFFSET 2",
    `
      Project: a
        Limit: fetch=5 offset=2
          Sort: b DESC NULLS FIRST
            Project: a, b
              Scan: artemis.sda.t`,
  ],
  'stars with EXCLUDE, REPLACE, RENAME and a pattern': [
    "SELECT t.* EXCLUDE (s, day, ok, ts, at, tiny, f) REPLACE (b + 1 AS b) RENAME (a AS first), * LIKE 't%' FROM t",
    `
      Project: a AS first, b + 1 AS b, Price, ts, tiny
        Scan: artemis.sda.t`,
  ],
  'an equality of both sides is the join condition, the rest its residual': [
    'SELECT t.a FROM t LEFT JOIN u ON u.a + 1 = t.a AND t.b > 3 AND u.d < t.b AND t.s IS NOT DISTINCT FROM u.c',
    `
      Project: a
        Join: left on=[a = a + 1, s <=> c] residual=[b > 3 AND d < CAST(b AS DOUBLE)]
          Scan: artemis.sda.t
          Scan: artemis.sda.u`,
  ],
  'commas are cross joins under the filter': [
    'SELECT count(*) FROM t, u WHERE t.a = u.a',
    `
      Project: "count(*)"
        Aggregate: group=[] aggregates=[count(*)]
          Filter: a = a
            Join: inner cross
              Scan: artemis.sda.t
              Scan: artemis.sda.u`,
  ],
  'semi and anti joins keep the left side only': [
    'SELECT * EXCLUDE (s, day, Price, ok, ts, at, tiny, f) FROM t SEMI JOIN u USING (a) ANTI JOIN u AS w ON w.d > t.b',
    `
      Project: a, b
        Join: anti cross residual=[d > CAST(b AS DOUBLE)]
          Join: semi on=[a = a]
            Scan: artemis.sda.t
            Scan: artemis.sda.u
          Scan: artemis.sda.u`,
  ],
  'derived tables and column aliases': [
    'SELECT x.p, q FROM (SELECT a, b FROM t) AS x (p, q) WHERE x.q > 1',
    `
      Project: p, q
        Filter: q > 1
          Project: a, b
            Scan: artemis.sda.t`,
  ],
  'a common table is bound anew at each use': [
    'WITH x (k) AS (SELECT a FROM t) SELECT l.k FROM x AS l JOIN x AS r ON l.k = r.k',
    `
      Project: k
        Join: inner on=[k = k]
          Project: a AS k
            Scan: artemis.sda.t
          Project: a AS k
            Scan: artemis.sda.t`,
  ],
  'a view is its query': [
    'SELECT su FROM v',
    `
      Project: su
        Project: a, upper(s) AS su
          Filter: b > 1
            Scan: artemis.sda.t`,
  ],
  'UNION brings columns to one type and removes repetition': [
    'SELECT a FROM t UNION ALL SELECT b FROM t UNION SELECT 2.5 ORDER BY a LIMIT 3',
    `
      Limit: fetch=3
        Sort: a ASC NULLS LAST
          Aggregate: group=[a] aggregates=[]
            Union
              Project: CAST(a AS DECIMAL(20,1)) AS a
                Union
                  Project: CAST(a AS BIGINT) AS a
                    Project: a
                      Scan: artemis.sda.t
                  Project: b
                    Scan: artemis.sda.t
              Project: CAST("2.5" AS DECIMAL(20,1)) AS "2.5"
                Project: 2.5 AS "2.5"
                  Values: 1 row`,
  ],
  'UNION BY NAME fills what an input has not': [
    'SELECT a, s FROM t UNION ALL BY NAME SELECT c, a FROM u',
    `
      Union
        Project: a, s, CAST(c AS VARCHAR) AS c
          Project: a, s, NULL AS c
            Project: a, s
              Scan: artemis.sda.t
        Project: a, CAST(s AS VARCHAR) AS s, c
          Project: a, NULL AS s, c
            Project: c, a
              Scan: artemis.sda.u`,
  ],
  'EXCEPT and INTERSECT nest to the left': [
    'SELECT a FROM t EXCEPT ALL SELECT a FROM u EXCEPT ALL SELECT 1',
    `
      Except All
        Except All
          Project: a
            Scan: artemis.sda.t
          Project: a
            Scan: artemis.sda.u
        Project: 1 AS "1"
          Values: 1 row`,
  ],
}

describe('SELECT', () => {
  for (const [name, [sql, expected]] of Object.entries(cases)) {
    it(name, async () => expect(await planText(sql)).toBe(plan(expected)))
  }

  it('gives repeated columns ids of their own', async () => {
    const { columns } = await bindPlan('SELECT a, a, a AS x FROM t')
    expect(columns.map((column) => column.name)).toEqual(['a', 'a', 'x'])
    expect(new Set(columns.map((column) => column.id)).size).toBe(3)
  })

  it('names columns by alias, by the table, and by the text', async () => {
    const { columns } = await bindPlan('SELECT PRICE, price AS "My Price", t.A  +\n 1, u.St.y, (l)[1] FROM t JOIN u ON t.a = u.a')
    expect(columns.map((column) => column.name)).toEqual(['Price', 'My Price', 't.A + 1', 'y', '(l)[1]'])
  })

  it('makes columns of outer joins nullable', async () => {
    const nullable = async (join: string): Promise<boolean[]> => {
      const { columns } = await bindPlan(`SELECT l.id, r.id FROM required l ${join} JOIN required r ON l.id = r.id`)
      return columns.map((column) => column.nullable)
    }
    expect(await nullable('INNER')).toEqual([false, false])
    expect(await nullable('LEFT')).toEqual([false, true])
    expect(await nullable('RIGHT')).toEqual([true, false])
    expect(await nullable('FULL')).toEqual([true, true])
  })
})

describe('subqueries', () => {
  it('know no outer columns when they are uncorrelated', async () => {
    const found = subqueries(
      await bindPlan('SELECT (SELECT max(d) FROM u) FROM t WHERE a IN (SELECT a FROM u) AND EXISTS (SELECT 1 FROM u)'),
    )
    expect(found.map((subquery) => subquery.outerColumns)).toEqual([[], [], []])
  })

  it('list the outer columns that they read, through all levels', async () => {
    const plan = await bindPlan(
      `SELECT a FROM t WHERE EXISTS (
         SELECT 1 FROM u WHERE u.a = t.a AND EXISTS (SELECT 1 FROM required r WHERE r.id = t.b AND r.id = u.a))`,
    )
    const scan = plan.kind === 'project' && plan.input.kind === 'filter' ? plan.input.input : plan
    const id = (name: string): number | undefined => scan.columns.find((column) => column.name === name)?.id
    const [outer, inner] = subqueries(plan)
    expect(outer?.outerColumns).toEqual([id('a'), id('b')])
    expect(inner?.outerColumns).toHaveLength(2)
    expect(inner?.outerColumns).toContain(id('b'))
  })

  it('find outer columns of common tables that are defined inside', async () => {
    const [subquery] = subqueries(await bindPlan('SELECT (WITH x AS (SELECT t.b AS k) SELECT (SELECT max(k) FROM x)) FROM t'))
    expect(subquery?.outerColumns).toHaveLength(1)
  })

  it('bring both sides of IN to one type', async () => {
    const plan = await bindPlan("SELECT a IN (SELECT b FROM t), '7' IN (SELECT a FROM u), (a, s) IN (SELECT 1, 'x') FROM t")
    const found = subqueries(plan)
    expect(found).toHaveLength(3)
    for (const { plan: inner, operands } of found)
      expect(inner.columns.map((column) => column.type)).toEqual(operands.map((operand) => operand.type))
  })

  it('take a bare table name after IN', async () => {
    const [subquery] = subqueries(await bindPlan('WITH one AS (SELECT id FROM required) SELECT a FROM t WHERE a IN one'))
    expect(subquery?.plan.columns).toHaveLength(1)
  })
})

describe('joins with USING', () => {
  const visible = 'SELECT * EXCLUDE (s, day, Price, ok, ts, at, tiny, f, c, d, st, l, m)'
  it('show the column once, in the place of the left', async () => {
    for (const join of ['JOIN u USING (a)', 'LEFT JOIN u USING (a)', 'RIGHT JOIN u USING (a)', 'FULL JOIN u USING (a)', 'NATURAL JOIN u']) {
      const { columns } = await bindPlan(`${visible} FROM t ${join}`)
      expect(
        columns.map((column) => column.name),
        join,
      ).toEqual(['a', 'b'])
    }
  })

  it('take the column of the side that has rows', async () => {
    const plan = await bindPlan('SELECT a, t.a AS l, u.a AS r FROM t RIGHT JOIN u USING (a)')
    const [merged, left, right] = plan.kind === 'project' ? plan.expressions : []
    expect(merged?.kind === 'column' && right?.kind === 'column' && merged.id === right.id).toBe(true)
    expect(merged?.kind === 'column' && left?.kind === 'column' && merged.id === left.id).toBe(false)
    const full = await bindPlan('SELECT a FROM t FULL JOIN u USING (a)')
    expect(full.kind === 'project' && full.input.kind).toBe('project')
  })
})
