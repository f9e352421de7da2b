/**
 * Buffers that are used again for every batch. A fresh buffer costs far more than filling it: its memory is cold, and
 * zeroed, and collected later. Only values that nobody keeps beyond the batch may lie here: arguments on their way into
 * an accumulator, and keys on their way into a table.
 */

import type { Batch, DataType, PrimitiveValues, Vector } from '@artemis/arrow'
import { allocatePrimitive } from '@artemis/arrow'

type NumericArray = new (buffer: ArrayBuffer, offset: number, length: number) => PrimitiveValues

export class Scratch {
  readonly #buffers: ArrayBuffer[] = []
  #used = 0
  readonly #columns = new Map<Batch, Vector[]>()

  /** An array of the class that the type's values have; what it holds is left over from earlier. */
  allocate(type: DataType, length: number): PrimitiveValues {
    const { constructor, BYTES_PER_ELEMENT } = allocatePrimitive(type, 0)
    return new (constructor as NumericArray)(this.#buffer(length * BYTES_PER_ELEMENT), 0, length)
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.#buffer(length * 4), 0, length)
  }

  /** The batch's column of this index, made once until the next `reset`. */
  column(batch: Batch, index: number, make: () => Vector): Vector {
    let columns = this.#columns.get(batch)
    if (columns === undefined) {
      columns = []
      this.#columns.set(batch, columns)
    }
    return (columns[index] ??= make())
  }

  /** Begins a new batch: all arrays given out before may be overwritten. */
  reset(): void {
    this.#used = 0
    this.#columns.clear()
  }

  #buffer(bytes: number): ArrayBuffer {
    const index = this.#used++
    let buffer = this.#buffers[index]
    if (buffer === undefined || buffer.byteLength < bytes) {
      buffer = new ArrayBuffer(Math.max(64, bytes + (bytes >>> 2)))
      this.#buffers[index] = buffer
    }
    return buffer
  }
}
