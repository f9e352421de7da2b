/** Random numbers and identifiers: volatile, so every row gets its own. */

import { randomFillSync } from 'node:crypto'
import { fixedVector, float64, uuid } from '@artemis/arrow'
import { overload, scalarFunction } from '../definition/scalar.js'
import { numberResult } from '../kernel/results.js'

export const random = scalarFunction({
  name: 'random',
  category: 'math',
  description: 'A random number from 0 to 1, another for each row.',
  example: 'random() < 1',
  result: 'true',
  volatility: 'volatile',
  overloads: [overload({}, float64, (input) => numberResult(input, float64, () => Math.random()))],
})

export const generateUuid = scalarFunction({
  name: 'uuid',
  aliases: ['gen_random_uuid', 'uuidv4'],
  category: 'math',
  description: 'A random UUID of version 4, another for each row.',
  example: 'length(uuid()::VARCHAR)',
  result: '36',
  volatility: 'volatile',
  overloads: [
    overload({}, uuid, ({ rowCount }) => {
      const bytes = randomFillSync(new Uint8Array(rowCount * 16))
      for (let i = 0; i < rowCount; i++) {
        bytes[16 * i + 6] = (bytes[16 * i + 6]! & 0x0f) | 0x40
        bytes[16 * i + 8] = (bytes[16 * i + 8]! & 0x3f) | 0x80
      }
      return fixedVector(uuid, rowCount, bytes)
    }),
  ],
})
