/**
 * FlightData by hand. A message is written once, from the chunks of its body to the memory that it is sent from; a received
 * message is read as views of its bytes.
 *
 * ```
 * 1 flight_descriptor | 2 data_header | 3 app_metadata | 1000 data_body
 * ```
 */

import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { FlightDescriptorSchema } from '../generated/Flight_pb.js'
import type { FlightDescriptor } from '../generated/Flight_pb.js'
import { invalidArgument } from './flight-error.js'
import type { FlightPayload } from './payload.js'
import { lengthDelimitedTag, varintSize, WIRE, WireReader, writeVarint } from './protobuf-wire.js'

/** A payload, and what it is for where it is the first of its stream. */
export interface FlightDataMessage {
  readonly descriptor?: FlightDescriptor | undefined
  readonly payload: FlightPayload
}

const FIELD = { descriptor: 1, header: 2, appMetadata: 3, body: 1000 } as const

const EMPTY = new Uint8Array(0)

/** Views of typed arrays of 64-bit values need it. */
const BODY_ALIGNMENT = 8

/** The message's bytes in memory of their own. */
export function encodeFlightData(payload: FlightPayload, descriptor?: FlightDescriptor): Buffer {
  const message = new OutgoingFlightData(payload, descriptor)
  const out = Buffer.allocUnsafe(message.byteLength)
  message.copy(out, 0)
  return out
}

/** What gRPC asks of a message that it sends: how large it is, and then to be written. Every Buffer is one. */
export interface OutgoingMessage {
  readonly byteLength: number
  /** Writes all bytes from `start` on; returns their number. */
  copy(target: Buffer, start: number): number
}

/**
 * A message that is not put together before gRPC has the memory that it is sent from. As bytes of its own, a body would be
 * copied twice, and the second MiB of memory costs more than the copy: new pages, and garbage to collect.
 */
export class OutgoingFlightData implements OutgoingMessage {
  readonly byteLength: number
  readonly #payload: FlightPayload
  readonly #descriptor: Uint8Array | undefined
  readonly #bodyLength: number

  constructor(payload: FlightPayload, descriptor?: FlightDescriptor) {
    this.#payload = payload
    this.#descriptor = descriptor === undefined ? undefined : toBinary(FlightDescriptorSchema, descriptor)
    this.#bodyLength = byteLength(payload.body)
    const descriptorSize = this.#descriptor === undefined ? 0 : fieldSize(FIELD.descriptor, this.#descriptor.length)
    this.byteLength = descriptorSize + payloadSize(payload, this.#bodyLength)
  }

  copy(target: Buffer, start: number): number {
    const { header, body, appMetadata } = this.#payload
    let place = start
    if (this.#descriptor !== undefined) place = writeField(target, place, FIELD.descriptor, this.#descriptor)
    if (header.length > 0) place = writeField(target, place, FIELD.header, header)
    if (appMetadata !== undefined && appMetadata.length > 0) place = writeField(target, place, FIELD.appMetadata, appMetadata)
    if (this.#bodyLength > 0) place = writePrefix(target, place, FIELD.body, this.#bodyLength)
    for (const chunk of body) {
      target.set(chunk, place)
      place += chunk.length
    }
    return place - start
  }
}

/** The bytes of a message that {@link encodeFlightData} would give, without its descriptor. */
export function flightDataSize(payload: FlightPayload): number {
  return payloadSize(payload, byteLength(payload.body))
}

function payloadSize({ header, appMetadata }: FlightPayload, bodyLength: number): number {
  return (
    (header.length === 0 ? 0 : fieldSize(FIELD.header, header.length)) +
    (appMetadata === undefined || appMetadata.length === 0 ? 0 : fieldSize(FIELD.appMetadata, appMetadata.length)) +
    (bodyLength === 0 ? 0 : fieldSize(FIELD.body, bodyLength))
  )
}

/**
 * A message as views of `bytes`; the body is copied only where it is not aligned. Unknown fields are passed over, of a
 * repeated field the last one counts.
 *
 * @throws FlightError INVALID_ARGUMENT for bytes that are no FlightData.
 */
export function decodeFlightData(bytes: Uint8Array): FlightDataMessage {
  const reader = new WireReader(bytes)
  let descriptor: FlightDescriptor | undefined
  let header: Uint8Array = EMPTY
  let appMetadata: Uint8Array | undefined
  let body: Uint8Array = EMPTY
  while (!reader.atEnd) {
    const { fieldNumber, wireType } = reader.tag()
    if (wireType !== WIRE.lengthDelimited) {
      reader.skip(wireType)
      continue
    }
    const value = reader.lengthDelimited()
    if (fieldNumber === FIELD.descriptor) descriptor = readDescriptor(value)
    else if (fieldNumber === FIELD.header) header = value
    else if (fieldNumber === FIELD.appMetadata) appMetadata = plain(value)
    else if (fieldNumber === FIELD.body) body = value
  }
  return { descriptor, payload: { header: plain(header), body: body.length === 0 ? [] : [aligned(body)], appMetadata } }
}

function readDescriptor(bytes: Uint8Array): FlightDescriptor {
  try {
    return fromBinary(FlightDescriptorSchema, bytes)
  } catch (error) {
    throw invalidArgument('malformed FlightData: the descriptor cannot be read', error)
  }
}

/** A view without Buffer's methods, whose `slice` shares memory. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % BODY_ALIGNMENT === 0 ? plain(bytes) : new Uint8Array(bytes)
}

function byteLength(chunks: readonly Uint8Array[]): number {
  let length = 0
  for (const chunk of chunks) length += chunk.length
  return length
}

function fieldSize(fieldNumber: number, length: number): number {
  return varintSize(lengthDelimitedTag(fieldNumber)) + varintSize(length) + length
}

function writePrefix(out: Buffer, start: number, fieldNumber: number, length: number): number {
  return writeVarint(out, writeVarint(out, start, lengthDelimitedTag(fieldNumber)), length)
}

function writeField(out: Buffer, start: number, fieldNumber: number, value: Uint8Array): number {
  const place = writePrefix(out, start, fieldNumber, value.length)
  out.set(value, place)
  return place + value.length
}
