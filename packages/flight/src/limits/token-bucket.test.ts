import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TokenBucket } from './token-bucket.js'

describe('TokenBucket', () => {
  it('gives the burst at once and then the rate, and says exactly when the next one is there', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e4, noNaN: true }), fc.integer({ min: 1, max: 500 }), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }), (rate, burst, pauses) => {
        let now = 1_700_000_000_000
        const bucket = new TokenBucket(rate, burst, now)
        for (let i = 0; i < burst; i++) expect(bucket.take(now)).toBe(0)
        for (const pause of pauses) {
          const wait = bucket.take(now)
          if (wait === 0) continue
          expect(wait).toBeLessThanOrEqual(1000 / rate + Math.max(1e-3, 2e-3 / rate))
          // A little too early there is none, and asking does not put it off.
          if (wait > 0.02) expect(bucket.take(now + wait * 0.9)).toBeGreaterThan(0)
          now += wait
          if (pause > 0.5) expect(bucket.take(now)).toBe(0)
        }
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  it('counts the same however often it is asked, written down and read back', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 100, noNaN: true }), fc.integer({ min: 1, max: 50 }), fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.boolean()), { maxLength: 200 }), (rate, burst, steps) => {
        let now = 0
        let left = burst
        let bucket = new TokenBucket(rate, burst, now)
        for (const [pause, restart] of steps) {
          now += pause
          left = Math.min(burst, left + (pause / 1000) * rate)
          if (restart) bucket = new TokenBucket(rate, burst, now, bucket.level(now - pause / 2))
          const taken = bucket.take(now) === 0
          expect(taken).toBe(left >= 1 - Math.max(1e-6, rate * 5e-7))
          if (taken) left -= 1
        }
      }),
      { seed: 11, numRuns: 300 },
    )
  })

  it('lets debts be paid', () => {
    const bucket = new TokenBucket(1_000, 1_000, 0)
    expect(bucket.spend(1_000, 0)).toBe(0)
    expect(bucket.spend(500, 0)).toBe(500)
    expect(bucket.spend(500, 0)).toBe(1_000)
    expect(bucket.spend(1, 1_000)).toBe(1)
  })

  it('takes up new limits, and no clock that goes back grants anything', () => {
    const bucket = new TokenBucket(1, 10, 0)
    for (let i = 0; i < 10; i++) bucket.take(0)
    bucket.configure(2, 4, 1_000)
    expect(bucket.take(1_000)).toBe(0)
    expect(bucket.take(1_000)).toBe(500)
    expect(bucket.take(0)).toBe(500)
    expect(new TokenBucket(1, 10, 1_000, { level: 0, atMs: 50_000 }).take(1_000)).toBe(1_000)
    expect(new TokenBucket(1, 10, 1_000, { level: 99, atMs: 0 }).level(1_000).level).toBe(10)
    const free = new TokenBucket(Infinity, 1, 0)
    for (let i = 0; i < 100; i++) expect(free.take(0)).toBe(0)
    expect(free.isFull(0)).toBe(true)
  })
})
