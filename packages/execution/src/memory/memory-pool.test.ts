import { expect, it } from 'vitest'
import { GreedyMemoryPool, resize, tryResize } from './memory-pool.js'

it('grants up to the limit, refuses beyond, and names the holders', () => {
  const pool = new GreedyMemoryPool(1024 * 1024)
  const join = pool.reserve('HashJoinExec')
  const sort = pool.reserve('SortExec')
  join.grow(700 * 1024)
  expect(sort.tryGrow(400 * 1024)).toBe(false)
  expect(sort.size).toBe(0)
  sort.grow(100 * 1024)
  expect(() => sort.grow(400 * 1024)).toThrow(
    'SortExec needs 400.0 KiB more memory, but 800.0 KiB of the limit of 1.0 MiB are in use: ' +
      'most is held by HashJoinExec (700.0 KiB), SortExec (100.0 KiB)',
  )
  expect(pool.reserved).toBe(800 * 1024)
  join.free()
  join.free()
  expect(tryResize(sort, 1024 * 1024)).toBe(true)
  expect(tryResize(sort, 1024 * 1024 + 1)).toBe(false)
  resize(sort, 10)
  expect([pool.reserved, pool.peak]).toEqual([10, 1024 * 1024])
  sort.free()
  expect(pool.reserved).toBe(0)
  expect(() => sort.shrink(1)).toThrow('more memory given back')
})
