/**
 * Writes FlatBuffers, the encoding of Arrow's messages, from back to front as the format asks: what is pointed at comes
 * before what points at it. Only what Arrow's schemas need; the same calls always give the same bytes.
 */

import { assert } from '@artemis/errors'

/** A place in the buffer, counted from its end, which does not move when the buffer grows. */
export type Offset = number

/** A field of a table: its slot, and its value in the width that the schema gives. */
export type TableField =
  | { readonly slot: number; readonly width: 1 | 2 | 4 | 8; readonly value: number }
  | { readonly slot: number; readonly width: 'offset'; readonly value: Offset }

export class FlatbufferBuilder {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  /** The first byte in use. */
  #head = 1024
  #alignment = 1

  string(text: string): Offset {
    const utf8 = Buffer.from(text, 'utf8')
    this.#align(4, utf8.length + 1)
    this.#take(1)
    this.#take(utf8.length)
    this.#bytes.set(utf8, this.#head)
    this.#int32(utf8.length)
    return this.#position()
  }

  /** A vector of references to tables or strings. */
  offsets(values: readonly Offset[]): Offset {
    this.#align(4, values.length * 4)
    for (let i = values.length - 1; i >= 0; i--) this.#reference(values[i]!)
    this.#int32(values.length)
    return this.#position()
  }

  /** A vector of structs that are made of int64 values only; `count` structs in all. */
  int64Structs(values: readonly number[], count: number): Offset {
    this.#align(4, values.length * 8)
    this.#align(8, values.length * 8)
    for (let i = values.length - 1; i >= 0; i--) this.#int64(values[i]!)
    this.#int32(count)
    return this.#position()
  }

  /** A table with the given fields; those left out have their defaults. */
  table(fields: readonly TableField[]): Offset {
    const slots = fields.reduce((most, field) => Math.max(most, field.slot + 1), 0)
    const places = new Int32Array(slots)
    // The widest first, so that little is lost to alignment.
    const ordered = [...fields].sort((a, b) => width(b) - width(a) || a.slot - b.slot)
    const end = this.#position()
    for (const field of ordered) {
      if (field.width === 'offset') {
        this.#align(4, 0)
        this.#reference(field.value)
      } else this.#scalar(field.width, field.value)
      places[field.slot] = this.#position()
    }
    this.#align(4, 0)
    this.#int32(0)
    const table = this.#position()
    for (let slot = slots - 1; slot >= 0; slot--) this.#scalar(2, places[slot] === 0 ? 0 : table - places[slot]!)
    this.#scalar(2, table - end)
    this.#scalar(2, (slots + 2) * 2)
    const vtable = this.#position()
    this.#view.setInt32(this.#bytes.length - table, vtable - table, true)
    return table
  }

  /** The finished buffer, whose root is the given table. */
  finish(root: Offset): Uint8Array {
    this.#align(Math.max(4, this.#alignment), 4)
    this.#reference(root)
    return this.#bytes.slice(this.#head)
  }

  #position(): Offset {
    return this.#bytes.length - this.#head
  }

  #scalar(size: 1 | 2 | 4 | 8, value: number): void {
    this.#align(size, 0)
    if (size === 8) return this.#int64(value)
    this.#take(size)
    if (size === 1) this.#view.setUint8(this.#head, value)
    else if (size === 2) this.#view.setInt16(this.#head, value, true)
    else this.#view.setInt32(this.#head, value, true)
  }

  #int32(value: number): void {
    this.#take(4)
    this.#view.setInt32(this.#head, value, true)
  }

  #int64(value: number): void {
    assert(Number.isSafeInteger(value), 'a 64-bit number of a message is not exact')
    this.#take(8)
    this.#view.setUint32(this.#head, value, true)
    this.#view.setInt32(this.#head + 4, Math.floor(value / 2 ** 32), true)
  }

  #reference(target: Offset): void {
    this.#take(4)
    this.#view.setUint32(this.#head, this.#position() - target, true)
  }

  /** Pads so that after `further` more bytes the head is a multiple of `size`. */
  #align(size: number, further: number): void {
    if (size > this.#alignment) this.#alignment = size
    this.#take(-(this.#position() + further) & (size - 1))
  }

  /** Moves the head by `count` zeroed bytes. */
  #take(count: number): void {
    if (this.#head < count) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#bytes.length + count))
      const added = grown.length - this.#bytes.length
      grown.set(this.#bytes, added)
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
      this.#head += added
    }
    this.#head -= count
  }
}

function width(field: TableField): number {
  return field.width === 'offset' ? 4 : field.width
}
