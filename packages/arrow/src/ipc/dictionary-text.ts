/** Dictionary codes of text as plain text: what most columns of a result need before they go out. */

import { MAX_OFFSET, tooLarge } from '../offsets.js'
import type { BytesVector, DictionaryVector } from '../vector.js'
import { bytesVector } from '../vector.js'

/** Values up to this length are copied as words. */
const SLOT_BYTES = 16
const SLOT_WORDS = SLOT_BYTES / 4

/** The values of the codes, one after another; a null takes no room, whatever its code. */
export function decodeText(vector: DictionaryVector, dictionary: BytesVector): BytesVector {
  const { codes, validity } = vector
  const offsets = plainOffsets(vector, dictionary)
  const size = offsets[codes.length]!
  // Beyond the end lies room for a word-wise copy of the last value.
  const out = new Uint8Array(size + SLOT_BYTES)
  const longest = longestValue(dictionary)
  if (longest <= SLOT_BYTES && dictionary.length <= codes.length) {
    const slots = paddedSlots(dictionary)
    if (longest <= SLOT_BYTES / 2) copyHalfSlots(slots, codes, validity, offsets, new DataView(out.buffer))
    else copySlots(slots, codes, validity, offsets, new DataView(out.buffer))
  } else copyValues(dictionary, codes, offsets, out)
  return bytesVector(vector.type, offsets, out.subarray(0, size), vector)
}

/** Summed as doubles: many copies of a long value can pass what int32 offsets address. */
function plainOffsets({ codes, validity, type }: DictionaryVector, { offsets }: BytesVector): Int32Array {
  const out = new Int32Array(codes.length + 1)
  let size = 0
  for (let i = 0; i < codes.length; i++) {
    if (validity === null || ((validity[i >>> 3]! >>> (i & 7)) & 1) === 1) {
      const code = codes[i]!
      size += offsets[code + 1]! - offsets[code]!
    }
    out[i + 1] = size
  }
  if (size > MAX_OFFSET) throw tooLarge(type)
  return out
}

function longestValue({ offsets, length }: BytesVector): number {
  let longest = 0
  for (let i = 0; i < length; i++) longest = Math.max(longest, offsets[i + 1]! - offsets[i]!)
  return longest
}

/** Each value in a slot of its own, with zeros behind it. */
function paddedSlots({ offsets, data, length }: BytesVector): Int32Array {
  const slots = new Uint8Array(length * SLOT_BYTES)
  for (let i = 0; i < length; i++) {
    const start = offsets[i]!
    const end = offsets[i + 1]!
    for (let from = start, to = i * SLOT_BYTES; from < end; from++, to++) slots[to] = data[from]!
  }
  return new Int32Array(slots.buffer)
}

// A value's slot is written whole; the next value overwrites what lies behind it.

function copyHalfSlots(slots: Int32Array, codes: Int32Array, validity: Uint8Array | null, offsets: Int32Array, out: DataView): void {
  for (let i = 0; i < codes.length; i++) {
    if (validity !== null && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const from = codes[i]! * SLOT_WORDS
    const to = offsets[i]!
    out.setInt32(to, slots[from]!, true)
    out.setInt32(to + 4, slots[from + 1]!, true)
  }
}

function copySlots(slots: Int32Array, codes: Int32Array, validity: Uint8Array | null, offsets: Int32Array, out: DataView): void {
  for (let i = 0; i < codes.length; i++) {
    if (validity !== null && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const from = codes[i]! * SLOT_WORDS
    const to = offsets[i]!
    out.setInt32(to, slots[from]!, true)
    out.setInt32(to + 4, slots[from + 1]!, true)
    out.setInt32(to + 8, slots[from + 2]!, true)
    out.setInt32(to + 12, slots[from + 3]!, true)
  }
}

function copyValues({ offsets, data }: BytesVector, codes: Int32Array, outOffsets: Int32Array, out: Uint8Array): void {
  for (let i = 0; i < codes.length; i++) {
    const to = outOffsets[i]!
    const count = outOffsets[i + 1]! - to
    if (count === 0) continue
    const from = offsets[codes[i]!]!
    if (count > 48) out.set(data.subarray(from, from + count), to)
    else for (let k = 0; k < count; k++) out[to + k] = data[from + k]!
  }
}
