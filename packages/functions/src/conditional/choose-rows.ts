/** Putting a column together from rows of several: what all functions that choose between arguments end in. */

import type { DataType, Datum, Vector } from '@artemis/arrow'
import { concatVectors, constantVector, decodeDictionary, nullsOf, take } from '@artemis/arrow'

/**
 * For each row the value of the argument whose index stands in `choice`, or NULL for -1. The arguments are of one type.
 */
export function chooseRows(type: DataType, args: readonly Datum[], choice: Int32Array): Vector {
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

function partOf(type: DataType, arg: Datum): Vector {
  if (arg.kind === 'scalar') return arg.value === null ? nullsOf(type, 1) : decodeDictionary(constantVector(type, arg.value, 1))
  return arg.vector.layout === 'null' ? nullsOf(type, arg.vector.length) : arg.vector
}

/** The validity bits of an argument: null when no row is NULL. */
export function validityOf(arg: Datum, rowCount: number): Uint8Array | null {
  if (arg.kind === 'vector') return arg.vector.validity
  return arg.value === null ? new Uint8Array((rowCount + 7) >>> 3) : null
}
