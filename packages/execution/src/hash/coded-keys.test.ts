/** Keys of dictionaries that stay for some batches and then change, beside a Map of their texts. */

import type { Vector } from '@artemis/arrow'
import { dictionaryVector, int64, scalarAt, utf8, vectorFromScalars } from '@artemis/arrow'
import { describe, expect, it } from 'vitest'
import { rowText, seededRandom } from '../testing/random.js'
import { createKeyTable } from './key-table.js'

/** A dictionary of values that others have as well, in another order and with a value more than once. */
function randomDictionary(k: number, random: () => number): Vector {
  const numbers = Array.from({ length: 1 + Math.floor(random() * 6) }, () => Math.floor(random() * 7))
  return k === 1 ? vectorFromScalars(int64, numbers.map(BigInt)) : vectorFromScalars(utf8, numbers.map((number) => `${k}:${number}`))
}

describe.each([2, 3])('%d columns of codes', (columnCount) => {
  it('are numbered as their values are, while dictionaries stay and change', () => {
    const random = seededRandom(columnCount)
    const table = createKeyTable(Array.from({ length: columnCount }, (_, k) => (k === 1 ? int64 : utf8)))
    const known = new Map<string, number>()
    let dictionaries: Vector[] = []
    for (let batch = 0; batch < 120; batch++) {
      if (batch % 5 === 0) dictionaries = Array.from({ length: columnCount }, (_, k) => randomDictionary(k, random))
      else if (batch % 7 === 0) dictionaries[1] = randomDictionary(1, random)
      const count = 1 + Math.floor(random() * 40)
      const keys = dictionaries.map((dictionary) => {
        const codes = Int32Array.from({ length: count }, () => Math.floor(random() * dictionary.length))
        const validity = random() < 0.1 ? Uint8Array.from({ length: (count + 7) >>> 3 }, () => Math.floor(random() * 256)) : null
        return dictionaryVector(codes, dictionary, { validity })
      })
      const wanted = Array.from({ length: count }, (_, row) => {
        const key = rowText(keys.map((vector) => scalarAt(vector, row)))
        if (!known.has(key)) known.set(key, known.size)
        return known.get(key)
      })
      const ids = new Int32Array(count)
      table.insert(keys, count, ids)
      expect([...ids]).toEqual(wanted)
    }
    expect(table.size).toBe(known.size)
  })
})
