import { expect, it } from 'vitest'
import { ANONYMOUS } from '../principal.js'
import type { PlannedStatement } from './execution-registry.js'
import { ExecutionRegistry } from './execution-registry.js'
import { Session } from './session.js'
import { MemoryBackend } from './testing/memory-backend.js'

async function planned(bytes: number, expiresAtMs: number): Promise<PlannedStatement> {
  const session = new Session(ANONYMOUS, new MemoryBackend().openSession(ANONYMOUS), '', 0)
  return { session, sql: 'COUNT 1', statement: await session.backend.prepare('COUNT 1', {}, new AbortController().signal), rows: undefined, expiresAtMs, bytes }
}

it('keeps plans within bounds of number, bytes and time', async () => {
  let now = 0
  const registry = new ExecutionRegistry({ clock: () => now, maxPlanned: 3, maxPlannedBytes: 100 })
  for (const nonce of ['a', 'b', 'c', 'd']) registry.keep(nonce, await planned(10, 1000))
  expect(registry.plannedSize).toEqual({ count: 3, bytes: 30 })
  expect(registry.planned('a')).toBeUndefined()
  // The same ticket again takes its old place's room.
  registry.keep('b', await planned(20, 2000))
  expect(registry.plannedSize).toEqual({ count: 3, bytes: 40 })
  registry.keep('e', await planned(90, 2000))
  expect(registry.plannedSize).toEqual({ count: 1, bytes: 90 })
  now = 2000
  registry.keep('f', await planned(1, 3000))
  expect(registry.plannedSize).toEqual({ count: 1, bytes: 1 })
  expect(registry.take('f')).toBeDefined()
  expect(registry.take('f')).toBeUndefined()
  expect(registry.plannedSize).toEqual({ count: 0, bytes: 0 })
})

it('remembers what was cancelled for as long as it matters, and no more than it may', async () => {
  let now = 0
  const registry = new ExecutionRegistry({ clock: () => now, maxPlanned: 2, maxPlannedBytes: 100 })
  const { session } = await planned(0, 0)
  const isCancelled = (nonce: string): boolean => {
    try {
      registry.begin(new AbortController().signal, session, nonce).end()
      return false
    } catch {
      return true
    }
  }
  for (const nonce of ['a', 'b', 'c']) registry.cancel(nonce, false, 1000)
  expect(['a', 'b', 'c'].map(isCancelled)).toEqual([false, true, true])
  now = 1000
  registry.cancel('d', false, 2000)
  expect(['b', 'c', 'd'].map(isCancelled)).toEqual([false, false, true])
  expect(session.isBusy).toBe(false)
})
