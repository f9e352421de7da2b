/** What the engine itself answers, in the form that clients print. */
import type { SessionContext } from '@artemis/engine'
import { expect } from 'vitest'
import type { CanonicalRow } from './canonical-rows.js'
import { canonicalRows, pyarrowType } from './canonical-rows.js'

export interface CanonicalResult {
  /** Name, type as pyarrow writes it, and whether it may be null. */
  readonly columns: readonly (readonly [name: string, type: string, nullable: boolean])[]
  readonly rows: readonly CanonicalRow[]
}

export async function engineResult(session: SessionContext, sql: string): Promise<CanonicalResult> {
  const result = await session.sql(sql)
  const columns = result.fields.map(({ name, type, nullable }) => [name, pyarrowType(type), nullable] as const)
  return { columns, rows: await canonicalRows(result.batches()) }
}

/** Compares one by one, so that a difference names its query; large results are compared without being printed. */
export async function expectEngineResults(
  session: SessionContext,
  queries: readonly string[],
  seen: unknown,
  choose = (result: CanonicalResult): unknown => result,
): Promise<void> {
  const results = seen as readonly CanonicalResult[]
  expect(results).toHaveLength(queries.length)
  for (const [index, sql] of queries.entries()) {
    const engine = await engineResult(session, sql)
    const client = results[index]!
    if (engine.rows.length > 10_000 && client.rows !== undefined) {
      const different = engine.rows.findIndex((row, place) => JSON.stringify(row) !== JSON.stringify(client.rows[place]))
      expect(client.rows.length, sql).toBe(engine.rows.length)
      expect([different, engine.rows[different], client.rows[different]], sql).toEqual([-1, undefined, undefined])
    } else expect(choose(client), sql).toEqual(choose(engine))
  }
}
