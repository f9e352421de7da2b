/**
 * LZ4 blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md), bare as LZ4_RAW has them, or in Hadoop's
 * frames of big-endian sizes, as the older LZ4 codec may have them.
 */

/** Throws a plain Error for damaged input. */
export function uncompressLz4Raw(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length)
  const end = uncompressBlock(input, output, 0)
  if (end !== length) throw new Error(`LZ4 data ends after ${end} of ${length} bytes`)
  return output
}

/** Tries Hadoop's frames first; data that is not so framed is a bare block. */
export function uncompressLz4(input: Uint8Array, length: number): Uint8Array {
  return uncompressHadoop(input, length) ?? uncompressLz4Raw(input, length)
}

function uncompressHadoop(input: Uint8Array, length: number): Uint8Array | undefined {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const output = new Uint8Array(length)
  let from = 0
  let to = 0
  while (from + 8 <= input.length) {
    const uncompressed = view.getUint32(from)
    const compressed = view.getUint32(from + 4)
    from += 8
    if (from + compressed > input.length || to + uncompressed > length) return undefined
    try {
      if (uncompressBlock(input.subarray(from, from + compressed), output, to) !== to + uncompressed) return undefined
    } catch {
      return undefined
    }
    from += compressed
    to += uncompressed
  }
  return from === input.length && to === length ? output : undefined
}

/** Uncompresses one block to `output` from `start` on, and returns where it ends. */
function uncompressBlock(input: Uint8Array, output: Uint8Array, start: number): number {
  let from = 0
  let to = start
  const extended = (count: number): number => {
    let total = count
    if (count !== 15) return total
    for (;;) {
      const byte = input[from++]
      if (byte === undefined) throw new Error('LZ4 data ends in a length')
      total += byte
      if (byte !== 255) return total
    }
  }
  while (from < input.length) {
    const token = input[from++]!
    const literals = extended(token >>> 4)
    if (from + literals > input.length || to + literals > output.length) throw new Error('an LZ4 literal is too long')
    output.set(input.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from === input.length) return to
    const distance = input[from]! | ((input[from + 1] ?? 0) << 8)
    from += 2
    const count = extended(token & 15) + 4
    if (distance === 0 || distance > to - start || to + count > output.length) throw new Error('an LZ4 match leaves the data')
    let source = to - distance
    const end = to + count
    while (to < end) output[to++] = output[source++]!
  }
  return to
}
