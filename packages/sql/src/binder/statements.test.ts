import { date32, decimal, int16, int32, int64, utf8 } from '@artemis/plan'
import { describe, expect, it } from 'vitest'
import { parseStatement } from '../parser/parse.js'
import { bind, bindFailure, bindPlan, planText } from '../testing/bind.js'
import { stubContext } from '../testing/stub-context.js'
import { smallTables } from '../testing/tables.js'
import { bindStatement } from './bind-statement.js'

describe('time travel', () => {
  const lookups = async (text: string): Promise<unknown[]> => {
    const context = stubContext(text, smallTables)
    await bindStatement(parseStatement(text), context)
    return context.lookups
  }

  it('resolves one table at one point once, whatever the spelling', async () => {
    const text = `SELECT 1 FROM t x JOIN t AS OF TIMESTAMP '2024-03-01 00:00:00' y ON true
      JOIN T FOR SYSTEM_TIME AS OF TIMESTAMP '2024-03-01T00:00:00Z' z ON true
      JOIN t AS OF SNAPSHOT 42 w ON true WHERE 1 IN (SELECT a FROM t)`
    expect(await lookups(text)).toEqual([
      { name: 't', timeTravel: null },
      { name: 't', timeTravel: { kind: 'timestamp', microseconds: 1_709_251_200_000_000n } },
      { name: 't', timeTravel: { kind: 'snapshot', snapshotId: 42n } },
    ])
  })

  it('takes expressions, names and parameters', async () => {
    const points = async (clause: string): Promise<unknown> =>
      (await lookups(`SELECT 1 FROM t ${clause}`)).map((lookup) => (lookup as { timeTravel: unknown }).timeTravel)
    expect(await points("AS OF TIMESTAMP now() - INTERVAL '1 day'")).toEqual([{ kind: 'timestamp', microseconds: 1_709_913_600_000_000n }])
    expect(await points("AS OF TIMESTAMP DATE '2024-03-01'")).toEqual([{ kind: 'timestamp', microseconds: 1_709_251_200_000_000n }])
    expect(await points("AS OF TAG 'ready'")).toEqual([{ kind: 'tag', name: 'ready' }])
    expect(await points('AS OF BRANCH main')).toEqual([{ kind: 'branch', name: 'main' }])
    expect(await points('FOR VERSION AS OF 7')).toEqual([{ kind: 'version', version: 7n }])
    expect(await points("FOR VERSION AS OF 'ready'")).toEqual([{ kind: 'version', version: 'ready' }])
    expect(await points('AS OF SNAPSHOT 9223372036854775807')).toEqual([{ kind: 'snapshot', snapshotId: 9223372036854775807n }])
    const values = new Map([['at', { type: utf8, value: '2024-03-01' }]])
    const text = 'SELECT 1 FROM t AS OF TIMESTAMP $at'
    const context = stubContext(text, smallTables, { parameters: { kind: 'values', values } })
    await bindStatement(parseStatement(text), context)
    expect(context.lookups).toHaveLength(1)
  })

  it('reads the table, not a common table of the same name', async () => {
    expect(await lookups('WITH t AS (SELECT 1 AS a) SELECT t.a FROM t')).toEqual([])
    expect(await lookups('WITH t AS (SELECT 1 AS a) SELECT t.a FROM t AS OF SNAPSHOT 1')).toHaveLength(1)
    expect(await lookups('WITH t AS (SELECT a FROM t) SELECT a FROM t')).toHaveLength(1)
  })
})

