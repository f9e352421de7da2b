/**
 * A position in Avro-encoded bytes (Avro 1.11 spec, "Binary Encoding"). Every read checks the end, so damaged input ends
 * in a `DataError` and never in a read of other bytes. Counts come as numbers, as a bigint for each would cost more than
 * the rest of planning; only `readBigint` makes one.
 */
import { DataError } from '@artemis/errors'

export class AvroCursor {
  readonly bytes: Buffer
  readonly end: number
  position: number

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.end = bytes.length
    this.position = position
  }

  get remaining(): number {
    return this.end - this.position
  }

  /** A zigzag integer of up to 53 bits. A larger one is a `DataError`: use {@link readBigint} where ids are expected. */
  readLong(): number {
    const first = this.#byte()
    if (first < 0x80) return (first >>> 1) ^ -(first & 1)
    const low = this.#lowBits(first)
    const high = this.#high
    const magnitude = high * 0x8000000 + (low >>> 1)
    if (magnitude > Number.MAX_SAFE_INTEGER) throw new DataError({ code: 'AVRO_INVALID', message: 'Avro number does not fit 53 bits' })
    return (low & 1) === 0 ? magnitude : -magnitude - 1
  }

  /** A zigzag integer of 64 bits. */
  readBigint(): bigint {
    const first = this.#byte()
    if (first < 0x80) return BigInt((first >>> 1) ^ -(first & 1))
    const low = this.#lowBits(first)
    const magnitude = (BigInt(this.#high) << 27n) + BigInt(low >>> 1)
    return (low & 1) === 0 ? magnitude : -magnitude - 1n
  }

  /** A zigzag integer that must be a 32-bit one. */
  readInt(): number {
    const value = this.readLong()
    if (value !== (value | 0)) throw new DataError({ code: 'AVRO_INVALID', message: `Avro int ${value} does not fit 32 bits` })
    return value
  }

  skipLong(): void {
    for (let length = 0; length < 10; length++) {
      if (this.#byte() < 0x80) return
    }
    throw tooLong()
  }

  /** Moves past `count` integers in one loop: the statistics of a manifest are mostly these. */
  skipLongs(count: number): void {
    const { bytes, end } = this
    let position = this.position
    for (let i = 0; i < count; i++) {
      const limit = position + 10
      for (;;) {
        if (position >= end) throw truncated()
        if (bytes[position++]! < 0x80) break
        if (position === limit) throw tooLong()
      }
    }
    this.position = position
  }

  /** Moves past `count` pairs of an integer and bytes. */
  skipKeyedBytes(count: number): void {
    const { bytes } = this
    for (let i = 0; i < count; i++) {
      // Field ids below 64 and bounds below 64 bytes take one byte each: nearly all of them.
      const position = this.position
      const length = bytes[position + 1]
      if (position + 1 < this.end && bytes[position]! < 0x80 && length! < 0x80 && (length! & 1) === 0) {
        this.position = position + 2
        this.advance(length! >>> 1)
      } else {
        this.skipLong()
        this.skipBytes()
      }
    }
  }

  readBoolean(): boolean {
    const value = this.#byte()
    if (value > 1) throw new DataError({ code: 'AVRO_INVALID', message: `Avro boolean has the value ${value}` })
    return value === 1
  }

  readFloat(): number {
    const start = this.advance(4)
    return this.bytes.readFloatLE(start)
  }

  readDouble(): number {
    const start = this.advance(8)
    return this.bytes.readDoubleLE(start)
  }

  /** A length and as many bytes, as a view. */
  readBytes(): Uint8Array {
    const length = this.readLength()
    return this.readFixed(length)
  }

  readFixed(length: number): Uint8Array {
    const start = this.advance(length)
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, length)
  }

  readString(): string {
    const length = this.readLength()
    const start = this.advance(length)
    return this.bytes.toString('utf8', start, start + length)
  }

  skipBytes(): void {
    this.advance(this.readLength())
  }

  /** A length that must lie within the bytes that are left. */
  readLength(): number {
    const length = this.readLong()
    if (length < 0 || length > this.end - this.position) throw truncated()
    return length
  }

  /** Moves past `length` bytes and returns where they start. */
  advance(length: number): number {
    const start = this.position
    if (length > this.end - start) throw truncated()
    this.position = start + length
    return start
  }

  /** Bits 28 and up of the integer that `#lowBits` read: two results without an object. */
  #high = 0

  /** Reads on after the first byte of a long integer; returns bits 0 to 27. */
  #lowBits(first: number): number {
    let low = first & 0x7f
    let shift = 7
    while (shift < 28) {
      const byte = this.#byte()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#high = 0
        return low
      }
      shift += 7
    }
    let high = 0
    let factor = 1
    for (let length = 4; length < 10; length++) {
      const byte = this.#byte()
      if (length === 9 && byte > 1) throw tooLong()
      high += (byte & 0x7f) * factor
      if (byte < 0x80) {
        this.#high = high
        return low
      }
      factor *= 128
    }
    throw tooLong()
  }

  #byte(): number {
    if (this.position >= this.end) throw truncated()
    return this.bytes[this.position++]!
  }
}

function truncated(): DataError {
  return new DataError({ code: 'AVRO_TRUNCATED', message: 'Avro data ends early' })
}

function tooLong(): DataError {
  return new DataError({ code: 'AVRO_INVALID', message: 'Avro number is longer than 64 bits' })
}
