import { create, toBinary } from '@bufbuild/protobuf'
import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { FlightDataSchema, FlightDescriptor_DescriptorType, FlightDescriptorSchema } from '../generated/Flight_pb.js'
import { decodeFlightData, encodeFlightData, flightDataSize } from './flight-data-codec.js'
import { FlightError } from './flight-error.js'
import type { FlightPayload } from './payload.js'

const descriptor = create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.PATH, path: ['a', 'b'] })

function bytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7) & 0xff)
}

const PAYLOADS: FlightPayload[] = [
  { header: new Uint8Array(0), body: [] },
  { header: bytes(3, 1), body: [] },
  { header: new Uint8Array(0), body: [], appMetadata: bytes(200, 2) },
  { header: bytes(127, 1), body: [bytes(64, 2), bytes(0, 3), bytes(64, 4)] },
  { header: bytes(128, 1), body: [bytes(16_320, 2), bytes(64, 3)], appMetadata: bytes(1, 5) },
  { header: bytes(20_000, 1), body: [bytes(2_100_000, 2)], appMetadata: bytes(20, 5) },
]

describe('FlightData', () => {
  it('is what a general protobuf encoder writes', () => {
    for (const payload of PAYLOADS) {
      for (const given of [undefined, descriptor]) {
        const general = toBinary(
          FlightDataSchema,
          create(FlightDataSchema, {
            ...(given === undefined ? {} : { flightDescriptor: given }),
            dataHeader: payload.header,
            appMetadata: payload.appMetadata ?? new Uint8Array(0),
            dataBody: Uint8Array.from(Buffer.concat(payload.body)),
          }),
        )
        const encoded = encodeFlightData(payload, given)
        expect(encoded.equals(general)).toBe(true)
        if (given === undefined) expect(flightDataSize(payload)).toBe(general.length)
      }
    }
  })

  it('comes back, at any alignment, with an aligned body', () => {
    for (const payload of PAYLOADS) {
      for (let shift = 0; shift < 9; shift++) {
        const encoded = encodeFlightData(payload, descriptor)
        const shifted = new Uint8Array(encoded.length + shift)
        shifted.set(encoded, shift)
        const back = decodeFlightData(shifted.subarray(shift))
        expect(back.descriptor?.path).toEqual(['a', 'b'])
        expect(Buffer.from(back.payload.header).equals(payload.header)).toBe(true)
        expect(Buffer.concat(back.payload.body).equals(Buffer.concat(payload.body))).toBe(true)
        expect(Buffer.from(back.payload.appMetadata ?? []).equals(payload.appMetadata ?? new Uint8Array(0))).toBe(true)
        for (const chunk of back.payload.body) expect(chunk.byteOffset % 8).toBe(0)
      }
    }
  })

  it('passes over fields that it does not know', () => {
    const unknown = Uint8Array.of(0x20, 0xff, 0x01, 0x29, 1, 2, 3, 4, 5, 6, 7, 8, 0x32, 2, 9, 9, 0x3d, 1, 2, 3, 4)
    const encoded = Buffer.concat([unknown, encodeFlightData(PAYLOADS[3]!), unknown])
    expect(Buffer.concat(decodeFlightData(encoded).payload.body).equals(Buffer.concat(PAYLOADS[3]!.body))).toBe(true)
  })

  it('reads mutated bytes, or refuses them with INVALID_ARGUMENT', () => {
    const seeds = PAYLOADS.slice(0, 5).map((payload) => encodeFlightData({ ...payload, body: [bytes(40, 3)] }, descriptor))
    let state = 12345
    const random = (limit: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return Math.floor((state / 2 ** 32) * limit)
    }
    let refused = 0
    let read = 0
    for (let i = 0; i < 20_000; i++) {
      const mutated = Buffer.from(seeds[random(seeds.length)]!).subarray(0, random(4) === 0 ? random(100) : undefined)
      for (let k = random(4); k >= 0 && mutated.length > 0; k--) mutated[random(Math.min(mutated.length, 60))] = random(256)
      try {
        const { payload } = decodeFlightData(mutated)
        expect(payload.header.length + Buffer.concat(payload.body).length).toBeLessThanOrEqual(mutated.length)
        read++
      } catch (error) {
        refused++
        expect(error).toBeInstanceOf(FlightError)
        expect((error as FlightError).code).toBe(status.INVALID_ARGUMENT)
      }
    }
    expect(refused).toBeGreaterThan(1000)
    expect(read).toBeGreaterThan(1000)
  })
})
