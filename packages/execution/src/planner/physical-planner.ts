/** From a logical plan to operators. Each logical node becomes one operator, or none where its input does the work. */

import { ExecutionError, unreachable } from '@artemis/errors'
import type {
  EvaluationContext,
  Expression,
  JoinPlan,
  JoinType,
  LimitPlan,
  LogicalPlan,
  MetadataAggregatePlan,
  ScanPlan,
  SortKey,
  SortPlan,
} from '@artemis/plan'
import { transformExpression } from '@artemis/plan'
import type { ExecutionPlan } from '../execution-plan.js'
import type { CastProvider } from '../expression/cast-provider.js'
import { evaluateConstant } from '../expression/constant.js'
import { FilterExec } from '../operators/filter.js'
import { HashAggregateExec } from '../operators/hash-aggregate.js'
import { HashJoinExec } from '../operators/hash-join.js'
import { LimitExec } from '../operators/limit.js'
import { MetadataAggregateExec } from '../operators/metadata-aggregate.js'
import { ProjectionExec } from '../operators/projection.js'
import { ScanExec } from '../operators/scan.js'
import { SetOperationExec } from '../operators/set-operation.js'
import { SortExec } from '../operators/sort.js'
import { TopNExec } from '../operators/top-n.js'
import { UnionExec } from '../operators/union.js'
import { ValuesExec } from '../operators/values.js'
import { estimateRows } from './estimates.js'

export interface PhysicalPlannerOptions {
  readonly evaluation: EvaluationContext
  readonly casts: CastProvider
}

/** The operators of an optimized plan: no parameters, no subqueries. Reads nothing yet. */
export function createPhysicalPlan(logical: LogicalPlan, options: PhysicalPlannerOptions): ExecutionPlan {
  return new PhysicalPlanner(options).plan(logical)
}

class PhysicalPlanner {
  readonly #options: PhysicalPlannerOptions

  constructor(options: PhysicalPlannerOptions) {
    this.#options = options
  }

  plan(node: LogicalPlan): ExecutionPlan {
    switch (node.kind) {
      case 'scan':
        return this.#scan(node)
      case 'values':
        return new ValuesExec(node.rows, node.columns)
      case 'filter':
        return new FilterExec(this.plan(node.input), node.predicate)
      case 'project':
        return new ProjectionExec(this.plan(node.input), node.expressions, node.columns)
      case 'aggregate':
        return new HashAggregateExec(this.plan(node.input), {
          mode: 'single',
          groupBy: node.groupBy,
          aggregates: node.aggregates,
          columns: node.columns,
        })
      case 'join':
        return this.#join(node)
      case 'sort':
        return this.#sort(node, node.fetch)
      case 'limit':
        return this.#limit(node)
      case 'union':
        return new UnionExec(
          node.inputs.map((input) => this.plan(input)),
          node.inputColumns,
          node.columns,
        )
      case 'set_operation':
        return new SetOperationExec(this.plan(node.left), this.plan(node.right), node, node.columns)
      case 'metadata_aggregate':
        return this.#metadataAggregate(node)
      default:
        return unreachable(node, 'logical plan')
    }
  }

  #scan(node: ScanPlan): ExecutionPlan {
    const offered = node.filters.filter((filter) => filter.pushdown !== 'Unsupported')
    const scan = node.provider.scan({
      projection: node.projection,
      filters: offered.map((filter) => overProviderSchema(filter.expression, node)),
      limit: node.fetch,
      context: this.#options.evaluation,
    })
    return new ScanExec({
      columns: node.columns,
      table: node.table,
      scan,
      snapshot: node.provider.snapshot,
      filters: node.filters,
      fetch: node.fetch,
    })
  }

  #metadataAggregate(node: MetadataAggregatePlan): ExecutionPlan {
    return new MetadataAggregateExec(this.plan(node.fallback), {
      columns: node.columns,
      table: node.scan.table,
      provider: node.scan.provider,
      aggregates: node.aggregates,
      filters: node.scan.filters.map((filter) => overProviderSchema(filter.expression, node.scan)),
    })
  }

  /** The right side is built, or the left one where that is smaller and the join type can be turned round. */
  #join(node: JoinPlan): ExecutionPlan {
    const left = this.plan(node.left)
    const right = this.plan(node.right)
    const { residual, nullAware, columns } = node
    const mirrored = MIRRORED[node.joinType]
    if (mirrored === undefined || estimateRows(node.left) >= estimateRows(node.right)) {
      return new HashJoinExec(left, right, { joinType: node.joinType, on: node.on, residual, nullAware, columns })
    }
    const on = node.on.map((condition) => ({ left: condition.right, right: condition.left, nullEqualsNull: condition.nullEqualsNull }))
    return new HashJoinExec(right, left, { joinType: mirrored, on, residual, nullAware, columns })
  }

  #sort(node: SortPlan, fetch: number | null): ExecutionPlan {
    const input = this.plan(node.input)
    if (isOrderedBy(input.ordering, node.keys)) return fetch === null ? input : new LimitExec(input, 0, fetch)
    return fetch === null ? new SortExec(input, node.keys) : new TopNExec(input, node.keys, fetch)
  }

  #limit(node: LimitPlan): ExecutionPlan {
    const offset = this.#rowCount(node.offset, 'OFFSET') ?? 0
    const fetch = this.#rowCount(node.fetch, 'LIMIT') ?? Number.POSITIVE_INFINITY
    const { input } = node
    const sorted = input.kind === 'sort' && Number.isFinite(fetch)
    const plan = sorted ? this.#sort(input, Math.min(offset + fetch, input.fetch ?? Number.POSITIVE_INFINITY)) : this.plan(input)
    return sorted && offset === 0 ? plan : new LimitExec(plan, offset, fetch)
  }

  #rowCount(expression: Expression | null, clause: string): number | null {
    if (expression === null) return null
    const value = evaluateConstant(expression, this.#options.evaluation, this.#options.casts)
    if (value === null) return null
    const rows = Number(value)
    if (rows >= 0) return rows
    throw new ExecutionError({ code: 'NEGATIVE_ROW_COUNT', message: `${clause} must not be negative: ${rows}`, span: expression.span })
  }
}

/** The same join with its sides exchanged. The others have no mirror image that the join operator knows. */
const MIRRORED: Partial<Record<JoinType, JoinType>> = { inner: 'inner', left: 'right', right: 'left', full: 'full' }

/** A filter with the provider's column indices in place of the plan's ids. */
function overProviderSchema(filter: Expression, scan: ScanPlan): Expression {
  const indices = new Map(scan.allColumns.map((column, index) => [column.id, index]))
  return transformExpression(filter, (node) => {
    const index = node.kind === 'column' ? indices.get(node.id) : undefined
    return index === undefined || node.kind !== 'column' ? node : { ...node, id: index }
  })
}

/** Whether rows in the one order are in the other, too. */
function isOrderedBy(ordering: readonly SortKey[], keys: readonly SortKey[]): boolean {
  return keys.every((key, k) => {
    const given = ordering[k]
    if (given === undefined || key.expression.kind !== 'column' || given.expression.kind !== 'column') return false
    return given.expression.id === key.expression.id && given.descending === key.descending && given.nullsFirst === key.nullsFirst
  })
}
