/** Putting a column together from rows of several: what all functions that choose between arguments end in. */

import type { DataType, Datum, Vector } from '@artemis/arrow'
import {
  allocatePrimitive,
  bitmapBytes,
  byteWidth,
  concatVectors,
  constantVector,
  decodeDictionary,
  int32Words,
  nullsOf,
  physicalKind,
  primitiveVector,
  take,
} from '@artemis/arrow'
import { assert } from '@artemis/errors'

/**
 * For each row the value of the argument whose index stands in `choice`, or NULL for -1. The arguments are of one type.
 */
export function chooseRows(type: DataType, args: readonly Datum[], choice: Int32Array): Vector {
  if (physicalKind(type) === 'primitive' && byteWidth(type) >= 4) return chooseWords(type, args, choice)
  const rowCount = choice.length
  const parts: Vector[] = []
  const starts = new Int32Array(args.length)
  const strides = new Int32Array(args.length)
  let start = 0
  args.forEach((arg, i) => {
    const part = partOf(type, arg)
    starts[i] = start
    strides[i] = arg.kind === 'vector' ? 1 : 0
    parts.push(part)
    start += part.length
  })
  const positions = new Int32Array(rowCount)
  for (let i = 0; i < rowCount; i++) {
    const index = choice[i]!
    positions[i] = index < 0 ? -1 : starts[index]! + i * strides[index]!
  }
  return take(concatVectors(parts), positions, true)
}

/** Numbers of 4 and 8 bytes are copied as words, argument by argument. */
function chooseWords(type: DataType, args: readonly Datum[], choice: Int32Array): Vector {
  const values = allocatePrimitive(type, choice.length)
  const out = int32Words(values)
  const bits = new Uint8Array(bitmapBytes(choice.length))
  args.forEach((arg, k) => {
    const part = partOf(type, arg)
    assert(part.layout === 'primitive', `a ${part.layout} vector where numbers are wanted`)
    if (part.nullCount === part.length) return
    const stride = arg.kind === 'vector' ? 1 : 0
    if (out.length === choice.length) copyWords(int32Words(part.values), stride, choice, k, out)
    else copyPairs(int32Words(part.values), stride, choice, k, out)
    markValid(part.validity, choice, k, bits)
  })
  return primitiveVector(type, values, { validity: bits })
}

function copyWords(words: Int32Array, stride: 0 | 1, choice: Int32Array, k: number, out: Int32Array): void {
  for (let i = 0; i < choice.length; i++) if (choice[i] === k) out[i] = words[i * stride]!
}

function copyPairs(words: Int32Array, stride: 0 | 1, choice: Int32Array, k: number, out: Int32Array): void {
  for (let i = 0; i < choice.length; i++) {
    if (choice[i] !== k) continue
    out[2 * i] = words[2 * i * stride]!
    out[2 * i + 1] = words[2 * i * stride + 1]!
  }
}

function markValid(validity: Uint8Array | null, choice: Int32Array, k: number, bits: Uint8Array): void {
  for (let i = 0; i < choice.length; i++) {
    if (choice[i] === k && (validity === null || ((validity[i >>> 3]! >>> (i & 7)) & 1) === 1)) bits[i >>> 3]! |= 1 << (i & 7)
  }
}

function partOf(type: DataType, arg: Datum): Vector {
  if (arg.kind === 'scalar') return arg.value === null ? nullsOf(type, 1) : decodeDictionary(constantVector(type, arg.value, 1))
  return arg.vector.layout === 'null' ? nullsOf(type, arg.vector.length) : arg.vector
}

/** The validity bits of an argument: null when no row is NULL. */
export function validityOf(arg: Datum, rowCount: number): Uint8Array | null {
  if (arg.kind === 'vector') return arg.vector.validity
  return arg.value === null ? new Uint8Array((rowCount + 7) >>> 3) : null
}
