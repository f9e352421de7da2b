import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Metadata, status } from '@grpc/grpc-js'
import type { CallContext } from '../protocol/flight/call-context.js'
import { FlightError } from '../protocol/flight/flight-error.js'
import type { AccessPrincipal, PrincipalLimits } from '../security/access-principal.js'
import { Limiter } from './limiter.js'
import type { LimiterOptions } from './limiter.js'
import { systemClock } from './limiter-clock.js'
import type { LimiterClock } from './limiter-clock.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artemis-limits-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

class FakeClock implements LimiterClock {
  #now = 1_700_000_000_000
  readonly #timers = new Set<{ readonly atMs: number; readonly run: () => void }>()

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#now + ms, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets time pass, timer by timer. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const next = Array.from(this.#timers).reduce<{ readonly atMs: number; readonly run: () => void } | undefined>(
        (first, timer) => (timer.atMs <= end && (first === undefined || timer.atMs < first.atMs) ? timer : first),
        undefined,
      )
      if (next === undefined) break
      this.#timers.delete(next)
      this.#now = next.atMs
      next.run()
    }
    this.#now = end
  }

  get timers(): number {
    return this.#timers.size
  }
}

function principal(name: string, limits: Partial<PrincipalLimits> = {}): AccessPrincipal {
  return { id: name, name, budgetId: name, scopes: [], limits, expiresAtMs: undefined }
}

function call(who: AccessPrincipal, signal: AbortSignal = new AbortController().signal): CallContext {
  return { method: 'DoGet', peer: '127.0.0.1:1', headers: new Metadata(), principal: who, signal, deadline: undefined, setHeader: () => undefined }
}

const QUERY = { kind: 'query', sql: 'SELECT 1' } as const
const METADATA = { kind: 'metadata', sql: undefined } as const
const OPEN: Partial<PrincipalLimits> = { requestsPerSecond: Infinity, requestBurst: Infinity, concurrentQueries: Infinity }

function limiter(clock: LimiterClock, options: Partial<LimiterOptions> = {}): Limiter {
  return new Limiter({ maxConcurrent: 1_000, maxQueue: 1_000, clock, ...options })
}

async function admitted(work: Promise<unknown>): Promise<true | FlightError> {
  try {
    await work
    return true
  } catch (error) {
    if (error instanceof FlightError) return error
    throw error
  }
}

