/** Expressions over which a backtracking engine would sit for years: each ends soon, with an error that says why. */

import { scalarDatum, scalarsOf, utf8, vectorDatum, vectorFromScalars } from '@artemis/arrow'
import type { Datum, Vector } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { describe, expect, it } from 'vitest'
import { context } from '../testing/oracle.js'
import { regexpExtractAll, regexpFullMatch, regexpMatches, regexpReplace, regexpSplit, tilde } from './regexp.js'

const EXPLOSIVE = [
  ['^(a+)+$', `${'a'.repeat(50)}!`],
  ['^(a|a)*$', `${'a'.repeat(50)}!`],
  ['(.*)(.*)(.*)(.*)(.*)(.*)b', 'a'.repeat(20_000)],
  ['(x+x+)+y', 'x'.repeat(60)],
] as const

function evaluate(definition: ScalarFunctionDefinition, args: readonly Datum[], rowCount: number): Vector {
  const resolved = definition.resolve(
    args.map(() => utf8),
    args.map(() => undefined),
  )
  return resolved!.evaluate(args, rowCount, context())
}

const texts = (values: readonly string[]): Datum => vectorDatum(vectorFromScalars(utf8, values))

describe('expressions that backtrack without end', () => {
  it.each(EXPLOSIVE)('%s is stopped', (pattern, text) => {
    const start = performance.now()
    expect(() => evaluate(regexpMatches, [texts([text]), scalarDatum(utf8, pattern)], 1)).toThrow(/too many ways to match/)
    expect(performance.now() - start).toBeLessThan(20_000)
  })

  it('whichever function runs them', () => {
    const [pattern, text] = EXPLOSIVE[0]
    const whole = '(a+)+'
    expect(() => evaluate(regexpFullMatch, [texts([text]), scalarDatum(utf8, whole)], 1)).toThrow(/too many ways/)
    for (const definition of [regexpSplit, regexpExtractAll]) {
      expect(() => evaluate(definition, [texts([text]), scalarDatum(utf8, pattern)], 1)).toThrow(/too many ways/)
    }
    expect(() => evaluate(tilde, [texts([text]), scalarDatum(utf8, whole)], 1)).toThrow(/too many ways/)
    expect(() => evaluate(regexpReplace, [texts([text]), scalarDatum(utf8, pattern), scalarDatum(utf8, '')], 1)).toThrow(/too many ways/)
  })

  it('do not keep others from running, however long their text is', () => {
    const long = 'ab'.repeat(2_000_000)
    const found = evaluate(regexpMatches, [texts([long, 'ab', 'c']), scalarDatum(utf8, 'b$')], 3)
    expect(scalarsOf(found)).toEqual([true, true, false])
    expect(() => evaluate(regexpMatches, [texts(['a']), scalarDatum(utf8, '(')], 1)).toThrow(/missing \)/)
  })
})
