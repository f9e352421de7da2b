/**
 * An aggregation that fits into any memory. Groups gather in memory; when the pool refuses more, all of them are written
 * to spill files, one for each partition of the keys' hashes, and memory starts empty again. In the end each partition
 * is read back and merged by itself: it holds 1/64 of the groups. A partition that is still too large is partitioned
 * again, by other bits of the hash.
 *
 *   rows ─▶ state ──refused──▶ states by partition ─▶ files ──▶ per partition: state ─▶ results
 *                                                                      └──refused──▶ 64 smaller partitions …
 *
 * A lane that keeps rows (DISTINCT, ORDER BY) writes these rows beside the states, with the keys of their groups.
 * Without GROUP BY there is one group, so there the rows of DISTINCT are partitioned by their own values.
 */

import type { Batch, DataType, Schema, Vector } from '@artemis/arrow'
import { field, take } from '@artemis/arrow'
import type { MemoryReservation } from '@artemis/plan'
import { resize, tryResize } from '../memory/memory-pool.js'
import type { OperatorRun } from '../operator.js'
import { PartitionedFiles } from '../spill/partitioned-files.js'
import type { AggregateShape } from './aggregate-state.js'
import { AggregateState } from './aggregate-state.js'
import { isOrdered, isSplittable, keptTypes } from './lane.js'

/** After this many times 64 partitions, groups that still do not fit together all have one hash, or memory is gone. */
const MAX_LEVEL = 5

/** Limits below this leave no room for a directly indexed array of keys. */
const DIRECT_INDEX_LIMIT = 64 * 1024 * 1024

export class SpillingAggregation {
  readonly #run: OperatorRun
  readonly #shape: AggregateShape
  readonly #level: number
  readonly #memory: MemoryReservation
  #state: AggregateState
  /** States of the groups, by partition; made at the first spill. */
  #groups: PartitionedFiles | null = null
  /** For each lane that keeps rows, these rows by partition. */
  readonly #rows = new Map<number, PartitionedFiles>()

  constructor(run: OperatorRun, shape: AggregateShape, level = 0) {
    this.#run = run
    this.#shape = shape
    this.#level = level
    this.#memory = run.reserve()
    this.#state = this.#emptyState()
  }

  get groupCount(): number {
    return this.#state.groupCount
  }

