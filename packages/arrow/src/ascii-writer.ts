/**
 * Many short ASCII texts at once: digits go into one buffer, which becomes one string, of which each text is a substring.
 * That costs a fraction of making a string per number (V8 shares the memory of a long string with its substrings).
 */

/** What a value can need at most: sign, date with a far year and era, time, fraction, zone. */
const MAX_TEXT = 64

const ZERO = 48
const MINUS = 45

export class AsciiWriter {
  bytes: Uint8Array
  /** Where the next character goes. */
  position = 0
  readonly #ends: Int32Array
  #count = 0

  /** A writer for `count` texts of about `width` characters. */
  constructor(count: number, width: number) {
    this.bytes = new Uint8Array(count * width + MAX_TEXT)
    this.#ends = new Int32Array(count)
  }

  /** Ends the text that is being written, and makes room for the next. */
  endText(): void {
    this.#ends[this.#count++] = this.position
    if (this.position + MAX_TEXT <= this.bytes.length) return
    const grown = new Uint8Array(this.bytes.length * 2)
    grown.set(this.bytes)
    this.bytes = grown
  }

  /** The texts in the order in which they were written. */
  texts(): string[] {
    const all = Buffer.from(this.bytes.buffer, 0, this.position).toString('latin1')
    const out = new Array<string>(this.#count)
    let start = 0
    for (let i = 0; i < out.length; i++) {
      const end = this.#ends[i]!
      out[i] = all.substring(start, end)
      start = end
    }
    return out
  }

  writeByte(byte: number): void {
    this.bytes[this.position++] = byte
  }

  /** ASCII text. */
  writeText(text: string): void {
    for (let i = 0; i < text.length; i++) this.bytes[this.position++] = text.charCodeAt(i)
  }

  /** An integer that a double holds exactly. */
  writeInteger(value: number): void {
    if (value < 0) this.bytes[this.position++] = MINUS
    const size = Math.abs(value)
    if (size < 1e9) return this.writeDigits(size, digitCount(size))
    const high = Math.floor(size / 1e9)
    this.writeInteger(high)
    this.writeDigits(size - high * 1e9, 9)
  }

  /** `width` digits of a number below 10^9, with leading zeros. */
  writeDigits(value: number, width: number): void {
    const { bytes, position } = this
    let rest = value | 0
    for (let i = position + width - 1; i >= position; i--) {
      const tenth = (rest / 10) | 0
      bytes[i] = ZERO + rest - tenth * 10
      rest = tenth
    }
    this.position = position + width
  }
}

function digitCount(value: number): number {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits++
  return digits
}
