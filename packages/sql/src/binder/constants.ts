/** Expressions that must be known before the query runs: points in time, arguments of table functions, settings, LIMIT. */

import type { Span } from '@artemis/errors'
import type { DataType, Expression, Scalar } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { evaluateConstant } from './coerce.js'
import { bindError, unsupported } from './errors.js'
import { containsParameter, containsSubquery } from './properties.js'
import { emptyScope } from './scope.js'

export interface Constant {
  readonly type: DataType
  readonly value: Scalar
  readonly span: Span
}

/** The scope of an expression that can use no columns; `clause` says where it stands. */
export function constantScope(clause: string): ExpressionScope {
  return { environment: { commonTables: null, outer: null }, relation: emptyScope, clause, aggregates: null, aliases: null }
}

/** Binds an expression without columns. */
export function bindConstant(binder: Binder, node: ast.Expression, clause: string): Expression {
  const bound = binder.expression(node, constantScope(clause))
  if (containsSubquery(bound)) throw unsupported(`a subquery in ${clause}`, node.span)
  return bound
}

/** The value of an expression without columns; its parameters must have values. */
export function constantValue(binder: Binder, node: ast.Expression, clause: string): Constant {
  return valueOf(binder, bindConstant(binder, node, clause), clause, node.span)
}

export function valueOf(binder: Binder, bound: Expression, clause: string, span: Span): Constant {
  if (bound.kind === 'literal') return { type: bound.type, value: bound.value, span }
  if (containsParameter(bound)) {
    throw bindError('PARAMETER_VALUE_NEEDED', `${clause} is needed before the parameters have values`, span, 'Write the value itself.')
  }
  return { type: bound.type, value: evaluateConstant(binder, bound, span), span }
}
