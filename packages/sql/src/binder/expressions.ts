/** Binds an expression by its kind. See the modules that it calls for each family. */

import { unreachable } from '@artemis/errors'
import type { Expression } from '@artemis/plan'
import { and, bool, literal, not, nullType, or, utf8 } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { bindCall, bindRowValue } from './calls.js'
import { coerceToBoolean, explicitCast } from './coerce.js'
import { bindColumn } from './column-names.js'
import { bindCase } from './conditional.js'
import { bindError, unsupported, unsupportedPlural } from './errors.js'
import { bindBlob, bindInterval, bindParameter, bindTypedLiteral } from './literals.js'
import { bindFieldAccess, bindList, bindMap, bindSlice, bindStruct, bindSubscript } from './nested-values.js'
import { numberLiteral } from './numbers.js'
import { bindBinary, bindUnary } from './operators.js'
import { bindBetween, bindInList, bindIsDistinct, bindIsTest, bindPatternMatch, bindQuantifiedList, bindRow } from './predicates.js'
import { bindExists, bindInContainer, bindInSubquery, bindQuantifiedSubquery, bindScalarSubquery } from './subqueries.js'
import { resolveType } from './types.js'

export function bindExpression(binder: Binder, node: ast.Expression, scope: ExpressionScope): Expression {
  switch (node.kind) {
    case 'null':
      return literal(nullType, null, node.span)
    case 'boolean':
      return literal(bool, node.value, node.span)
    case 'number':
      return numberLiteral(node.text, false, node.span)
    case 'string':
      return literal(utf8, node.value, node.span)
    case 'blob':
      return bindBlob(node)
    case 'typed_literal':
      return bindTypedLiteral(binder, node)
    case 'interval':
      return bindInterval(binder, node, scope)
    case 'parameter':
      return bindParameter(binder, node)
    case 'column':
      return bindColumn(binder, node, scope)
    case 'star':
      throw bindError('STAR_NOT_ALLOWED', '* can only stand in the SELECT list and in count(*)', node.span)
    case 'columns':
      throw unsupported('COLUMNS', node.span)
    case 'unary':
      return bindUnary(binder, node, scope)
    case 'binary':
      return bindBinary(binder, node, scope)
    case 'not':
      return not(coerceToBoolean(binder, binder.expression(node.operand, scope), 'the operand of NOT'), node.span)
    case 'and':
    case 'or':
      return bindLogical(binder, node, scope)
    case 'is_test':
      return bindIsTest(binder, node, scope)
    case 'is_distinct':
      return bindIsDistinct(binder, node, scope)
    case 'between':
      return bindBetween(binder, node, scope)
    case 'in_list':
      return bindInList(binder, node, scope)
    case 'in_subquery':
      return bindInSubquery(binder, node, scope)
    case 'in_container':
      return bindInContainer(binder, node, scope)
    case 'pattern_match':
      return bindPatternMatch(binder, node, scope)
    case 'quantified':
      return bindQuantified(binder, node, scope)
    case 'case':
      return bindCase(binder, node, scope)
    case 'cast':
      return explicitCast(binder, binder.expression(node.operand, scope), resolveType(node.type), node.safe, node.span)
    case 'collate':
      return bindCollate(binder, node, scope)
    case 'call':
      return bindCall(binder, node, scope)
    case 'lambda':
      throw unsupportedPlural('lambda functions', node.span)
    case 'row':
      return bindRowValue(binder, bindRow(binder, node, scope), node.span)
    case 'list':
      return bindList(binder, node, scope)
    case 'struct':
      return bindStruct(binder, node, scope)
    case 'map':
      return bindMap(binder, node, scope)
    case 'subscript':
      return bindSubscript(binder, node, scope)
    case 'slice':
      return bindSlice(binder, node, scope)
    case 'field':
      return bindFieldAccess(binder, node, scope)
    case 'subquery':
      return bindScalarSubquery(binder, node, scope)
    case 'exists':
      return bindExists(binder, node, scope)
    case 'array_subquery':
      throw unsupported('ARRAY over a subquery', node.span)
    case 'default':
      throw bindError('DEFAULT_NOT_ALLOWED', 'DEFAULT can only stand as a value of INSERT', node.span)
    default:
      return unreachable(node, 'expression')
  }
}

function bindLogical(binder: Binder, node: ast.Logical, scope: ExpressionScope): Expression {
  const clause = `an operand of ${node.kind.toUpperCase()}`
  const operands = node.operands.map((operand) => coerceToBoolean(binder, binder.expression(operand, scope), clause))
  return node.kind === 'and' ? and(operands, node.span) : or(operands, node.span)
}

function bindQuantified(binder: Binder, node: ast.Quantified, scope: ExpressionScope): Expression {
  if (node.query !== undefined) return bindQuantifiedSubquery(binder, node, node.query, scope)
  if (node.list === undefined) throw unsupported(`${node.quantifier.toUpperCase()} without a list`, node.span)
  return bindQuantifiedList(binder, node, node.list, scope)
}

/** Text compares by its code points, which these collations name. */
const PLAIN_COLLATIONS = new Set(['binary', 'c', 'posix', 'ucs_basic', 'default'])

function bindCollate(binder: Binder, node: ast.Collate, scope: ExpressionScope): Expression {
  const name = node.collation.parts.at(-1)!.name
  if (!PLAIN_COLLATIONS.has(name.toLowerCase())) throw unsupported(`the collation ${name}`, node.collation.span)
  return binder.expression(node.operand, scope)
}
