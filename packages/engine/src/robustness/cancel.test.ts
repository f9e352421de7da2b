/** Joins that try everything with everything and find nothing: they can be cancelled all the same, and hold up nobody. */

import { afterAll, describe, expect, it } from 'vitest'
import { SessionContext } from '../session/session-context.js'

const session = new SessionContext()
afterAll(() => session.close())

describe('a query without a row to give', () => {
  it.each([
    'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 1',
    'SELECT count(*) FROM range(1000000) a LEFT JOIN range(1000000) b ON a.range + b.range = -1',
    'SELECT count(*) FROM range(1000000) a WHERE EXISTS (SELECT 1 FROM range(1000000) b WHERE a.range + b.range = -1)',
    'SELECT count(*) FROM range(1000000) a WHERE NOT EXISTS (SELECT 1 FROM range(1000000) b WHERE a.range * b.range = -1)',
    'SELECT count(*) FROM range(1000000) a WHERE (NULLIF(a.range, a.range), a.range) NOT IN (SELECT b.range, -b.range - 1 FROM range(1000000) b)',
  ])('is cancelled: %s', async (sql) => {
    const controller = new AbortController()
    const result = await session.sql(sql, { signal: controller.signal })
    const rows = result.toArray().then(
      () => 'an end',
      (error: unknown) => (error as { code?: string }).code,
    )
    let cancelledAtMs = 0
    setTimeout(() => {
      cancelledAtMs = performance.now()
      controller.abort()
    }, 200)
    expect(await rows).toBe('CANCELLED')
    expect(performance.now() - cancelledAtMs).toBeLessThan(2000)
  })
})
