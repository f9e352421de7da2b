/** Single values out of Arrow vectors, as literals. */
import type { Vector } from '@artemis/arrow'
import { scalarAt } from '@artemis/arrow'
import { InternalError } from '@artemis/errors'
import type { Literal } from '../model/literal.js'

/** Row `index` of a vector of a primitive type. For edges only, never per row of a scan. */
export function literalAt(vector: Vector, index: number): Literal {
  const value = scalarAt(vector, index)
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value
  throw new InternalError({ code: 'NESTED_LITERAL', message: `a value of type ${vector.type.kind} is not a literal` })
}
