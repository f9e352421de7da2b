/**
 * Overload resolution. Every candidate is priced by the casts that its arguments need; the cheapest wins, the first
 * declared on a tie. An exact match costs nothing, an untyped NULL next to nothing, a string literal may become
 * whatever the parameter wants, and all other casts must be implicit in SQL. Among these a parameter of BIGINT is
 * preferred over DOUBLE and both over the rest, as DuckDB prefers them.
 */

import type { DataType, Scalar } from '@artemis/arrow'
import { typeEquals } from '@artemis/arrow'
import { isImplicitCast, isNumeric } from '@artemis/plan'

/** What an overload offers to resolution. */
export interface Parameters {
  readonly parameters: readonly DataType[]
  /** The type of any further arguments. */
  readonly variadic?: DataType | undefined
}

const EXACT = 0
const NULL_COST = 1
const LITERAL_TO_TEXT = 1
const UNIT_CHANGE = 5
const LITERAL_COST = 200

/** The cheapest overload and the types that its arguments must be cast to, or undefined when none fits. */
export function resolveOverload<O extends Parameters>(
  overloads: readonly O[],
  argumentTypes: readonly DataType[],
  constants: readonly (Scalar | undefined)[],
): { readonly overload: O; readonly argumentTypes: readonly DataType[] } | undefined {
  let best: { readonly overload: O; readonly argumentTypes: readonly DataType[] } | undefined
  let bestCost = Infinity
  for (const overload of overloads) {
    const wanted = parameterTypes(overload, argumentTypes.length)
    if (wanted === undefined) continue
    let cost = 0
    for (let i = 0; i < wanted.length; i++) cost += castCost(argumentTypes[i]!, wanted[i]!, constants[i])
    if (cost < bestCost) {
      bestCost = cost
      best = { overload, argumentTypes: wanted.map((type, i) => acceptedType(argumentTypes[i]!, type)) }
    }
  }
  return best
}

function parameterTypes(overload: Parameters, count: number): readonly DataType[] | undefined {
  const { parameters, variadic } = overload
  if (count === parameters.length) return parameters
  if (variadic === undefined || count < parameters.length) return undefined
  return [...parameters, ...Array.from({ length: count - parameters.length }, () => variadic)]
}

/** What a cast costs; Infinity when SQL would not make it unasked. */
export function castCost(from: DataType, to: DataType, constant?: Scalar): number {
  if (typeEquals(from, to) || isSameInstant(from, to)) return EXACT
  if (from.kind === 'null') return NULL_COST
  // Text that is a literal has no type of its own yet; one that is cast to text on purpose cannot be told from it.
  if (from.kind === 'utf8') return typeof constant === 'string' ? LITERAL_COST + targetCost(to) : Infinity
  if (from.kind === 'fixed_size_binary' && to.kind === 'binary') return LITERAL_TO_TEXT
  // Functions compute in microseconds: another unit is brought there, and nanoseconds are cut.
  if (from.kind === 'timestamp' && to.kind === 'timestamp' && (from.timezone === null) === (to.timezone === null)) return UNIT_CHANGE
  if (isNumeric(from) && to.kind === 'float32' && from.kind !== 'float64') return targetCost(to)
  return isImplicitCast(from, to) ? targetCost(to) : Infinity
}

/** Instants are the same values whatever zone their type names. */
function isSameInstant(from: DataType, to: DataType): boolean {
  return from.kind === 'timestamp' && to.kind === 'timestamp' && from.unit === to.unit && from.timezone !== null && to.timezone !== null
}

/** The type to cast an argument to: the parameter's, unless the argument's holds the same values already. */
export function acceptedType(from: DataType, to: DataType): DataType {
  return isSameInstant(from, to) ? from : to
}

function targetCost(to: DataType): number {
  switch (to.kind) {
    case 'int64':
      return 101
    case 'float64':
      return 102
    case 'int32':
      return 103
    case 'decimal':
      return 104
    case 'int16':
    case 'uint64':
      return 105
    case 'float32':
      return 106
    case 'timestamp':
      return to.timezone === null ? 107 : 108
    case 'interval':
      return 112
    default:
      return 110
  }
}
