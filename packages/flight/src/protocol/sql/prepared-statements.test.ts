import { describe, expect, it } from 'vitest'
import type { BackendStatement } from './backend.js'
import { handleBytes, PreparedStatements } from './prepared-statements.js'
import { Session } from './session.js'
import { MemoryBackend } from './testing/memory-backend.js'

const NO_COLUMNS = { fields: [] }
const statement: BackendStatement = { kind: 'query', schema: NO_COLUMNS, parameters: NO_COLUMNS, execute: () => Promise.reject(new Error('not run')) }
const text = (length: number): { sql: string; options: object } => ({ sql: 'x'.repeat(length), options: {} })

function sessionOf(id: string): Session {
  const principal = { id, name: id }
  return new Session(principal, new MemoryBackend().openSession(principal), id, 0)
}

describe('the memory of prepared statements', () => {
  it('is bounded for each principal over its sessions: the oldest make room, those of others stay', () => {
    const [one, two, other] = [sessionOf('ada'), sessionOf('ada'), sessionOf('grace')]
    const prepared = new PreparedStatements({ maxPerSession: 1000, maxBytesPerPrincipal: 1_000_000 })
    const kept = prepared.add(other, text(10_000), statement)
    const made = Array.from({ length: 20 }, (_, i) => prepared.add(i % 2 === 0 ? one : two, text(5000), statement))
    expect(prepared.get(other.principal, handleBytes(kept))).toBe(kept)
    expect(() => prepared.get(one.principal, handleBytes(made[0]!))).toThrow(/no prepared statement/)
    expect(prepared.get(one.principal, handleBytes(made[19]!)).handle).toBe(made[19]!.handle)
    expect(prepared.size).toBeLessThan(6)
    prepared.forgetSession(one)
    prepared.forgetSession(two)
    expect(prepared.size).toBe(1)
    for (let i = 0; i < 2; i++) prepared.add(one, text(5000), statement)
    expect(prepared.size).toBe(3)
  })

  it('counts parameters, and one statement larger than all that is allowed is kept alone', () => {
    const session = sessionOf('ada')
    const prepared = new PreparedStatements({ maxPerSession: 1000, maxBytesPerPrincipal: 100_000 })
    prepared.add(session, text(10), statement)
    const bound = prepared.add(session, text(10), statement)
    prepared.bind(bound, [{ kind: 'json', values: ['x'.repeat(200_000)] }])
    expect(prepared.size).toBe(1)
    prepared.bind(bound, undefined)
    prepared.add(session, text(10), statement)
    expect(prepared.size).toBe(2)
  })
})
