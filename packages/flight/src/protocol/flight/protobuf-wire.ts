/**
 * The few parts of protobuf's wire format that messages with large bodies need: their bytes are neither copied to be
 * read nor held twice to be written, which a general encoder would do.
 */

import { invalidArgument } from './flight-error.js'

export const WIRE = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const

/** The tag that stands before a length-delimited field. */
export function lengthDelimitedTag(fieldNumber: number): number {
  return fieldNumber * 8 + WIRE.lengthDelimited
}

/** The bytes that a non-negative number below 2^31 takes as a varint. */
export function varintSize(value: number): number {
  let size = 1
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) size++
  return size
}

/** Writes a varint and returns the place after it. */
export function writeVarint(target: Uint8Array, start: number, value: number): number {
  let place = start
  let rest = value
  while (rest > 0x7f) {
    target[place++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  target[place++] = rest
  return place
}

/** Reads fields one after another. Every length is checked against the buffer; what is damaged is INVALID_ARGUMENT. */
export class WireReader {
  readonly #bytes: Uint8Array
  #place = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#place >= this.#bytes.length
  }

  tag(): { fieldNumber: number; wireType: number } {
    const tag = this.#varint()
    const fieldNumber = Math.floor(tag / 8)
    if (fieldNumber === 0 || tag > 0xffff_ffff) throw malformed('a field has an impossible number')
    return { fieldNumber, wireType: tag & 7 }
  }

  /** A view of the field's bytes. */
  lengthDelimited(): Uint8Array {
    const length = this.#varint()
    if (length > this.#bytes.length - this.#place) throw malformed('a field is cut off')
    const start = this.#place
    this.#place += length
    return this.#bytes.subarray(start, this.#place)
  }

  skip(wireType: number): void {
    switch (wireType) {
      case WIRE.varint:
        this.#varint()
        return
      case WIRE.fixed64:
        return this.#advance(8)
      case WIRE.lengthDelimited:
        this.lengthDelimited()
        return
      case WIRE.fixed32:
        return this.#advance(4)
      default:
        throw malformed(`wire type ${wireType} is not in use`)
    }
  }

  #advance(count: number): void {
    if (count > this.#bytes.length - this.#place) throw malformed('a field is cut off')
    this.#place += count
  }

  /** At most ten bytes; values over 2^53 lose their last bits, which no length or tag needs. */
  #varint(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < 10; count++) {
      const byte = this.#bytes[this.#place++]
      if (byte === undefined) throw malformed('a number is cut off')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw malformed('a number is too long')
  }
}

function malformed(what: string): Error {
  return invalidArgument(`malformed FlightData: ${what}`)
}
