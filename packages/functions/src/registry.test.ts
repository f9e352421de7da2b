import { describe, expect, it } from 'vitest'
import { createFunctionRegistry, documentedFunctions } from './registry.js'

describe('the registry', () => {
  it('finds functions by name and alias, in any case', () => {
    const registry = createFunctionRegistry()
    expect(registry.scalar('UPPER')).toBe(registry.scalar('ucase'))
    expect(registry.scalar('~~')).toBe(registry.scalar('like'))
    expect(registry.scalar('no_such_function')).toBeUndefined()
    expect([...registry.names()].length).toBeGreaterThan(200)
  })

  it('documents every function with an example and its result', () => {
    for (const { definition } of documentedFunctions()) {
      const { category, description, example, result } = definition.documentation
      for (const text of [category, description, example, result]) expect(text, definition.name).not.toBe('')
      expect(description, definition.name).toMatch(/\.$/)
      expect(definition.signatures.length, definition.name).toBeGreaterThan(0)
      expect(definition.name, 'names are matched in lower case').toBe(definition.name.toLowerCase())
      for (const alias of definition.aliases) expect(alias).toBe(alias.toLowerCase())
    }
  })
})
