/** Queries inside expressions. Which outer columns each reads is found from its plan, for the optimizer's unnesting. */

import type { Span } from '@artemis/errors'
import type { Expression, LogicalPlan, SubqueryExpression } from '@artemis/plan'
import { bool, commonType, comparisonType, sqlTypeName, typeEquals } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { coerce, isStringLiteral } from './coerce.js'
import { findColumn } from './column-names.js'
import { findCommonTable } from './common-tables.js'
import { bindError, unsupported } from './errors.js'
import { bindRow, listContains } from './predicates.js'
import { freeColumns } from './properties.js'
import { castColumns } from './project.js'

function bindPlan(binder: Binder, query: ast.Query, scope: ExpressionScope): LogicalPlan {
  const { commonTables, outer } = scope.environment
  return binder.query(query, { commonTables, outer: { scope: scope.relation, next: outer } })
}

export function bindScalarSubquery(binder: Binder, node: ast.ScalarSubquery, scope: ExpressionScope): Expression {
  const plan = bindPlan(binder, node.query, scope)
  const [column] = plan.columns
  if (column === undefined || plan.columns.length > 1) {
    throw bindError('SUBQUERY_COLUMN_COUNT', `a subquery in an expression gives one column, not ${plan.columns.length}`, node.span)
  }
  const outerColumns = freeColumns(plan)
  return {
    kind: 'subquery',
    form: 'scalar',
    plan,
    operands: [],
    negated: false,
    outerColumns,
    type: column.type,
    nullable: true,
    span: node.span,
  }
}

export function bindExists(binder: Binder, node: ast.Exists, scope: ExpressionScope): Expression {
  const plan = bindPlan(binder, node.query, scope)
  const outerColumns = freeColumns(plan)
  return {
    kind: 'subquery',
    form: 'exists',
    plan,
    operands: [],
    negated: false,
    outerColumns,
    type: bool,
    nullable: false,
    span: node.span,
  }
}

export function bindInSubquery(binder: Binder, node: ast.InSubquery, scope: ExpressionScope): Expression {
  return inSubquery(binder, bindOperands(binder, node.operand, scope), bindPlan(binder, node.query, scope), node.negated, node.span)
}

function bindOperands(binder: Binder, operand: ast.Expression, scope: ExpressionScope): Expression[] {
  return operand.kind === 'row' ? bindRow(binder, operand, scope) : [binder.expression(operand, scope)]
}

/** `x = ANY (query)` is IN and `x <> ALL (query)` NOT IN; the other combinations are not there yet. */
export function bindQuantifiedSubquery(binder: Binder, node: ast.Quantified, query: ast.Query, scope: ExpressionScope): Expression {
  const isIn = node.operator === '=' && node.quantifier === 'any'
  if (!isIn && !(node.operator === '<>' && node.quantifier === 'all')) {
    throw unsupported(
      `${node.operator.toUpperCase()} ${node.quantifier.toUpperCase()} over a subquery`,
      node.span,
      'Compare with min or max of the subquery.',
    )
  }
  return inSubquery(binder, bindOperands(binder, node.operand, scope), bindPlan(binder, query, scope), !isIn, node.span)
}

/** `x IN y`: a list value, or the rows of a table of one column when `y` is no column. */
export function bindInContainer(binder: Binder, node: ast.InContainer, scope: ExpressionScope): Expression {
  const { container } = node
  if (container.kind === 'column' && findColumn(binder, container.parts, container.span, scope) === undefined) {
    const table = tableOf(binder, container, scope)
    if (table !== undefined) return inSubquery(binder, bindOperands(binder, node.operand, scope), table, node.negated, node.span)
  }
  const found = listContains(binder, binder.expression(container, scope), binder.expression(node.operand, scope), node.span)
  return node.negated ? { kind: 'not', input: found, type: bool, nullable: found.nullable, span: node.span } : found
}

/** The rows of the table or common table that a bare name means; undefined when there is none. */
function tableOf(binder: Binder, container: ast.ColumnReference, scope: ExpressionScope): LogicalPlan | undefined {
  const { commonTables } = scope.environment
  const name: ast.ObjectName = { kind: 'object_name', parts: container.parts, span: container.span }
  const table: ast.NamedTable = {
    kind: 'named_table',
    name,
    timeTravel: undefined,
    alias: undefined,
    sample: undefined,
    span: container.span,
  }
  const relation = binder.references.find(container)
  if (relation !== undefined) binder.references.add(table, relation)
  else if (findCommonTable(commonTables, name) === null) return undefined
  return binder.table(table, { commonTables, outer: null }).plan
}

function inSubquery(binder: Binder, operands: readonly Expression[], plan: LogicalPlan, negated: boolean, span: Span): SubqueryExpression {
  if (operands.length !== plan.columns.length) {
    throw bindError(
      'SUBQUERY_COLUMN_COUNT',
      `the subquery of IN gives ${plan.columns.length} columns where ${operands.length} are compared`,
      span,
    )
  }
  const types = operands.map((operand, i) => {
    const column = plan.columns[i]!
    const type = isStringLiteral(operand) ? column.type : operand.type.kind === 'null' ? column.type : comparedWith(operand, column.type)
    if (type === undefined) {
      throw bindError(
        'TYPE_MISMATCH',
        `${sqlTypeName(operand.type)} and ${sqlTypeName(column.type)} cannot be compared`,
        operand.span ?? span,
      )
    }
    return type
  })
  const inputs = operands.map((operand, i) => coerce(binder, operand, types[i]!))
  const cast = castColumns(binder, plan, types)
  return {
    kind: 'subquery',
    form: 'in',
    plan: cast,
    operands: inputs,
    negated,
    outerColumns: freeColumns(cast),
    type: bool,
    nullable: true,
    span,
  }
}

function comparedWith(operand: Expression, type: Expression['type']): Expression['type'] | undefined {
  return typeEquals(operand.type, type) ? type : (comparisonType(operand.type, type) ?? commonType(operand.type, type))
}
