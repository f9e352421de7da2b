/** Plans made by hand, for tests: every kind of node, over two tables that hold nothing. */

import type { DataType, Schema } from '@artemis/arrow'
import { bool, field, int32, int64, schema, utf8, vectorFromScalars } from '@artemis/arrow'
import type { AggregateCall, Column, Expression } from '../expression.js'
import { columnReference, comparison, isNull, literal } from '../expression.js'
import type { AggregateFunction, ScalarFunction } from '../functions.js'
import type {
  AggregatePlan,
  FilterPlan,
  JoinPlan,
  JoinType,
  LimitPlan,
  LogicalPlan,
  ProjectPlan,
  ScanPlan,
  SetOperationPlan,
  SortPlan,
  UnionPlan,
  ValuesPlan,
} from '../logical.js'
import type { TableProvider } from '../tables.js'

export function column(id: number, name: string, type: DataType = int32, nullable = true): Column {
  return { id, name, type, nullable }
}

export function scalarFunction(
  name: string,
  argumentTypes: readonly DataType[],
  returnType: DataType,
  options: Partial<ScalarFunction> = {},
): ScalarFunction {
  const evaluate = (_: unknown, rowCount: number): ReturnType<ScalarFunction['evaluate']> =>
    vectorFromScalars(returnType, new Array<null>(rowCount).fill(null))
  return {
    name,
    argumentTypes,
    returnType,
    volatility: 'immutable',
    nullHandling: 'propagate',
    canReturnNull: false,
    canThrow: false,
    evaluate,
    ...options,
  }
}

export const countRows: AggregateFunction = {
  name: 'count',
  argumentTypes: [],
  returnType: int64,
  stateTypes: [int64],
  nullable: false,
  ignoresDistinct: false,
  orderSensitive: false,
  createAccumulator() {
    throw new Error('nothing is run in tests of plans')
  },
}

function provider(tableSchema: Schema): TableProvider {
  return {
    schema: tableSchema,
    statistics: () => ({}),
    supportsFiltersPushdown: (filters) => filters.map(() => 'Unsupported'),
    scan() {
      throw new Error('nothing is read in tests of plans')
    },
  }
}

/** A table of three columns: a INTEGER NOT NULL, b INTEGER, s VARCHAR, with ids from `first`. */
export function scan(first: number, name = 't'): ScanPlan {
  const columns = [column(first, 'a', int32, false), column(first + 1, 'b'), column(first + 2, 's', utf8)]
  const tableSchema = schema(columns.map((item) => field(item.name, item.type, item.nullable)))
  return {
    kind: 'scan',
    table: ['main', name],
    provider: provider(tableSchema),
    projection: [0, 1, 2],
    filters: [],
    allColumns: columns,
    fetch: null,
    columns,
  }
}

export function filter(input: LogicalPlan, predicate: Expression): FilterPlan {
  return { kind: 'filter', input, predicate, columns: input.columns }
}

export function project(input: LogicalPlan, expressions: readonly Expression[], columns: readonly Column[]): ProjectPlan {
  return { kind: 'project', input, expressions, columns }
}

export function aggregate(
  input: LogicalPlan,
  groupBy: readonly Expression[],
  aggregates: readonly AggregateCall[],
  columns: readonly Column[],
): AggregatePlan {
  return { kind: 'aggregate', input, groupBy, aggregates, columns }
}

export function call(argument: Expression | null = null): AggregateCall {
  return { function: countRows, arguments: argument === null ? [] : [argument], distinct: false, filter: null, orderBy: [] }
}

