/**
 * Reads FlatBuffers. Every step is checked against the buffer, so that damaged input ends in a {@link DataError} and
 * never in an endless loop: references only lead forwards.
 */

import { DataError } from '@artemis/errors'

export function damaged(what: string): DataError {
  return new DataError({ code: 'ARROW_IPC_DAMAGED', message: `damaged Arrow data: ${what}` })
}

/**
 * A vector may name one table many times, and each takes memory of its own once it is read: tens of bytes for four. No
 * schema has as many columns.
 */
const MAX_TABLES = 1 << 18

export class FlatbufferTable {
  readonly #view: DataView
  readonly #position: number
  readonly #vtable: number
  readonly #vtableSize: number

  constructor(view: DataView, position: number) {
    this.#view = view
    this.#position = position
    checkRange(view, position, 4)
    this.#vtable = position - view.getInt32(position, true)
    checkRange(view, this.#vtable, 4)
    this.#vtableSize = view.getUint16(this.#vtable, true)
    checkRange(view, this.#vtable, this.#vtableSize)
  }

  /** The root table of a buffer. */
  static root(bytes: Uint8Array): FlatbufferTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatbufferTable(view, followReference(view, 0))
  }

  /** The size of the buffer that the table is in. */
  get bufferLength(): number {
    return this.#view.byteLength
  }

  int8(slot: number, absent: number): number {
    const place = this.#place(slot, 1)
    return place === 0 ? absent : this.#view.getUint8(place)
  }

  int16(slot: number, absent: number): number {
    const place = this.#place(slot, 2)
    return place === 0 ? absent : this.#view.getInt16(place, true)
  }

  int32(slot: number, absent: number): number {
    const place = this.#place(slot, 4)
    return place === 0 ? absent : this.#view.getInt32(place, true)
  }

  int64(slot: number, absent: number): number {
    const place = this.#place(slot, 8)
    return place === 0 ? absent : readInt64(this.#view, place)
  }

  table(slot: number): FlatbufferTable | null {
    const place = this.#place(slot, 4)
    return place === 0 ? null : new FlatbufferTable(this.#view, followReference(this.#view, place))
  }

  string(slot: number): string | null {
    const place = this.#place(slot, 4)
    return place === 0 ? null : readString(this.#view, followReference(this.#view, place))
  }

  /** The tables of a vector; none when it is absent. */
  tables(slot: number): FlatbufferTable[] {
    const vector = this.#vector(slot, 4)
    if (vector.count > MAX_TABLES) throw damaged(`a list of ${vector.count} entries is too long`)
    return Array.from(
      { length: vector.count },
      (_, i) => new FlatbufferTable(this.#view, followReference(this.#view, vector.start + 4 * i)),
    )
  }

  /** The int64 values of a vector of structs, `perStruct` each; none when it is absent. */
  int64Structs(slot: number, perStruct: number): number[] {
    const vector = this.#vector(slot, 8 * perStruct)
    return Array.from({ length: vector.count * perStruct }, (_, i) => readInt64(this.#view, vector.start + 8 * i))
  }

  /** The int64 that each struct of a vector begins with, where structs have `size` bytes. */
  structOffsets(slot: number, size: number): number[] {
    const vector = this.#vector(slot, size)
    return Array.from({ length: vector.count }, (_, i) => readInt64(this.#view, vector.start + size * i))
  }

  #vector(slot: number, width: number): { start: number; count: number } {
    const place = this.#place(slot, 4)
    if (place === 0) return { start: 0, count: 0 }
    const start = followReference(this.#view, place)
    checkRange(this.#view, start, 4)
    const count = this.#view.getUint32(start, true)
    checkRange(this.#view, start + 4, count * width)
    return { start: start + 4, count }
  }

  /** Where the field's value lies; 0 when the field is absent. */
  #place(slot: number, width: number): number {
    const entry = 4 + 2 * slot
    if (entry + 2 > this.#vtableSize) return 0
    const offset = this.#view.getUint16(this.#vtable + entry, true)
    if (offset === 0) return 0
    checkRange(this.#view, this.#position + offset, width)
    return this.#position + offset
  }
}

function checkRange(view: DataView, start: number, size: number): void {
  if (start < 0 || start + size > view.byteLength) throw damaged('a reference leads out of its message')
}

function followReference(view: DataView, place: number): number {
  checkRange(view, place, 4)
  const distance = view.getUint32(place, true)
  if (distance === 0) throw damaged('a reference leads nowhere')
  return place + distance
}

function readString(view: DataView, start: number): string {
  checkRange(view, start, 4)
  const size = view.getUint32(start, true)
  checkRange(view, start + 4, size)
  return Buffer.from(view.buffer, view.byteOffset + start + 4, size).toString('utf8')
}

function readInt64(view: DataView, place: number): number {
  const value = Number(view.getBigInt64(place, true))
  if (!Number.isSafeInteger(value)) throw damaged('a size is out of range')
  return value
}
