/** The contract of physical operators. */

import type { Batch, Schema } from '@artemis/arrow'
import type { Column, SortKey } from '@artemis/plan'
import type { TaskContext } from './task-context.js'

/** One fact about a node for EXPLAIN, in the order to show. A list shows as `[a, b]`, and stays a list in JSON. */
export type PlanDetail = readonly [key: string, value: string | readonly string[]]

export interface PlanDescription {
  /** Such as `HashAggregateExec`. */
  readonly name: string
  readonly details: readonly PlanDetail[]
}

/**
 * A physical operator. What holds for each of them:
 *
 * - *Immutable.* A plan holds no run state: `execute` makes it, so one plan can run many times, also at once.
 * - *Lazy.* Nothing is read, computed or reserved before the first pull; a batch is made only when it is pulled, so that
 *   a slow consumer holds the whole pipeline back.
 * - *Batches.* Each has the plan's `schema` and any number of rows; operators put out no empty batches. Batches and
 *   their buffers never change once handed over.
 * - *Order.* Rows come in the order that `ordering` names, of column ids of `columns`; when it is empty, in any order.
 * - *Cancellation.* Within one batch of `context.signal` firing, the pull throws the signal's CancelledError.
 * - *Cleanup.* When the last batch was pulled, the pull has thrown or `return` was called, the operator has closed its
 *   inputs, given its memory back and removed its spill files. It does so without being asked twice.
 */
export interface ExecutionPlan {
  readonly name: string
  readonly schema: Schema
  /** For each field of the schema, the id and type under which expressions above refer to it. */
  readonly columns: readonly Column[]
  readonly children: readonly ExecutionPlan[]
  readonly ordering: readonly SortKey[]
  execute(context: TaskContext): AsyncIterableIterator<Batch>
  describe(): PlanDescription
}

/** All nodes of a plan, parents first. A node's index is its id in EXPLAIN (FORMAT JSON). */
export function planNodes(plan: ExecutionPlan): ExecutionPlan[] {
  return [plan, ...plan.children.flatMap(planNodes)]
}
