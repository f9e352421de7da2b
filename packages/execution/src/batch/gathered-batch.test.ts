import { Batch, field, float64, int32, scalarsOf, utf8, vectorFromScalars } from '@artemis/arrow'
import { expect, it } from 'vitest'
import { gatherColumn } from './gather.js'
import type { GatheredBatch } from './gathered-batch.js'
import { selectRows, sourceOf } from './gathered-batch.js'
import { Scratch } from './scratch.js'

const SCHEMA = { fields: [field('a', int32), field('s', utf8), field('x', float64)] }

function example(): Batch {
  const columns = [
    vectorFromScalars(int32, [0, 1, null, 3, 4]),
    vectorFromScalars(utf8, ['a', 'b', 'c', null, 'e']),
    vectorFromScalars(float64, [0, 0.1, 0.2, 0.3, 0.4]),
  ]
  return new Batch(SCHEMA, 5, columns)
}

it('chooses among chosen rows, and knows the source of them', () => {
  const base = example()
  const once = selectRows(base, Int32Array.of(4, 2, 1, 0))
  const twice = selectRows(once, Int32Array.of(3, 1))
  expect(twice.columns().map(scalarsOf)).toEqual([
    [0, null],
    ['a', 'c'],
    [0, 0.2],
  ])
  const fresh = sourceOf(selectRows(once, Int32Array.of(3, 1)), 2)
  expect(fresh.vector()).toBe(base.column(2))
  expect([...fresh.rows!]).toEqual([0, 2])
})

it('lets go of the source of a column once it is gathered', () => {
  const batch = selectRows(example(), Int32Array.of(1)) as GatheredBatch
  expect(batch.source(0).rows).not.toBeNull()
  const column = batch.column(0)
  expect(batch.source(0)).toMatchObject({ rows: null })
  expect(batch.source(0).vector()).toBe(column)
})

it('gathers into buffers that are used again', () => {
  const scratch = new Scratch()
  const gather = (rows: number[], index: number): unknown[] =>
    scalarsOf(gatherColumn(sourceOf(selectRows(example(), Int32Array.from(rows)), index), scratch))
  const first = gatherColumn(sourceOf(selectRows(example(), Int32Array.of(4, 3)), 2), scratch)
  expect(scalarsOf(first)).toEqual([0.4, 0.3])
  expect(gather([2, 0], 0)).toEqual([null, 0])
  expect(gather([3, 4], 1)).toEqual([null, 'e'])
  scratch.reset()
  gather([1, 1], 2)
  expect(scalarsOf(first)).toEqual([0.1, 0.1])
})