describe('the budget', () => {
  it('is exact over an hour of floods and restarts', async () => {
    const clock = new FakeClock()
    const stateFile = join(folder, 'budgets.json')
    const who = principal('flood', { requestsPerSecond: 5, requestBurst: 20 })
    const started = clock.now()
    let count = 0
    let current = limiter(clock, { stateFile })
    // A caller that asks far more often than it may, at times that divide nothing, and a server that restarts every two minutes or so.
    for (let step = 0; clock.now() - started < 3_600_000; step++) {
      const outcome = await admitted(current.admit(call(who), QUERY).then((release) => release()))
      if (outcome === true) count += 1
      else expect(outcome.code).toBe(status.RESOURCE_EXHAUSTED)
      clock.advance(137)
      if (step % 1_000 === 999) {
        await current.close()
        clock.advance(step % 2_000 === 999 ? 0 : 1_500)
        current = limiter(clock, { stateFile })
      }
    }
    const allowed = 20 + ((clock.now() - started) / 1000) * 5
    expect(Math.abs(count - allowed) / allowed).toBeLessThan(0.01)
    expect(count).toBeLessThanOrEqual(Math.ceil(allowed))
    await current.close()
  })

  it('is not refilled by a restart', async () => {
    const clock = new FakeClock()
    const stateFile = join(folder, 'budgets.json')
    const who = principal('p', { requestsPerSecond: 0.001, requestBurst: 3 })
    const first = limiter(clock, { stateFile })
    for (let i = 0; i < 3; i++) (await first.admit(call(who), QUERY))()
    await first.close()
    const second = limiter(clock, { stateFile })
    expect(await admitted(second.admit(call(who), QUERY))).toMatchObject({ code: status.RESOURCE_EXHAUSTED, retryAfterSeconds: 1_000 })
    // A restart during which the principal does not call loses nothing either.
    ;(await second.admit(call(principal('other')), QUERY))()
    await second.close()
    const third = limiter(clock, { stateFile })
    ;(await third.admit(call(principal('other')), QUERY))()
    await third.close()
    expect(await admitted(limiter(clock, { stateFile }).admit(call(who), QUERY))).toMatchObject({ retryAfterSeconds: 1_000 })
    await writeFile(stateFile, (await readFile(stateFile, 'utf8')).slice(0, -9))
    expect(() => limiter(clock, { stateFile })).toThrow(/budget file .* is damaged/)
  })

  it('says exactly when to come back', async () => {
    const clock = new FakeClock()
    const limits = limiter(clock)
    const who = principal('p', { requestsPerSecond: 3, requestBurst: 1 })
    ;(await limits.admit(call(who), QUERY))()
    clock.advance(100)
    for (let i = 0; i < 20; i++) {
      const refused = await admitted(limits.admit(call(who), QUERY))
      if (refused === true) throw new Error('let in too early')
      expect(refused).toMatchObject({ code: status.RESOURCE_EXHAUSTED, message: expect.stringMatching(/request budget of "p" is used up \(3 a second, 1 at once\): try again in 0\.\d\d s/) as string })
      const ms = (refused.retryAfterSeconds ?? 0) * 1000
      clock.advance(ms - 0.01)
      expect(await admitted(limits.admit(call(who), QUERY))).not.toBe(true)
      clock.advance(0.01)
      ;(await limits.admit(call(who), QUERY))()
    }
    expect(limits.statistics.rejected.budget).toBe(40)
  })

  it('charges metadata and calls to looser buckets', async () => {
    const clock = new FakeClock()
    const limits = limiter(clock)
    const who = principal('p', { requestsPerSecond: 1, requestBurst: 2 })
    for (let i = 0; i < 20; i++) expect(await admitted(limits.admit(call(who), METADATA))).toBe(true)
    expect(await admitted(limits.admit(call(who), METADATA))).toMatchObject({ code: status.RESOURCE_EXHAUSTED, retryAfterSeconds: 0.1 })
    for (let i = 0; i < 40; i++) expect(await admitted(limits.begin(call(who)))).toBe(true)
    expect(await admitted(limits.begin(call(who)))).toMatchObject({ code: status.RESOURCE_EXHAUSTED, retryAfterSeconds: 0.05 })
    expect(await admitted(limits.admit(call(who), QUERY))).toBe(true)
    expect(limits.statistics.rejected).toMatchObject({ metadata: 1, calls: 1, budget: 0 })
  })

  it('forgets who has a full one', async () => {
    const clock = new FakeClock()
    const limits = limiter(clock)
    for (let i = 0; i < 50; i++) (await limits.admit(call(principal(`p${i}`)), QUERY))()
    expect(clock.timers).toBe(1)
    clock.advance(60_000)
    expect(clock.timers).toBe(0)
  })
})

