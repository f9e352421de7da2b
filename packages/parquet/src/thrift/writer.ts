/** Thrift's compact protocol, written. Structs are nested by callbacks, so a struct that is begun is always ended. */

const TYPE_TRUE = 1
const TYPE_FALSE = 2
const TYPE_BYTE = 3
const TYPE_I16 = 4
const TYPE_I32 = 5
const TYPE_I64 = 6
const TYPE_BINARY = 8
const TYPE_LIST = 9
const TYPE_STRUCT = 12

const encoder = new TextEncoder()

export class ThriftWriter {
  #bytes = new Uint8Array(256)
  #length = 0
  #lastField = 0

  /** What was written; the writer may be used on. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  i8(field: number, value: number): void {
    this.#header(field, TYPE_BYTE)
    this.#byte(value)
  }

  i16(field: number, value: number): void {
    this.#header(field, TYPE_I16)
    this.#varint(((value << 1) ^ (value >> 31)) >>> 0)
  }

  i32(field: number, value: number | undefined): void {
    if (value === undefined) return
    this.#header(field, TYPE_I32)
    this.#varint(((value << 1) ^ (value >> 31)) >>> 0)
  }

  /** Any safe integer. */
  i64(field: number, value: number | undefined): void {
    if (value === undefined) return
    this.#header(field, TYPE_I64)
    this.#long(value)
  }

  bool(field: number, value: boolean | undefined): void {
    if (value !== undefined) this.#header(field, value ? TYPE_TRUE : TYPE_FALSE)
  }

  binary(field: number, value: Uint8Array | undefined): void {
    if (value === undefined) return
    this.#header(field, TYPE_BINARY)
    this.#raw(value)
  }

  string(field: number, value: string | undefined): void {
    if (value !== undefined) this.binary(field, encoder.encode(value))
  }

  struct(field: number, write: () => void): void {
    this.#header(field, TYPE_STRUCT)
    this.#nested(write)
  }

  /** A struct that stands alone, such as a page header. */
  topLevel(write: () => void): void {
    this.#nested(write)
  }

  structs<T>(field: number, values: readonly T[] | undefined, write: (value: T) => void): void {
    if (values === undefined) return
    this.#listHeader(field, TYPE_STRUCT, values.length)
    for (const value of values) this.#nested(() => write(value))
  }

  i32s(field: number, values: readonly number[]): void {
    this.#listHeader(field, TYPE_I32, values.length)
    for (const value of values) this.#varint(((value << 1) ^ (value >> 31)) >>> 0)
  }

  i64s(field: number, values: readonly number[]): void {
    this.#listHeader(field, TYPE_I64, values.length)
    for (const value of values) this.#long(value)
  }

  bools(field: number, values: readonly boolean[]): void {
    this.#listHeader(field, TYPE_TRUE, values.length)
    for (const value of values) this.#byte(value ? TYPE_TRUE : TYPE_FALSE)
  }

  binaries(field: number, values: readonly Uint8Array[]): void {
    this.#listHeader(field, TYPE_BINARY, values.length)
    for (const value of values) this.#raw(value)
  }

  strings(field: number, values: readonly string[]): void {
    this.binaries(
      field,
      values.map((value) => encoder.encode(value)),
    )
  }

  #nested(write: () => void): void {
    const lastField = this.#lastField
    this.#lastField = 0
    write()
    this.#byte(0)
    this.#lastField = lastField
  }

  #header(field: number, type: number): void {
    const delta = field - this.#lastField
    if (delta > 0 && delta <= 15) this.#byte((delta << 4) | type)
    else {
      this.#byte(type)
      this.#varint(field << 1)
    }
    this.#lastField = field
  }

  #listHeader(field: number, elementType: number, size: number): void {
    this.#header(field, TYPE_LIST)
    if (size < 15) this.#byte((size << 4) | elementType)
    else {
      this.#byte(0xf0 | elementType)
      this.#varint(size)
    }
  }

  #raw(value: Uint8Array): void {
    this.#varint(value.length)
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  #long(value: number): void {
    let rest = value >= 0 ? value * 2 : -value * 2 - 1
    while (rest >= 128) {
      this.#byte((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    this.#byte(rest)
  }

  #varint(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.#byte((rest & 127) | 128)
      rest >>>= 7
    }
    this.#byte(rest)
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
