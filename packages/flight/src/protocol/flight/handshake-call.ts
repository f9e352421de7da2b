/**
 * Handshake: credentials for a token. Two generations of clients: those that send Basic or Bearer in the headers and read
 * the `authorization` header of the answer (JDBC, ADBC, `authenticate_basic_token`), and those that send a `BasicAuth`
 * message and read the token as a payload, to send it back as `auth-token-bin` (`ServerAuthHandler` of pyarrow).
 *
 * The answer goes out when the headers suffice or the first message is there. Some clients end their side only
 * after it, so waiting for that would never end.
 */

import { create } from '@bufbuild/protobuf'
import { HandshakeResponseSchema } from '../generated/Flight_pb.js'
import type { HandshakeRequest } from '../generated/Flight_pb.js'
import type { Authenticator } from './authenticator.js'
import { unauthenticated } from './flight-error.js'
import type { RunningCall } from './running-call.js'
import { flightServiceDefinition } from './service-definition.js'

const AUTHORIZATION = 'authorization'

/** Who the client is, by its headers or its first message; the value of its later `authorization` header with it. */
export async function shakeHands(
  authenticator: Authenticator,
  running: RunningCall,
  requests: AsyncIterable<HandshakeRequest>,
): Promise<string> {
  const fromHeaders = running.headers.get(AUTHORIZATION).length > 0
  const payload = fromHeaders ? undefined : await firstPayload(requests)
  if (!fromHeaders && payload === undefined) throw unauthenticated('the handshake carries neither an authorization header nor a message')
  const grant = await authenticator.handshake(running.credentials, payload)
  running.principal = grant.principal
  return grant.authorization
}

/** Gives the token in each way that a client may read it. */
export async function answerHandshake(running: RunningCall, authorization: string): Promise<void> {
  running.setHeader(AUTHORIZATION, authorization)
  running.trailers.set(AUTHORIZATION, authorization)
  const token = Buffer.from(authorization.replace(/^bearer /i, ''), 'utf8')
  const { responseSerialize } = flightServiceDefinition.Handshake
  await running.send(responseSerialize(create(HandshakeResponseSchema, { payload: token })))
}

async function firstPayload(requests: AsyncIterable<HandshakeRequest>): Promise<Uint8Array | undefined> {
  for await (const request of requests) return request.payload
  return undefined
}
