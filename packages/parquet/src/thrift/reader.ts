/**
 * Thrift's compact protocol, read field by field straight into the caller's structures. Every read is checked against
 * the end of the bytes and against the field's wire type, so damaged input ends in a DataError and never in a hang.
 */

import { damaged } from '../errors.js'

const TYPE_TRUE = 1
const TYPE_FALSE = 2
const TYPE_BYTE = 3
const TYPE_I16 = 4
const TYPE_I32 = 5
const TYPE_I64 = 6
const TYPE_DOUBLE = 7
const TYPE_BINARY = 8
const TYPE_LIST = 9
const TYPE_SET = 10
const TYPE_MAP = 11
const TYPE_STRUCT = 12
const TYPE_UUID = 13

const MAX_DEPTH = 32
const decoder = new TextDecoder()

export class ThriftReader {
  readonly bytes: Uint8Array
  position: number
  /** Id of the field that {@link nextField} moved to. */
  fieldId = 0
  #fieldType = 0
  #depth = 0
  readonly #where: string

  /** `where` names the file and part, for errors. */
  constructor(bytes: Uint8Array, where: string, position = 0) {
    this.bytes = bytes
    this.position = position
    this.#where = where
  }

  /** Moves to the next field of the current struct; false at its end. The caller reads or skips the value. */
  nextField(): boolean {
    const byte = this.#byte()
    const type = byte & 15
    if (type === 0) return false
    const delta = byte >>> 4
    this.fieldId = delta === 0 ? this.#zigzag32() : this.fieldId + delta
    this.#fieldType = type
    return true
  }

  /** Reads a struct (a field's or a list element's) with a function that loops over {@link nextField}. */
  struct<T>(read: (reader: ThriftReader) => T): T {
    this.#expect(this.#fieldType === TYPE_STRUCT, 'a struct')
    return this.#nested(() => read(this))
  }

  list<T>(read: (reader: ThriftReader) => T): T[] {
    this.#expect(this.#fieldType === TYPE_LIST || this.#fieldType === TYPE_SET, 'a list')
    const header = this.#byte()
    const elementType = header & 15
    const short = header >>> 4
    const size = short === 15 ? this.#varint32() : short
    // Each element takes at least a byte, so a damaged size cannot make us allocate more than the input is long.
    this.#expect(size >= 0 && size <= this.bytes.length - this.position, 'a list that fits')
    const out: T[] = []
    return this.#nested(() => {
      for (let i = 0; i < size; i++) {
        this.#fieldType = elementType
        this.fieldId = 0
        out.push(elementType === TYPE_STRUCT ? this.#nested(() => read(this)) : read(this))
      }
      return out
    })
  }

  bool(): boolean {
    if (this.#fieldType === TYPE_TRUE || this.#fieldType === TYPE_FALSE) return this.#fieldType === TYPE_TRUE
    throw this.#error('a boolean was expected')
  }

  /** A boolean that stands in a list, where it takes a byte. */
  boolElement(): boolean {
    this.#expect(this.#fieldType === TYPE_TRUE || this.#fieldType === TYPE_FALSE, 'a boolean')
    return this.#byte() === TYPE_TRUE
  }

  i32(): number {
    if (this.#fieldType === TYPE_BYTE) return (this.#byte() << 24) >> 24
    this.#expect(this.#fieldType === TYPE_I32 || this.#fieldType === TYPE_I16, 'an integer')
    return this.#zigzag32()
  }

  /** An i64 that must be a safe integer: sizes, offsets and counts are. */
  i64(): number {
    this.#expect(this.#fieldType === TYPE_I64 || this.#fieldType === TYPE_I32, 'a long integer')
    let low = 0
    let factor = 1
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte()
      low += (byte & 127) * factor
      if (byte < 128) {
        const value = low % 2 === 0 ? low / 2 : -(low + 1) / 2
        this.#expect(low < 2 ** 53, 'a number below 2^52')
        return value
      }
      factor *= 128
    }
    throw this.#error('a variable-length integer does not end')
  }

  binary(): Uint8Array {
    this.#expect(this.#fieldType === TYPE_BINARY, 'bytes')
    const length = this.#varint32()
    this.#expect(length >= 0 && length <= this.bytes.length - this.position, 'bytes that fit')
    const start = this.position
    this.position += length
    return this.bytes.subarray(start, start + length)
  }

  string(): string {
    return decoder.decode(this.binary())
  }

  skip(): void {
    switch (this.#fieldType) {
      case TYPE_TRUE:
      case TYPE_FALSE:
        return
      case TYPE_BYTE:
        this.#advance(1)
        return
      case TYPE_I16:
      case TYPE_I32:
      case TYPE_I64:
        for (let i = 0; this.#byte() >= 128; i++) this.#expect(i < 10, 'an integer that ends')
        return
      case TYPE_DOUBLE:
        this.#advance(8)
        return
      case TYPE_UUID:
        this.#advance(16)
        return
      case TYPE_BINARY:
        this.binary()
        return
      case TYPE_LIST:
      case TYPE_SET:
        this.list((reader) => reader.#skipElement())
        return
      case TYPE_STRUCT:
        this.#nested(() => this.skipFields())
        return
      case TYPE_MAP:
        this.#skipMap()
        return
      default:
        throw this.#error(`unknown wire type ${this.#fieldType}`)
    }
  }

  /** Skips the rest of the current struct's fields. */
  skipFields(): void {
    while (this.nextField()) this.skip()
  }

  /** Runs a reader of a struct that stands alone, not in a field. */
  topLevel<T>(read: (reader: ThriftReader) => T): T {
    this.fieldId = 0
    return read(this)
  }

  #skipElement(): void {
    if (this.#fieldType === TYPE_TRUE || this.#fieldType === TYPE_FALSE) this.#advance(1)
    else if (this.#fieldType === TYPE_STRUCT) this.skipFields()
    else this.skip()
  }

  #skipMap(): void {
    const size = this.#varint32()
    if (size === 0) return
    this.#expect(size > 0 && size <= this.bytes.length - this.position, 'a map that fits')
    const types = this.#byte()
    this.#nested(() => {
      for (let i = 0; i < size; i++) {
        for (const type of [types >>> 4, types & 15]) {
          this.#fieldType = type
          this.fieldId = 0
          if (type === TYPE_STRUCT) this.#nested(() => this.skipFields())
          else this.#skipElement()
        }
      }
    })
  }

  #nested<T>(read: () => T): T {
    const { fieldId } = this
    const fieldType = this.#fieldType
    this.fieldId = 0
    this.#expect(++this.#depth <= MAX_DEPTH, `nesting of at most ${MAX_DEPTH}`)
    const value = read()
    this.#depth--
    this.fieldId = fieldId
    this.#fieldType = fieldType
    return value
  }

  #byte(): number {
    const byte = this.bytes[this.position++]
    if (byte === undefined) throw this.#error('the bytes end too early')
    return byte
  }

  #advance(count: number): void {
    this.position += count
    this.#expect(this.position <= this.bytes.length, 'more bytes')
  }

  #varint32(): number {
    let result = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte()
      result |= (byte & 127) << shift
      if (byte < 128) return result
    }
    throw this.#error('a variable-length integer does not end')
  }

  #zigzag32(): number {
    const value = this.#varint32()
    return (value >>> 1) ^ -(value & 1)
  }

  #expect(condition: boolean, what: string): void {
    if (!condition) throw this.#error(`${what} was expected`)
  }

  #error(what: string): Error {
    return damaged(this.#where, `${what} (at byte ${this.position} of the Thrift structure)`)
  }
}
