/**
 * The plumbing that operators share, so that each of them reads as its algorithm: timing, counting, the abort check,
 * and giving everything back at the end, however it comes.
 */

import type { Batch, Schema } from '@artemis/arrow'
import { field } from '@artemis/arrow'
import { throwIfAborted } from '@artemis/errors'
import type { Column, Expression, MemoryReservation, SortKey } from '@artemis/plan'
import type { ExecutionPlan, PlanDescription, PlanDetail } from './execution-plan.js'
import type { CompiledExpression } from './expression/compiled-expression.js'
import type { CompiledPredicate } from './expression/predicate.js'
import { compileExpression } from './expression/compile.js'
import { compilePredicate } from './expression/predicate.js'
import type { OperatorMetrics } from './metrics.js'
import { METRIC } from './metrics.js'
import type { OperatorSpill } from './spill/operator-spill.js'
import { trackSpill } from './spill/operator-spill.js'
import type { TaskContext } from './task-context.js'

/** The Arrow schema of a plan's columns. */
export function schemaOf(columns: readonly Column[]): Schema {
  return { fields: columns.map((column) => field(column.name, column.type, column.nullable)) }
}

export abstract class Operator implements ExecutionPlan {
  abstract readonly name: string
  readonly columns: readonly Column[]
  readonly schema: Schema
  readonly children: readonly ExecutionPlan[]

  constructor(columns: readonly Column[], children: readonly ExecutionPlan[]) {
    this.columns = columns
    this.schema = schemaOf(columns)
    this.children = children
  }

  get ordering(): readonly SortKey[] {
    return []
  }

  execute(context: TaskContext): AsyncIterableIterator<Batch> {
    const run = new OperatorRun(this, context)
    return new OperatorStream(run, () => this.run(run))
  }

  describe(): PlanDescription {
    return { name: this.name, details: this.details() }
  }

  /** What EXPLAIN shows after the name. */
  protected abstract details(): readonly PlanDetail[]

  /** The algorithm. What it takes through `run` is given back when it ends, fails or is left early. */
  protected abstract run(run: OperatorRun): AsyncIterable<Batch>
}

/** How long a query may compute before timers, sockets and abort signals get their turn, in milliseconds. */
const TURN_MS = 20

let turnStart = performance.now()

/** Lets the event loop turn when this thread has computed for a while; pipelines over memory would never let it. */
async function giveWay(): Promise<void> {
  if (performance.now() - turnStart < TURN_MS) return
  await new Promise((resolve) => setImmediate(resolve))
  turnStart = performance.now()
}

/** The state of one execution of one operator. */
export class OperatorRun {
  readonly context: TaskContext
  readonly metrics: OperatorMetrics
  readonly #plan: ExecutionPlan
  readonly #inputs: AsyncIterator<Batch>[] = []
  readonly #reservations: TrackedReservation[] = []
  #spill: OperatorSpill | null = null
  #held = 0
  /** Milliseconds spent waiting for inputs. */
  waitedMs = 0

  constructor(plan: ExecutionPlan, context: TaskContext) {
    this.#plan = plan
    this.context = context
    this.metrics = context.metrics.of(plan)
  }

  /** The batches of an input. Closed with the operator when it is not read to its end. */
  input(index = 0): AsyncIterable<Batch> {
    const iterator = this.#plan.children[index]!.execute(this.context)
    return this.track(iterator)
  }

  /** Any source of batches, timed and closed as an input is. */
  track(source: AsyncIterable<Batch>): AsyncIterable<Batch> {
    const iterator = source[Symbol.asyncIterator]()
    this.#inputs.push(iterator)
    const next = async (): Promise<IteratorResult<Batch>> => {
      const start = performance.now()
      try {
        return await iterator.next()
      } finally {
        this.waitedMs += performance.now() - start
      }
    }
    const close = async (): Promise<IteratorResult<Batch>> => (await iterator.return?.()) ?? { done: true, value: undefined }
    return { [Symbol.asyncIterator]: () => ({ next, return: close }) }
  }

