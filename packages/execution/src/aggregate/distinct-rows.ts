import type { DataType, PrimitiveVector, Vector } from '@artemis/arrow'
import { int32, primitiveVector } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { GroupsAccumulator } from '@artemis/plan'
import type { KeyTable } from '../hash/key-table.js'
import { createKeyTable } from '../hash/key-table.js'
import type { KeptRows, LaneRows } from './lane.js'

const CHUNK_ROWS = 16_384

/** The arguments of a DISTINCT aggregate, once for each group: a key table over (group id, arguments). */
export class DistinctRows implements KeptRows {
  readonly #types: readonly DataType[]
  /** Whether the group id is part of the key. */
  readonly #grouped: boolean
  #table: KeyTable
  #scratch = new Int32Array(0)

  constructor(types: readonly DataType[], grouped: boolean) {
    this.#types = types
    this.#grouped = grouped
    this.#table = this.#emptyTable()
  }

  byteSize(): number {
    return this.#table.byteSize()
  }

  add(rows: LaneRows): void {
    assert(rows.filter === null, 'distinct rows are filtered before')
    const count = rows.ids.length
    if (this.#scratch.length < count) this.#scratch = new Int32Array(count)
    const keys = this.#grouped ? [primitiveVector(int32, rows.ids.slice()), ...rows.args] : rows.args
    this.#table.insert(keys, count, this.#scratch)
  }

  *chunks(chunkRows: number): Iterable<{ ids: Int32Array; columns: Vector[] }> {
    for (let start = 0; start < this.#table.size; start += chunkRows) {
      const length = Math.min(chunkRows, this.#table.size - start)
      const keys = this.#table.keys(start, length)
      if (this.#grouped) yield { ids: (keys[0] as PrimitiveVector).values as Int32Array, columns: keys.slice(1) }
      else yield { ids: new Int32Array(length), columns: keys }
    }
  }

  applyTo(accumulator: GroupsAccumulator, groupCount: number): void {
    for (const { ids, columns } of this.chunks(CHUNK_ROWS)) accumulator.update(columns, ids, groupCount, null)
    this.clear()
  }

  clear(): void {
    this.#table = this.#emptyTable()
  }

  #emptyTable(): KeyTable {
    return createKeyTable(this.#grouped ? [int32, ...this.#types] : this.#types)
  }
}
