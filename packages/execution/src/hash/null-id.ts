/**
 * The id of the NULL key of a one-column table. NULL takes the next free id when it first comes, and codes that are
 * given later move up by one.
 */
export class NullId {
  /** -1 as long as there is no NULL key. */
  #id = -1

  get exists(): boolean {
    return this.#id >= 0
  }

  /**
   * Turns codes, with -1 for NULL, into ids. Codes from `sizeBefore` on were given to these rows, in their order.
   */
  insert(codes: Int32Array, count: number, sizeBefore: number, hasNulls: boolean): void {
    if (hasNulls && this.#id < 0) this.#id = codesBeforeNull(codes, count, sizeBefore)
    if (this.#id >= 0) shift(codes, count, this.#id, this.#id)
  }

  /** The same for codes of which -1 means that there is no such key; rows outside `validity` are NULL. */
  lookup(codes: Int32Array, count: number, validity: Uint8Array | null): void {
    if (this.#id >= 0) shift(codes, count, this.#id, -1)
    if (validity === null) return
    for (let i = 0; i < count; i++) if (((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) codes[i] = this.#id
  }

  /** The codes of ids `[start, start + length)`, -1 for NULL. */
  codes(start: number, length: number): Int32Array {
    const codes = new Int32Array(length)
    for (let i = 0; i < length; i++) {
      const id = start + i
      codes[i] = this.#id < 0 || id < this.#id ? id : id === this.#id ? -1 : id - 1
    }
    return codes
  }
}

/** The number of codes given before the first NULL among the rows: what keeps ids in the order of first occurrence. */
function codesBeforeNull(codes: Int32Array, count: number, sizeBefore: number): number {
  let size = sizeBefore
  for (let i = 0; i < count; i++) {
    const code = codes[i]!
    if (code < 0) return size
    if (code >= size) size = code + 1
  }
  return size
}

function shift(codes: Int32Array, count: number, nullId: number, missing: number): void {
  for (let i = 0; i < count; i++) {
    const code = codes[i]!
    codes[i] = code < 0 ? missing : code + +(code >= nullId)
  }
}
