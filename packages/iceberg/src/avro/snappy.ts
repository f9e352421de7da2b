/** Decompresses raw Snappy (format_description.txt of google/snappy): a length, then literals and back references. */
import { DataError } from '@artemis/errors'

const MAX_OUTPUT_BYTES = 1 << 30

export function snappyDecompress(input: Uint8Array): Uint8Array {
  let position = 0
  let length = 0
  for (let shift = 0; ; shift += 7) {
    const byte = input[position++]
    if (byte === undefined || shift > 28) throw damaged()
    length += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  // One input byte makes at most 64 bytes of output, roughly: a larger claim is damage, not data.
  if (length > MAX_OUTPUT_BYTES || length > input.length * 64 + 64) throw damaged()
  const output = new Uint8Array(length)
  let filled = 0
  while (position < input.length) {
    const tag = input[position++]!
    if ((tag & 3) === 0) {
      let size = tag >>> 2
      if (size >= 60) {
        const extra = size - 59
        if (position + extra > input.length) throw damaged()
        size = 0
        for (let i = 0; i < extra; i++) size += input[position + i]! * 2 ** (8 * i)
        position += extra
      }
      size += 1
      if (position + size > input.length || filled + size > length) throw damaged()
      output.set(input.subarray(position, position + size), filled)
      position += size
      filled += size
      continue
    }
    let size: number
    let offset: number
    if ((tag & 3) === 1) {
      if (position >= input.length) throw damaged()
      size = ((tag >>> 2) & 7) + 4
      offset = ((tag >>> 5) << 8) | input[position++]!
    } else {
      const width = (tag & 3) === 2 ? 2 : 4
      if (position + width > input.length) throw damaged()
      size = (tag >>> 2) + 1
      offset = 0
      for (let i = 0; i < width; i++) offset += input[position + i]! * 2 ** (8 * i)
      position += width
    }
    if (offset === 0 || offset > filled || filled + size > length) throw damaged()
    // Copies byte by byte: a reference may overlap what it writes, which is how runs are encoded.
    for (let i = 0; i < size; i++) output[filled + i] = output[filled + i - offset]!
    filled += size
  }
  if (filled !== length) throw damaged()
  return output
}

function damaged(): DataError {
  return new DataError({ code: 'SNAPPY_INVALID', message: 'Snappy data is damaged' })
}
