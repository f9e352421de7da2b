/**
 * Builders grow a vector value by value: for literals, readers of row formats, and results made at the edges. Loops over
 * whole columns write typed arrays themselves.
 */

import { unreachable } from '@artemis/errors'
import { BooleanBuilder, FixedBuilder, NullBuilder, PrimitiveBuilder } from './builder-fixed.js'
import { BytesBuilder, ListBuilder, StructBuilder } from './builder-variable.js'
import type { Scalar } from './scalar.js'
import type { DataType } from './types.js'
import { physicalKind } from './types.js'
import type { Vector } from './vector.js'
import { listChildType } from './vector.js'
import type { VectorBuilder } from './vector-builder.js'

/** A builder for a type; `capacity` is the number of rows to make room for at first. */
export function vectorBuilder(type: DataType, capacity = 64): VectorBuilder {
  const kind = physicalKind(type)
  switch (kind) {
    case 'null':
      return new NullBuilder(type)
    case 'boolean':
      return new BooleanBuilder(type, capacity)
    case 'primitive':
      return new PrimitiveBuilder(type, capacity)
    case 'fixed':
      return new FixedBuilder(type, capacity)
    case 'bytes':
      return new BytesBuilder(type, capacity)
    case 'list':
      return new ListBuilder(type, capacity, vectorBuilder(listChildType(type), capacity))
    case 'struct':
      return new StructBuilder(type, type.kind === 'struct' ? type.fields.map((f) => vectorBuilder(f.type, capacity)) : [])
    default:
      return unreachable(kind, 'physical kind')
  }
}

/** A vector of the given values. */
export function vectorFromScalars(type: DataType, values: readonly Scalar[]): Vector {
  const builder = vectorBuilder(type, values.length)
  for (const value of values) builder.append(value)
  return builder.finish()
}
