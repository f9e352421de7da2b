import { describe, expect, it } from 'vitest'
import { formatScopes, parseScopes, scopeAllows } from './scope.js'

describe('scopes', () => {
  it('reads what it writes', () => {
    const text = 'read:artemis.sda write:memory read:* write:lake.raw.*'
    expect(formatScopes(parseScopes(text))).toBe(text)
    expect(formatScopes(parseScopes('read:a.b,write:memory.*, read:*.x'))).toBe('read:a.b write:memory read:*.x')
    expect(parseScopes('  ')).toEqual([])
  })

  it.each(['read', 'read:', 'admin:*', 'read:.x', 'read:a.', 'read:a:b', 'READ:*'])('refuses %s', (text) => {
    expect(() => parseScopes(text)).toThrow(/is not a scope/)
  })

  it('gives rights by catalog and namespace', () => {
    const scopes = parseScopes('read:artemis.sda write:memory.* read:lake.raw.*')
    expect(scopeAllows(scopes, 'read', 'artemis', 'sda')).toBe(true)
    expect(scopeAllows(scopes, 'write', 'artemis', 'sda')).toBe(false)
    expect(scopeAllows(scopes, 'read', 'artemis', 'sda2')).toBe(false)
    expect(scopeAllows(scopes, 'read', 'Artemis', 'sda')).toBe(false)
    expect(scopeAllows(scopes, 'read', 'memory', 'default')).toBe(true)
    expect(scopeAllows(scopes, 'write', 'memory', 'default')).toBe(true)
    expect(scopeAllows(scopes, 'read', 'lake', 'raw.x')).toBe(true)
    expect(scopeAllows(scopes, 'read', 'lake', 'raw')).toBe(false)
    expect(scopeAllows(scopes, 'read', 'lake')).toBe(true)
    expect(scopeAllows(scopes, 'read', 'other')).toBe(false)
    expect(scopeAllows([], 'read', 'a', 'b')).toBe(false)
  })

  it('matches stars as a regular expression does', () => {
    const letters = ['a', 'b', '*']
    const texts: string[] = ['']
    for (let i = 0; i < 121; i++) texts.push((texts[Math.floor(i / 3)] ?? '') + (letters[i % 3] ?? ''))
    for (const pattern of texts.filter((text) => text !== '')) {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
      for (const text of texts.filter((candidate) => !candidate.includes('*'))) {
        const scopes = [{ right: 'read' as const, catalog: 'c', namespace: pattern }]
        expect(scopeAllows(scopes, 'read', 'c', text), `${pattern} on ${text}`).toBe(expected.test(text))
      }
    }
  })
})
