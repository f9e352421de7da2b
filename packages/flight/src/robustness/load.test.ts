/** Some seconds of the load that `load/run.mjs` puts on for minutes: 64 clients, cut wires, and nothing wrong, lost or left behind. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTemporaryDemo } from '../../../testkit/src/index.js'
import type { TemporaryDemo } from '../../../testkit/src/index.js'
import { textOf } from './testing/load-client.js'
import { runLoad } from './testing/load-run.js'
import { GENEROUS, startTarget } from './testing/target.js'
import type { Target } from './testing/target.js'

const BUDGET = { requestsPerSecond: 5, requestBurst: 20, concurrentQueries: 64 }
const KNOWN = [
  'SELECT count(*) AS n, sum(observation_id) AS ids, max(notes) AS notes FROM artemis.sda.observations',
  "SELECT count(*) AS n, sum(observation_id) AS ids FROM artemis.sda.observations AS OF TIMESTAMP '2024-02-20 00:00:00'",
]

let archive: TemporaryDemo
let target: Target
let tokens: Record<string, string>
beforeAll(async () => {
  archive = await openTemporaryDemo(0.02)
  const readers = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`client-${i}`, { scopes: 'write:*', limits: GENEROUS }]))
  const started = await startTarget({
    config: { warehouses: { artemis: archive.warehouse }, 'log.level': 'silent' },
    tokens: { ...readers, budgeted: { limits: BUDGET } },
  })
  target = started.target
  tokens = started.tokens
})
afterAll(async () => {
  await target.close()
  await archive.close()
})

describe('load', () => {
  it('of 64 clients gives right results, keeps the budget, and leaves nothing behind', async () => {
    const known = []
    for (const sql of KNOWN) {
      const [row] = await (await archive.session.sql(sql)).toArray()
      known.push({ sql, row: Object.values(row!) })
    }
    const { budgeted, ...others } = tokens
    const report = await runLoad({
      port: target.port,
      clients: 64,
      seconds: 6,
      seed: 11,
      tokens: Object.values(others),
      known,
      budget: { token: budgeted!, ...BUDGET },
    })
    expect(report.wrong).toEqual([])
    expect(report.budget.other).toEqual([])
    expect(report.budget.refused).toBeGreaterThan(0)
    expect(report.budget.admitted).toBeLessThanOrEqual(report.budget.allowed * 1.01 + 1)
    expect(report.counts.queries + report.counts.prepared).toBeGreaterThan(0)
    expect(textOf(report.counts)).toMatch(/"cuts":[1-9]/)

    await expect.poll(() => target.server.activeCalls).toBe(0)
    for (const gauge of ['running_executions', 'queued_executions', 'memory_reserved_bytes']) {
      await expect.poll(() => target.metric(`artemis_flight_${gauge}`)).toBe(0)
    }
  })
})
