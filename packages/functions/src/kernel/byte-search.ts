/**
 * Searching the bytes of a whole column for one text. `Buffer.indexOf` runs fast over long stretches but costs some 100 ns a
 * call; a string's `indexOf` is slower over the bytes and cheap to call. So the search begins with the first and goes over
 * to the second once hits turn out to be dense. Latin-1 maps bytes to code units one to one, so both find the same places.
 */

const TRIAL_CALLS = 64
/** Fewer bytes than this from hit to hit count as dense. */
const DENSE_DISTANCE = 300

export class ByteSearch {
  readonly #data: Buffer
  readonly #needle: Buffer
  readonly #end: number
  #calls = 0
  #first = 0
  #text = ''
  #wanted = ''

  /** Searches in `data[0 .. end)`. */
  constructor(data: Buffer, end: number, needle: Buffer) {
    this.#data = data
    this.#end = end
    this.#needle = needle
  }

  /** The first place from `from` on at which the needle lies whole, or -1. */
  next(from: number): number {
    if (this.#wanted !== '') return this.#text.indexOf(this.#wanted, from)
    if (this.#calls === 0) this.#first = from
    this.#calls++
    if (this.#calls % TRIAL_CALLS === 0 && from - this.#first < this.#calls * DENSE_DISTANCE) {
      this.#text = this.#data.toString('latin1', 0, this.#end)
      this.#wanted = this.#needle.toString('latin1')
    }
    const at = this.#data.indexOf(this.#needle, from)
    return at + this.#needle.length > this.#end ? -1 : at
  }
}
