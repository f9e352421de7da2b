/** Counts and sums of few groups take loops of their own: rows by the side of plain JavaScript, at every remainder. */

import type { Vector } from '@artemis/arrow'
import { decimal, dictionaryEncode, scalarsOf, vectorFromScalars } from '@artemis/arrow'
import type { AggregateFunctionDefinition } from '@artemis/plan'
import { describe, expect, it } from 'vitest'
import { context } from '../testing/oracle.js'
import { count } from './count.js'
import { sum } from './sum.js'

let state = 7
function random(): number {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0
  return state / 4294967296
}

const TYPE = decimal(12, 2)

function results(of: AggregateFunctionDefinition, batches: readonly { readonly args: readonly Vector[]; readonly ids: Int32Array }[], groups: number): unknown[] {
  const fn = of.resolve(batches[0]!.args.map((vector) => vector.type), [])!
  const accumulator = fn.createAccumulator(context())
  for (const { args, ids } of batches) accumulator.update(args, ids, groups, null)
  return [...scalarsOf(accumulator.finish(0, groups))]
}

describe.each([1, 2, 3, 4, 5, 31, 63, 64, 65, 130])('%d groups', (groups) => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 255, 4096, 4099])('of %d rows', (rows) => {
    const counts = Array.from({ length: groups }, () => 0n)
    const sums = Array.from({ length: groups }, (): bigint | null => null)
    const batches = [0, 1, 2].map(() => {
      // Most rows are of the first groups, and the last group has none.
      const ids = Int32Array.from({ length: rows }, () => Math.floor(random() ** 3 * Math.max(1, groups - 1)))
      const values = Array.from({ length: rows }, () => BigInt(Math.floor(random() * 7) - 3) * 123_456_789n)
      ids.forEach((id, row) => {
        counts[id]! += 1n
        sums[id] = (sums[id] ?? 0n) + values[row]!
      })
      return { ids, vector: dictionaryEncode(vectorFromScalars(TYPE, values)) }
    })
    expect(results(count, batches.map(({ ids }) => ({ args: [], ids })), groups)).toEqual(counts)
    expect(results(sum, batches.map(({ ids, vector }) => ({ args: [vector], ids })), groups)).toEqual(sums)
  })
})