export function join(joinType: JoinType, left: LogicalPlan, right: LogicalPlan, mark?: Column): JoinPlan {
  const widened = (columns: readonly Column[], widens: boolean): Column[] =>
    columns.map((item) => ({ ...item, nullable: item.nullable || widens }))
  const oneSided = joinType === 'semi' || joinType === 'anti' || joinType === 'mark'
  const leftColumns = widened(left.columns, joinType === 'right' || joinType === 'full')
  const rightColumns = oneSided ? [] : widened(right.columns, joinType === 'left' || joinType === 'full' || joinType === 'single')
  const on = [{ left: columnReference(left.columns[0]!), right: columnReference(right.columns[0]!), nullEqualsNull: false }]
  return {
    kind: 'join',
    joinType,
    left,
    right,
    on,
    residual: null,
    nullAware: false,
    columns: [...leftColumns, ...rightColumns, ...(mark === undefined ? [] : [mark])],
  }
}

export function sort(input: LogicalPlan): SortPlan {
  return {
    kind: 'sort',
    input,
    keys: [{ expression: columnReference(input.columns[0]!), descending: false, nullsFirst: false }],
    fetch: null,
    columns: input.columns,
  }
}

export function limit(input: LogicalPlan): LimitPlan {
  return { kind: 'limit', input, offset: literal(int64, 1n), fetch: literal(int64, 2n), columns: input.columns }
}

export function union(inputs: readonly LogicalPlan[], columns: readonly Column[]): UnionPlan {
  return { kind: 'union', inputs, inputColumns: inputs.map((input) => input.columns.map((item) => item.id)), columns }
}

export function except(left: LogicalPlan, right: LogicalPlan, columns: readonly Column[]): SetOperationPlan {
  return { kind: 'set_operation', operation: 'except', all: false, left, right, columns }
}

export function values(rows: readonly (readonly Expression[])[], columns: readonly Column[]): ValuesPlan {
  return { kind: 'values', rows, columns }
}

/** A plan with every kind of node and of expression that a walk has to know. */
export function everything(): LogicalPlan {
  const first = scan(0)
  const second = scan(10, 'u')
  const [a, b, s] = first.columns.map((item) => columnReference(item)) as [Expression, Expression, Expression]
  const lower = scalarFunction('lower', [utf8], utf8)
  const filtered = filter(
    { ...first, filters: [{ expression: comparison('>', b, literal(int32, 1)), pushdown: 'Inexact' }] },
    {
      kind: 'and',
      operands: [
        { kind: 'or', operands: [comparison('=', a, literal(int32, 1)), isNull(b)], type: bool, nullable: true },
        {
          kind: 'not',
          input: { kind: 'in_list', input: b, list: [literal(int32, 1), a], negated: false, type: bool, nullable: true },
          type: bool,
          nullable: true,
        },
        { kind: 'case', branches: [{ when: isNull(s), then: literal(bool, true) }], otherwise: isNull(a), type: bool, nullable: false },
        comparison(
          '=',
          { kind: 'call', function: lower, arguments: [s], type: utf8, nullable: true },
          { kind: 'cast', input: b, try: false, type: utf8, nullable: true },
        ),
      ],
      type: bool,
      nullable: true,
    },
  )
  const joined: JoinPlan = { ...join('left', filtered, second), residual: comparison('<', b, columnReference(second.columns[1]!)) }
  const projected = project(joined, [a, columnReference(joined.columns[4]!)], [first.columns[0]!, column(20, 'ub')])
  const grouped = aggregate(
    projected,
    [columnReference(projected.columns[0]!)],
    [call(columnReference(projected.columns[1]!))],
    [projected.columns[0]!, column(21, 'n', int64, false)],
  )
  const other = values([[literal(int32, 1), literal(int64, 2n)]], [column(30, 'x', int32, false), column(31, 'y', int64, false)])
  const both = union([grouped, other], [column(40, 'a', int32, false), column(41, 'n', int64, false)])
  const third = values([[literal(int32, 1), literal(int64, 2n)]], [column(50, 'x', int32, false), column(51, 'y', int64, false)])
  return limit(sort(except(both, third, [column(60, 'a', int32, false), column(61, 'n', int64, false)])))
}
