/** Expressions and logical plans as text: one form for EXPLAIN, for errors and for tests. */

import { unreachable } from '@artemis/errors'
import { formatLiteral } from './literal-text.js'
import { quoteIdentifier, sqlTypeName } from './coercion.js'
import type { AggregateCall, Expression, SortKey } from './expression.js'
import type { LogicalPlan } from './logical.js'
import { planChildren } from './walk.js'

/** An expression as SQL-like text, with only the parentheses that it needs. Columns show by name. */
export function formatExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return formatLiteral(expression.type, expression.value)
    case 'column':
      return quoteIdentifier(expression.name)
    case 'parameter':
      return `$${expression.name}`
    case 'cast':
      return `${expression.try ? 'TRY_CAST' : 'CAST'}(${formatExpression(expression.input)} AS ${sqlTypeName(expression.type)})`
    case 'comparison':
      return `${operand(expression.left)} ${COMPARISON_TEXT[expression.operator]} ${operand(expression.right)}`
    case 'and':
    case 'or':
      return expression.operands
        .map((item) => (item.kind === 'or' || item.kind === 'and' ? `(${formatExpression(item)})` : formatExpression(item)))
        .join(expression.kind === 'and' ? ' AND ' : ' OR ')
    case 'not':
      return `NOT ${operand(expression.input)}`
    case 'is_null':
      return `${operand(expression.input)} IS ${expression.negated ? 'NOT ' : ''}NULL`
    case 'in_list':
      return `${operand(expression.input)} ${expression.negated ? 'NOT ' : ''}IN (${formatList(expression.list)})`
    case 'case': {
      const branches = expression.branches.map((branch) => `WHEN ${formatExpression(branch.when)} THEN ${formatExpression(branch.then)}`)
      const otherwise = expression.otherwise === null ? '' : ` ELSE ${formatExpression(expression.otherwise)}`
      return `CASE ${branches.join(' ')}${otherwise} END`
    }
    case 'call':
      return formatCall(expression.function.name, expression.arguments)
    case 'subquery': {
      const not = expression.negated ? 'NOT ' : ''
      if (expression.form === 'exists') return `${not}EXISTS (…)`
      return expression.form === 'in' ? `(${formatList(expression.operands)}) ${not}IN (…)` : '(SELECT …)'
    }
    default:
      return unreachable(expression, 'expression')
  }
}

const COMPARISON_TEXT = {
  '=': '=',
  '<>': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  is_distinct_from: 'IS DISTINCT FROM',
  is_not_distinct_from: 'IS NOT DISTINCT FROM',
} as const

const INFIX = /^[^\p{L}_]+$/u

function formatCall(name: string, args: readonly Expression[]): string {
  if (INFIX.test(name) && args.length === 2) return `${operand(args[0]!)} ${name} ${operand(args[1]!)}`
  if (INFIX.test(name) && args.length === 1) {
    const text = operand(args[0]!)
    // Two minus signs would begin a comment.
    return text.startsWith(name) ? `${name}(${text})` : `${name}${text}`
  }
  return `${name}(${formatList(args)})`
}

function formatList(expressions: readonly Expression[]): string {
  return expressions.map(formatExpression).join(', ')
}

function operand(expression: Expression): string {
  const text = formatExpression(expression)
  const infix = expression.kind === 'call' && INFIX.test(expression.function.name)
  const compound = ['comparison', 'and', 'or', 'not', 'is_null', 'in_list'].includes(expression.kind)
  return infix || compound ? `(${text})` : text
}

export function formatAggregate(aggregate: AggregateCall): string {
  const args = aggregate.arguments.length === 0 ? '*' : formatList(aggregate.arguments)
  const order = aggregate.orderBy.length === 0 ? '' : ` ORDER BY ${aggregate.orderBy.map(formatSortKey).join(', ')}`
  const filter = aggregate.filter === null ? '' : ` FILTER (WHERE ${formatExpression(aggregate.filter)})`
  return `${aggregate.function.name}(${aggregate.distinct ? 'DISTINCT ' : ''}${args}${order})${filter}`
}

