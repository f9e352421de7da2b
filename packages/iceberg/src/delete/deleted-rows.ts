/** The deleted rows of one data file: a bit for each row, so that a million rows take 125 kB whatever is deleted. */
import { bitmapBytes, countSet, getBit, setBit } from '@artemis/arrow'

export class DeletedRows {
  readonly rowCount: number
  readonly #bitmap: Uint8Array

  /** @param rowCount rows of the data file */
  constructor(rowCount: number) {
    this.rowCount = rowCount
    this.#bitmap = new Uint8Array(bitmapBytes(rowCount))
  }

  /** Bytes held, for memory accounting. */
  get byteSize(): number {
    return this.#bitmap.byteLength
  }

  /** How many rows are deleted. */
  get count(): number {
    return countSet(this.#bitmap, this.rowCount)
  }

  has(position: number): boolean {
    return position < this.rowCount && getBit(this.#bitmap, position)
  }

  /** Deletes a row. A position beyond the file deletes nothing: such deletes are allowed, and mean nothing. */
  add(position: number): void {
    if (position >= 0 && position < this.rowCount) setBit(this.#bitmap, position)
  }

  addAll(positions: ArrayLike<number>): void {
    for (let i = 0; i < positions.length; i++) this.add(positions[i]!)
  }

  /** Rows of `[start, start + length)` that are not deleted, counted from `start`; undefined when none is deleted. */
  survivors(start: number, length: number): Int32Array | undefined {
    const kept = new Int32Array(length)
    let count = 0
    for (let i = 0; i < length; i++) {
      kept[count] = i
      count += this.#alive(start + i)
    }
    return count === length ? undefined : kept.slice(0, count)
  }

  /**
   * Indexes into `positions` of the rows that are not deleted, where a position counts from row `start` of the file;
   * undefined when none is deleted. For readers that pruned pages or filtered rows already.
   */
  survivorsOf(positions: Int32Array, start: number): Int32Array | undefined {
    const kept = new Int32Array(positions.length)
    let count = 0
    for (let i = 0; i < positions.length; i++) {
      kept[count] = i
      count += this.#alive(start + positions[i]!)
    }
    return count === positions.length ? undefined : kept.slice(0, count)
  }

  #alive(position: number): 0 | 1 {
    return (((this.#bitmap[position >>> 3] ?? 0) >>> (position & 7)) & 1) === 1 ? 0 : 1
  }
}
