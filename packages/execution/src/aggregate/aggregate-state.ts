/** Groups in memory: their keys, and one lane for each aggregate. */

import type { DataType, Vector } from '@artemis/arrow'
import type { AggregateCall, EvaluationContext, ExactNumbers } from '@artemis/plan'
import type { KeyTable } from '../hash/key-table.js'
import { createKeyTable } from '../hash/key-table.js'
import type { Lane, LaneRows } from './lane.js'
import { createLane, settle } from './lane.js'

/** What is grouped by and what is computed, without where it comes from. */
export interface AggregateShape {
  readonly groupTypes: readonly DataType[]
  readonly calls: readonly AggregateCall[]
}

/** The input of an aggregation for some rows. */
export interface AggregateRows {
  readonly keys: readonly Vector[]
  readonly rowCount: number
  /** By aggregate; null where no row passes its filter. */
  readonly lanes: readonly (LaneValues | null)[]
}

/** The arguments of one aggregate, for all rows or for those of a selection. */
export interface LaneValues {
  readonly args: readonly Vector[]
  /** Takes the place of the one argument in `args`, for accumulators that accept it. */
  readonly numbers: ExactNumbers | null
  readonly order: readonly Vector[]
  readonly selection: Int32Array | null
  /** Only rows whose bit is set count; given only without a selection. */
  readonly filter: Uint8Array | null
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

  add(rows: AggregateRows): void {
    const ids = this.#groupIds(rows.keys, rows.rowCount)
    for (const [index, lane] of rows.lanes.entries()) {
      if (lane === null) continue
      const { args, numbers, order, selection, filter } = lane
      const laneIds = selection === null ? ids : pick(ids, selection)
      if (numbers === null) this.#update(index, { args, order, ids: laneIds, filter })
      else this.lanes[index]!.accumulator.updateExact!(numbers, laneIds, this.groupCount, filter)
    }
  }

  /** Merges keys, then partial states of the plain lanes, as `states` gives them. */
  mergeColumns(shape: AggregateShape, columns: readonly Vector[], rowCount: number): void {
    const ids = this.#groupIds(columns.slice(0, shape.groupTypes.length), rowCount)
    let position = shape.groupTypes.length
    for (const { call, kept, accumulator } of this.lanes) {
      if (kept !== null) continue
      const width = call.function.stateTypes.length
      accumulator.merge(columns.slice(position, position + width), ids, this.groupCount)
      position += width
    }
  }

  /** Takes keys and kept rows of one lane back, as they were written. */
  addKept(shape: AggregateShape, index: number, columns: readonly Vector[], rowCount: number): void {
    const keyCount = shape.groupTypes.length
    const argumentEnd = keyCount + shape.calls[index]!.arguments.length
    const ids = this.#groupIds(columns.slice(0, keyCount), rowCount)
    this.#update(index, { args: columns.slice(keyCount, argumentEnd), order: columns.slice(argumentEnd), ids, filter: null })
  }

  /** The group of each row, new groups included. Valid until the next call. */
  #groupIds(keys: readonly Vector[], rowCount: number): Int32Array {
    if (this.#ids.length < rowCount) this.#ids = new Int32Array(rowCount)
    this.keys.insert(keys, rowCount, this.#ids)
    return this.#ids.subarray(0, rowCount)
  }

  #update(index: number, rows: LaneRows): void {
    const { kept, accumulator } = this.lanes[index]!
    if (kept !== null) kept.add(rows)
    else accumulator.update(rows.args, rows.ids, this.groupCount, rows.filter)
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

  *resultChunks(chunkRows: number): Generator<Vector[], void, undefined> {
    for (let start = 0; start < this.groupCount; start += chunkRows) yield this.results(start, Math.min(chunkRows, this.groupCount - start))
  }

  *stateChunks(chunkRows: number): Generator<Vector[], void, undefined> {
    for (let start = 0; start < this.groupCount; start += chunkRows) yield this.states(start, Math.min(chunkRows, this.groupCount - start))
  }
}

function pick(ids: Int32Array, rows: Int32Array): Int32Array {
  const out = new Int32Array(rows.length)
  for (let k = 0; k < out.length; k++) out[k] = ids[rows[k]!]!
  return out
}