  /** Changes the state, then asks for the memory it took; writes all groups out when it is refused. */
  async add(change: (state: AggregateState) => void): Promise<void> {
    change(this.#state)
    await this.#account()
  }

  async *results(batchSize: number): AsyncGenerator<Vector[], void, undefined> {
    if (this.#groups === null && this.#rows.size === 0) {
      this.#complete()
      for (let start = 0; start < this.#state.groupCount; start += batchSize) {
        yield this.#state.results(start, Math.min(batchSize, this.#state.groupCount - start))
      }
    } else if (this.#shape.groupTypes.length === 0) {
      yield* this.#singleGroup()
    } else {
      await this.#spill()
      yield* this.#partitions(batchSize)
    }
    this.#memory.free()
  }

  /** Partial states instead of results; the lanes must all be plain. Memory that is refused is not spilled but handed on. */
  *drainStates(batchSize: number): Generator<Vector[], void, undefined> {
    this.#state.complete()
    for (let start = 0; start < this.#state.groupCount; start += batchSize) {
      yield this.#state.states(start, Math.min(batchSize, this.#state.groupCount - start))
    }
    this.#reset()
  }

  /** Changes the state and tells whether its memory was granted. */
  tryAdd(change: (state: AggregateState) => void): boolean {
    change(this.#state)
    return tryResize(this.#memory, this.#state.byteSize())
  }

  /** What lanes kept turns into accumulator state, which is smaller; a refusal here would come too late to help. */
  #complete(): void {
    this.#state.complete()
    tryResize(this.#memory, this.#state.byteSize())
  }

  async #account(): Promise<void> {
    if (tryResize(this.#memory, this.#state.byteSize())) return
    if (this.#level >= MAX_LEVEL) resize(this.#memory, this.#state.byteSize())
    await this.#spill()
  }

  #emptyState(): AggregateState {
    const maxDirectSlots = this.#run.context.memoryPool.limit < DIRECT_INDEX_LIMIT ? 0 : 1 << 18
    return new AggregateState(this.#shape, { evaluation: this.#run.context.evaluation, maxDirectSlots })
  }

  #reset(): void {
    this.#state = this.#emptyState()
    this.#memory.free()
  }

  async #spill(): Promise<void> {
    this.#run.spill.begin()
    if (this.#shape.groupTypes.length === 0) return this.#spillSingleGroup()
    const state = this.#state
    const keys = state.keys.keys(0, state.groupCount)
    for (const [index, lane] of state.lanes.entries()) {
      if (lane.kept === null) continue
      for (const { ids, columns } of lane.kept.chunks(this.#chunkRows)) {
        const rowKeys = keys.map((key) => take(key, ids))
        await this.#rowFiles(index).write([...rowKeys, ...columns], ids.length, rowKeys)
      }
    }
    this.#groups ??= this.#files(stateSchema(this.#shape))
    state.settle()
    for (let start = 0; start < state.groupCount; start += this.#chunkRows) {
      const length = Math.min(this.#chunkRows, state.groupCount - start)
      const columns = state.states(start, length)
      await this.#groups.write(columns, length, columns.slice(0, keys.length))
    }
    this.#reset()
  }

  /** Only the rows of DISTINCT can leave memory here; what is left must find room. */
  async #spillSingleGroup(): Promise<void> {
    for (const [index, lane] of this.#state.lanes.entries()) {
      if (lane.kept === null || isOrdered(lane.call)) continue
      for (const { ids, columns } of lane.kept.chunks(this.#chunkRows)) await this.#rowFiles(index).write(columns, ids.length, columns)
      lane.kept.clear()
    }
    resize(this.#memory, this.#state.byteSize())
  }

  /** Rows written at once: enough that each of the partitions gets a fair batch of them. */
  get #chunkRows(): number {
    return this.#run.context.batchSize * 4
  }

  #rowFiles(lane: number): PartitionedFiles {
    let files = this.#rows.get(lane)
    if (files === undefined) {
      files = this.#files(rowSchema(this.#shape, lane))
      this.#rows.set(lane, files)
    }
    return files
  }

  #files(schema: Schema): PartitionedFiles {
    return new PartitionedFiles(this.#run.spill, schema, this.#level)
  }

  /** Merges one partition after the other, each in an aggregation of its own. */
  async *#partitions(batchSize: number): AsyncGenerator<Vector[], void, undefined> {
    for (let partition = 0; partition < PartitionedFiles.COUNT; partition++) {
      const part = new SpillingAggregation(this.#run, this.#shape, this.#level + 1)
      if (this.#groups !== null) {
        for await (const batch of this.#groups.take(partition)) {
          await this.#run.checkpoint()
          await part.add((state) => mergeStates(state, this.#shape, batch))
        }
      }
      for (const [lane, files] of this.#rows) {
        for await (const batch of files.take(partition)) {
          await this.#run.checkpoint()
          await part.add((state) => mergeRows(state, this.#shape, lane, batch))
        }
      }
      yield* part.results(batchSize)
    }
  }

  /** The one group: the rows of each lane that wrote some are made distinct partition by partition. */
  async *#singleGroup(): AsyncGenerator<Vector[], void, undefined> {
    for (const [index, files] of this.#rows) {
      const lane = this.#state.lanes[index]!
      for (const { ids, columns } of lane.kept!.chunks(this.#chunkRows)) await files.write(columns, ids.length, columns)
      lane.kept!.clear()
      for (let partition = 0; partition < PartitionedFiles.COUNT; partition++) {
        await this.#applyValues(index, files, partition, this.#level + 1)
      }
    }
    this.#complete()
    yield this.#state.results(0, 1)
  }

  async #applyValues(index: number, files: PartitionedFiles, partition: number, level: number): Promise<void> {
    const { accumulator, kept } = this.#state.lanes[index]!
    let smaller: PartitionedFiles | null = null
    for await (const batch of files.take(partition)) {
      await this.#run.checkpoint()
      kept!.add(laneRows(this.#shape, index, batch.columns(), new Int32Array(batch.rowCount)))
      if (tryResize(this.#memory, this.#state.byteSize())) continue
      if (level >= MAX_LEVEL) resize(this.#memory, this.#state.byteSize())
      smaller ??= new PartitionedFiles(this.#run.spill, rowSchema(this.#shape, index), level)
      for (const { ids, columns } of kept!.chunks(this.#chunkRows)) await smaller.write(columns, ids.length, columns)
      kept!.clear()
      resize(this.#memory, this.#state.byteSize())
    }
    if (smaller === null) {
      kept!.applyTo(accumulator, 1)
      return
    }
    for (const { ids, columns } of kept!.chunks(this.#chunkRows)) await smaller.write(columns, ids.length, columns)
    kept!.clear()
    for (let part = 0; part < PartitionedFiles.COUNT; part++) await this.#applyValues(index, smaller, part, level + 1)
  }
}

function keyFields(shape: AggregateShape): ReturnType<typeof field>[] {
  return shape.groupTypes.map((type, i) => field(`key${i}`, type))
}

/** Keys, then the states of the plain lanes: what is written for each group, and what a partial aggregation puts out. */
export function stateSchema(shape: AggregateShape): Schema {
  const states = stateTypes(shape).map((type, i) => field(`state${i}`, type))
  return { fields: [...keyFields(shape), ...states] }
}

export function stateTypes(shape: AggregateShape): DataType[] {
  return shape.calls.filter(isSplittable).flatMap((call) => [...call.function.stateTypes])
}

function rowSchema(shape: AggregateShape, lane: number): Schema {
  return { fields: [...keyFields(shape), ...keptTypes(shape.calls[lane]!).map((type, i) => field(`value${i}`, type))] }
}

/** Merges rows of {@link stateSchema} into a state. */
export function mergeStates(state: AggregateState, shape: AggregateShape, batch: Batch): void {
  const columns = batch.columns()
  const ids = state.groupIds(columns.slice(0, shape.groupTypes.length), batch.rowCount)
  let position = shape.groupTypes.length
  for (const [index, call] of shape.calls.entries()) {
    if (!isSplittable(call)) continue
    const width = call.function.stateTypes.length
    state.merge(index, columns.slice(position, position + width), ids)
    position += width
  }
}

function mergeRows(state: AggregateState, shape: AggregateShape, lane: number, batch: Batch): void {
  const columns = batch.columns()
  const ids = state.groupIds(columns.slice(0, shape.groupTypes.length), batch.rowCount)
  state.update(lane, laneRows(shape, lane, columns.slice(shape.groupTypes.length), ids))
}

function laneRows(shape: AggregateShape, lane: number, columns: readonly Vector[], ids: Int32Array): { args: Vector[]; order: Vector[]; ids: Int32Array; filter: null } {
  const argumentCount = shape.calls[lane]!.arguments.length
  return { args: columns.slice(0, argumentCount), order: columns.slice(argumentCount), ids, filter: null }
}
