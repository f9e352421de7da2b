/** Gathering a column into scratch buffers. */

import type { Vector } from '@artemis/arrow'
import { alignedWords, bitmapBytes, dictionaryVector, fixedVector, int32Words, primitiveVector, take } from '@artemis/arrow'
import type { GatherSource } from './gathered-batch.js'
import type { Scratch } from './scratch.js'

/** The column of a source; its values lie in `scratch` where they have to be copied and the layout is a plain one. */
export function gatherColumn(source: GatherSource, scratch: Scratch): Vector {
  const vector = source.vector()
  const { rows } = source
  if (rows === null) return vector
  const isPlain = vector.layout === 'primitive' || vector.layout === 'dictionary' || (vector.layout === 'fixed' && vector.byteWidth === 16)
  if (source.mayMiss || !isPlain) return take(vector, rows, source.mayMiss)
  const validity = vector.validity === null ? null : gatherBits(vector.validity, rows)
  if (vector.layout === 'dictionary') {
    const codes = scratch.int32(rows.length)
    gatherInt32(vector.codes, rows, codes)
    return dictionaryVector(codes, vector.dictionary, { validity })
  }
  if (vector.layout === 'fixed') {
    const out = scratch.int32(rows.length * 4)
    gatherWords4(alignedWords(vector.values), rows, out)
    return fixedVector(vector.type, rows.length, new Uint8Array(out.buffer, out.byteOffset, out.byteLength), { validity })
  }
  const { values, type } = vector
  const out = scratch.allocate(type, rows.length)
  if (values instanceof Float64Array) gatherFloat64(values, rows, out as Float64Array)
  else if (values instanceof Int32Array) gatherInt32(values, rows, out as Int32Array)
  else if (values instanceof BigInt64Array || values instanceof BigUint64Array) gatherWords(int32Words(values), rows, int32Words(out))
  else return take(vector, rows)
  return primitiveVector(type, out, { validity })
}

/** The bits of rows, as a bitmap. */
export function gatherBits(bits: Uint8Array, rows: Int32Array): Uint8Array {
  const out = new Uint8Array(bitmapBytes(rows.length))
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!
    out[k >>> 3]! |= ((bits[row >>> 3]! >>> (row & 7)) & 1) << (k & 7)
  }
  return out
}

function gatherFloat64(values: Float64Array, rows: Int32Array, out: Float64Array): void {
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]!]!
}
function gatherInt32(values: Int32Array, rows: Int32Array, out: Int32Array): void {
  for (let k = 0; k < rows.length; k++) out[k] = values[rows[k]!]!
}
function gatherWords(words: Int32Array, rows: Int32Array, out: Int32Array): void {
  for (let k = 0; k < rows.length; k++) {
    const from = rows[k]! * 2
    out[2 * k] = words[from]!
    out[2 * k + 1] = words[from + 1]!
  }
}
function gatherWords4(words: Int32Array, rows: Int32Array, out: Int32Array): void {
  for (let k = 0; k < rows.length; k++) {
    const from = rows[k]! * 4
    const to = k * 4
    out[to] = words[from]!
    out[to + 1] = words[from + 1]!
    out[to + 2] = words[from + 2]!
    out[to + 3] = words[from + 3]!
  }
}
