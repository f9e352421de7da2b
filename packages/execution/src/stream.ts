/** Running a plan from the outside: pulling its batches, and leaving nothing behind. */

import type { Batch, Schema } from '@artemis/arrow'
import { concatBatches } from '@artemis/arrow'
import type { ExecutionPlan } from './execution-plan.js'
import type { QueryMetrics } from './metrics.js'
import type { TaskContext } from './task-context.js'

/**
 * The batches of one run of a plan, to be read once. Reading to the end, an error, leaving a `for await` early and
 * `cancel` all close every operator and remove every spill file of the query.
 */
export class ExecutionStream implements AsyncIterable<Batch> {
  readonly schema: Schema
  readonly metrics: QueryMetrics
  readonly #plan: ExecutionPlan
  readonly #context: TaskContext
  readonly #cancel = new AbortController()
  #started = false

  constructor(plan: ExecutionPlan, context: TaskContext) {
    this.schema = plan.schema
    this.metrics = context.metrics
    this.#plan = plan
    this.#context = { ...context, signal: AbortSignal.any([context.signal, this.#cancel.signal]) }
  }

  /** Stops the query; the pull that is under way, or the next one, throws a CancelledError. */
  cancel(reason?: unknown): void {
    this.#cancel.abort(reason)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    if (this.#started) return
    this.#started = true
    try {
      yield* this.#plan.execute(this.#context)
    } finally {
      await this.#context.spill.close()
    }
  }
}

/** Runs a plan to its end and keeps all batches. */
export async function collectBatches(plan: ExecutionPlan, context: TaskContext): Promise<Batch[]> {
  const batches: Batch[] = []
  for await (const batch of new ExecutionStream(plan, context)) batches.push(batch)
  return batches
}

/** Runs a plan to its end as one batch. */
export async function collectBatch(plan: ExecutionPlan, context: TaskContext): Promise<Batch> {
  return concatBatches(plan.schema, await collectBatches(plan, context))
}
