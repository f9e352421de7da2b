/** A small archive to plan over: nothing is read, so a table is a schema, its statistics, and how it takes filters. */

import { evaluateConstant } from '@artemis/execution'
import { castScalarFunction, createFunctionRegistry } from '@artemis/functions'
import type { OptimizerContext } from '@artemis/optimizer'
import type { DataType, EvaluationContext, Expression, FilterPushdown, LogicalPlan, TableProvider } from '@artemis/plan'
import {
  ColumnIds,
  bool,
  date32,
  decimal,
  explainLogicalPlan,
  field,
  float64,
  int32,
  int64,
  planExpressions,
  schema,
  timestamp,
  utf8,
  walkExpression,
  walkPlan,
} from '@artemis/plan'
import type { BindContext } from '@artemis/sql'
import { bindStatement, parseStatements } from '@artemis/sql'

interface TableShape {
  readonly rows: number
  /** `?` after the name of a type: it may be NULL. */
  readonly columns: Readonly<Record<string, readonly [DataType, 'required' | 'optional']>>
  /** The column that the table is partitioned by: the source takes comparisons with it exactly. */
  readonly partition?: string
  readonly keepsMetadata?: boolean
}

const SHAPES: Readonly<Record<string, TableShape>> = {
  observations: {
    rows: 1_000_000,
    partition: 'day',
    keepsMetadata: true,
    columns: {
      id: [int64, 'required'],
      day: [date32, 'optional'],
      site: [utf8, 'optional'],
      seen: [timestamp('us', null), 'optional'],
      value: [float64, 'optional'],
      quality: [int32, 'required'],
      note: [utf8, 'optional'],
      flagged: [bool, 'optional'],
    },
  },
  sites: {
    rows: 100,
    columns: { site: [utf8, 'required'], region: [utf8, 'optional'], opened: [date32, 'optional'], height: [int32, 'optional'] },
  },
  readings: {
    rows: 20_000,
    columns: {
      id: [int64, 'required'],
      site: [utf8, 'optional'],
      amount: [decimal(10, 2), 'optional'],
      kind: [int32, 'optional'],
      day: [date32, 'optional'],
    },
  },
  regions: { rows: 5, columns: { region: [utf8, 'required'], country: [utf8, 'optional'] } },
}

function provider({ rows, columns, partition, keepsMetadata }: TableShape): TableProvider {
  const fields = Object.entries(columns).map(([name, [type, presence]]) => field(name, type, presence === 'optional'))
  const classify = (filter: Expression): FilterPushdown => {
    if (filter.kind !== 'comparison' || filter.left.kind !== 'column' || filter.right.kind !== 'literal') return 'Unsupported'
    return fields[filter.left.id]?.name === partition ? 'Exact' : 'Inexact'
  }
  const table: TableProvider = {
    schema: schema(fields),
    statistics: () => ({ rowCount: { value: rows, exact: true } }),
    supportsFiltersPushdown: (filters) => filters.map(classify),
    scan: () => {
      throw new Error('nothing is read in tests of plans')
    },
  }
  return keepsMetadata === true ? { ...table, aggregateFromMetadata: () => Promise.resolve(undefined) } : table
}

const TABLES = new Map(Object.entries(SHAPES).map(([name, shape]) => [name, provider(shape)]))
const functions = createFunctionRegistry()
const evaluation: EvaluationContext = { nowMicroseconds: 1_710_000_000_000_000n, timeZone: 'UTC' }
const evaluate = (expression: Expression): ReturnType<OptimizerContext['evaluate']> =>
  evaluateConstant(expression, evaluation, castScalarFunction)

/** The plan of a query as the binder makes it. */
export async function bindQuery(sql: string): Promise<LogicalPlan> {
  const none = (): Promise<readonly string[]> => Promise.resolve([])
  const context: BindContext = {
    text: sql,
    functions,
    defaultCatalog: 'artemis',
    defaultSchema: 'sda',
    parameters: { kind: 'values', values: new Map() },
    settings: { nullOrder: 'last', integerDivision: false },
    evaluation,
    names: { catalogs: none, schemas: none, tables: () => Promise.resolve([...TABLES.keys()]) },
    resolveTable: (name) => {
      const table = TABLES.get(name.at(-1)!.toLowerCase())
      return Promise.resolve(table === undefined ? undefined : { name: [name.at(-1)!.toLowerCase()], entry: { kind: 'table', table } })
    },
    evaluate,
    parse: (text) => parseStatements(text)[0]!,
  }
  const bound = await bindStatement(parseStatements(sql)[0]!, context)
  if (bound.kind !== 'query') throw new Error(`not a query: ${sql}`)
  return bound.plan
}

/** What rules may use: column ids that the plan does not have, and constant folding. */
export function optimizerContext(plan: LogicalPlan): OptimizerContext {
  let highest = -1
  const visit = (node: LogicalPlan): void => {
    for (const column of [...node.columns, ...(node.kind === 'scan' ? node.allColumns : [])]) highest = Math.max(highest, column.id)
    for (const subquery of subqueriesOf(node)) walkPlan(subquery, visit)
  }
  walkPlan(plan, visit)
  const aggregate: OptimizerContext['aggregate'] = (name, types) =>
    functions.aggregate(name)?.resolve(
      types,
      types.map(() => undefined),
    )
  return { ids: new ColumnIds(highest + 1), evaluate, aggregate }
}

function subqueriesOf(node: LogicalPlan): LogicalPlan[] {
  const found: LogicalPlan[] = []
  for (const expression of planExpressions(node)) {
    walkExpression(expression, (part) => {
      if (part.kind === 'subquery') found.push(part.plan)
    })
  }
  return found
}

/** A plan as text, the plans of the subqueries in its expressions after it. */
export function planText(plan: LogicalPlan): string {
  const parts = [explainLogicalPlan(plan)]
  walkPlan(plan, (node) => {
    for (const subquery of subqueriesOf(node)) parts.push(`subquery:\n${planText(subquery).replaceAll(/^/gm, '  ')}`)
  })
  return parts.join('\n')
}
