/**
 * Load over a server: many clients that query, prepare, insert, list, cancel, lose their connections and come back, and one
 * principal that asks for more than its budget. What comes out is checked as it comes; the report says what happened.
 */

import { seededRandom } from './seeded-random.js'
import { BudgetProbe } from './budget-probe.js'
import type { BudgetReport } from './budget-probe.js'
import { CuttableProxy } from './cuttable-proxy.js'
import { LoadClient } from './load-client.js'
import type { LoadClientOptions, LoadCounts } from './load-client.js'

export interface LoadOptions {
  readonly port: number
  readonly clients: number
  readonly seconds: number
  readonly seed: number
  /** Of several principals, which the clients share. */
  readonly tokens: readonly string[]
  readonly known: LoadClientOptions['known']
  /** A principal of its own, whose limits are known. */
  readonly budget: { readonly token: string; readonly requestsPerSecond: number; readonly requestBurst: number }
}

export interface LoadReport {
  readonly counts: LoadCounts
  readonly budget: BudgetReport
  /** What must not be; empty when all is well. */
  readonly wrong: readonly string[]
  readonly seconds: number
}

export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const { port, clients, seconds, seed, tokens, known, budget } = options
  const counts: LoadCounts = { queries: 0, rows: 0, prepared: 0, metadata: 0, inserts: 0, cancels: 0, deadlines: 0, cuts: 0, reconnects: 0, expectedFailures: 0 }
  const wrong: string[] = []
  const startedAtMs = performance.now()
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), seconds * 1000)
  const proxies = await Promise.all(Array.from({ length: clients }, () => CuttableProxy.to(port)))
  const probe = new BudgetProbe({ port, ...budget })
  const running = proxies.map((proxy, i) => {
    const client = new LoadClient({
      proxy,
      token: tokens[i % tokens.length]!,
      random: seededRandom(seed + i),
      known,
      counts,
      wrong: (what) => {
        // A fault repeats itself: the first hundred tell all.
        if (wrong.length < 100) wrong.push(`client ${i}: ${what}`)
      },
    })
    return client.run(stop.signal)
  })
  const [spent] = await Promise.all([probe.run(stop.signal), ...running])
  clearTimeout(timer)
  await Promise.all(proxies.map((proxy) => proxy.close()))
  return { counts, budget: spent, wrong, seconds: (performance.now() - startedAtMs) / 1000 }
}
