import type { DataType, Vector } from '@artemis/arrow'
import { concatVectors, int32, primitiveVector, sortToIndices, take } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { GroupsAccumulator, SortKey } from '@artemis/plan'
import { createKeyTable } from '../hash/key-table.js'
import { RetainedBytes } from '../memory/retained-bytes.js'
import type { KeptRows, LaneRows } from './lane.js'

interface Part {
  readonly ids: Int32Array
  readonly columns: readonly Vector[]
}

const CHUNK_ROWS = 16_384

/** The rows of an aggregate with ORDER BY, kept as they come and sorted at the end. */
export class OrderedRows implements KeptRows {
  readonly #keys: readonly SortKey[]
  readonly #argumentCount: number
  /** The argument types when duplicates are to be left out as well. */
  readonly #distinctTypes: readonly DataType[] | null
  #parts: Part[] = []
  #bytes = 0
  #retained = new RetainedBytes()

  constructor(keys: readonly SortKey[], argumentCount: number, distinctTypes: readonly DataType[] | null) {
    this.#keys = keys
    this.#argumentCount = argumentCount
    this.#distinctTypes = distinctTypes
  }

  byteSize(): number {
    return this.#bytes
  }

  add(rows: LaneRows): void {
    assert(rows.filter === null, 'ordered rows are filtered before')
    if (rows.ids.length === 0) return
    const part = { ids: rows.ids.slice(), columns: [...rows.args, ...rows.order] }
    this.#parts.push(part)
    this.#bytes += part.ids.byteLength + this.#retained.addVectors(part.columns)
  }

  *chunks(): Iterable<Part> {
    yield* this.#parts
  }

  applyTo(accumulator: GroupsAccumulator, groupCount: number): void {
    if (this.#parts.length > 0) {
      const columns = this.#parts[0]!.columns.map((_, k) => concatVectors(this.#parts.map((part) => part.columns[k]!)))
      const ids = concatIds(this.#parts)
      const sortColumns = this.#keys.map((key, k) => ({
        vector: columns[this.#argumentCount + k]!,
        descending: key.descending,
        nullsFirst: key.nullsFirst,
      }))
      const sorted = sortToIndices(sortColumns, ids.length)
      this.#applyRows(accumulator, groupCount, columns, ids, this.#withoutDuplicates(columns, ids, sorted))
    }
    this.clear()
  }

  clear(): void {
    this.#parts = []
    this.#bytes = 0
    this.#retained = new RetainedBytes()
  }

  #applyRows(accumulator: GroupsAccumulator, groupCount: number, columns: readonly Vector[], ids: Int32Array, rows: Int32Array): void {
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      const chunk = rows.subarray(start, start + CHUNK_ROWS)
      const args = columns.slice(0, this.#argumentCount).map((column) => take(column, chunk))
      accumulator.update(
        args,
        chunk.map((row) => ids[row]!),
        groupCount,
        null,
      )
    }
  }

  #withoutDuplicates(columns: readonly Vector[], ids: Int32Array, sorted: Int32Array): Int32Array {
    if (this.#distinctTypes === null) return sorted
    const table = createKeyTable([int32, ...this.#distinctTypes])
    const keys = [primitiveVector(int32, ids), ...columns.slice(0, this.#argumentCount)].map((column) => take(column, sorted))
    const found = new Int32Array(sorted.length)
    table.insert(keys, sorted.length, found)
    let next = 0
    // Ids are given in row order, so a row is the first of its key exactly when its id is the next one.
    return sorted.filter((_, i) => {
      const first = found[i] === next
      if (first) next++
      return first
    })
  }
}

function concatIds(parts: readonly Part[]): Int32Array {
  const out = new Int32Array(parts.reduce((sum, part) => sum + part.ids.length, 0))
  let position = 0
  for (const part of parts) {
    out.set(part.ids, position)
    position += part.ids.length
  }
  return out
}
