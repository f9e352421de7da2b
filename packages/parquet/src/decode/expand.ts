/**
 * Spreads the values of a page over its rows: row i takes the next value where bit i is set. Written without branches,
 * because nulls are not predictable; a null row holds the value that follows, which is unspecified but in range. The
 * source needs one element more than it has values.
 */

/** Elements of 4 bytes. `bitmap` starts at the first row. */
export function expand4(source: Int32Array, bitmap: Uint8Array, target: Int32Array, to: number, rows: number): void {
  const whole = rows & ~7
  let k = 0
  let out = to
  let byte = 0
  for (let i = 0; i < whole; i += 8) {
    const bits = bitmap[byte++]!
    target[out] = source[k]!
    k += bits & 1
    target[out + 1] = source[k]!
    k += (bits >>> 1) & 1
    target[out + 2] = source[k]!
    k += (bits >>> 2) & 1
    target[out + 3] = source[k]!
    k += (bits >>> 3) & 1
    target[out + 4] = source[k]!
    k += (bits >>> 4) & 1
    target[out + 5] = source[k]!
    k += (bits >>> 5) & 1
    target[out + 6] = source[k]!
    k += (bits >>> 6) & 1
    target[out + 7] = source[k]!
    k += bits >>> 7
    out += 8
  }
  for (let i = whole; i < rows; i++) {
    target[out++] = source[k]!
    k += (bitmap[byte]! >>> (i & 7)) & 1
  }
}

/** Elements of 8 bytes, as pairs of words; `to` and `rows` count elements. Never as doubles, which may lose NaN bits. */
export function expand8(source: Int32Array, bitmap: Uint8Array, target: Int32Array, to: number, rows: number): void {
  const whole = rows & ~7
  let k = 0
  let out = to * 2
  let byte = 0
  for (let i = 0; i < whole; i += 8) {
    const bits = bitmap[byte++]!
    target[out] = source[k]!
    target[out + 1] = source[k + 1]!
    k += (bits & 1) << 1
    target[out + 2] = source[k]!
    target[out + 3] = source[k + 1]!
    k += bits & 2
    target[out + 4] = source[k]!
    target[out + 5] = source[k + 1]!
    k += (bits >>> 1) & 2
    target[out + 6] = source[k]!
    target[out + 7] = source[k + 1]!
    k += (bits >>> 2) & 2
    target[out + 8] = source[k]!
    target[out + 9] = source[k + 1]!
    k += (bits >>> 3) & 2
    target[out + 10] = source[k]!
    target[out + 11] = source[k + 1]!
    k += (bits >>> 4) & 2
    target[out + 12] = source[k]!
    target[out + 13] = source[k + 1]!
    k += (bits >>> 5) & 2
    target[out + 14] = source[k]!
    target[out + 15] = source[k + 1]!
    k += (bits >>> 7) << 1
    out += 16
  }
  for (let i = whole; i < rows; i++) {
    target[out] = source[k]!
    target[out + 1] = source[k + 1]!
    out += 2
    k += ((bitmap[byte]! >>> (i & 7)) & 1) << 1
  }
}

/** Elements of `width` bytes. */
export function expandWide(source: Uint8Array, width: number, bitmap: Uint8Array, target: Uint8Array, to: number, rows: number): void {
  let from = 0
  let out = to * width
  for (let i = 0; i < rows; i++) {
    if (((bitmap[i >>> 3]! >>> (i & 7)) & 1) === 1) {
      for (let j = 0; j < width; j++) target[out + j] = source[from + j]!
      from += width
    }
    out += width
  }
}

/** Single bits: bit k of `source` is the k-th value; `target` is zeroed and starts at `to`. */
export function expandBits(source: Uint8Array, bitmap: Uint8Array, target: Uint8Array, to: number, rows: number): void {
  let k = 0
  for (let i = 0; i < rows; i++) {
    const valid = (bitmap[i >>> 3]! >>> (i & 7)) & 1
    const bit = (source[k >>> 3]! >>> (k & 7)) & valid
    target[(to + i) >>> 3]! |= bit << ((to + i) & 7)
    k += valid
  }
}