describe('views', () => {
  const views = (definitions: Readonly<Record<string, string>>) =>
    Object.entries(definitions).map(([name, sql]) => ({ name: ['artemis', 'sda', name] as const, entry: { kind: 'view', sql } as const }))

  it('see no names of the query around them', async () => {
    const text = 'WITH t AS (SELECT 1 AS other) SELECT su FROM v, t'
    const plan = await bindPlan(text)
    expect(plan.columns.map((column) => column.name)).toEqual(['su'])
  })

  it('report their own errors at the reference', async () => {
    const tables = [
      ...smallTables,
      ...views({ broken: 'SELECT nope FROM t', outer: 'SELECT * FROM broken', bad: 'SELEC', lost: 'SELECT * FROM gone' }),
    ]
    const failure = async (text: string): Promise<string> =>
      bindStatement(parseStatement(text), stubContext(text, tables)).then(String, (error: Error) => error.message)
    expect(await failure('SELECT * FROM broken')).toMatch(/^in the view "artemis\.sda\.broken": there is no column "nope"/)
    expect(await failure('SELECT * FROM "outer"')).toMatch(/^in the view "artemis\.sda\.outer": in the view "artemis\.sda\.broken": /)
    expect(await failure('SELECT * FROM bad')).toMatch(/^in the view "artemis\.sda\.bad": /)
    expect(await failure('SELECT * FROM lost')).toMatch(/^in the view "artemis\.sda\.lost": there is no table "gone"/)
  })

  it('may not lead back to themselves', async () => {
    const tables = [...smallTables, ...views({ x: 'SELECT * FROM y', y: 'SELECT * FROM z', z: 'SELECT * FROM x' })]
    for (const text of ['SELECT * FROM x', 'SELECT * FROM x, y, z', 'SELECT * FROM z']) {
      const outcome = bindStatement(parseStatement(text), stubContext(text, tables))
      await expect(outcome).rejects.toMatchObject({ code: 'VIEW_CYCLE' })
    }
  })
})

describe('INSERT', () => {
  it('gives values the types of their columns', async () => {
    expect(await planText("INSERT INTO required VALUES (1, 2), ('3', 'x')")).toBe('Values: 2 rows')
    const plan = await bindPlan("INSERT INTO required VALUES (1, 2), ('3', 'x')")
    expect(
      plan.kind === 'values' && plan.rows.map((row) => row.map((value) => (value.kind === 'literal' ? value.value : value.kind))),
    ).toEqual([
      [1, '2'],
      [3, 'x'],
    ])
  })

  it('fills the columns that are not named with NULL', async () => {
    const text = await planText("INSERT INTO t (day, a) VALUES ('2024-01-01', DEFAULT)")
    expect(text.split('\n')[0]).toContain('a, NULL AS b, NULL AS s, day, NULL AS Price')
  })

  it('casts what a query gives, by place or by name', async () => {
    expect(await planText('INSERT INTO required (name, id) SELECT a, b FROM t')).toMatch(
      /^Project: CAST\(b AS INTEGER\) AS id, CAST\(a AS VARCHAR\) AS name/,
    )
    expect(await planText('INSERT INTO required BY NAME SELECT s AS name, a AS id FROM t')).toMatch(/^Project: id, name/)
    expect(await planText('WITH x AS (SELECT 1 AS i) INSERT INTO required SELECT i, NULL FROM x')).toContain('Values: 1 row')
  })

  it('refuses what does not fit', async () => {
    expect(await bindFailure('INSERT INTO t (a, nope) VALUES (1, 2)')).toMatchObject({ code: 'COLUMN_NOT_FOUND', at: 'nope' })
    expect(await bindFailure('INSERT INTO t (a, A) VALUES (1, 2)')).toMatchObject({ code: 'DUPLICATE_COLUMN', at: 'A' })
    expect(await bindFailure('INSERT INTO required VALUES (1)')).toMatchObject({ code: 'COLUMN_COUNT_MISMATCH', at: '(1)' })
    expect(await bindFailure('INSERT INTO required SELECT 1')).toMatchObject({ code: 'COLUMN_COUNT_MISMATCH', at: 'SELECT 1' })
    expect(await bindFailure("INSERT INTO required VALUES ('x', 'y')")).toMatchObject({ code: 'CAST_FAILED', at: "'x'" })
    expect(await bindFailure('INSERT INTO u (l) VALUES (1)')).toMatchObject({ code: 'TYPE_MISMATCH', at: '1' })
    expect(await bindFailure('INSERT INTO v VALUES (1, 2)')).toMatchObject({ code: 'NOT_A_TABLE', at: 'v' })
    expect(await bindFailure('INSERT INTO nope VALUES (1)')).toMatchObject({ code: 'TABLE_NOT_FOUND', at: 'nope' })
  })
})

