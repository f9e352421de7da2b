/** Snappy's raw format (https://github.com/google/snappy/blob/main/format_description.txt). */

import { snappyCompressor } from 'hysnappy'
import type { SnappyModule } from './snappy-module.js'
import { SNAPPY_DAMAGE, instantiateSnappy } from './snappy-module.js'

const WASM_PAGE = 65_536
/** What the module may read and write beyond the ends. */
const SLACK = 16

let wasm: SnappyModule | undefined
let wasmCompress: ((input: Uint8Array) => Uint8Array) | undefined

/** Throws a plain Error for damaged input. The result is scratch memory, valid until the next call. */
export function uncompressSnappy(input: Uint8Array, length: number): Uint8Array {
  const declared = declaredLength(input)
  if (declared.length !== length) throw new Error(`Snappy data declares ${declared.length} bytes, the page header ${length}`)
  if (length === 0) return new Uint8Array(0)
  wasm ??= instantiateSnappy()
  const start = length + SLACK
  const end = start + input.length
  const missing = end + SLACK - wasm.memory.buffer.byteLength
  if (missing > 0) wasm.memory.grow(Math.ceil(missing / WASM_PAGE))
  const { buffer } = wasm.memory
  new Uint8Array(buffer, start, input.length).set(input)
  const damage = wasm.uncompress(start + declared.start, end, 0, length)
  if (damage !== 0) throw new Error(SNAPPY_DAMAGE[damage])
  return new Uint8Array(buffer, 0, length)
}

export function compressSnappy(input: Uint8Array): Uint8Array {
  if (input.length === 0) return Uint8Array.of(0)
  wasmCompress ??= snappyCompressor()
  return wasmCompress(input)
}

function declaredLength(input: Uint8Array): { readonly length: number; readonly start: number } {
  let length = 0
  for (let start = 0; start < 5; start++) {
    const byte = input[start]
    if (byte === undefined) break
    length += (byte & 127) * 2 ** (7 * start)
    if (byte < 128) return { length, start: start + 1 }
  }
  throw new Error('Snappy data has no length')
}
