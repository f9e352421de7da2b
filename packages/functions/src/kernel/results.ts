/**
 * Result vectors of row-wise kernels: for functions whose work per row (strings, calendars) outweighs an indirect call.
 * Numeric kernels write their own loops, see loops.ts.
 */

import type { DataType, PrimitiveValues, Scalar, Vector } from '@artemis/arrow'
import {
  allSet,
  allocatePrimitive,
  bitmapBytes,
  booleanVector,
  bytesVector,
  clearBit,
  list,
  listVector,
  MAX_OFFSET,
  primitiveVector,
  tooLarge,
  utf8,
  vectorBuilder,
} from '@artemis/arrow'
import type { KernelInput } from './input.js'
import { isRowValid } from './input.js'

/** Validity of the result while rows turn out NULL: starts as the input's, copied at the first extra NULL. */
export class ResultValidity {
  bitmap: Uint8Array | null
  #owned = false
  readonly #rowCount: number

  constructor(input: KernelInput) {
    this.bitmap = input.validity
    this.#rowCount = input.rowCount
  }

  setNull(row: number): void {
    if (!this.#owned) {
      this.bitmap = this.bitmap === null ? allSet(this.#rowCount) : this.bitmap.slice(0, bitmapBytes(this.#rowCount))
      this.#owned = true
    }
    clearBit(this.bitmap!, row)
  }
}

/** Text of `compute(row)` for each valid row; null gives NULL. */
export function textResult(input: KernelInput, compute: (row: number) => string | null, type: DataType = utf8): Vector {
  const { rowCount, validity } = input
  const result = new ResultValidity(input)
  const parts: string[] = new Array<string>(rowCount)
  for (let i = 0; i < rowCount; i++) {
    if (!isRowValid(validity, i)) {
      parts[i] = ''
      continue
    }
    const value = compute(i)
    if (value === null) result.setNull(i)
    parts[i] = value ?? ''
  }
  return textVector(parts, result.bitmap, type)
}

/** A text vector of strings; what stands under a null must be the empty string. */
export function textVector(parts: readonly string[], validity: Uint8Array | null, type: DataType = utf8): Vector {
  const offsets = new Int32Array(parts.length + 1)
  let size = 0
  for (let i = 0; i < parts.length; i++) {
    size += parts[i]!.length
    offsets[i + 1] = size
  }
  if (size > MAX_OFFSET / 3) throw tooLarge(type)
  const data = Buffer.from(parts.join(''), 'utf8')
  // Only text beyond ASCII has more bytes than code units; then the offsets are counted again in bytes.
  if (data.length !== size) {
    let end = 0
    for (let i = 0; i < parts.length; i++) {
      end += Buffer.byteLength(parts[i]!, 'utf8')
      offsets[i + 1] = end
    }
  }
  return bytesVector(type, offsets, data, { validity })
}

/** Lists of text of `compute(row)` for each valid row. An element that is null is NULL. */
export function textListResult(input: KernelInput, compute: (row: number) => readonly (string | null)[] | null): Vector {
  const { rowCount, validity } = input
  const result = new ResultValidity(input)
  const elements: (string | null)[] = []
  const offsets = new Int32Array(rowCount + 1)
  for (let i = 0; i < rowCount; i++) {
    if (isRowValid(validity, i)) {
      const parts = compute(i)
      if (parts === null) result.setNull(i)
      else for (const part of parts) elements.push(part)
    }
    offsets[i + 1] = elements.length
  }
  return listVector(list(utf8), offsets, textElements(elements), { validity: result.bitmap })
}

function textElements(elements: readonly (string | null)[]): Vector {
  let validity: Uint8Array | null = null
  const parts = elements.map((element, i) => {
    if (element !== null) return element
    validity ??= allSet(elements.length)
    clearBit(validity, i)
    return ''
  })
  return textVector(parts, validity)
}

/** Bytes of `compute(row)` for each valid row; null gives NULL. */
export function binaryResult(input: KernelInput, type: DataType, compute: (row: number) => Uint8Array | null): Vector {
  const { rowCount, validity } = input
  const result = new ResultValidity(input)
  const offsets = new Int32Array(rowCount + 1)
  const parts: Uint8Array[] = []
  let size = 0
  for (let i = 0; i < rowCount; i++) {
    const value = isRowValid(validity, i) ? compute(i) : null
    if (value !== null) {
      parts.push(value)
      size += value.length
    } else if (isRowValid(validity, i)) result.setNull(i)
    if (size > MAX_OFFSET) throw tooLarge(type)
    offsets[i + 1] = size
  }
  return bytesVector(type, offsets, Buffer.concat(parts, size), { validity: result.bitmap })
}

/** Numbers of `compute(row)` for each valid row, in a type of number representation; null gives NULL. */
export function numberResult(input: KernelInput, type: DataType, compute: (row: number) => number | null): Vector {
  const { rowCount, validity } = input
  const result = new ResultValidity(input)
  const values = allocatePrimitive(type, rowCount) as Exclude<PrimitiveValues, BigInt64Array | BigUint64Array>
  for (let i = 0; i < rowCount; i++) {
    if (!isRowValid(validity, i)) continue
    const value = compute(i)
    if (value === null) result.setNull(i)
    else values[i] = value
  }
  return primitiveVector(type, values, { validity: result.bitmap })
}

/** Whole numbers of `compute(row)`, each exact in a double, as 64-bit integers. */
export function int64Result(input: KernelInput, type: DataType, compute: (row: number) => number | null): Vector {
  const { rowCount, validity } = input
  const result = new ResultValidity(input)
  const values = new BigInt64Array(rowCount)
  const words = new Int32Array(values.buffer)
  for (let i = 0; i < rowCount; i++) {
    if (!isRowValid(validity, i)) continue
    const value = compute(i)
    if (value === null) {
      result.setNull(i)
      continue
    }
    words[2 * i] = value
    words[2 * i + 1] = Math.floor(value / 4294967296)
  }
  return primitiveVector(type, type.kind === 'uint64' ? new BigUint64Array(values.buffer) : values, { validity: result.bitmap })
}

/** Booleans of `compute(row)` for each valid row; null gives NULL. */
export function booleanResult(input: KernelInput, compute: (row: number) => boolean | null): Vector {
  const { rowCount, validity } = input
  const result = new ResultValidity(input)
  const bits = new Uint8Array(bitmapBytes(rowCount))
  for (let i = 0; i < rowCount; i++) {
    if (!isRowValid(validity, i)) continue
    const value = compute(i)
    if (value === null) result.setNull(i)
    else if (value) bits[i >>> 3]! |= 1 << (i & 7)
  }
  return booleanVector(rowCount, bits, { validity: result.bitmap })
}

/** Values of any type through a builder: for rare functions only. */
export function scalarResult(input: KernelInput, type: DataType, compute: (row: number) => Scalar): Vector {
  const builder = vectorBuilder(type, input.rowCount)
  for (let i = 0; i < input.rowCount; i++) builder.append(isRowValid(input.validity, i) ? compute(i) : null)
  return builder.finish()
}
