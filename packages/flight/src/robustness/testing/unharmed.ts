/** What must hold after every attack: others were served, nothing runs on, and no mistake of ours came to light. */

import { expect } from 'vitest'
import type { BystanderReport } from './bystander.js'
import type { Target } from './target.js'

export async function expectUnharmed(target: Target, { answers, failures }: BystanderReport): Promise<void> {
  expect({ failures, answered: answers > 0 }).toEqual({ failures: [], answered: true })
  await expect.poll(() => target.server.activeCalls, { timeout: 10_000 }).toBe(0)
  const mistakes = target.logLines().filter(({ message }) => message === 'internal error')
  expect(mistakes.map(({ err }) => err)).toEqual([])
}
