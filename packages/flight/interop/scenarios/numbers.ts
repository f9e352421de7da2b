/** What the scenarios' answers are made of: streams of one column `number`, and the FlightInfo that points to them. */
import type { DataType, Schema } from '@artemis/arrow'
import { Batch, field, int32, schema, uint32, vectorFromScalars } from '@artemis/arrow'
import { create } from '@bufbuild/protobuf'
import { encodePayloads, schemaMessage } from '../../src/protocol/flight/record-batches.js'
import type { FlightPayload } from '../../src/protocol/flight/payload.js'
import type { FlightDescriptor, FlightEndpoint, FlightInfo } from '../../src/protocol/generated/Flight_pb.js'
import { FlightEndpointSchema, FlightInfoSchema, TicketSchema } from '../../src/protocol/generated/Flight_pb.js'

const nullable = (name: string, type: DataType): Schema => schema([field(name, type, true)])

export const SIGNED_NUMBER: Schema = nullable('number', int32)
export const UNSIGNED_NUMBER: Schema = nullable('number', uint32)
export const NO_COLUMNS: Schema = schema([])

/** A stream of one batch. */
export function numberStream(of: Schema, values: readonly number[]): AsyncIterable<FlightPayload> {
  const batch = new Batch(of, values.length, [vectorFromScalars(of.fields[0]!.type, values)])
  return encodePayloads(of, one(batch))
}

async function* one(batch: Batch): AsyncGenerator<Batch> {
  yield batch
}

export const utf8Bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
export const utf8Text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

export function endpoint(ticket: string): FlightEndpoint {
  return create(FlightEndpointSchema, { ticket: create(TicketSchema, { ticket: utf8Bytes(ticket) }) })
}

export function flightInfo(descriptor: FlightDescriptor, of: Schema, endpoints: readonly FlightEndpoint[]): FlightInfo {
  return create(FlightInfoSchema, {
    schema: Uint8Array.from(schemaMessage(of)),
    flightDescriptor: descriptor,
    endpoint: [...endpoints],
    totalRecords: -1n,
    totalBytes: -1n,
  })
}
