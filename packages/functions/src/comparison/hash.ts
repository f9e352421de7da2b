/** hash(): a number that is the same for equal values. */

import { bytesVector, datumToVector, hashColumns, hashVector, primitiveVector, uint64, utf8 } from '@artemis/arrow'
import { resolvingFunction } from '../definition/scalar.js'

/** Sets the second half of the hash apart from the first. */
const SALT = bytesVector(utf8, Int32Array.of(0, 4), Buffer.from('salt', 'latin1'))

export const hash = resolvingFunction({
  name: 'hash',
  category: 'comparison',
  description: 'A number that is the same for equal values, and spread evenly. It may differ from one version of Artemis to the next.',
  example: 'hash(1) = hash(1)',
  result: 'true',
  signatures: ['hash(value, …) -> UBIGINT'],
  resolve(types) {
    if (types.length === 0) return undefined
    return {
      argumentTypes: types,
      returnType: uint64,
      nullHandling: 'custom',
      canReturnNull: false,
      kernel: ({ args, rowCount }) => {
        const columns = args.map((arg) => datumToVector(arg, rowCount))
        const low = new Int32Array(rowCount)
        const high = new Int32Array(rowCount)
        hashColumns(columns, low)
        hashVector(SALT, high, false)
        high.fill(high[0]!)
        for (const column of columns) hashVector(column, high, true)
        const out = new BigUint64Array(rowCount)
        const words = new Int32Array(out.buffer)
        for (let i = 0; i < rowCount; i++) {
          words[2 * i] = low[i]!
          words[2 * i + 1] = high[i]!
        }
        return primitiveVector(uint64, out)
      },
    }
  },
})
