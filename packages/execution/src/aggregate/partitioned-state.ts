/**
 * Groups in 64 states by the hash of their key. With very many groups, random access to one large table and its
 * accumulators misses every cache. Here rows are first dealt out to buffers, one for each partition, and a buffer that
 * is full is aggregated as a whole: its partition's table and accumulators are small enough to stay near meanwhile.
 *
 *   batch ─hash─▶ 64 buffers of 16k rows ─full─▶ the partition's AggregateState
 *
 * Only for numbers without NULL, in layouts that can be dealt out by plain loops; other batches are split and added at
 * once. The order of rows of a group changes, so aggregates must not depend on it.
 */

import type { PrimitiveValues, Vector } from '@artemis/arrow'
import { allocatePrimitive, decodeDictionary, hashColumns, int32Words, physicalKind, primitiveVector, take } from '@artemis/arrow'
import { PartitionedFiles, partitionOf, partitionRows } from '../spill/partitioned-files.js'
import type { AggregateRows, AggregateShape, AggregateStateOptions, LaneValues } from './aggregate-state.js'
import { AggregateState } from './aggregate-state.js'
import { isTransient } from './lane.js'

const PARTITIONS = PartitionedFiles.COUNT
const BUFFER_ROWS = 16_384

/** Groups in one state from which on partitions pay off. */
export const PARTITION_GROUPS = 1 << 17

/** Whether an aggregation can move to partitions at all. */
export function isPartitionable(shape: AggregateShape): boolean {
  const isNumber = (type: AggregateShape['groupTypes'][number]): boolean => physicalKind(type) === 'primitive'
  return (
    shape.groupTypes.length > 0 &&
    shape.groupTypes.every(isNumber) &&
    shape.calls.every(
      (call) =>
        isTransient(call) &&
        !call.function.orderSensitive &&
        call.filter === null &&
        call.arguments.every((argument) => isNumber(argument.type)),
    )
  )
}

/** Bytes of the buffers, which are there from the start. */
export function partitionBufferBytes(shape: AggregateShape): number {
  const types = [...shape.groupTypes, ...shape.calls.flatMap((call) => call.arguments.map((argument) => argument.type))]
  return types.reduce((sum, type) => sum + allocatePrimitive(type, 1).BYTES_PER_ELEMENT, 0) * PARTITIONS * BUFFER_ROWS
}

export class PartitionedState {
  readonly #shape: AggregateShape
  readonly #states: readonly AggregateState[]
  /** One array for each key and argument column; partition p has places from `p * BUFFER_ROWS` on. */
  readonly #buffers: readonly PrimitiveValues[]
  readonly #filled = new Int32Array(PARTITIONS)
  #hashes = new Int32Array(0)
  #places = new Int32Array(0)

  constructor(shape: AggregateShape, options: AggregateStateOptions) {
    this.#shape = shape
    this.#states = Array.from({ length: PARTITIONS }, () => new AggregateState(shape, { ...options, maxDirectSlots: 0 }))
    const types = [...shape.groupTypes, ...shape.calls.flatMap((call) => call.arguments.map((argument) => argument.type))]
    this.#buffers = types.map((type) => allocatePrimitive(type, PARTITIONS * BUFFER_ROWS))
  }

  byteSize(): number {
    const states = this.#states.reduce((sum, state) => sum + state.byteSize(), 0)
    return this.#buffers.reduce((sum, buffer) => sum + buffer.byteLength, states)
  }

