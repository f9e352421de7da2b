/**
 * Radix sort of multi-word keys to a permutation: least significant digit first, 11 bits a pass, which kept pace with
 * DuckDB's sort where a comparator is twenty times slower. Keys are columns of uint32 words, the most significant first.
 * The smallest key is subtracted first, so that only digits in which the keys differ cost a pass.
 */

/** Positions 0..n-1 of the keys in ascending order, equal keys in the order in which they stand. Changes `words`. */
export function radixSort(words: readonly Uint32Array[], n: number): Int32Array {
  let order = new Int32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  if (n < 2) return order
  const range = subtractMinimum(words, n)
  // Below this many rows clearing and summing 2048 counters costs more than a further pass.
  const digitBits = n < 4096 ? 8 : 11
  let otherOrder = new Int32Array(n)
  let otherKeys = new Uint32Array(n)
  let moved = false
  for (let w = words.length - 1; w >= 0; w--) {
    const bits = 32 - Math.clz32(range[w]!)
    if (bits === 0) continue
    let keys = moved ? gather(words[w]!, order, n) : words[w]!.slice(0, n)
    const passes = Math.ceil(bits / digitBits)
    const width = Math.ceil(bits / passes)
    for (let pass = 0; pass < passes; pass++) {
      radixPass(keys, order, otherKeys, otherOrder, n, pass * width, width)
      ;[keys, otherKeys] = [otherKeys, keys]
      ;[order, otherOrder] = [otherOrder, order]
    }
    moved = true
  }
  return order
}

function gather(words: Uint32Array, order: Int32Array, n: number): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(n)
  for (let i = 0; i < n; i++) out[i] = words[order[i]!]!
  return out
}

function radixPass(
  keys: Uint32Array,
  order: Int32Array,
  outKeys: Uint32Array,
  outOrder: Int32Array,
  n: number,
  shift: number,
  width: number,
): void {
  const mask = (1 << width) - 1
  const starts = new Int32Array(mask + 1)
  for (let i = 0; i < n; i++) starts[(keys[i]! >>> shift) & mask]!++
  let sum = 0
  for (let digit = 0; digit <= mask; digit++) {
    const count = starts[digit]!
    starts[digit] = sum
    sum += count
  }
  for (let i = 0; i < n; i++) {
    const key = keys[i]!
    const digit = (key >>> shift) & mask
    const to = starts[digit]!
    starts[digit] = to + 1
    outKeys[to] = key
    outOrder[to] = order[i]!
  }
}

/** Subtracts the smallest key from all and returns, per word, the bits in which keys then differ from zero. */
function subtractMinimum(words: readonly Uint32Array[], n: number): Uint32Array {
  const minimum = smallest(words, n)
  const range = new Uint32Array(words.length)
  if (words.length === 1) range[0] = subtractWord(words[0]!, minimum[0]!, n)
  else if (words.length === 2) subtractPair(words[0]!, words[1]!, minimum, n, range)
  else subtractWide(words, minimum, n, range)
  return range
}

function subtractWord(word: Uint32Array, minimum: number, n: number): number {
  let seen = 0
  for (let i = 0; i < n; i++) {
    const difference = word[i]! - minimum
    word[i] = difference
    seen |= difference
  }
  return seen
}

function subtractPair(high: Uint32Array, low: Uint32Array, minimum: Uint32Array, n: number, range: Uint32Array): void {
  const minHigh = minimum[0]!
  const minLow = minimum[1]!
  let seenHigh = 0
  let seenLow = 0
  for (let i = 0; i < n; i++) {
    const l = low[i]! - minLow
    const h = high[i]! - minHigh - +(l < 0)
    low[i] = l
    high[i] = h
    seenLow |= l
    seenHigh |= h
  }
  range[0] = seenHigh
  range[1] = seenLow
}

function subtractWide(words: readonly Uint32Array[], minimum: Uint32Array, n: number, range: Uint32Array): void {
  const borrows = new Uint8Array(n)
  for (let w = words.length - 1; w >= 0; w--) {
    const word = words[w]!
    const least = minimum[w]!
    let seen = 0
    for (let i = 0; i < n; i++) {
      const difference = word[i]! - least - borrows[i]!
      borrows[i] = +(difference < 0)
      word[i] = difference
      seen |= difference
    }
    range[w] = seen
  }
}

function smallest(words: readonly Uint32Array[], n: number): Uint32Array {
  let best = 0
  if (words.length === 1) best = smallestWord(words[0]!, n)
  else {
    const first = words[0]!
    for (let i = 1; i < n; i++) {
      const difference = first[i]! - first[best]!
      if (difference < 0 || (difference === 0 && lessBelow(words, i, best))) best = i
    }
  }
  return Uint32Array.from(words, (word) => word[best]!)
}

function smallestWord(word: Uint32Array, n: number): number {
  let best = 0
  let least = word[0]!
  for (let i = 1; i < n; i++) {
    if (word[i]! < least) {
      least = word[i]!
      best = i
    }
  }
  return best
}

function lessBelow(words: readonly Uint32Array[], i: number, j: number): boolean {
  for (let w = 1; w < words.length; w++) {
    const word = words[w]!
    if (word[i] !== word[j]) return word[i]! < word[j]!
  }
  return false
}
