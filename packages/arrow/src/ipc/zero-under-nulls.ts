/**
 * Zeroes what lies under nulls. A bitmap's bytes without nulls are passed over eight rows at a time, and values that
 * are zero there already are not copied: most kernels leave them so.
 */

/**
 * The values with zeros under the nulls, where a row takes `wordsPerRow` words; the same array when it has them already.
 * Floats come as words too, so that a -0 counts as what it is.
 */
export function zeroWordsUnderNulls(words: Int32Array, wordsPerRow: number, validity: Uint8Array, length: number): Int32Array {
  const first = wordsPerRow === 1 ? firstDirtyWord(words, validity, length) : firstDirtyRow(words, wordsPerRow, validity, length)
  if (first === length) return words
  const out = words.slice(0, length * wordsPerRow)
  for (let base = first & ~7; base < length; base += 8) {
    const bits = validity[base >>> 3]!
    if (bits === 0xff) continue
    const end = Math.min(base + 8, length)
    for (let row = base; row < end; row++) {
      if (((bits >>> (row & 7)) & 1) === 1) continue
      for (let k = row * wordsPerRow; k < (row + 1) * wordsPerRow; k++) out[k] = 0
    }
  }
  return out
}

/** As {@link zeroWordsUnderNulls} for rows of single or several bytes. */
export function zeroBytesUnderNulls(bytes: Uint8Array, bytesPerRow: number, validity: Uint8Array, length: number): Uint8Array {
  if (isZeroUnderNulls(bytes, bytesPerRow, validity, length)) return bytes
  const out = bytes.slice(0, length * bytesPerRow)
  for (let base = 0; base < length; base += 8) {
    const bits = validity[base >>> 3]!
    if (bits === 0xff) continue
    const end = Math.min(base + 8, length)
    for (let row = base; row < end; row++) {
      if (((bits >>> (row & 7)) & 1) === 0) out.fill(0, row * bytesPerRow, (row + 1) * bytesPerRow)
    }
  }
  return out
}

/** Whether no null row takes room between its offsets. */
export function isEmptyUnderNulls(offsets: Int32Array, validity: Uint8Array, length: number): boolean {
  for (let base = 0; base < length; base += 8) {
    const bits = validity[base >>> 3]!
    if (bits === 0xff) continue
    const end = Math.min(base + 8, length)
    for (let row = base; row < end; row++) {
      if (((bits >>> (row & 7)) & 1) === 0 && offsets[row] !== offsets[row + 1]) return false
    }
  }
  return true
}

function firstDirtyWord(words: Int32Array, validity: Uint8Array, length: number): number {
  for (let base = 0; base < length; base += 8) {
    const bits = validity[base >>> 3]!
    if (bits === 0xff) continue
    const end = Math.min(base + 8, length)
    for (let row = base; row < end; row++) if (((bits >>> (row & 7)) & 1) === 0 && words[row] !== 0) return row
  }
  return length
}

function firstDirtyRow(words: Int32Array, wordsPerRow: number, validity: Uint8Array, length: number): number {
  for (let base = 0; base < length; base += 8) {
    const bits = validity[base >>> 3]!
    if (bits === 0xff) continue
    const end = Math.min(base + 8, length)
    for (let row = base; row < end; row++) {
      if (((bits >>> (row & 7)) & 1) === 1) continue
      let any = 0
      for (let k = row * wordsPerRow; k < (row + 1) * wordsPerRow; k++) any |= words[k]!
      if (any !== 0) return row
    }
  }
  return length
}

function isZeroUnderNulls(bytes: Uint8Array, bytesPerRow: number, validity: Uint8Array, length: number): boolean {
  for (let base = 0; base < length; base += 8) {
    const bits = validity[base >>> 3]!
    if (bits === 0xff) continue
    const end = Math.min(base + 8, length)
    for (let row = base; row < end; row++) {
      if (((bits >>> (row & 7)) & 1) === 1) continue
      for (let k = row * bytesPerRow; k < (row + 1) * bytesPerRow; k++) if (bytes[k] !== 0) return false
    }
  }
  return true
}
