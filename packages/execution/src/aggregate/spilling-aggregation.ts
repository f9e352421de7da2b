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
import type { AggregateRows, AggregateShape } from './aggregate-state.js'
import { AggregateState } from './aggregate-state.js'
import { isOrdered, isSplittable, keptTypes } from './lane.js'
import { isPartitionable, PARTITION_GROUPS, partitionBufferBytes, PartitionedState } from './partitioned-state.js'

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
  /** Takes the place of `#state` when there are very many groups. */
  #partitioned: PartitionedState | null = null
  #partitionable: boolean
  /** States of the groups, by partition; made at the first spill. */
  #groups: PartitionedFiles | null = null
  /** For each lane that keeps rows, these rows by partition. */
  readonly #rows = new Map<number, PartitionedFiles>()

  constructor(run: OperatorRun, shape: AggregateShape, level = 0) {
    this.#run = run
    this.#shape = shape
    this.#level = level
    this.#memory = run.reserve()
    this.#partitionable = level === 0 && isPartitionable(shape)
    this.#state = this.#emptyState()
  }

  /** Adds rows, then asks for the memory they took; writes all groups out when it is refused. */
  async add(rows: AggregateRows): Promise<void> {
    if (this.#partitioned !== null) this.#partitioned.add(rows)
    else this.#state.add(rows)
    if (!this.#account()) await this.#spill()
    else this.#partitionWhenLarge()
  }

  /** Adds rows of {@link stateSchema}. */
  async merge(batch: Batch): Promise<void> {
    this.#state.mergeColumns(this.#shape, batch.columns(), batch.rowCount)
    if (!this.#account()) await this.#spill()
  }

  /** Adds rows without spilling, and tells whether their memory was granted. */
  tryAdd(rows: AggregateRows): boolean {
    this.#state.add(rows)
    return tryResize(this.#memory, this.#state.byteSize())
  }

  async *results(batchSize: number): AsyncGenerator<Vector[], void, undefined> {
    // The rows in the partitions' buffers make the last groups, which may be one too many.
    this.#partitioned?.flush()
    if (this.#partitioned !== null && !this.#account()) await this.#spill()
    if (this.#groups === null && this.#rows.size === 0) yield* this.#inMemory(batchSize)
    else if (this.#shape.groupTypes.length === 0) yield* this.#singleGroup()
    else {
      await this.#spill()
      yield* this.#partitions(batchSize)
    }
    this.#memory.free()
  }

  /** Partial states of all groups, which are forgotten; the lanes must all be plain. */
  *drainStates(batchSize: number): Generator<Vector[], void, undefined> {
    this.#state.settle()
    yield* this.#state.stateChunks(batchSize)
    this.#reset()
  }

  *#inMemory(batchSize: number): Generator<Vector[], void, undefined> {
    this.#complete()
    yield* this.#partitioned === null ? this.#state.resultChunks(batchSize) : this.#partitioned.results(batchSize)
  }

  /** What lanes kept turns into accumulator state, which is smaller; a refusal here would come too late to help. */
  #complete(): void {
    const state = this.#partitioned ?? this.#state
    state.complete()
    tryResize(this.#memory, state.byteSize())
  }

  /** Asks for the memory of the state as it is now. At the last level there is nothing else to try, so a refusal throws. */
  #account(): boolean {
    const bytes = (this.#partitioned ?? this.#state).byteSize()
    if (tryResize(this.#memory, bytes)) return true
    if (this.#level >= MAX_LEVEL) resize(this.#memory, bytes)
    return false
  }

  #partitionWhenLarge(): void {
    if (this.#partitioned !== null || !this.#partitionable || this.#state.groupCount < PARTITION_GROUPS) return
    // Both hold the groups while they move over.
    if (!this.#memory.tryGrow(partitionBufferBytes(this.#shape) + this.#state.byteSize())) {
      this.#partitionable = false
      return
    }
    this.#partitioned = new PartitionedState(this.#shape, { evaluation: this.#run.context.evaluation, maxDirectSlots: 0 })
    this.#partitioned.takeOver(this.#state, this.#chunkRows)
    this.#state = this.#emptyState()
    this.#account()
  }

  #emptyState(): AggregateState {
    const maxDirectSlots = this.#run.context.memoryPool.limit < DIRECT_INDEX_LIMIT ? 0 : 1 << 18
    return new AggregateState(this.#shape, { evaluation: this.#run.context.evaluation, maxDirectSlots })
  }

  #reset(): void {
    this.#state = this.#emptyState()
    this.#partitioned = null
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
        await this.#run.checkpoint()
        const rowKeys = keys.map((key) => take(key, ids))
        await this.#rowFiles(index).write([...rowKeys, ...columns], ids.length, rowKeys)
      }
    }
    this.#groups ??= this.#files(stateSchema(this.#shape))
    if (this.#partitioned === null) state.settle()
    else this.#partitioned.complete()
    for (const columns of (this.#partitioned ?? state).stateChunks(this.#chunkRows)) {
      await this.#run.checkpoint()
      await this.#groups.write(columns, columns[0]!.length, columns.slice(0, keys.length))
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
    await this.#groups?.rest()
    for (const files of this.#rows.values()) await files.rest()
    for (let partition = 0; partition < PartitionedFiles.COUNT; partition++) {
      const part = new SpillingAggregation(this.#run, this.#shape, this.#level + 1)
      if (this.#groups !== null) {
        for await (const batch of this.#groups.take(partition)) {
          await this.#run.checkpoint()
          await part.merge(batch)
        }
      }
      for (const [lane, files] of this.#rows) {
        for await (const batch of files.take(partition)) {
          await this.#run.checkpoint()
          await part.#addKept(lane, batch)
        }
      }
      yield* part.results(batchSize)
    }
  }

  async #addKept(lane: number, batch: Batch): Promise<void> {
    this.#state.addKept(this.#shape, lane, batch.columns(), batch.rowCount)
    if (!this.#account()) await this.#spill()
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
      this.#state.addKept(this.#shape, index, batch.columns(), batch.rowCount)
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
