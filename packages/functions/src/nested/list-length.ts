/** The number of elements of lists and maps. */

import type { DataType } from '@artemis/arrow'
import { int64, list, nullType, primitiveVector } from '@artemis/arrow'
import type { Resolved } from '../definition/scalar.js'
import type { Kernel } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { listColumn } from './list-columns.js'

const lengthKernel: Kernel = (input) => {
  const { offsets, stride } = listColumn(argument(input, 0))
  const out = new BigInt64Array(input.rowCount)
  const words = new Int32Array(out.buffer)
  for (let i = 0; i < out.length; i++) words[2 * i] = offsets[i * stride + 1]! - offsets[i * stride]!
  return primitiveVector(int64, out, { validity: input.validity })
}

/** The length function of a list or map type, or undefined for other types. */
export function resolveListLength(type: DataType): Resolved | undefined {
  if (type.kind !== 'list' && type.kind !== 'map' && type.kind !== 'null') return undefined
  return { argumentTypes: [type.kind === 'null' ? list(nullType) : type], returnType: int64, kernel: lengthKernel }
}
