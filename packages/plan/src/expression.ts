/**
 * Bound expressions: every name is resolved, every type is known, every implicit cast is written out. A column is known
 * by its id, which is unique in the whole plan, so moving an expression past a join or a projection never renumbers it.
 */

import type { DataType, Scalar } from '@artemis/arrow'
import { bool } from '@artemis/arrow'
import type { Span } from '@artemis/errors'
import type { AggregateFunction, ScalarFunction } from './functions.js'
import type { LogicalPlan } from './logical.js'

/** A column that a plan node puts out. Ids are unique within a query; names are for people and for the result. */
export interface Column {
  readonly id: number
  readonly name: string
  readonly type: DataType
  readonly nullable: boolean
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'is_distinct_from' | 'is_not_distinct_from'

interface ExpressionBase {
  readonly type: DataType
  readonly nullable: boolean
  /** The place in the SQL text, for errors at run time; rewritten expressions keep the span of what they replace. */
  readonly span?: Span | undefined
}

export interface LiteralExpression extends ExpressionBase {
  readonly kind: 'literal'
  readonly value: Scalar
}
export interface ColumnExpression extends ExpressionBase {
  readonly kind: 'column'
  readonly id: number
  readonly name: string
}
/** A parameter of a prepared statement, by name (`1`, `2`, … for positions). Replaced by a literal before optimizing. */
export interface ParameterExpression extends ExpressionBase {
  readonly kind: 'parameter'
  readonly name: string
}
/** `try` gives NULL where the cast fails instead of an error. */
export interface CastExpression extends ExpressionBase {
  readonly kind: 'cast'
  readonly input: Expression
  readonly try: boolean
}
/** Both sides have the same type. */
export interface ComparisonExpression extends ExpressionBase {
  readonly kind: 'comparison'
  readonly operator: ComparisonOperator
  readonly left: Expression
  readonly right: Expression
}
/** Two or more operands, in three-valued logic; never nested in the same operator. */
export interface LogicalExpression extends ExpressionBase {
  readonly kind: 'and' | 'or'
  readonly operands: readonly Expression[]
}
export interface NotExpression extends ExpressionBase {
  readonly kind: 'not'
  readonly input: Expression
}
export interface IsNullExpression extends ExpressionBase {
  readonly kind: 'is_null'
  readonly input: Expression
  readonly negated: boolean
}
/** `input [NOT] IN (list…)`; the list's types are the input's. An empty list is false (true when negated), even for NULL. */
export interface InListExpression extends ExpressionBase {
  readonly kind: 'in_list'
  readonly input: Expression
  readonly list: readonly Expression[]
  readonly negated: boolean
}
/**
 * A searched CASE: the first branch whose condition is true. Results have the expression's type. Later branches must not
 * raise errors for rows they do not see.
 */
export interface CaseExpression extends ExpressionBase {
  readonly kind: 'case'
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
  readonly otherwise: Expression | null
}
export interface CallExpression extends ExpressionBase {
  readonly kind: 'call'
  readonly function: ScalarFunction
  readonly arguments: readonly Expression[]
}
/** A subquery as an expression. The optimizer's unnesting rule turns all of these into joins; execution never sees one. */
export interface SubqueryExpression extends ExpressionBase {
  readonly kind: 'subquery'
  /** `scalar`: the one value (NULL of no row, an error of two); `exists`; `in`: compares `operands` with the columns. */
  readonly form: 'scalar' | 'exists' | 'in'
  readonly plan: LogicalPlan
  /** Left-hand sides of IN, as many as the plan has columns, of the same types; empty otherwise. */
  readonly operands: readonly Expression[]
  readonly negated: boolean
  /** Ids of outer columns that the plan refers to; empty when it is uncorrelated. */
  readonly outerColumns: readonly number[]
}

export type Expression =
  | LiteralExpression
  | ColumnExpression
  | ParameterExpression
  | CastExpression
  | ComparisonExpression
  | LogicalExpression
  | NotExpression
  | IsNullExpression
  | InListExpression
  | CaseExpression
  | CallExpression
  | SubqueryExpression

/** An aggregate as an Aggregate node computes it: not an expression, since it has no value per row. */
export interface AggregateCall {
  readonly function: AggregateFunction
  readonly arguments: readonly Expression[]
  readonly distinct: boolean
  /** FILTER (WHERE …): only rows for which it is true. */
  readonly filter: Expression | null
  readonly orderBy: readonly SortKey[]
  readonly span?: Span | undefined
}

export interface SortKey {
  readonly expression: Expression
  readonly descending: boolean
  readonly nullsFirst: boolean
}

export function literal(type: DataType, value: Scalar, span?: Span): LiteralExpression {
  return { kind: 'literal', type, value, nullable: value === null, span }
}

export function columnReference(column: Column, span?: Span): ColumnExpression {
  return { kind: 'column', id: column.id, name: column.name, type: column.type, nullable: column.nullable, span }
}

export function cast(input: Expression, type: DataType, tryCast = false, span?: Span): CastExpression {
  return { kind: 'cast', input, type, try: tryCast, nullable: input.nullable || tryCast, span: span ?? input.span }
}

export function comparison(operator: ComparisonOperator, left: Expression, right: Expression, span?: Span): ComparisonExpression {
  const total = operator === 'is_distinct_from' || operator === 'is_not_distinct_from'
  return { kind: 'comparison', operator, left, right, type: bool, nullable: !total && (left.nullable || right.nullable), span }
}

/** `a AND b AND …`, flattened; the literal TRUE of no operands, the operand itself of one. */
export function and(operands: readonly Expression[], span?: Span): Expression {
  return logical('and', operands, span)
}

/** `a OR b OR …`, flattened; the literal FALSE of no operands, the operand itself of one. */
export function or(operands: readonly Expression[], span?: Span): Expression {
  return logical('or', operands, span)
}

function logical(kind: 'and' | 'or', operands: readonly Expression[], span: Span | undefined): Expression {
  const flat = operands.flatMap((operand) => (operand.kind === kind ? operand.operands : [operand]))
  if (flat.length === 0) return literal(bool, kind === 'and', span)
  if (flat.length === 1) return flat[0]!
  return { kind, operands: flat, type: bool, nullable: flat.some((operand) => operand.nullable), span }
}

export function not(input: Expression, span?: Span): NotExpression {
  return { kind: 'not', input, type: bool, nullable: input.nullable, span: span ?? input.span }
}

export function isNull(input: Expression, negated = false, span?: Span): IsNullExpression {
  return { kind: 'is_null', input, negated, type: bool, nullable: false, span }
}

export function inList(input: Expression, list: readonly Expression[], negated = false, span?: Span): InListExpression {
  const nullable = list.length > 0 && (input.nullable || list.some((item) => item.nullable))
  return { kind: 'in_list', input, list, negated, type: bool, nullable, span }
}

/** A call of a resolved function whose arguments already have its argument types. */
export function call(fn: ScalarFunction, args: readonly Expression[], span?: Span): CallExpression {
  const nullable = fn.nullHandling === 'propagate' ? fn.canReturnNull || args.some((arg) => arg.nullable) : fn.canReturnNull
  return { kind: 'call', function: fn, arguments: args, type: fn.returnType, nullable, span }
}
