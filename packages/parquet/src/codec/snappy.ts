/**
 * Snappy's raw format (https://github.com/google/snappy/blob/main/format_description.txt). WebAssembly wins on pages
 * that compress; a page that hardly does is a few long literals, and plain JavaScript copies those faster than it could
 * move them in and out of WebAssembly memory.
 */

import { snappyCompressor, snappyUncompressor } from 'hysnappy'

const PLAIN_PATH_RATIO = 0.985
const LONG_LITERAL = 32

let wasmUncompress: ((input: Uint8Array, outputLength: number) => Uint8Array) | undefined
let wasmCompress: ((input: Uint8Array) => Uint8Array) | undefined

let scratch = new Uint8Array(0)

/** Throws a plain Error for damaged input. The result may be scratch memory, valid until the next call. */
export function uncompressSnappy(input: Uint8Array, length: number): Uint8Array {
  const declared = declaredLength(input)
  if (declared.length !== length) throw new Error(`Snappy data declares ${declared.length} bytes, the page header ${length}`)
  if (length === 0) return new Uint8Array(0)
  if (input.length > length * PLAIN_PATH_RATIO) return uncompressPlain(input, declared.start, length)
  wasmUncompress ??= snappyUncompressor()
  return wasmUncompress(input, length)
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

/**
 * Uncompresses the elements from `start` on. The input is copied behind the output into one buffer, so that literals move
 * by `copyWithin`: a view for each of them would be garbage that outweighs the data.
 */
export function uncompressPlain(input: Uint8Array, start: number, length: number): Uint8Array {
  const inputEnd = length + input.length
  if (scratch.length < inputEnd) scratch = new Uint8Array(inputEnd + (inputEnd >>> 2))
  const bytes = scratch
  bytes.set(input, length)
  let from = length + start
  let to = 0
  while (from < inputEnd) {
    const tag = bytes[from++]!
    const kind = tag & 3
    if (kind === 0) {
      let count = (tag >>> 2) + 1
      if (count > 60) {
        const width = count - 60
        if (from + width > inputEnd) throw new Error('Snappy data ends in a literal')
        count = 0
        for (let i = 0; i < width; i++) count += bytes[from + i]! * 2 ** (8 * i)
        count++
        from += width
      }
      if (from + count > inputEnd || to + count > length) throw new Error('a Snappy literal is too long')
      const end = to + count
      if (count > LONG_LITERAL) {
        bytes.copyWithin(to, from, from + count)
        from += count
        to = end
      } else while (to < end) bytes[to++] = bytes[from++]!
      continue
    }
    const width = kind === 3 ? 4 : kind
    if (from + width > inputEnd) throw new Error('Snappy data ends in a copy')
    let count = (tag >>> 2) + 1
    let distance: number
    if (kind === 1) {
      count = ((tag >>> 2) & 7) + 4
      distance = ((tag >>> 5) << 8) | bytes[from]!
    } else if (kind === 2) distance = bytes[from]! | (bytes[from + 1]! << 8)
    else distance = (bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16) | (bytes[from + 3]! << 24)) >>> 0
    from += width
    if (distance === 0 || distance > to || to + count > length) throw new Error('a Snappy copy leaves the data')
    const end = to + count
    let source = to - distance
    while (to < end) bytes[to++] = bytes[source++]!
  }
  if (to !== length) throw new Error(`Snappy data ends after ${to} of ${length} bytes`)
  return bytes.subarray(0, length)
}