  /** An empty reservation in this operator's name. */
  reserve(): MemoryReservation {
    const reservation = new TrackedReservation(this.context.memoryPool.reserve(this.#plan.name), (change) => {
      this.#held += change
      this.metrics.max(METRIC.peakMemory, this.#held)
    })
    this.#reservations.push(reservation)
    return reservation
  }

  /** Where this operator spills, counted in its metrics. */
  get spill(): OperatorSpill {
    this.#spill ??= trackSpill(this.context.spill, this.metrics)
    return this.#spill
  }

  compile(expression: Expression, input: readonly Column[]): CompiledExpression {
    return compileExpression(expression, input, this.#compileOptions())
  }

  compilePredicate(predicate: Expression, input: readonly Column[]): CompiledPredicate {
    return compilePredicate(predicate, input, this.#compileOptions())
  }

  #compileOptions(): { codegen: boolean; casts: TaskContext['casts'] } {
    return { codegen: this.context.settings.codegen, casts: this.context.casts }
  }

  /** Throws when the query was cancelled, and lets the event loop turn now and then. Long loops over spill call it themselves. */
  async checkpoint(): Promise<void> {
    throwIfAborted(this.context.signal)
    await giveWay()
    throwIfAborted(this.context.signal)
  }

  /** Closes the inputs, gives the memory back and removes the spill files. The first error wins, but all is tried. */
  async close(): Promise<void> {
    for (const reservation of this.#reservations) reservation.free()
    const results = await Promise.allSettled(this.#inputs.map(async (input) => input.return?.()))
    await this.#spill?.close()
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
}

class TrackedReservation implements MemoryReservation {
  readonly #inner: MemoryReservation
  readonly #changed: (bytes: number) => void

  constructor(inner: MemoryReservation, changed: (bytes: number) => void) {
    this.#inner = inner
    this.#changed = changed
  }

  get size(): number {
    return this.#inner.size
  }

  tryGrow(bytes: number): boolean {
    const grown = this.#inner.tryGrow(bytes)
    if (grown) this.#changed(bytes)
    return grown
  }

  grow(bytes: number): void {
    this.#inner.grow(bytes)
    this.#changed(bytes)
  }

  shrink(bytes: number): void {
    this.#inner.shrink(bytes)
    this.#changed(-bytes)
  }

  free(): void {
    this.shrink(this.size)
  }
}

/** Runs an operator's generator, counts what comes out, and closes the run exactly once. */
class OperatorStream implements AsyncIterableIterator<Batch> {
  readonly #run: OperatorRun
  readonly #start: () => AsyncIterable<Batch>
  #batches: AsyncIterator<Batch> | null = null
  #closed: Promise<void> | null = null

  constructor(run: OperatorRun, start: () => AsyncIterable<Batch>) {
    this.#run = run
    this.#start = start
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Batch> {
    return this
  }

  async next(): Promise<IteratorResult<Batch>> {
    if (this.#closed !== null) return { done: true, value: undefined }
    try {
      await this.#run.checkpoint()
      for (;;) {
        const result = await this.#pull()
        if (result.done === true) {
          await this.#close()
          return { done: true, value: undefined }
        }
        if (result.value.rowCount === 0) continue
        this.#run.metrics.add(METRIC.outputRows, result.value.rowCount)
        this.#run.metrics.add(METRIC.outputBatches, 1)
        return result
      }
    } catch (error) {
      // The first error is the one to tell; what fails while cleaning up after it is its consequence.
      await this.#close().catch(() => undefined)
      throw error
    }
  }

  async return(): Promise<IteratorResult<Batch>> {
    await this.#close()
    return { done: true, value: undefined }
  }

  async #pull(): Promise<IteratorResult<Batch>> {
    const run = this.#run
    const start = performance.now()
    const waited = run.waitedMs
    try {
      this.#batches ??= this.#start()[Symbol.asyncIterator]()
      return await this.#batches.next()
    } finally {
      run.metrics.add(METRIC.elapsedCompute, Math.max(0, Math.round((performance.now() - start - (run.waitedMs - waited)) * 1e6)))
    }
  }

  #close(): Promise<void> {
    this.#closed ??= this.#closeOnce()
    return this.#closed
  }

  async #closeOnce(): Promise<void> {
    try {
      await this.#batches?.return?.()
    } finally {
      await this.#run.close()
    }
  }
}
