/** Groups in memory: their keys, and one lane for each aggregate. */

import type { DataType, Vector } from '@artemis/arrow'
import type { AggregateCall, EvaluationContext } from '@artemis/plan'
import type { KeyTable } from '../hash/key-table.js'
import { createKeyTable } from '../hash/key-table.js'
import type { Lane, LaneRows } from './lane.js'
import { createLane, settle } from './lane.js'

/** What is grouped by and what is computed, without where it comes from. */
export interface AggregateShape {
  readonly groupTypes: readonly DataType[]
  readonly calls: readonly AggregateCall[]
}

export interface AggregateStateOptions {
  readonly evaluation: EvaluationContext
  /** See {@link KeyTableOptions.maxDirectSlots}. */
  readonly maxDirectSlots: number
}

export class AggregateState {
  readonly keys: KeyTable
  readonly lanes: readonly Lane[]
  #ids = new Int32Array(0)

  constructor(shape: AggregateShape, options: AggregateStateOptions) {
    this.keys = createKeyTable(shape.groupTypes, { maxDirectSlots: options.maxDirectSlots })
    this.lanes = shape.calls.map((call) => createLane(call, shape.groupTypes.length > 0, options.evaluation))
  }

  get groupCount(): number {
    return this.keys.size
  }

  byteSize(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.accumulator.byteSize() + (lane.kept?.byteSize() ?? 0), this.keys.byteSize())
  }

  /** The group of each row, new groups included. Valid until the next call. */
  groupIds(keys: readonly Vector[], rowCount: number): Int32Array {
    if (this.#ids.length < rowCount) this.#ids = new Int32Array(rowCount)
    this.keys.insert(keys, rowCount, this.#ids)
    return this.#ids.subarray(0, rowCount)
  }

  /** Gives a lane its rows, whose groups must be known. */
  update(index: number, rows: LaneRows): void {
    const { kept, accumulator } = this.lanes[index]!
    if (kept !== null) kept.add(rows)
    else accumulator.update(rows.args, rows.ids, this.groupCount, rows.filter)
  }

  /** Gives a plain lane partial states of groups that are known. */
  merge(index: number, states: readonly Vector[], ids: Int32Array): void {
    this.lanes[index]!.accumulator.merge(states, ids, this.groupCount)
  }

  /** Applies the rows that lanes have kept. Afterwards `results` may be asked for. */
  complete(): void {
    for (const lane of this.lanes) lane.kept?.applyTo(lane.accumulator, this.groupCount)
    this.settle()
  }

  /** Makes all accumulators know all groups. Afterwards `states` may be asked for. */
  settle(): void {
    for (const lane of this.lanes) settle(lane, this.groupCount)
  }

  /** Keys and results of groups `[start, start + length)`. */
  results(start: number, length: number): Vector[] {
    return [...this.keys.keys(start, length), ...this.lanes.map((lane) => lane.accumulator.finish(start, length))]
  }

  /** Keys and the partial states of the plain lanes of groups `[start, start + length)`. */
  states(start: number, length: number): Vector[] {
    const plain = this.lanes.filter((lane) => lane.kept === null)
    return [...this.keys.keys(start, length), ...plain.flatMap((lane) => lane.accumulator.state(start, length))]
  }
}