describe('the queue', () => {
  it('waits for a turn, and gives the place and the charge back when the client goes away', async () => {
    const clock = new FakeClock()
    const waits: number[] = []
    const limits = limiter(clock, { maxConcurrent: 1, maxQueue: 2, observer: { waited: (ms) => waits.push(ms) } })
    const who = principal('p', { requestsPerSecond: 0.001, requestBurst: 4 })
    const release = await limits.admit(call(who), QUERY)
    const gone = new AbortController()
    const abandoned = limits.admit(call(who, gone.signal), QUERY)
    const next = limits.admit(call(who), QUERY)
    expect(limits.statistics).toMatchObject({ running: 1, waiting: 2, waitingPrincipals: 1 })
    expect(await admitted(limits.admit(call(who), QUERY))).toMatchObject({ code: status.UNAVAILABLE })
    gone.abort(new Error('reset'))
    await expect(abandoned).rejects.toMatchObject({ kind: 'cancelled' })
    clock.advance(250)
    release()
    release()
    const done = await next
    expect(limits.statistics).toMatchObject({ running: 1, waiting: 0, admitted: 2, admittedAfterWaiting: 1, waitedMs: 250, rejected: { 'queue-full': 1, cancelled: 1 } })
    expect(waits).toEqual([0, 250])
    done()
    // Four in all may run: two did, two did not start.
    for (let i = 0; i < 2; i++) (await limits.admit(call(who), QUERY))()
    expect(await admitted(limits.admit(call(who), QUERY))).toMatchObject({ code: status.RESOURCE_EXHAUSTED })
    await expect(limits.admit(call(principal('q'), AbortSignal.abort()), QUERY)).rejects.toMatchObject({ kind: 'cancelled' })
    expect(limits.statistics.running).toBe(0)
  })

  it('keeps one principal to its executions at once while others run', async () => {
    const clock = new FakeClock()
    const limits = limiter(clock, { maxConcurrent: 10, maxWaitMs: 5_000 })
    const greedy = principal('greedy', { ...OPEN, concurrentQueries: 2 })
    const releases = [await limits.admit(call(greedy), QUERY), await limits.admit(call(greedy), QUERY)]
    const third = admitted(limits.admit(call(greedy), QUERY))
    expect(await admitted(limits.admit(call(principal('other', OPEN)), QUERY))).toBe(true)
    clock.advance(4_999)
    expect(limits.statistics.waiting).toBe(1)
    clock.advance(1)
    expect(await third).toMatchObject({ code: status.RESOURCE_EXHAUSTED, message: expect.stringContaining('2 queries of "greedy" already run') as string })
    const fourth = limits.admit(call(greedy), QUERY)
    releases[0]?.()
    await fourth
  })

  it('says that the server is busy when that is why one waited too long', async () => {
    const clock = new FakeClock()
    const limits = limiter(clock, { maxConcurrent: 1, maxWaitMs: 5_000 })
    await limits.admit(call(principal('a', OPEN)), QUERY)
    const second = admitted(limits.admit(call(principal('b', OPEN)), QUERY))
    clock.advance(5_000)
    expect(await second).toMatchObject({ code: status.UNAVAILABLE })
    expect(limits.statistics.rejected['queue-timeout']).toBe(1)
  })

  it('lets nobody in while draining, and lets go of those in line', async () => {
    const clock = new FakeClock()
    const limits = limiter(clock, { maxConcurrent: 1 })
    const release = await limits.admit(call(principal('a', OPEN)), QUERY)
    const waiting = admitted(limits.admit(call(principal('b', OPEN)), QUERY))
    limits.drain()
    expect(await waiting).toMatchObject({ code: status.UNAVAILABLE, message: 'the server is shutting down' })
    for (const request of [QUERY, METADATA]) expect(await admitted(limits.admit(call(principal('c')), request))).toMatchObject({ code: status.UNAVAILABLE })
    expect(limits.statistics).toMatchObject({ running: 1, waiting: 0, rejected: { draining: 3 } })
    release()
    expect(limits.statistics.running).toBe(0)
    await limits.close()
  })
})

describe('bytes per second', () => {
  it('hold streams of one principal back, together, to its rate', async () => {
    const clock = new FakeClock()
    const limits = limiter(clock)
    const who = principal('p', { bytesPerSecond: 1_000_000 })
    const started = clock.now()
    let sentBytes = 0
    const stream = async (messages: number): Promise<void> => {
      for (let i = 0; i < messages; i++) {
        sentBytes += 150_000
        await limits.sent(call(who), 150_000)
      }
    }
    let done = false
    const all = Promise.all([stream(60), stream(60)]).then(() => {
      done = true
    })
    while (!done) {
      clock.advance(10)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await all
    const seconds = (clock.now() - started) / 1000
    // One second's worth goes out at once.
    expect(Math.abs(sentBytes / (1_000_000 * (seconds + 1)) - 1)).toBeLessThan(0.01)
    expect(limits.statistics.throttledMs).toBeGreaterThan(10_000)
    expect(limits.sent(call(principal('free')), 1e12)).toBeUndefined()
  })

  it('wait no longer than the client does', async () => {
    const clock = new FakeClock()
    const limits = limiter(clock)
    const gone = new AbortController()
    const context = call(principal('p', { bytesPerSecond: 1 }), gone.signal)
    const waiting = limits.sent(context, 1_000)
    const timers = clock.timers
    gone.abort()
    await waiting
    expect(clock.timers).toBe(timers - 1)
    await limits.sent(context, 1_000)
  })
})

it('the system clock goes on, calls back, and can be called off', async () => {
  const clock = systemClock()
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000)
  clock.after(1, () => expect.unreachable('it was called off'))()
  const keepAlive = setTimeout(() => undefined, 5_000)
  await new Promise<void>((resolve) => void clock.after(5, resolve))
  clearTimeout(keepAlive)
})
