/**
 * Property test of plans: random queries through the session with all optimizer rules, with none, and with each one left
 * out, always verified, and through DuckDB. All must give the same rows.
 *
 * ARTEMIS_PLAN_QUERIES sets how many, ARTEMIS_PLAN_SEED which ones.
 */
import { SessionContext } from '@artemis/engine'
import { UnsupportedError } from '@artemis/errors'
import { RULES } from '@artemis/optimizer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SeededRandom } from '../demo/random.js'
import { DuckDB } from '../oracle/duckdb.js'
import { difference, textResult } from '../oracle/text-result.js'
import { RandomQueries, randomTables } from './random-query.js'

const QUERIES = Number(process.env['ARTEMIS_PLAN_QUERIES'] ?? 250)
const SEED = Number(process.env['ARTEMIS_PLAN_SEED'] ?? 1)

const optional = RULES.map(({ rule }) => rule.name)
const session = new SessionContext({ settings: { verifyPlans: true } })
let duckdb: DuckDB

beforeAll(async () => {
  duckdb = await DuckDB.open()
  for (const statement of randomTables(new SeededRandom(42))) {
    await duckdb.run(statement)
    for await (const batch of (await session.sql(statement)).batches()) void batch
  }
})
afterAll(async () => {
  duckdb.close()
  await session.close()
})

describe.each([
  ['uncorrelated', false],
  ['correlated', true],
] as const)('%s', (_, correlated) => {
  test(`${QUERIES} random queries`, async () => {
    const queries = new RandomQueries(new SeededRandom(SEED), { correlated })
    const failures: string[] = []
    let compared = 0
    let refused = 0
    for (let i = 0; i < QUERIES && failures.length < 10; i++) {
      const sql = queries.next()
      const theirs = await duckdb.query(sql).catch((error: unknown) => String(error))
      if (typeof theirs === 'string') {
        // What DuckDB cannot do.
        refused++
        continue
      }
      // Each rule in its turn is left out.
      const configurations = ['', optional.join(','), optional[i % optional.length]!, optional[(i * 3 + 1) % optional.length]!]
      for (const rules of configurations) {
        session.set('artemis.disabled_rules', rules)
        const found = await session
          .sql(sql)
          .then(textResult)
          .then(
            (ours) => difference(ours, theirs, { ordered: false }),
            // Outer rows that LIMIT chose must not be read twice: some correlations with them are refused by name.
            (error: unknown) =>
              correlated && error instanceof UnsupportedError && error.code === 'CORRELATED_SUBQUERY'
                ? undefined
                : error instanceof Error
                  ? (error.stack ?? error.message).split('\n').slice(0, 3).join('\n')
                  : String(error),
          )
        if (found === undefined) continue
        failures.push(`without [${rules}]: ${sql}\n  ${found}`)
        break
      }
      compared++
    }
    expect(failures.join('\n\n')).toBe('')
    if (correlated) expect(queries.correlations).toBeGreaterThan(QUERIES / 5)
    expect(refused).toBeLessThan(QUERIES / 10)
    expect(compared).toBeGreaterThan(QUERIES / 2)
  }, 300_000)
})
