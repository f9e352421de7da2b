/** What evaluation must know about an expression before it runs it. */

import { typeEquals } from '@artemis/arrow'
import type { Expression } from '@artemis/plan'
import { referencedColumns, walkExpression } from '@artemis/plan'
import type { CastProvider } from './cast-provider.js'

/** Whether two evaluations over the same row may differ. */
export function isVolatile(expression: Expression): boolean {
  let found = false
  walkExpression(expression, (node) => {
    if (node.kind === 'call' && node.function.volatility === 'volatile') found = true
    return !found
  })
  return found
}

/** Whether some value of its columns can make it raise an error, so that it must not run on rows it should not see. */
export function canThrow(expression: Expression, casts: CastProvider): boolean {
  let found = false
  walkExpression(expression, (node) => {
    if (node.kind === 'call' && node.function.canThrow) found = true
    if (node.kind === 'cast' && !typeEquals(node.input.type, node.type) && casts(node.input.type, node.type, node.try).canThrow)
      found = true
    return !found
  })
  return found
}

/** The id of the only column that the expression reads, or undefined when it reads none or several. */
export function soleColumn(expression: Expression): number | undefined {
  const ids = referencedColumns(expression)
  return ids.size === 1 ? [...ids][0] : undefined
}

/** A rough price of evaluating one row, by which conjuncts are ordered: cheap tests first. */
export function estimatedCost(expression: Expression): number {
  let cost = 0
  walkExpression(expression, (node) => {
    const wide = node.type.kind === 'utf8' || node.type.kind === 'binary' ? 4 : 1
    if (node.kind === 'call') cost += 8 * wide
    else if (node.kind === 'cast') cost += 6 * wide
    else if (node.kind === 'case') cost += 6
    else if (node.kind === 'in_list') cost += 4
    else if (node.kind === 'column') cost += wide
    else if (node.kind !== 'literal') cost += 1
  })
  return cost
}
