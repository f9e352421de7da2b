/** A cast as a function object, so that execution needs nothing of this package. */

import type { DataType } from '@artemis/arrow'
import { datumToVector, typeEquals } from '@artemis/arrow'
import type { Span } from '@artemis/errors'
import type { ScalarFunction } from '@artemis/plan'
import { createScalarFunction } from '../definition/scalar.js'
import { argument } from '../kernel/input.js'
import { canCast, castVector, unsupportedCast } from './cast-vector.js'

/**
 * The function that casts values of one type to another; `try` gives NULL for values that cannot be cast. Throws a
 * BindError when the types cannot be cast at all.
 */
export function castScalarFunction(from: DataType, to: DataType, tryCast: boolean, span?: Span): ScalarFunction {
  if (!canCast(from, to)) throw unsupportedCast(from, to).at(span)
  return createScalarFunction(tryCast ? 'try_cast' : 'cast', {
    argumentTypes: [from],
    returnType: to,
    volatility: dependsOnZone(from, to) ? 'stable' : 'immutable',
    canThrow: !tryCast && !isTotal(from, to),
    canReturnNull: tryCast,
    emitExact: exactCast(from, to),
    kernel: (input) =>
      castVector(datumToVector(argument(input, 0), input.rowCount), to, { try: tryCast, timeZone: input.context.timeZone, span }),
  })
}

/** Casts of whole numbers and decimals that lose no digits, over unscaled values. */
function exactCast(from: DataType, to: DataType): ((args: readonly string[]) => string) | undefined {
  const isInteger = from.kind === 'int8' || from.kind === 'int16' || from.kind === 'int32' || from.kind === 'int64'
  if (isInteger && to.kind === 'int64') return ([x]) => x!
  if (to.kind !== 'decimal' || !(isInteger || from.kind === 'decimal')) return undefined
  const digits = to.scale - (from.kind === 'decimal' ? from.scale : 0)
  return digits < 0 || digits > 15 ? undefined : ([x]) => (digits === 0 ? x! : `${x} * ${10 ** digits}`)
}

/** Instants read and print in the session's zone. */
function dependsOnZone(from: DataType, to: DataType): boolean {
  const zoned = (type: DataType): boolean => {
    if (type.kind === 'list') return zoned(type.element.type)
    if (type.kind === 'struct') return type.fields.some((f) => zoned(f.type))
    if (type.kind === 'map') return zoned(type.key.type) || zoned(type.value.type)
    return type.kind === 'timestamp' && type.timezone !== null
  }
  return zoned(from) || zoned(to)
}

const WIDTHS: Partial<Record<DataType['kind'], number>> = {
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
}

/** Whether no value can fail. */
function isTotal(from: DataType, to: DataType): boolean {
  if (typeEquals(from, to) || from.kind === 'null' || to.kind === 'utf8' || to.kind === 'float64')
    return from.kind !== 'utf8' || to.kind === 'utf8'
  const width = WIDTHS[from.kind]
  const target = WIDTHS[to.kind]
  if (width !== undefined && target !== undefined) {
    const unsignedSource = from.kind.startsWith('u')
    const unsignedTarget = to.kind.startsWith('u')
    if (unsignedSource === unsignedTarget) return width <= target
    return unsignedSource && width < target
  }
  if (from.kind === 'bool') return width !== undefined || target !== undefined
  return to.kind === 'bool' && from.kind !== 'utf8'
}
