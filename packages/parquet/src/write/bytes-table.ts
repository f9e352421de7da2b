/** Numbers byte strings in order of appearance: an open-addressing hash table over one arena. */
export class BytesTable {
  size = 0
  /** Entry i is `data[offsets[i] .. offsets[i + 1])`. */
  offsets = new Int32Array(257)
  data = new Uint8Array(4096)
  /** Pairs of hash and code + 1; a code of 0 is a free slot. */
  #slots = new Int32Array(1024)
  #mask = 511

  get byteSize(): number {
    return this.offsets[this.size]! + 4 * this.size
  }

  /** The code of `source[start, end)`, which is added when it is new. */
  code(source: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(source, start, end)
    const slots = this.#slots
    let slot = hash & this.#mask
    for (;;) {
      const code = slots[2 * slot + 1]! - 1
      if (code < 0) break
      if (slots[2 * slot] === hash && this.#equals(code, source, start, end)) return code
      slot = (slot + 1) & this.#mask
    }
    return this.#add(slot, hash, source, start, end)
  }

  /** Each entry's place in byte order, and the entries in that order. */
  ranks(): { readonly ranks: Int32Array; readonly order: Int32Array } {
    const entries = Array.from({ length: this.size }, (_, code) => this.data.subarray(this.offsets[code], this.offsets[code + 1]))
    const order = Int32Array.from(entries.keys()).sort((a, b) => Buffer.compare(entries[a]!, entries[b]!))
    const ranks = new Int32Array(this.size)
    for (let rank = 0; rank < order.length; rank++) ranks[order[rank]!] = rank
    return { ranks, order }
  }

  /** All entries as PLAIN encodes them. */
  plain(): Uint8Array {
    const out = new Uint8Array(this.byteSize)
    const view = new DataView(out.buffer)
    let at = 0
    for (let code = 0; code < this.size; code++) {
      const start = this.offsets[code]!
      const end = this.offsets[code + 1]!
      view.setUint32(at, end - start, true)
      out.set(this.data.subarray(start, end), at + 4)
      at += 4 + end - start
    }
    return out
  }

  #equals(code: number, source: Uint8Array, start: number, end: number): boolean {
    let at = this.offsets[code]!
    if (this.offsets[code + 1]! - at !== end - start) return false
    const { data } = this
    for (let i = start; i < end; i++) if (data[at++] !== source[i]) return false
    return true
  }

  #add(slot: number, hash: number, source: Uint8Array, start: number, end: number): number {
    const code = this.size++
    this.#slots[2 * slot] = hash
    this.#slots[2 * slot + 1] = code + 1
    const at = this.offsets[code]!
    const size = at + end - start
    if (size > this.data.length) {
      const grown = new Uint8Array(Math.max(size, this.data.length * 2))
      grown.set(this.data.subarray(0, at))
      this.data = grown
    }
    this.data.set(source.subarray(start, end), at)
    if (this.size + 1 > this.offsets.length) {
      const grown = new Int32Array(this.offsets.length * 2)
      grown.set(this.offsets)
      this.offsets = grown
    }
    this.offsets[this.size] = size
    if (this.size * 2 > this.#mask) this.#grow()
    return code
  }

  #grow(): void {
    const old = this.#slots
    this.#mask = this.#mask * 2 + 1
    this.#slots = new Int32Array(old.length * 2)
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue
      let slot = old[i]! & this.#mask
      while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask
      this.#slots[2 * slot] = old[i]!
      this.#slots[2 * slot + 1] = old[i + 1]!
    }
  }
}

function hashBytes(source: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start)
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ source[i]!, 0x01000193)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
