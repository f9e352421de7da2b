/** Whether two bound expressions compute the same value: how group keys and sort keys are found in other expressions. */

import type { Expression, Scalar } from '@artemis/plan'
import { expressionChildren, typeEquals } from '@artemis/plan'

/** True only for expressions of the same shape over the same columns. Subqueries are the same only as the same object. */
export function sameExpression(a: Expression, b: Expression): boolean {
  if (a === b) return true
  if (a.kind !== b.kind || !typeEquals(a.type, b.type) || !sameNode(a, b)) return false
  const left = expressionChildren(a)
  const right = expressionChildren(b)
  return left.length === right.length && left.every((child, i) => sameExpression(child, right[i]!))
}

/** Whether the nodes agree in what is not an operand. */
function sameNode(a: Expression, b: Expression): boolean {
  switch (a.kind) {
    case 'literal':
      return b.kind === 'literal' && sameScalar(a.value, b.value)
    case 'column':
      return b.kind === 'column' && a.id === b.id
    case 'parameter':
      return b.kind === 'parameter' && a.name === b.name
    case 'cast':
      return b.kind === 'cast' && a.try === b.try
    case 'comparison':
      return b.kind === 'comparison' && a.operator === b.operator
    case 'is_null':
      return b.kind === 'is_null' && a.negated === b.negated
    case 'in_list':
      return b.kind === 'in_list' && a.negated === b.negated
    case 'case':
      return b.kind === 'case' && (a.otherwise === null) === (b.otherwise === null)
    case 'call':
      return b.kind === 'call' && a.function.name === b.function.name && a.function.volatility !== 'volatile'
    case 'subquery':
      return false
    default:
      return true
  }
}

function sameScalar(a: Scalar, b: Scalar): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i])
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item: Scalar, i) => sameScalar(item, b[i] as Scalar))
  if (!('months' in a) || !('months' in b)) return false
  return a.months === b.months && a.days === b.days && a.nanoseconds === b.nanoseconds
}
