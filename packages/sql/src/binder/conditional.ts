/**
 * CASE and what is short for it. COALESCE and its like become CASE unless all later arguments may be computed for every
 * row, since a branch must not raise an error for a row that does not need it.
 */

import type { Span } from '@artemis/errors'
import type { Expression } from '@artemis/plan'
import { call, isNull, literal } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { coerce, coerceToBoolean, compare, unify } from './coerce.js'
import { bindError, unsupported } from './errors.js'
import { containsSubquery, isHarmless, isVolatile } from './properties.js'

export function bindCase(binder: Binder, node: ast.Case, scope: ExpressionScope): Expression {
  const { operand } = node
  const conditions =
    operand === undefined
      ? node.branches.map((branch) => coerceToBoolean(binder, binder.expression(branch.when, scope), 'the condition of CASE'))
      : bindSimpleConditions(binder, operand, node.branches, scope)
  const results = node.branches.map((branch) => binder.expression(branch.then, scope))
  const otherwise = node.otherwise === undefined ? null : binder.expression(node.otherwise, scope)
  return makeCase(binder, conditions, results, otherwise, node.span)
}

function bindSimpleConditions(
  binder: Binder,
  operand: ast.Expression,
  branches: readonly ast.CaseBranch[],
  scope: ExpressionScope,
): Expression[] {
  const copies = copiesOf(binder, operand, scope, branches.length)
  return branches.map((branch, i) => compare(binder, '=', copies[i]!, binder.expression(branch.when, scope), branch.when.span))
}

export function makeCase(
  binder: Binder,
  conditions: readonly Expression[],
  results: readonly Expression[],
  otherwise: Expression | null,
  span: Span,
): Expression {
  const { type, expressions } = unify(binder, otherwise === null ? results : [...results, otherwise], 'the results of CASE')
  const branches = conditions.map((when, i) => ({ when, then: expressions[i]! }))
  const last = otherwise === null ? null : expressions[conditions.length]!
  const nullable = last === null || expressions.some((expression) => expression.nullable)
  return { kind: 'case', branches, otherwise: last, type, nullable, span }
}

/**
 * The expression, bound for as many uses. A subquery is bound anew for each, since a plan stands in one place only; what
 * gives another value each time cannot be used twice.
 */
export function copiesOf(binder: Binder, node: ast.Expression, scope: ExpressionScope, count: number): Expression[] {
  const first = binder.expression(node, scope)
  if (count > 1 && isVolatile(first)) throw unsupported('a volatile function such as random() in this place', node.span)
  if (!containsSubquery(first)) return Array.from({ length: count }, () => first)
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return first
    binder.countExpansion(node.span)
    return binder.expression(node, scope)
  })
}

/** Functions that are CASE in short, by name. */
export const CONDITIONAL_FUNCTIONS: ReadonlyMap<
  string,
  (binder: Binder, args: readonly ast.Expression[], scope: ExpressionScope, span: Span) => Expression
> = new Map([
  ['coalesce', bindCoalesce],
  ['ifnull', bindCoalesce],
  ['nvl', bindCoalesce],
  ['nullif', bindNullif],
  ['if', bindIf],
  ['iff', bindIf],
  ['iif', bindIf],
  ['nvl2', bindNvl2],
])

function bindCoalesce(binder: Binder, args: readonly ast.Expression[], scope: ExpressionScope, span: Span): Expression {
  if (args.length === 0) throw bindError('WRONG_ARGUMENT_COUNT', 'COALESCE needs at least one argument', span)
  const bound = args.map((arg) => binder.expression(arg, scope))
  const { type, expressions } = unify(binder, bound, 'the arguments of COALESCE')
  const last = expressions.at(-1)!
  if (expressions.length === 1) return last
  const nullable = expressions.every((expression) => expression.nullable)
  const resolved = binder.context.functions.scalar('coalesce')?.resolve(
    expressions.map((expression) => expression.type),
    expressions.map(() => undefined),
  )
  if (resolved !== undefined && expressions.slice(1).every(isHarmless)) return { ...call(resolved, expressions, span), nullable }
  const branches = expressions.slice(0, -1).map((expression, i) => {
    if (isVolatile(expression)) throw unsupported('a volatile function such as random() in COALESCE', args[i]!.span)
    const test = containsSubquery(expression) ? coerce(binder, binder.expression(args[i]!, scope), type) : expression
    return { when: isNull(test, true, span), then: expression }
  })
  return { kind: 'case', branches, otherwise: last, type, nullable, span }
}

function bindNullif(binder: Binder, args: readonly ast.Expression[], scope: ExpressionScope, span: Span): Expression {
  const [first, second] = exactly(args, 2, 'NULLIF', span)
  const [tested, result] = copiesOf(binder, first!, scope, 2)
  const condition = compare(binder, '=', tested!, binder.expression(second!, scope), span)
  const nothing = literal(result!.type, null, span)
  return { kind: 'case', branches: [{ when: condition, then: nothing }], otherwise: result!, type: result!.type, nullable: true, span }
}

function bindIf(binder: Binder, args: readonly ast.Expression[], scope: ExpressionScope, span: Span): Expression {
  const [condition, then, otherwise] = exactly(args, args.length === 2 ? 2 : 3, 'IF', span)
  const test = coerceToBoolean(binder, binder.expression(condition!, scope), 'the condition of IF')
  const other = otherwise === undefined ? null : binder.expression(otherwise, scope)
  return makeCase(binder, [test], [binder.expression(then!, scope)], other, span)
}

function bindNvl2(binder: Binder, args: readonly ast.Expression[], scope: ExpressionScope, span: Span): Expression {
  const [tested, then, otherwise] = exactly(args, 3, 'NVL2', span)
  const test = isNull(binder.expression(tested!, scope), true, span)
  return makeCase(binder, [test], [binder.expression(then!, scope)], binder.expression(otherwise!, scope), span)
}

function exactly(args: readonly ast.Expression[], count: number, name: string, span: Span): readonly ast.Expression[] {
  if (args.length !== count) throw bindError('WRONG_ARGUMENT_COUNT', `${name} needs ${count} arguments, not ${args.length}`, span)
  return args
}
