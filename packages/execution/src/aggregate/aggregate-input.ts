/** From a batch of the input to what an aggregate state takes: keys, arguments, filters. */

import type { Batch, Vector } from '@artemis/arrow'
import { bitmapBytes } from '@artemis/arrow'
import type { AggregateCall, Column, EvaluationContext, ExactNumbers, Expression } from '@artemis/plan'
import { Scratch } from '../batch/scratch.js'
import { evaluateToVector } from '../expression/compile.js'
import type { CompiledExpression, ExpressionContext } from '../expression/compiled-expression.js'
import type { CompiledPredicate } from '../expression/predicate.js'
import { canThrow } from '../expression/properties.js'
import type { OperatorRun } from '../operator.js'
import type { AggregateRows, LaneValues } from './aggregate-state.js'
import { isOrdered, isSplittable, isTransient } from './lane.js'

interface LaneInput {
  readonly args: readonly CompiledExpression[]
  readonly order: readonly CompiledExpression[]
  readonly filter: CompiledPredicate | null
  /** Rows that the filter excludes must be taken out before the arguments are computed or kept. */
  readonly narrow: boolean
  /** The accumulator keeps numbers of a fixed width, so its arguments may lie in buffers that the next batch overwrites. */
  readonly transient: boolean
  /** The accumulator takes its one argument as numbers where that is possible. */
  readonly exact: boolean
}

/** Below this share of rows, arguments are computed for the rows that pass only. */
const SPARSE = 0.25

export class AggregateInput {
  readonly #keys: readonly CompiledExpression[]
  readonly #lanes: readonly LaneInput[]
  readonly #evaluation: EvaluationContext
  readonly #scratch = new Scratch()
  /** Programs of columns, so that aggregates of one column share its numbers. */
  readonly #columns = new Map<number, CompiledExpression>()
  readonly #numbers = new Map<CompiledExpression, ExactNumbers>()

  constructor(run: OperatorRun, groupBy: readonly Expression[], calls: readonly AggregateCall[], columns: readonly Column[]) {
    this.#evaluation = run.context.evaluation
    this.#keys = groupBy.map((key) => run.compile(key, columns))
    this.#lanes = calls.map((call) => ({
      args: call.arguments.map((argument) => this.#program(argument, run, columns)),
      order: isOrdered(call) ? call.orderBy.map((key) => run.compile(key.expression, columns)) : [],
      filter: call.filter === null ? null : run.compilePredicate(call.filter, columns),
      transient: isTransient(call),
      exact: isTransient(call) && call.function.acceptsExactNumbers === true,
      narrow: !isSplittable(call) || call.arguments.some((argument) => canThrow(argument, run.context.casts)),
    }))
  }

  /** The keys and arguments of a batch. Some lie in buffers that the next call overwrites. */
  rows(batch: Batch): AggregateRows {
    this.#scratch.reset()
    this.#numbers.clear()
    // Tables copy what they keep of a key, so keys may lie in scratch buffers.
    const context = { ...this.#evaluation, scratch: this.#scratch }
    const keys = this.#keys.map((key) => evaluateToVector(key, batch, context))
    return { keys, rowCount: batch.rowCount, lanes: this.#lanes.map((lane) => this.#values(lane, batch)) }
  }

  #values(lane: LaneInput, batch: Batch): LaneValues | null {
    const selection = lane.filter === null ? 'all' : lane.filter.evaluate(batch, this.#evaluation)
    if (selection === 'none') return null
    if (selection === 'all') return this.#evaluate(lane, batch, null, null)
    const dense = !lane.narrow && selection.length > batch.rowCount * SPARSE
    if (dense) return this.#evaluate(lane, batch, null, selectionBits(selection, batch.rowCount))
    return this.#evaluate(lane, batch.select(selection), selection, null)
  }

  #evaluate(lane: LaneInput, batch: Batch, selection: Int32Array | null, filter: Uint8Array | null): LaneValues {
    const context = lane.transient ? { ...this.#evaluation, scratch: this.#scratch } : this.#evaluation
    const values = (programs: readonly CompiledExpression[]): Vector[] =>
      programs.map((program) => evaluateToVector(program, batch, context))
    const numbers = lane.exact ? this.#exactNumbers(lane.args[0]!, batch, context, selection === null) : undefined
    if (numbers !== undefined) return { args: [], numbers, order: [], selection, filter }
    return { args: values(lane.args), numbers: null, order: values(lane.order), selection, filter }
  }

  #program(expression: Expression, run: OperatorRun, columns: readonly Column[]): CompiledExpression {
    if (expression.kind !== 'column') return run.compile(expression, columns)
    let program = this.#columns.get(expression.id)
    if (program === undefined) {
      program = run.compile(expression, columns)
      this.#columns.set(expression.id, program)
    }
    return program
  }

  #exactNumbers(program: CompiledExpression, batch: Batch, context: ExpressionContext, isWhole: boolean): ExactNumbers | undefined {
    const known = isWhole ? this.#numbers.get(program) : undefined
    if (known !== undefined) return known
    const numbers = program.numbers?.(batch, context)
    if (numbers !== undefined && isWhole) this.#numbers.set(program, numbers)
    return numbers
  }
}

function selectionBits(rows: Int32Array, n: number): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(n))
  for (let k = 0; k < rows.length; k++) bits[rows[k]! >>> 3]! |= 1 << (rows[k]! & 7)
  return bits
}
