/** Sums of values that come as numbers: exact at every magnitude that a double holds, against BigInt. */

import type { Vector } from '@artemis/arrow'
import { decimal, scalarsOf } from '@artemis/arrow'
import type { AggregateFunctionDefinition } from '@artemis/plan'
import { describe, expect, it } from 'vitest'
import { context } from '../testing/oracle.js'
import { avg, sum } from './sum.js'

let state = 11
function random(): number {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0
  return state / 4294967296
}

interface Rows {
  readonly values: Float64Array
  readonly ids: Int32Array
  readonly validity: Uint8Array | null
  readonly filter: Uint8Array | null
}

const TYPE = decimal(18, 2)

function bits(rows: number, share: number): Uint8Array {
  const out = new Uint8Array((rows + 7) >>> 3)
  for (let i = 0; i < rows; i++) if (random() < share) out[i >>> 3]! |= 1 << (i & 7)
  return out
}

function counts({ validity, filter }: Rows, row: number): boolean {
  return [validity, filter].every((mask) => mask === null || ((mask[row >>> 3]! >>> (row & 7)) & 1) === 1)
}

function finish(of: AggregateFunctionDefinition, batches: readonly Rows[], groups: number): unknown[] {
  const accumulator = of.resolve([TYPE], [])!.createAccumulator(context())
  for (const { values, ids, validity, filter } of batches) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    accumulator.updateExact!({ values, largest, validity }, ids, groups, filter)
  }
  // Through a partial state and back, as a spill does.
  const states: Vector[] = accumulator.state(0, groups)
  const merged = of.resolve([TYPE], [])!.createAccumulator(context())
  merged.merge(states, Int32Array.from({ length: groups }, (_, group) => group), groups)
  expect(scalarsOf(merged.finish(0, groups))).toEqual(scalarsOf(accumulator.finish(0, groups)))
  return [...scalarsOf(accumulator.finish(0, groups))]
}

describe.each([0, 100, 2 ** 31, 2 ** 33, 2 ** 40, 2 ** 45, 2 ** 52, 2 ** 53 - 1])('values up to %d', (limit) => {
  it.each([1, 3, 64, 5000])('in %d groups', (groups) => {
    const batches = Array.from({ length: 12 }, (_, batch): Rows => {
      const rows = [0, 1, 2, 4096, 4099][batch % 5]!
      return {
        // Every other batch has values of one sign, so that sums grow.
        values: Float64Array.from({ length: rows }, () => Math.floor((random() - (batch & 1) / 2) * limit)),
        ids: Int32Array.from({ length: rows }, () => Math.floor(random() ** 3 * Math.max(1, groups - 1))),
        validity: batch % 3 === 1 ? bits(rows, 0.7) : null,
        filter: batch % 4 === 2 ? bits(rows, 0.4) : null,
      }
    })
    const sums = Array.from({ length: groups }, (): bigint | null => null)
    const rowCounts = Array.from({ length: groups }, () => 0)
    for (const batch of batches) {
      batch.ids.forEach((id, row) => {
        if (!counts(batch, row)) return
        sums[id] = (sums[id] ?? 0n) + BigInt(batch.values[row]!)
        rowCounts[id]!++
      })
    }
    expect(finish(sum, batches, groups)).toEqual(sums)
    expect(finish(avg, batches, groups)).toEqual(sums.map((total, group) => (total === null ? null : Number(total) / rowCounts[group]! / 100)))
  })
})
