/** Which rows have been marked, one bit each. */

import { bitmapBytes, bitmapToSelection, getBit, notBitmap, setBit } from '@artemis/arrow'

export class RowMarks {
  readonly #bits: Uint8Array
  readonly #rowCount: number

  constructor(rowCount: number) {
    this.#bits = new Uint8Array(bitmapBytes(rowCount))
    this.#rowCount = rowCount
  }

  /** Marks the rows; -1 is no row. */
  mark(rows: Int32Array): void {
    const bits = this.#bits
    for (let k = 0; k < rows.length; k++) if (rows[k]! >= 0) bits[rows[k]! >>> 3]! |= 1 << (rows[k]! & 7)
  }

  /** Marks the rows and returns the first that was marked before, or -1. Rows that come twice count as marked. */
  markOnce(rows: Int32Array): number {
    for (let k = 0; k < rows.length; k++) {
      if (getBit(this.#bits, rows[k]!)) return rows[k]!
      setBit(this.#bits, rows[k]!)
    }
    return -1
  }

  has(row: number): boolean {
    return getBit(this.#bits, row)
  }

  /** The bitmap itself. */
  get bits(): Uint8Array {
    return this.#bits
  }

  marked(): Int32Array {
    return bitmapToSelection(this.#bits, this.#rowCount)
  }

  unmarked(): Int32Array {
    return bitmapToSelection(notBitmap(this.#bits, this.#rowCount), this.#rowCount)
  }
}
