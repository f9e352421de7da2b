/** Dictionaries of numbers, where they pay: a sample decides first, so that columns of distinct values cost little. */

export interface WordDictionary {
  /** One for each value. */
  readonly codes: Int32Array
  /** The distinct values in order of appearance, as words. */
  readonly dictionary: Int32Array
}

const SAMPLE = 4096
/** A column of as many distinct values as a dictionary may have shows this share of distinct ones in a sample, and less with fewer. */
const MAX_DISTINCT_SHARE = 0.9
const MAX_ENTRIES = 1 << 16

/** undefined when a dictionary would not be smaller than the values. */
export function buildWordDictionary(words: Int32Array, step: 1 | 2): WordDictionary | undefined {
  const count = words.length / step
  if (count === 0 || !isWorthwhile(words, step, count)) return undefined
  const limit = Math.min(MAX_ENTRIES, count >>> 2)
  const table = new WordTable(Math.max(limit, 1), step)
  const codes = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const code = step === 1 ? table.code(words[i]!, 0) : table.code(words[2 * i]!, words[2 * i + 1]!)
    if (code < 0) return undefined
    codes[i] = code
  }
  return { codes, dictionary: table.entries.slice(0, table.size * step) }
}

/** Whether a sample, taken across all values, has values that come again. */
function isWorthwhile(words: Int32Array, step: 1 | 2, count: number): boolean {
  const samples = Math.min(SAMPLE, count)
  const stride = count / samples
  const table = new WordTable(samples, step)
  for (let k = 0; k < samples; k++) {
    const i = Math.floor(k * stride)
    table.code(words[i * step]!, step === 1 ? 0 : words[i * step + 1]!)
  }
  return table.size <= samples * MAX_DISTINCT_SHARE || table.size <= 4
}

class WordTable {
  readonly entries: Int32Array
  size = 0
  readonly #limit: number
  readonly #step: 1 | 2
  readonly #mask: number
  /** Code + 1; 0 is a free slot. */
  readonly #slots: Int32Array

  constructor(limit: number, step: 1 | 2) {
    this.#limit = limit
    this.#step = step
    const slots = 2 ** Math.ceil(Math.log2(limit * 2 + 2))
    this.#slots = new Int32Array(slots)
    this.#mask = slots - 1
    this.entries = new Int32Array((limit + 1) * step)
  }

  /** The code of a value, which is added when it is new; -1 when the table is full. */
  code(low: number, high: number): number {
    const { entries } = this
    const slots = this.#slots
    let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)
    hash ^= hash >>> 15
    let slot = (Math.imul(hash, 0x2c1b3c6d) >>> 7) & this.#mask
    if (this.#step === 1) {
      for (;;) {
        const code = slots[slot]! - 1
        if (code < 0) break
        if (entries[code] === low) return code
        slot = (slot + 1) & this.#mask
      }
    } else {
      for (;;) {
        const code = slots[slot]! - 1
        if (code < 0) break
        if (entries[2 * code] === low && entries[2 * code + 1] === high) return code
        slot = (slot + 1) & this.#mask
      }
    }
    if (this.size >= this.#limit) return -1
    const code = this.size++
    slots[slot] = code + 1
    entries[code * this.#step] = low
    if (this.#step === 2) entries[2 * code + 1] = high
    return code
  }
}
