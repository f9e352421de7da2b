import { describe, expect, it } from 'vitest'
import { connection } from './testing/oracle.js'
import { createFunctionRegistry, documentedFunctions } from './registry.js'

/** Functions that DuckDB lacks, or whose example hangs on the time, the session, or an order that is not given. */
const OURS_ALONE = new Set([
  'nvl2',
  'list_distinct',
  'map_extract',
  'named_struct',
  '~*',
  '!~*',
  'current_user',
  'version',
  'now',
  'current_date',
  'current_time',
  'localtimestamp',
  'to_interval',
  'initcap',
  'overlay',
  'total',
])

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

  it('gives what the examples say, as far as DuckDB has the function', async () => {
    const duckdb = await connection('UTC')
    for (const { kind, definition } of documentedFunctions()) {
      if (kind === 'table' || OURS_ALONE.has(definition.name)) continue
      const { example, result } = definition.documentation
      const answer = await duckdb.runAndReadAll(`SELECT CAST((${example}) AS VARCHAR)`)
      expect(String(answer.getRows()[0]?.[0] ?? 'NULL'), `${definition.name}: ${example}`).toBe(result)
    }
  })
})
