/** A Flight server on a free port of this machine, and a bare client of it. */

import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { create } from '@bufbuild/protobuf'
import type { ChannelCredentials, ClientDuplexStream, ClientReadableStream, MethodDefinition, ServiceError } from '@grpc/grpc-js'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { FlightDescriptor_DescriptorType, FlightDescriptorSchema, TicketSchema } from '../../generated/Flight_pb.js'
import type { FlightMethod } from '../call-context.js'
import { FlightServer } from '../flight-server.js'
import type { FlightServerOptions } from '../flight-server.js'
import type { FlightPayload } from '../payload.js'
import { FLIGHT_SERVICE_NAME } from '../service-definition.js'

export interface Loopback {
  readonly server: FlightServer
  readonly client: FlightTestClient
  readonly port: number
  close(): Promise<void>
}

export async function loopback(options: FlightServerOptions, channel?: ChannelCredentials): Promise<Loopback> {
  const server = new FlightServer(options)
  const { port } = await server.listen('127.0.0.1', 0)
  const client = new FlightTestClient(port, channel)
  return {
    server,
    client,
    port,
    close: async () => {
      client.close()
      await server.close()
    },
  }
}

interface CallSettings {
  readonly metadata?: Metadata
  readonly deadline?: Date
}

export class FlightTestClient {
  readonly channel: Client

  constructor(port: number, channel: ChannelCredentials = credentials.createInsecure()) {
    this.channel = new Client(`localhost:${port}`, channel, { 'grpc.max_receive_message_length': -1, 'grpc.enable_retries': 0 })
  }

  unary<Request, Response>(method: MethodDefinition<Request, Response>, request: Request, settings: CallSettings = {}): Promise<Response> {
    return new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = method
      const metadata = settings.metadata ?? new Metadata()
      this.channel.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, optionsOf(settings), (error, value) =>
        error === null ? resolve(value!) : reject(error),
      )
    })
  }

  stream<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    settings: CallSettings = {},
  ): ClientReadableStream<Response> {
    const { path, requestSerialize, responseDeserialize } = method
    const metadata = settings.metadata ?? new Metadata()
    return this.channel.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata, optionsOf(settings))
  }

  duplex<Request, Response>(method: MethodDefinition<Request, Response>, settings: CallSettings = {}): ClientDuplexStream<Request, Response> {
    const { path, requestSerialize, responseDeserialize } = method
    return this.channel.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      settings.metadata ?? new Metadata(),
      optionsOf(settings),
    )
  }

  close(): void {
    this.channel.close()
  }
}

function optionsOf({ deadline }: CallSettings): { deadline?: Date } {
  return deadline === undefined ? {} : { deadline }
}

/** All messages of a stream. */
export async function messagesOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const messages: T[] = []
  for await (const message of stream) messages.push(message)
  return messages
}

/** The error that ends a call. */
export async function failureOf(promise: Promise<unknown>): Promise<ServiceError> {
  try {
    await promise
  } catch (error) {
    return error as ServiceError
  }
  throw new Error('the call succeeded')
}

/** A promise and what settles it. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

export const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text))
export const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString()
export const descriptor = create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.CMD, cmd: bytes('SELECT 1') })
export const ticket = create(TicketSchema, { ticket: bytes('t') })
export const payload = (label: string): FlightPayload => ({ header: bytes(label), body: [bytes('body of '), bytes(label)] })

/** A call without a gRPC client, which would read ahead: its request is still to be written. */
export function rawCall(session: ClientHttp2Session, method: FlightMethod): ClientHttp2Stream {
  return session.request({ ':method': 'POST', ':path': `/${FLIGHT_SERVICE_NAME}/${method}`, 'content-type': 'application/grpc', te: 'trailers' })
}
