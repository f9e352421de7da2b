/** BYTE_STREAM_SPLIT: byte j of all values stands in stream j. Puts `count` values of `width` bytes together again. */
export function decodeByteStreamSplit(bytes: Uint8Array, start: number, target: Uint8Array, width: number, count: number): void {
  for (let j = 0; j < width; j++) {
    const stream = start + j * count
    let out = j
    for (let i = 0; i < count; i++) {
      target[out] = bytes[stream + i]!
      out += width
    }
  }
}
