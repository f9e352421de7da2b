/** From a batch of the input to what an aggregate state takes: keys, arguments, filters. */

import type { Batch, DataType, Vector } from '@artemis/arrow'
import { bitmapBytes, physicalKind } from '@artemis/arrow'
import type { AggregateCall, Column, EvaluationContext, Expression } from '@artemis/plan'
import { Scratch } from '../batch/scratch.js'
import { evaluateToVector } from '../expression/compile.js'
import type { CompiledExpression } from '../expression/compiled-expression.js'
import type { CompiledPredicate } from '../expression/predicate.js'
import { canThrow } from '../expression/properties.js'
import type { OperatorRun } from '../operator.js'
import type { AggregateState } from './aggregate-state.js'
import { isOrdered, isSplittable } from './lane.js'
import type { LaneRows } from './lane.js'

interface LaneInput {
  readonly args: readonly CompiledExpression[]
  readonly order: readonly CompiledExpression[]
  readonly filter: CompiledPredicate | null
  /** Rows that the filter excludes must be taken out before the arguments are computed or kept. */
  readonly narrow: boolean
  /** The accumulator keeps numbers of a fixed width, so its arguments may lie in buffers that the next batch overwrites. */
  readonly transient: boolean
}

/** Below this share of rows, arguments are computed for the rows that pass only. */
const SPARSE = 0.25

export class AggregateInput {
  readonly #keys: readonly CompiledExpression[]
  readonly #lanes: readonly LaneInput[]
  readonly #evaluation: EvaluationContext
  readonly #scratch = new Scratch()

  constructor(run: OperatorRun, groupBy: readonly Expression[], calls: readonly AggregateCall[], columns: readonly Column[]) {
    this.#evaluation = run.context.evaluation
    this.#keys = groupBy.map((key) => run.compile(key, columns))
    this.#lanes = calls.map((call) => ({
      args: call.arguments.map((argument) => run.compile(argument, columns)),
      order: isOrdered(call) ? call.orderBy.map((key) => run.compile(key.expression, columns)) : [],
      filter: call.filter === null ? null : run.compilePredicate(call.filter, columns),
      transient: isSplittable(call) && call.function.stateTypes.every(isFixedWidth),
      narrow: !isSplittable(call) || call.arguments.some((argument) => canThrow(argument, run.context.casts)),
    }))
  }

  /** Adds the rows of a batch to the groups. */
  addTo(state: AggregateState, batch: Batch): void {
    this.#scratch.reset()
    // Tables copy what they keep of a key, so keys may lie in scratch buffers.
    const keys = this.#keys.map((key) => evaluateToVector(key, batch, { ...this.#evaluation, scratch: this.#scratch }))
    const ids = state.groupIds(keys, batch.rowCount)
    for (const [index, lane] of this.#lanes.entries()) {
      const rows = this.#rows(lane, batch, ids)
      if (rows !== null) state.update(index, rows)
    }
  }

  #rows(lane: LaneInput, batch: Batch, ids: Int32Array): LaneRows | null {
    const selection = lane.filter === null ? 'all' : lane.filter.evaluate(batch, this.#evaluation)
    if (selection === 'none') return null
    if (selection === 'all') return this.#evaluate(lane, batch, ids, null)
    if (!lane.narrow && selection.length > batch.rowCount * SPARSE) return this.#evaluate(lane, batch, ids, selectionBits(selection, batch.rowCount))
    const chosen = new Int32Array(selection.length)
    for (let k = 0; k < chosen.length; k++) chosen[k] = ids[selection[k]!]!
    return this.#evaluate(lane, batch.select(selection), chosen, null)
  }

  #evaluate(lane: LaneInput, batch: Batch, ids: Int32Array, filter: Uint8Array | null): LaneRows {
    const context = lane.transient ? { ...this.#evaluation, scratch: this.#scratch } : this.#evaluation
    const values = (programs: readonly CompiledExpression[]): Vector[] => programs.map((program) => evaluateToVector(program, batch, context))
    return { args: values(lane.args), order: values(lane.order), ids, filter }
  }
}

function isFixedWidth(type: DataType): boolean {
  const kind = physicalKind(type)
  return kind === 'primitive' || kind === 'fixed' || kind === 'boolean'
}

function selectionBits(rows: Int32Array, n: number): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(n))
  for (let k = 0; k < rows.length; k++) bits[rows[k]! >>> 3]! |= 1 << (rows[k]! & 7)
  return bits
}
