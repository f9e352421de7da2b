/** Statements of a few words that ask for more than a process can hold: each is refused with an error that says so. */

import { ArtemisError } from '@artemis/errors'
import { afterAll, describe, expect, it } from 'vitest'
import { asLimitError } from './limit-error.js'
import { SessionContext } from './session-context.js'

const session = new SessionContext()
afterAll(() => session.close())

const DOUBLED = `WITH ${Array.from({ length: 40 }, (_, i) => `c${i} AS (SELECT ${i === 0 ? "'0123456789abcdef' AS s" : `s || s AS s FROM c${i - 1}`})`).join(', ')}`

describe('values beyond what the runtime can hold', () => {
  it.each([
    ["SELECT format('{:1000000000}', 1)", 'VALUE_TOO_LARGE'],
    ["SELECT printf('%1000000000d', 1)", 'VALUE_TOO_LARGE'],
    ["SELECT levenshtein(repeat('a', 100000), repeat('b', 100000))", 'VALUE_TOO_LARGE'],
    ["SELECT length(replace(repeat('a', 1000000), 'a', repeat('b', 100000)))", 'VALUE_TOO_LARGE'],
    [`${DOUBLED} SELECT length(s) FROM c39`, 'OUT_OF_RANGE'],
    ["SELECT length(repeat('x', 1000000000))", 'OUT_OF_RANGE'],
  ])('%s', async (sql, code) => {
    const error: unknown = await session
      .sql(sql)
      .then((result) => result.toArray())
      .catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(ArtemisError)
    expect(error).toMatchObject({ code })
  })

  it('and nothing else is taken for one', () => {
    for (const error of [new RangeError('precision is out of range'), 'text', undefined]) {
      expect(asLimitError(error)).toBe(error)
    }
    expect(asLimitError(new RangeError('Maximum call stack size exceeded'))).toMatchObject({ code: 'NESTED_TOO_DEEPLY', kind: 'resource' })
  })
})