export function formatSortKey(key: SortKey): string {
  return `${formatExpression(key.expression)} ${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`
}

/** A logical plan as an indented tree, one node a line. */
export function explainLogicalPlan(plan: LogicalPlan): string {
  const lines: string[] = []
  const visit = (node: LogicalPlan, depth: number): void => {
    lines.push(`${'  '.repeat(depth)}${describeNode(node)}`)
    for (const child of planChildren(node)) visit(child, depth + 1)
  }
  visit(plan, 0)
  return lines.join('\n')
}

function names(columns: readonly { readonly name: string }[]): string {
  return columns.map((column) => quoteIdentifier(column.name)).join(', ')
}

/** The one line of a node: its kind and what it does. */
export function describeNode(plan: LogicalPlan): string {
  switch (plan.kind) {
    case 'scan': {
      const filters = plan.filters.map((filter) => `${formatExpression(filter.expression)} (${filter.pushdown})`)
      const parts = [`columns=[${names(plan.columns)}]`]
      if (filters.length > 0) parts.push(`filters=[${filters.join(', ')}]`)
      if (plan.fetch !== null) parts.push(`fetch=${plan.fetch}`)
      return `Scan: ${plan.table.map(quoteIdentifier).join('.')} ${parts.join(' ')}`
    }
    case 'values':
      return plan.rows.length === 0 ? 'Empty' : `Values: ${plan.rows.length} ${plan.rows.length === 1 ? 'row' : 'rows'}`
    case 'filter':
      return `Filter: ${formatExpression(plan.predicate)}`
    case 'project':
      return `Project: ${plan.expressions.map((expression, i) => withAlias(expression, plan.columns[i]?.name ?? '?')).join(', ')}`
    case 'aggregate':
      return `Aggregate: group=[${plan.groupBy.map(formatExpression).join(', ')}] aggregates=[${plan.aggregates.map(formatAggregate).join(', ')}]`
    case 'join': {
      const on = plan.on.map(
        (condition) => `${formatExpression(condition.left)} ${condition.nullEqualsNull ? '<=>' : '='} ${formatExpression(condition.right)}`,
      )
      const parts = [on.length > 0 ? `on=[${on.join(', ')}]` : 'cross']
      if (plan.residual !== null) parts.push(`residual=[${formatExpression(plan.residual)}]`)
      if (plan.nullAware) parts.push('null_aware')
      return `Join: ${plan.joinType} ${parts.join(' ')}`
    }
    case 'sort':
      return `Sort: ${plan.keys.map(formatSortKey).join(', ')}${plan.fetch === null ? '' : ` fetch=${plan.fetch}`}`
    case 'limit': {
      const part = (label: string, value: Expression | null): string => (value === null ? '' : ` ${label}=${formatExpression(value)}`)
      return `Limit:${part('fetch', plan.fetch)}${part('offset', plan.offset)}`
    }
    case 'union':
      return 'Union'
    case 'set_operation':
      return `${plan.operation === 'intersect' ? 'Intersect' : 'Except'}${plan.all ? ' All' : ''}`
    case 'metadata_aggregate': {
      const calls = plan.aggregates.map(
        (aggregate) =>
          `${aggregate.function}(${aggregate.column === null ? '*' : quoteIdentifier(plan.scan.allColumns[aggregate.column]!.name)})`,
      )
      return `MetadataAggregate: ${plan.scan.table.map(quoteIdentifier).join('.')} [${calls.join(', ')}]`
    }
    default:
      return unreachable(plan, 'logical plan')
  }
}

function withAlias(expression: Expression, name: string): string {
  const text = formatExpression(expression)
  return text === quoteIdentifier(name) ? text : `${text} AS ${quoteIdentifier(name)}`
}
