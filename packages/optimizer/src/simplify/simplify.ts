/**
 * One bottom-up pass over an expression: constants, boolean algebra, NOT to the leaves, comparisons. Nothing may change a
 * value, NULL included, or make an error where there was none; an error that nobody needs may go.
 */

import { ArtemisError } from '@artemis/errors'
import type { CaseExpression, Expression, InListExpression, NotExpression } from '@artemis/plan'
import { and, bool, comparison, conjuncts, expressionChildren, inList, literal, mapExpressionChildren, not, or, typeEquals } from '@artemis/plan'
import type { OptimizerContext } from '../rule.js'
import { simplifyComparison } from './comparison.js'
import { expressionKey, scalarKey } from './expression-key.js'
import { negate } from './negate.js'

export function simplifyExpression(expression: Expression, context: OptimizerContext): Expression {
  const pushed = expression.kind === 'not' ? notBelow(expression) : expression
  return simplifyNode(
    mapExpressionChildren(pushed, (child) => simplifyExpression(child, context)),
    context,
  )
}

/** NOT goes below AND, OR and NOT on the way down, level by level: on the way up each level would turn all below it round. */
function notBelow({ input, span }: NotExpression): Expression {
  if (input.kind === 'not') return input.input.kind === 'not' ? notBelow(input.input) : input.input
  if (input.kind !== 'and' && input.kind !== 'or') return not(input, span)
  const operands = input.operands.map((operand) => not(operand))
  return input.kind === 'and' ? or(operands, input.span) : and(operands, input.span)
}

/** Simplifies an expression whose operands are simple. */
function simplifyNode(node: Expression, context: OptimizerContext): Expression {
  const folded = fold(node, context)
  switch (folded.kind) {
    case 'and':
    case 'or':
      return simplifyLogical(folded.kind, folded.operands, folded)
    case 'not':
      return negate(folded.input, (inner) => simplifyNode(inner, context))
    case 'comparison':
      return simplifyNullTest(simplifyComparison(folded))
    case 'is_null':
      return simplifyNullTest(folded)
    case 'in_list':
      return simplifyInList(folded)
    case 'case':
      return simplifyCase(folded)
    case 'cast':
      return typeEquals(folded.input.type, folded.type) ? folded.input : folded
    default:
      return folded
  }
}

/** The value of an expression over literals. One that raises an error stays: it may never be reached when it runs. */
function fold(expression: Expression, context: OptimizerContext): Expression {
  if (expression.kind === 'literal' || expression.kind === 'column' || expression.kind === 'parameter' || expression.kind === 'subquery')
    return expression
  if (expression.kind === 'call' && expression.function.volatility === 'volatile') return expression
  const children = expressionChildren(expression)
  if (!children.every((child) => child.kind === 'literal')) return foldNullArgument(expression)
  try {
    return literal(expression.type, context.evaluate(expression), expression.span)
  } catch (error) {
    if (error instanceof ArtemisError && error.kind !== 'internal') return expression
    throw error
  }
}

/** A call that propagates NULL is NULL when one argument is. */
function foldNullArgument(expression: Expression): Expression {
  const propagates =
    expression.kind === 'call' && expression.function.nullHandling === 'propagate' && expression.function.volatility !== 'volatile'
  const isNullLiteral = (item: Expression): boolean => item.kind === 'literal' && item.value === null
  return propagates && expression.arguments.some(isNullLiteral) ? literal(expression.type, null, expression.span) : expression
}

function simplifyLogical(kind: 'and' | 'or', operands: readonly Expression[], original: Expression): Expression {
  const neutral = kind === 'and'
  const seen = new Set<string>()
  const kept: Expression[] = []
  for (const operand of operands.flatMap((item) => (item.kind === kind ? item.operands : [item]))) {
    if (operand.kind === 'literal' && operand.value === !neutral) return literal(bool, !neutral, original.span)
    if (operand.kind === 'literal' && operand.value === neutral) continue
    const key = expressionKey(operand)
    if (key !== undefined && seen.has(key)) continue
    if (key !== undefined) seen.add(key)
    kept.push(operand)
  }
  if (kind === 'or') return factorOut(kept, original.span) ?? (unchanged(kept, operands) ? original : or(kept, original.span))
  return unchanged(kept, operands) ? original : and(kept, original.span)
}

function unchanged(kept: readonly Expression[], operands: readonly Expression[]): boolean {
  return kept.length === operands.length && kept.every((operand, i) => operand === operands[i])
}

/** `(a AND b) OR (a AND c)` as `a AND (b OR c)`: what all alternatives ask for can be pushed down, or be a join's key. */
function factorOut(alternatives: readonly Expression[], span: Expression['span']): Expression | undefined {
  const [first, ...others] = alternatives.map(
    (alternative) => new Map(conjuncts(alternative).map((part) => [expressionKey(part), part] as const)),
  )
  if (first === undefined || others.length === 0) return undefined
  const common = [...first].filter(([key]) => key !== undefined && others.every((parts) => parts.has(key)))
  if (common.length === 0) return undefined
  const keys = new Set(common.map(([key]) => key))
  const rests = alternatives.map((alternative) => conjuncts(alternative).filter((part) => !keys.has(expressionKey(part))))
  const parts = common.map(([, part]) => part)
  // An alternative that asks for nothing more makes the others superfluous.
  return rests.some((rest) => rest.length === 0)
    ? and(parts, span)
    : and(
        [
          ...parts,
          or(
            rests.map((rest) => and(rest)),
            span,
          ),
        ],
        span,
      )
}

/** IS [NOT] NULL of what is never NULL. */
function simplifyNullTest(expression: Expression): Expression {
  if (expression.kind !== 'is_null' || expression.input.nullable) return expression
  return literal(bool, expression.negated, expression.span)
}

function simplifyInList(expression: InListExpression): Expression {
  if (expression.list.length === 0) return literal(bool, expression.negated, expression.span)
  if (expression.list.length === 1) {
    return simplifyComparison(comparison(expression.negated ? '<>' : '=', expression.input, expression.list[0]!, expression.span))
  }
  const seen = new Set<string>()
  const list = expression.list.filter((item) => {
    // All items are of one type, so literals need only their values.
    const key = item.kind === 'literal' ? scalarKey(item.value) : expressionKey(item)
    if (key === undefined) return true
    return seen.has(key) ? false : seen.add(key) !== undefined
  })
  return list.length === expression.list.length
    ? expression
    : simplifyInList(inList(expression.input, list, expression.negated, expression.span))
}

function simplifyCase(expression: CaseExpression): Expression {
  const branches: CaseExpression['branches'][number][] = []
  let otherwise = expression.otherwise
  for (const branch of expression.branches) {
    if (branch.when.kind !== 'literal') {
      branches.push(branch)
      continue
    }
    if (branch.when.value !== true) continue
    otherwise = branch.then
    break
  }
  if (branches.length === expression.branches.length) return expression
  if (branches.length > 0) return { ...expression, branches, otherwise }
  return otherwise ?? literal(expression.type, null, expression.span)
}
