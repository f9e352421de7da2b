/** Rows written to one of 64 files by the hash of their key, so that rows of one key meet again in one file. */

import type { Schema, Vector } from '@artemis/arrow'
import { Batch, decodeDictionary, hashColumns, take } from '@artemis/arrow'
import type { OperatorSpill } from './operator-spill.js'
import type { SpillFile } from './spill-file.js'

const PARTITION_BITS = 6
const PARTITIONS = 1 << PARTITION_BITS

export class PartitionedFiles {
  static readonly COUNT = PARTITIONS
  readonly #spill: OperatorSpill
  readonly #schema: Schema
  /** Files below a partition use other bits of the hash than the files that they came from. */
  readonly #level: number
  readonly #files: (SpillFile | undefined)[] = []

  constructor(spill: OperatorSpill, schema: Schema, level: number) {
    this.#spill = spill
    this.#schema = schema
    this.#level = level
  }

  /** Writes rows to the files of their partitions: rows whose `keys` are equal always to the same one. */
  async write(columns: readonly Vector[], rowCount: number, keys: readonly Vector[]): Promise<void> {
    const hashes = new Int32Array(rowCount)
    hashColumns(keys, hashes)
    const { rows, starts } = partitionRows(hashes, this.#level)
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const chosen = rows.subarray(starts[partition]!, starts[partition + 1]!)
      if (chosen.length === 0) continue
      this.#files[partition] ??= await this.#spill.createFile(this.#schema)
      await this.#spill.append(this.#files[partition]!, new Batch(this.#schema, chosen.length, takeRows(columns, chosen)))
    }
  }

  /** Closes all files until they are read. */
  async rest(): Promise<void> {
    for (const file of this.#files) await file?.rest()
  }

  /** The rows of a partition, whose file is removed after the last one. */
  async *take(partition: number): AsyncGenerator<Batch, void, undefined> {
    const file = this.#files[partition]
    if (file === undefined) return
    yield* file.read()
    await file.remove()
    this.#files[partition] = undefined
  }
}

/** A dictionary is written with every batch, so it must not be much larger than the rows. */
function takeRows(columns: readonly Vector[], rows: Int32Array): Vector[] {
  return columns.map((column) => {
    const chosen = take(column, rows)
    return chosen.layout === 'dictionary' ? decodeDictionary(chosen) : chosen
  })
}

/** Row numbers by partition: those of partition p are `rows[starts[p] .. starts[p + 1])`. */
export function partitionRows(hashes: Int32Array, level: number): { rows: Int32Array; starts: Int32Array } {
  const partitions = new Uint8Array(hashes.length)
  const starts = new Int32Array(PARTITIONS + 1)
  for (let i = 0; i < hashes.length; i++) {
    const partition = partitionOf(hashes[i]!, level)
    partitions[i] = partition
    starts[partition + 1]!++
  }
  for (let p = 0; p < PARTITIONS; p++) starts[p + 1]! += starts[p]!
  const next = starts.slice()
  const rows = new Int32Array(hashes.length)
  for (let i = 0; i < hashes.length; i++) rows[next[partitions[i]!]!++] = i
  return { rows, starts }
}

/** The partition of a hash; other levels use other bits of it. */
export function partitionOf(hash: number, level: number): number {
  let x = Math.imul(hash ^ Math.imul(level + 1, 0x9e3779b1), 0x85ebca6b)
  x ^= x >>> 13
  return Math.imul(x, 0xc2b2ae35) >>> (32 - PARTITION_BITS)
}
