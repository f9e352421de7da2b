/**
 * Differential tests of whole queries: the same tables are made in our session and in DuckDB by the same statements, and
 * both must give the same rows and types. Every query runs in several configurations, as none may change a result.
 */
import { UnsupportedError } from '@artemis/errors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DuckDB, FAILING_QUERIES, SAMPLE_QUERIES, SideBySide, UNSUPPORTED_QUERIES, sampleTables } from '../../testkit/src/index.js'

import type { SettingValues } from './index.js'
import { SessionContext } from './index.js'

const CONFIGURATIONS: Readonly<Record<string, Partial<SettingValues>>> = {
  'as shipped': { verifyPlans: true },
  'batches of 7 rows, expressions interpreted': { batchSize: 7, codegen: false },
  'another time zone': { timeZone: 'America/New_York' },
  'no optimizer rules': {
    verifyPlans: true,
    disabledRules: 'simplify_expressions,predicate_pushdown,eliminate_trivial,merge_projections,projection_pruning,metadata_aggregate,limit_pushdown',
  },
}

describe.each(Object.entries(CONFIGURATIONS))('%s', (_, settings) => {
  const session = new SessionContext({ settings })
  let both: SideBySide
  beforeAll(async () => {
    both = new SideBySide(session, await DuckDB.open(session.timeZone))
    for (const statement of sampleTables()) await both.run(statement)
  })
  afterAll(() => both.duckdb.close())

  describe.each(Object.entries(SAMPLE_QUERIES))('%s', (_group, queries) => {
    test.each(queries)('%s', (sql) => both.agree(sql))
  })

  describe('what must fail', () => {
    test.each(FAILING_QUERIES)('%s', (sql) => both.bothFail(sql))
  })
})

describe('what is not supported yet says so at its place', () => {
  const session = new SessionContext()
  beforeAll(async () => {
    for (const statement of sampleTables()) await session.sql(statement)
  })
  test.each(UNSUPPORTED_QUERIES)('%s', async (sql) => {
    const error: unknown = await session.sql(sql).then(() => undefined, (thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UnsupportedError)
    expect((error as UnsupportedError).span).toBeDefined()
  })
})
