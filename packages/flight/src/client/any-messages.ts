/** Flight SQL's commands travel as `google.protobuf.Any` inside the bytes of Flight's messages. */

import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { AnySchema, anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import { DataError } from '@artemis/errors'
import { ActionSchema, FlightDescriptorSchema, FlightDescriptor_DescriptorType } from '../protocol/generated/Flight_pb.js'
import type { Action, FlightDescriptor } from '../protocol/generated/Flight_pb.js'

/** The bytes of a command. */
export function packed<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): Uint8Array {
  return toBinary(AnySchema, anyPack(schema, create(schema, init)))
}

export function commandDescriptor<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): FlightDescriptor {
  return create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.CMD, cmd: packed(schema, init) })
}

/** An action of Flight SQL: its type is its message's name without the ending. */
export function sqlAction<Desc extends DescMessage>(type: string, schema: Desc, init: MessageInitShape<Desc>): Action {
  return create(ActionSchema, { type, body: packed(schema, init) })
}

/** An action of Flight itself: its body is the message as it is. */
export function flightAction<Desc extends DescMessage>(type: string, schema: Desc, init: MessageInitShape<Desc>): Action {
  return create(ActionSchema, { type, body: toBinary(schema, create(schema, init)) })
}

/** Throws a DataError for an answer that is no such message. */
export function unpacked<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  const message = decoded(AnySchema, bytes)
  const found = anyUnpack(message, schema)
  if (found === undefined) throw malformedAnswer(`${schema.name} was expected, and ${message.typeUrl} came`)
  return found
}

/** Throws a DataError for bytes that are no such message. */
export function decoded<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes)
  } catch (error) {
    throw malformedAnswer(`its ${schema.name} cannot be read`, error)
  }
}

export function malformedAnswer(reason: string, cause?: unknown): DataError {
  return new DataError({ code: 'MALFORMED_ANSWER', message: `the server's answer cannot be understood: ${reason}`, cause })
}
