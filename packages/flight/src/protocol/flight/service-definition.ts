/**
 * The ten calls of `arrow.flight.protocol.FlightService` as gRPC sees them, for servers and clients. Small messages go
 * through generated code, FlightData through its own codec.
 */

import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import type { MethodDefinition } from '@grpc/grpc-js'
import {
  ActionSchema,
  ActionTypeSchema,
  CriteriaSchema,
  EmptySchema,
  FlightDescriptorSchema,
  FlightInfoSchema,
  HandshakeRequestSchema,
  HandshakeResponseSchema,
  PollInfoSchema,
  PutResultSchema,
  ResultSchema,
  SchemaResultSchema,
  TicketSchema,
} from '../generated/Flight_pb.js'
import type { FlightMethod } from './call-context.js'
import { decodeFlightData, encodeFlightData } from './flight-data-codec.js'
import type { FlightDataMessage } from './flight-data-codec.js'

interface Codec<T> {
  readonly serialize: (message: T) => Buffer
  readonly deserialize: (bytes: Buffer) => T
}

export const FLIGHT_SERVICE_NAME = 'arrow.flight.protocol.FlightService'

const flightData: Codec<FlightDataMessage> = {
  serialize: ({ payload, descriptor }) => encodeFlightData(payload, descriptor),
  deserialize: decodeFlightData,
}

function generated<Desc extends DescMessage>(schema: Desc): Codec<MessageShape<Desc>> {
  return {
    serialize: (message) => {
      const bytes = toBinary(schema, message)
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    },
    deserialize: (bytes) => fromBinary(schema, bytes),
  }
}

export type FlightMethodDefinition<Request, Response> = MethodDefinition<Request, Response>

function method<Request, Response>(
  name: FlightMethod,
  streams: { readonly request?: true; readonly response?: true },
  request: Codec<Request>,
  response: Codec<Response>,
): FlightMethodDefinition<Request, Response> {
  return {
    path: `/${FLIGHT_SERVICE_NAME}/${name}`,
    originalName: name,
    requestStream: streams.request ?? false,
    responseStream: streams.response ?? false,
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  }
}

export const flightServiceDefinition = {
  Handshake: method('Handshake', { request: true, response: true }, generated(HandshakeRequestSchema), generated(HandshakeResponseSchema)),
  ListFlights: method('ListFlights', { response: true }, generated(CriteriaSchema), generated(FlightInfoSchema)),
  GetFlightInfo: method('GetFlightInfo', {}, generated(FlightDescriptorSchema), generated(FlightInfoSchema)),
  PollFlightInfo: method('PollFlightInfo', {}, generated(FlightDescriptorSchema), generated(PollInfoSchema)),
  GetSchema: method('GetSchema', {}, generated(FlightDescriptorSchema), generated(SchemaResultSchema)),
  DoGet: method('DoGet', { response: true }, generated(TicketSchema), flightData),
  DoPut: method('DoPut', { request: true, response: true }, flightData, generated(PutResultSchema)),
  DoExchange: method('DoExchange', { request: true, response: true }, flightData, flightData),
  DoAction: method('DoAction', { response: true }, generated(ActionSchema), generated(ResultSchema)),
  ListActions: method('ListActions', { response: true }, generated(EmptySchema), generated(ActionTypeSchema)),
} as const
