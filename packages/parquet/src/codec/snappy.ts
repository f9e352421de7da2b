/**
 * Snappy's raw format (https://github.com/google/snappy/blob/main/format_description.txt). WebAssembly wins on pages
 * that compress; a page that hardly does is a few long literals, and plain JavaScript copies those faster than it could
 * move them in and out of WebAssembly memory.
 */

import { snappyCompressor, snappyUncompressor } from 'hysnappy'

const PLAIN_PATH_RATIO = 0.985
const LONG_LITERAL = 64

let wasmUncompress: ((input: Uint8Array, outputLength: number) => Uint8Array) | undefined
let wasmCompress: ((input: Uint8Array) => Uint8Array) | undefined

let scratch = new Uint8Array(0)

/** Throws a plain Error for damaged input. The result may be scratch memory, valid until the next call. */
export function uncompressSnappy(input: Uint8Array, length: number): Uint8Array {
  const declared = declaredLength(input)
  if (declared.length !== length) throw new Error(`Snappy data declares ${declared.length} bytes, the page header ${length}`)
  if (length === 0) return new Uint8Array(0)
  if (input.length > length * PLAIN_PATH_RATIO) {
    if (scratch.length < length) scratch = new Uint8Array(length * 2)
    const output = scratch.subarray(0, length)
    uncompressInto(input, declared.start, output)
    return output
  }
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

/** Uncompresses the elements from `start` on; `output` must be filled exactly. */
export function uncompressInto(input: Uint8Array, start: number, output: Uint8Array): void {
  const inputEnd = input.length
  const outputEnd = output.length
  let from = start
  let to = 0
  while (from < inputEnd) {
    const tag = input[from++]!
    const kind = tag & 3
    if (kind === 0) {
      let count = (tag >>> 2) + 1
      if (count > 60) {
        const bytes = count - 60
        if (from + bytes > inputEnd) throw new Error('Snappy data ends in a literal')
        count = 0
        for (let i = 0; i < bytes; i++) count += input[from + i]! * 2 ** (8 * i)
        count++
        from += bytes
      }
      if (from + count > inputEnd || to + count > outputEnd) throw new Error('a Snappy literal is too long')
      if (count > LONG_LITERAL) {
        output.set(input.subarray(from, from + count), to)
        from += count
        to += count
      } else {
        const end = to + count
        while (to < end) output[to++] = input[from++]!
      }
      continue
    }
    let count: number
    let distance: number
    if (kind === 1) {
      count = ((tag >>> 2) & 7) + 4
      distance = ((tag >>> 5) << 8) | (input[from] ?? 0)
      from += 1
    } else if (kind === 2) {
      count = (tag >>> 2) + 1
      distance = (input[from] ?? 0) | ((input[from + 1] ?? 0) << 8)
      from += 2
    } else {
      count = (tag >>> 2) + 1
      distance =
        ((input[from] ?? 0) | ((input[from + 1] ?? 0) << 8) | ((input[from + 2] ?? 0) << 16) | ((input[from + 3] ?? 0) << 24)) >>> 0
      from += 4
    }
    if (distance === 0 || distance > to || to + count > outputEnd) throw new Error('a Snappy copy leaves the data')
    const end = to + count
    let source = to - distance
    while (to < end) output[to++] = output[source++]!
  }
  if (to !== outputEnd || from !== inputEnd) throw new Error(`Snappy data ends after ${to} of ${outputEnd} bytes`)
}