  /** Takes over the groups of a state. */
  takeOver(state: AggregateState, chunkRows: number): void {
    const keyCount = this.#shape.groupTypes.length
    state.settle()
    for (let start = 0; start < state.groupCount; start += chunkRows) {
      const columns = state.states(start, Math.min(chunkRows, state.groupCount - start))
      this.#eachPartition(columns.slice(0, keyCount), (partition, rows) => {
        const chosen = columns.map((column) => take(column, rows))
        this.#states[partition]!.mergeColumns(this.#shape, chosen, rows.length)
      })
    }
  }

  add(rows: AggregateRows): void {
    const columns = [...rows.keys, ...rows.lanes.flatMap((lane) => lane?.args ?? [])].map(decodeDictionary)
    const plain =
      columns.length === this.#buffers.length && columns.every((column) => column.layout === 'primitive' && column.nullCount === 0)
    if (!plain) return this.#addAtOnce(rows)
    for (let start = 0; start < rows.rowCount; start += BUFFER_ROWS) {
      this.#deal(columns, rows.keys, start, Math.min(BUFFER_ROWS, rows.rowCount - start))
    }
  }

  /** Aggregates what is left in the buffers. */
  flush(): void {
    for (let partition = 0; partition < PARTITIONS; partition++) this.#flush(partition)
  }

  /** Afterwards `results` and `states` may be asked for. */
  complete(): void {
    this.flush()
    for (const state of this.#states) state.complete()
  }

  *results(batchSize: number): Generator<Vector[], void, undefined> {
    for (const state of this.#states) yield* state.resultChunks(batchSize)
  }

  *stateChunks(chunkRows: number): Generator<Vector[], void, undefined> {
    for (const state of this.#states) yield* state.stateChunks(chunkRows)
  }

  #addAtOnce(rows: AggregateRows): void {
    this.#eachPartition(rows.keys, (partition, chosen) => {
      const lanes = rows.lanes.map((lane): LaneValues | null =>
        lane === null ? null : { ...lane, args: lane.args.map((arg) => take(arg, chosen)) },
      )
      this.#states[partition]!.add({ keys: rows.keys.map((key) => take(key, chosen)), rowCount: chosen.length, lanes })
    })
  }

  #eachPartition(keys: readonly Vector[], visit: (partition: number, rows: Int32Array) => void): void {
    const hashes = new Int32Array(keys[0]!.length)
    hashColumns(keys, hashes)
    const { rows, starts } = partitionRows(hashes, 0)
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const chosen = rows.subarray(starts[partition]!, starts[partition + 1]!)
      if (chosen.length > 0) visit(partition, chosen)
    }
  }

  /** Deals rows `[start, start + count)` out to the buffers, aggregating those that would overflow first. */
  #deal(columns: readonly Vector[], keys: readonly Vector[], start: number, count: number): void {
    const total = keys[0]!.length
    if (this.#hashes.length < total) {
      this.#hashes = new Int32Array(total)
      this.#places = new Int32Array(total)
    }
    // The hashes of all rows are there once the first ones were dealt.
    if (start === 0) hashColumns(keys, this.#hashes)
    const counts = countPartitions(this.#hashes, start, count)
    for (let partition = 0; partition < PARTITIONS; partition++) {
      if (this.#filled[partition]! + counts[partition]! > BUFFER_ROWS) this.#flush(partition)
    }
    assignPlaces(this.#hashes, start, count, this.#filled, this.#places)
    for (const [k, column] of columns.entries()) {
      if (column.layout === 'primitive') scatter(column.values, start, count, this.#places, this.#buffers[k]!)
    }
  }

  #flush(partition: number): void {
    const count = this.#filled[partition]!
    if (count === 0) return
    this.#filled[partition] = 0
    const start = partition * BUFFER_ROWS
    let column = 0
    const slice = (type: AggregateShape['groupTypes'][number]): Vector =>
      primitiveVector(type, this.#buffers[column++]!.subarray(start, start + count))
    const keys = this.#shape.groupTypes.map(slice)
    const lanes = this.#shape.calls.map((call): LaneValues => ({
      args: call.arguments.map((argument) => slice(argument.type)),
      numbers: null,
      order: [],
      selection: null,
      filter: null,
    }))
    this.#states[partition]!.add({ keys, rowCount: count, lanes })
  }
}

function countPartitions(hashes: Int32Array, start: number, count: number): Int32Array {
  const counts = new Int32Array(PARTITIONS)
  for (let i = start; i < start + count; i++) counts[partitionOf(hashes[i]!, 0)]!++
  return counts
}

function assignPlaces(hashes: Int32Array, start: number, count: number, filled: Int32Array, places: Int32Array): void {
  for (let i = start; i < start + count; i++) {
    const partition = partitionOf(hashes[i]!, 0)
    places[i] = partition * BUFFER_ROWS + filled[partition]!++
  }
}

function scatter(values: PrimitiveValues, start: number, count: number, places: Int32Array, out: PrimitiveValues): void {
  if (values instanceof Float64Array) scatterFloat64(values, start, count, places, out as Float64Array)
  else if (values instanceof Int32Array) scatterInt32(values, start, count, places, out as Int32Array)
  else if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    scatterWords(int32Words(values), start, count, places, int32Words(out))
  else scatterOther(values as Int16Array, start, count, places, out as Int16Array)
}

function scatterFloat64(values: Float64Array, start: number, count: number, places: Int32Array, out: Float64Array): void {
  for (let i = start; i < start + count; i++) out[places[i]!] = values[i]!
}
function scatterInt32(values: Int32Array, start: number, count: number, places: Int32Array, out: Int32Array): void {
  for (let i = start; i < start + count; i++) out[places[i]!] = values[i]!
}
function scatterWords(words: Int32Array, start: number, count: number, places: Int32Array, out: Int32Array): void {
  for (let i = start; i < start + count; i++) {
    const to = places[i]! * 2
    out[to] = words[2 * i]!
    out[to + 1] = words[2 * i + 1]!
  }
}
/** Narrow integers and single floats, which are rare as keys of very many groups. */
function scatterOther(values: Int16Array, start: number, count: number, places: Int32Array, out: Int16Array): void {
  for (let i = start; i < start + count; i++) out[places[i]!] = values[i]!
}