describe('definitions', () => {
  it('take columns with types and keys', async () => {
    const bound = await bind('CREATE TABLE x (id INTEGER, name VARCHAR(30) NOT NULL, price DECIMAL(8, 2) UNIQUE, PRIMARY KEY (ID))')
    expect(bound).toMatchObject({
      kind: 'create_table',
      name: { parts: ['x'] },
      schema: {
        fields: [
          { name: 'id', type: int32, nullable: false },
          { name: 'name', type: utf8, nullable: false },
          { name: 'price', type: decimal(8, 2), nullable: true },
        ],
      },
      keys: [
        { kind: 'unique', columns: ['price'] },
        { kind: 'primary key', columns: ['id'] },
      ],
      plan: null,
    })
    expect(await bindFailure('CREATE TABLE x (a INTEGER, A TEXT)')).toMatchObject({ code: 'DUPLICATE_COLUMN', at: 'A' })
    expect(await bindFailure('CREATE TABLE x (a)')).toMatchObject({ code: 'TYPE_MISSING', at: 'a' })
  })

  it('take the columns of a query', async () => {
    const bound = await bind('CREATE OR REPLACE TABLE x (k) AS SELECT day, NULL AS n FROM t')
    expect(bound).toMatchObject({
      orReplace: true,
      schema: {
        fields: [
          { name: 'k', type: date32 },
          { name: 'n', type: int32 },
        ],
      },
    })
    expect(await bindFailure('CREATE TABLE x AS SELECT a, a FROM t')).toMatchObject({ code: 'DUPLICATE_COLUMN' })
  })

  it('keep the text of a view', async () => {
    expect(await bind('CREATE VIEW w AS SELECT a  FROM t -- end')).toMatchObject({
      kind: 'create_view',
      sql: 'SELECT a  FROM t',
      schema: { fields: [{ name: 'a' }] },
    })
    expect(await bind('CREATE VIEW w (x) AS SELECT a, s FROM t')).toMatchObject({
      sql: 'SELECT * FROM (SELECT a, s FROM t) AS renamed (x, s)',
    })
    expect(await bindFailure('CREATE VIEW w AS SELECT nope FROM t')).toMatchObject({ code: 'COLUMN_NOT_FOUND', at: 'nope' })
  })

  it('name what to drop', async () => {
    expect(await bind('DROP TABLE IF EXISTS a.b, c CASCADE')).toMatchObject({
      kind: 'drop',
      object: 'table',
      names: [{ parts: ['a', 'b'] }, { parts: ['c'] }],
      ifExists: true,
      cascade: true,
    })
    expect(await bind('CREATE SCHEMA IF NOT EXISTS artemis.lab')).toMatchObject({
      kind: 'create_schema',
      name: { parts: ['artemis', 'lab'] },
      ifNotExists: true,
    })
  })
})

describe('sessions', () => {
  it('set, reset and show settings', async () => {
    expect(await bind("SET artemis.Memory_Limit = '1GB'")).toMatchObject({
      kind: 'set',
      name: 'artemis.memory_limit',
      values: [{ text: '1GB' }],
    })
    expect(await bind('SET artemis.codegen TO off')).toMatchObject({ values: [{ text: 'off' }] })
    expect(await bind('SET artemis.batch_size = 1024')).toMatchObject({ values: [{ text: '1024', type: int32, value: 1024 }] })
    expect(await bind('SET x = DEFAULT')).toMatchObject({ kind: 'reset', name: 'x' })
    expect(await bind('RESET ALL')).toMatchObject({ kind: 'reset', name: null })
    expect(await bind('SHOW artemis.memory_limit')).toMatchObject({ kind: 'show_setting', name: 'artemis.memory_limit' })
  })

  it('use catalogs and schemas that exist', async () => {
    expect(await bind('USE artemis.OPS')).toEqual({ kind: 'use', catalog: 'artemis', schema: 'ops' })
    expect(await bind('USE ops')).toEqual({ kind: 'use', catalog: 'artemis', schema: 'ops' })
    expect(await bind('USE artemis')).toEqual({ kind: 'use', catalog: 'artemis', schema: null })
    expect(await bindFailure('USE opps')).toMatchObject({ code: 'SCHEMA_NOT_FOUND', at: 'opps', hint: 'Did you mean "ops"?' })
  })

  it('find the types of parameters', async () => {
    const bound = await bind('PREPARE p AS SELECT a + $2 FROM t WHERE day > $1 AND s LIKE $name AND b IN ($3, 4) LIMIT $4')
    expect(bound).toMatchObject({ kind: 'prepare', name: 'p' })
    expect('parameters' in bound && new Map(bound.parameters.map(({ name, type }) => [name, type]))).toEqual(
      new Map<string, unknown>([
        ['1', date32],
        ['2', int32],
        ['name', utf8],
        ['3', int64],
        ['4', int64],
      ]),
    )
    expect(await bind('PREPARE p (SMALLINT) AS SELECT $1')).toMatchObject({ parameters: [{ name: '1', type: int16 }] })
    expect(await bind('PREPARE p AS SELECT 1 FROM t AS OF SNAPSHOT $1')).toMatchObject({ parameters: [{ name: '1', type: { kind: 'int64' } }] })
  })

  it('execute with values', async () => {
    const bound = await bind("EXECUTE p (1, day := DATE '2024-01-01')")
    expect(bound.kind === 'execute' && [...bound.values]).toEqual([
      ['1', { type: int32, value: 1 }],
      ['day', { type: date32, value: 19_723 }],
    ])
    const values = new Map([['1', { type: utf8, value: '2024-03-15' }]])
    expect(await planText('SELECT a FROM t WHERE day = ?', { parameters: { kind: 'values', values } })).toContain("day = DATE '2024-03-15'")
  })
})

