/** Logging in by name and password: Basic in the headers of Handshake, as JDBC and ADBC do it. */

import { create } from '@bufbuild/protobuf'
import type { CallOptions, Client, Metadata } from '@grpc/grpc-js'
import { HandshakeRequestSchema } from '../protocol/generated/Flight_pb.js'
import type { HandshakeRequest, HandshakeResponse } from '../protocol/generated/Flight_pb.js'
import { flightServiceDefinition } from '../protocol/flight/service-definition.js'

export interface Login {
  readonly user: string
  readonly password: string
}

/** What a server gave: the `authorization` header of later calls, and the headers that it sent besides. */
export interface Grant {
  readonly authorization: string
  readonly headers: Metadata
}

/** Rejects with gRPC's error. A server that names no token in its answer wants Basic with every call. */
export function handshake(client: Client, { user, password }: Login, metadata: Metadata, options: CallOptions): Promise<Grant> {
  const basic = `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
  metadata.set('authorization', basic)
  const { path, requestSerialize, responseDeserialize } = flightServiceDefinition.Handshake
  return new Promise((resolve, reject) => {
    const call = client.makeBidiStreamRequest<HandshakeRequest, HandshakeResponse>(
      path,
      requestSerialize,
      responseDeserialize,
      metadata,
      options,
    )
    let headers = metadata.clone()
    let authorization: string | undefined
    const take = (received: Metadata): void => {
      headers = received
      authorization = received.get('authorization').map(String)[0] ?? authorization
    }
    call.on('metadata', take)
    call.on('data', ({ payload }: HandshakeResponse) => {
      if (payload.length > 0) authorization ??= `Bearer ${Buffer.from(payload).toString('utf8')}`
    })
    call.on('error', reject)
    call.on('status', ({ code, metadata: trailers }) => {
      if (code !== 0) return
      authorization = trailers.get('authorization').map(String)[0] ?? authorization
      resolve({ authorization: authorization ?? basic, headers })
    })
    call.write(create(HandshakeRequestSchema))
    call.end()
  })
}
