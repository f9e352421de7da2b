/** UNION, INTERSECT and EXCEPT: inputs brought to the same columns, by place or by name. */

import type { Expression, LogicalPlan } from '@artemis/plan'
import { columnReference, commonType, literal, nullType, sqlTypeName } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder } from './binder.js'
import { bindError, unsupported } from './errors.js'
import { castColumns, project } from './project.js'

export function bindSetOperation(binder: Binder, node: ast.SetOperation, bindInput: (body: ast.QueryBody) => LogicalPlan): LogicalPlan {
  if (node.byName && node.operator !== 'union') throw unsupported(`${node.operator.toUpperCase()} BY NAME`, node.span)
  const bound = node.inputs.map(bindInput)
  const aligned = node.byName ? alignByName(binder, bound) : bound
  const inputs = unifyColumns(binder, node, aligned)
  if (node.operator === 'union') {
    const union = unionAll(binder, inputs)
    return node.all ? union : distinctRows(union)
  }
  const { operator: operation, all } = node
  return inputs.reduce((left, right): LogicalPlan => {
    const columns = left.columns.map((column, i) => binder.column(column.name, column.type, column.nullable || right.columns[i]!.nullable))
    return { kind: 'set_operation', operation, all, left, right, columns }
  })
}

/** The rows without repetition. */
export function distinctRows(input: LogicalPlan): LogicalPlan {
  return {
    kind: 'aggregate',
    input,
    groupBy: input.columns.map((column) => columnReference(column)),
    aggregates: [],
    columns: input.columns,
  }
}

function unionAll(binder: Binder, inputs: readonly LogicalPlan[]): LogicalPlan {
  const columns = inputs[0]!.columns.map((column, i) =>
    binder.column(
      column.name,
      column.type,
      inputs.some((input) => input.columns[i]!.nullable),
    ),
  )
  return { kind: 'union', inputs, inputColumns: inputs.map((input) => input.columns.map((column) => column.id)), columns }
}

function unifyColumns(binder: Binder, node: ast.SetOperation, inputs: readonly LogicalPlan[]): LogicalPlan[] {
  const [first, ...rest] = inputs
  if (first === undefined) return []
  rest.forEach((input, i) => {
    if (input.columns.length === first.columns.length) return
    const counts = `${first.columns.length} and ${input.columns.length}`
    throw bindError(
      'COLUMN_COUNT_MISMATCH',
      `the inputs of ${node.operator.toUpperCase()} have ${counts} columns`,
      node.inputs[i + 1]!.span,
    )
  })
  const types = first.columns.map((column, i) => {
    let { type } = column
    rest.forEach((input, k) => {
      const other = input.columns[i]!.type
      const common = commonType(type, other)
      if (common === undefined) {
        const names = `${sqlTypeName(type)} and ${sqlTypeName(other)}`
        throw bindError(
          'TYPE_MISMATCH',
          `column ${i + 1} of ${node.operator.toUpperCase()} has no common type: ${names}`,
          node.inputs[k + 1]!.span,
        )
      }
      type = common
    })
    return type
  })
  return inputs.map((input) => castColumns(binder, input, types))
}

/** All names that occur, in the order met; an input without a column gives NULL. */
function alignByName(binder: Binder, inputs: readonly LogicalPlan[]): LogicalPlan[] {
  const names = new Map<string, string>()
  for (const input of inputs) for (const { name } of input.columns) if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name)
  return inputs.map((input) => {
    const items = [...names].map(([key, name]) => {
      const column = input.columns.find((candidate) => candidate.name.toLowerCase() === key)
      const expression: Expression = column === undefined ? literal(nullType, null) : columnReference(column)
      return { name, expression }
    })
    return project(binder, input, items)
  })
}