describe('SHOW and DESCRIBE', () => {
  it('are queries over information_schema', async () => {
    expect(await planText('SHOW TABLES')).toContain("Filter: table_catalog = 'artemis' AND table_schema = 'sda'")
    expect(await planText("SHOW TABLES IN artemis.OPS LIKE 'r%'")).toContain(
      "Filter: table_catalog = 'artemis' AND table_schema = 'ops' AND like(table_name, 'r%')",
    )
    expect(await planText('SHOW TABLES IN artemis')).toContain("Filter: table_catalog = 'artemis'\n")
    expect(await planText('SHOW ALL TABLES')).not.toContain('Filter')
    expect(await planText('SHOW SCHEMAS')).toContain('information_schema.schemata')
    expect(await planText('SHOW ALL')).toContain('information_schema.settings')
    expect(await bindFailure('SHOW TABLES IN artemis.opps')).toMatchObject({ code: 'SCHEMA_NOT_FOUND', at: 'artemis.opps' })
  })

  it('list columns', async () => {
    const rows = async (text: string): Promise<unknown> => {
      const plan = await bindPlan(text)
      return (
        plan.kind === 'values' &&
        plan.rows.map((row) => row.slice(0, 3).map((value) => (value.kind === 'literal' ? value.value : value.kind)))
      )
    }
    expect(await rows('DESCRIBE required')).toEqual([
      ['id', 'INTEGER', 'NO'],
      ['name', 'VARCHAR', 'YES'],
    ])
    expect(await rows("SHOW COLUMNS FROM t LIKE 'a%'")).toEqual([
      ['a', 'INTEGER', 'YES'],
      ['at', 'TIMESTAMP WITH TIME ZONE', 'YES'],
    ])
    expect(await rows('DESCRIBE SELECT 1 AS x, day FROM t AS OF SNAPSHOT 1')).toEqual([
      ['x', 'INTEGER', 'NO'],
      ['day', 'DATE', 'YES'],
    ])
    expect(await rows('SHOW CATALOGS')).toEqual([['artemis']])
    expect(await bindFailure('DESCRIBE nope')).toMatchObject({ code: 'TABLE_NOT_FOUND', at: 'nope' })
  })
})

describe('EXPLAIN', () => {
  it('knows its options', async () => {
    expect(await bind('EXPLAIN ANALYZE SELECT 1')).toMatchObject({
      kind: 'explain',
      analyze: true,
      format: 'text',
      statement: { kind: 'query' },
    })
    expect(await bind('EXPLAIN (FORMAT JSON, VERBOSE, ANALYZE off) SELECT 1')).toMatchObject({
      analyze: false,
      verbose: true,
      format: 'json',
    })
    expect(await bindFailure('EXPLAIN (COSTS) SELECT 1')).toMatchObject({ kind: 'unsupported', at: 'COSTS' })
    expect(await bindFailure('EXPLAIN USE artemis')).toMatchObject({ kind: 'unsupported', message: 'EXPLAIN of USE is not supported yet' })
  })
})
