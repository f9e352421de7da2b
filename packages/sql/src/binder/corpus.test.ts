/** The queries of other people's test suites bind, and their plans keep the invariants. */

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { ArtemisError } from '@artemis/errors'
import { describe, expect, it } from 'vitest'
import type { Statement } from '../ast/index.js'
import { parseStatements } from '../parser/parse.js'
import { bind, bindPlan, subqueries } from '../testing/bind.js'
import type { StubTable } from '../testing/stub-context.js'
import { stubContext, table } from '../testing/stub-context.js'
import { tpchTables } from '../testing/tables.js'
import { bindStatement } from './bind-statement.js'

const corpus = path.resolve(import.meta.dirname, '../../../../../shared/corpus')
const here = existsSync(corpus)
if (!here) process.stdout.write('skipped: ../shared/corpus is not here\n')

/** Correlated subqueries of each TPC-H query that has some, and how many outer columns each reads. */
const CORRELATED: Readonly<Record<string, readonly number[]>> = { q02: [1], q04: [1], q17: [1], q20: [2], q21: [2, 2], q22: [1] }

describe.skipIf(!here)('TPC-H', () => {
  const folder = path.join(corpus, 'tpch/queries')
  for (const file of here ? readdirSync(folder) : []) {
    it(file, async () => {
      const plan = await bindPlan(readFileSync(path.join(folder, file), 'utf8'), {}, tpchTables)
      const correlated = subqueries(plan)
        .map((subquery) => subquery.outerColumns.length)
        .filter((count) => count > 0)
      expect(correlated).toEqual(CORRELATED[path.parse(file).name] ?? [])
    })
  }
})

/** Statements that need what SQLite has and this engine has not: text where numbers belong, aggregates that the stub lacks. */
const SQLITE_ONLY = /^(CAST_FAILED|TYPE_MISMATCH|NO_MATCHING_FUNCTION|FUNCTION_NOT_FOUND|NOT_AN_AGGREGATE|NOT_SUPPORTED)$/

interface Script {
  readonly bound: number
  readonly refused: readonly string[]
}

/** Binds a statement, and notes the table or view that it would create. */
async function bindIn(tables: StubTable[], statement: Statement, text: string): Promise<void> {
  const settings = { nullOrder: 'low', integerDivision: true } as const
  const bound = await bindStatement(statement, stubContext(text, tables, { settings }))
  if (bound.kind === 'create_table') {
    tables.push(table(bound.name.parts[0]!, Object.fromEntries(bound.schema.fields.map((field) => [field.name, field.type]))))
  } else if (bound.kind === 'create_view') {
    tables.push({ name: ['artemis', 'sda', bound.name.parts[0]!], entry: { kind: 'view', sql: bound.sql } })
  }
}

/** Binds the statements of a sqllogictest script in order, as `postgresql` would run them, at most `limit`. */
async function bindScript(file: string, limit: number): Promise<Script> {
  const tables: StubTable[] = []
  const refused: string[] = []
  let bound = 0
  const records = readFileSync(path.join(corpus, 'sqlite-slt', file), 'utf8')
    .replaceAll('\r', '')
    .split(/\n\s*\n/)
  for (const record of records) {
    if (/^onlyif (?!postgresql)/m.test(record) || /^skipif postgresql/m.test(record)) continue
    const lines = record.split('\n').filter((line) => !/^(#|onlyif|skipif)/.test(line))
    const head = lines.shift() ?? ''
    if (!/^(statement ok|query)/.test(head)) continue
    const end = lines.indexOf('----')
    const text = (end < 0 ? lines : lines.slice(0, end)).join('\n')
    // The body of a trigger holds statements of its own.
    if (/TRIGGER/i.test(text)) continue
    try {
      for (const statement of parseStatements(text)) {
        await bindIn(tables, statement, text)
        bound++
      }
    } catch (error) {
      if (!(error instanceof ArtemisError) || !SQLITE_ONLY.test(error.code)) throw error
      refused.push(`${error.code}: ${error.message}`)
    }
    if (bound >= limit) break
  }
  return { bound, refused }
}

describe.skipIf(!here)('sqllogictest', () => {
  for (const file of [
    'select1.test',
    'select2.test',
    'select3.test',
    'random/expr/slt_good_0.test',
    'random/groupby/slt_good_0.test',
    'random/aggregates/slt_good_0.test',
  ]) {
    it(file, async () => expect((await bindScript(file, 3000)).refused).toEqual([]))
  }

  it('evidence, but for what only SQLite takes', async () => {
    const refused: string[] = []
    for (const file of readdirSync(path.join(corpus, 'sqlite-slt/evidence')))
      refused.push(...(await bindScript(`evidence/${file}`, Infinity)).refused)
    const kinds = new Set(refused.map((line) => line.replace(/ is not supported yet$/, '')))
    expect(
      [...kinds].filter(
        (kind) => !/INDEX|REPLACE|UPDATE|DELETE|total|group_concat|avg\(VARCHAR|sum\(VARCHAR|"hello"|BLOB and INTEGER/.test(kind),
      ),
    ).toEqual([])
  })
})

describe('shapes that grow', () => {
  const many = (count: number, item: (i: number) => string, separator: string): string =>
    Array.from({ length: count }, (_, i) => item(i)).join(separator)

  it('bind in time that grows with their length', async () => {
    await bindPlan(`SELECT 1 FROM t WHERE ${many(100_000, (i) => `a = ${i}`, ' OR ')}`)
    await bindPlan(`SELECT 1 FROM t WHERE a IN (${many(100_000, String, ', ')})`)
    await bindPlan(`INSERT INTO required VALUES ${many(20_000, (i) => `(${i}, 'x')`, ', ')}`)
    await bindPlan(many(400, (i) => `SELECT ${i}`, ' UNION ALL '))
    await bindPlan(`SELECT 1 FROM t t0 ${many(200, (i) => `JOIN t t${i + 1} ON t${i + 1}.a = t${i}.a`, ' ')}`)
  }, 60_000)

  it('nest as deep as people write, and fail cleanly beyond', async () => {
    await bindPlan(`SELECT ${many(900, String, ' + ')}`)
    await bindPlan(`SELECT ${'(SELECT '.repeat(50)}1${')'.repeat(50)}`)
    await bindPlan(`SELECT * FROM ${'(SELECT * FROM '.repeat(50)}t${')'.repeat(50)}`)
    const deep = `SELECT * FROM ${'(SELECT * FROM '.repeat(150)}t${')'.repeat(150)}`
    await expect(bind(deep)).rejects.toMatchObject({ code: 'NESTING_TOO_DEEP' })
  })

  it('do not explode by copies of copies', async () => {
    const aliases = `SELECT a AS x0, ${many(30, (i) => `x${i} + x${i} AS x${i + 1}`, ', ')} FROM t`
    await expect(bind(aliases)).rejects.toMatchObject({ code: 'TOO_MANY_EXPANSIONS' })
    const steps = many(30, (i) => `c${i + 1} AS (SELECT x.a FROM c${i} x, c${i} y)`, ', ')
    const tables = `WITH c0 AS (SELECT a FROM t), ${steps} SELECT * FROM c30`
    await expect(bind(tables)).rejects.toMatchObject({ code: 'TOO_MANY_EXPANSIONS' })
  })
})
