import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FairQueue } from './fair-queue.js'
import type { Waiter } from './fair-queue.js'

interface Tracked extends Waiter {
  state: 'new' | 'running' | 'dropped' | 'left' | 'done'
  readonly order: number
}

function tracked(key: string, maxRunning: number, order = 0, started: Tracked[] = []): Tracked {
  const waiter: Tracked = {
    key,
    maxRunning,
    order,
    state: 'new',
    start: () => {
      waiter.state = 'running'
      started.push(waiter)
    },
    drop: () => {
      waiter.state = 'dropped'
    },
  }
  return waiter
}

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('enter' as const), key: fc.constantFrom('a', 'b', 'c', 'd') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), which: fc.nat(1_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat(1_000) }) },
)

describe('FairQueue', () => {
  it('never runs more than it may, never idles, keeps the order of each, and starves nobody', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 4 }), (commands, maxRunning, maxWaiting, perKey) => {
        const queue = new FairQueue({ maxRunning, maxWaiting })
        const started: Tracked[] = []
        const line: Tracked[] = []
        const running = (): Tracked[] => started.filter((waiter) => waiter.state === 'running')
        for (const [order, step] of commands.entries()) {
          switch (step.kind) {
            case 'enter': {
              const waiter = tracked(step.key, perKey, order, started)
              const entered = queue.enter(waiter)
              expect(entered === 'started').toBe(waiter.state === 'running')
              if (entered === 'waiting') line.push(waiter)
              if (entered === 'refused') {
                // Nobody else had two more in line: refusing was fair.
                expect(queue.waiting).toBe(maxWaiting)
                const count = (key: string): number => line.filter((other) => other.key === key && other.state === 'new').length
                for (const key of ['a', 'b', 'c', 'd']) expect(count(key)).toBeLessThanOrEqual(count(step.key) + 1)
              }
              break
            }
            case 'release': {
              const all = running()
              const waiter = all[step.which % Math.max(1, all.length)]
              if (waiter === undefined) break
              waiter.state = 'done'
              queue.release(waiter.key)
              break
            }
            case 'leave': {
              const waiting = line.filter((waiter) => waiter.state === 'new')
              const waiter = waiting[step.which % Math.max(1, waiting.length)]
              if (waiter === undefined) break
              expect(queue.leave(waiter)).toBe(true)
              expect(queue.leave(waiter)).toBe(false)
              waiter.state = 'left'
              break
            }
          }
          const now = running()
          const waiting = line.filter((waiter) => waiter.state === 'new')
          expect(queue.running).toBe(now.length)
          expect(queue.waiting).toBe(waiting.length)
          expect(now.length).toBeLessThanOrEqual(maxRunning)
          expect(waiting.length).toBeLessThanOrEqual(maxWaiting)
          for (const key of ['a', 'b', 'c', 'd']) {
            const own = now.filter((waiter) => waiter.key === key).length
            expect(own).toBe(queue.runningOf(key))
            expect(own).toBeLessThanOrEqual(perKey)
            // Whoever waits does so for want of room.
            if (waiting.some((waiter) => waiter.key === key)) expect(own === perKey || now.length === maxRunning).toBe(true)
          }
        }
        for (const key of ['a', 'b', 'c', 'd']) {
          const orders = started.filter((waiter) => waiter.key === key).map((waiter) => waiter.order)
          expect(orders).toEqual([...orders].sort((a, b) => a - b))
        }
        for (let left = running(); left.length > 0; left = running()) {
          const [first] = left
          if (first === undefined) break
          first.state = 'done'
          queue.release(first.key)
        }
        expect(line.filter((waiter) => waiter.state === 'new')).toEqual([])
        expect([queue.running, queue.waiting, queue.waitingKeys]).toEqual([0, 0, 0])
      }),
      { seed: 3, numRuns: 400 },
    )
  })

  it('lets principals take turns, whatever each has in line', () => {
    const queue = new FairQueue({ maxRunning: 1, maxWaiting: 1_000 })
    const started: Tracked[] = []
    for (let i = 0; i < 100; i++) queue.enter(tracked('flood', 10, i, started))
    queue.enter(tracked('b', 10, 0, started))
    queue.enter(tracked('c', 10, 0, started))
    queue.enter(tracked('b', 10, 1, started))
    for (let i = 0; i < 6; i++) queue.release(started.at(-1)?.key ?? '')
    expect(started.map((waiter) => waiter.key)).toEqual(['flood', 'flood', 'b', 'c', 'flood', 'b', 'flood'])
  })

  it('drops the newest of the fullest for a newcomer', () => {
    const queue = new FairQueue({ maxRunning: 1, maxWaiting: 3 })
    const flood = [0, 1, 2, 3].map((order) => tracked('flood', 10, order))
    for (const waiter of flood) queue.enter(waiter)
    expect(queue.enter(tracked('flood', 10))).toBe('refused')
    expect(queue.enter(tracked('b', 10))).toBe('waiting')
    expect(flood.map((waiter) => waiter.state)).toEqual(['running', 'new', 'new', 'dropped'])
    expect(queue.enter(tracked('c', 10))).toBe('waiting')
    expect(queue.enter(tracked('d', 10))).toBe('refused')
  })
})
