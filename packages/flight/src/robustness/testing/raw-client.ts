/** A client that sends what it likes: any bytes as any message of any call, on a connection of its own. */

import type { ClientDuplexStream, ClientReadableStream, ServiceError } from '@grpc/grpc-js'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { create, toBinary } from '@bufbuild/protobuf'
import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf'
import type { FlightMethod } from '../../protocol/flight/call-context.js'
import { decodeFlightData } from '../../protocol/flight/flight-data-codec.js'
import type { FlightPayload } from '../../protocol/flight/payload.js'
import { FLIGHT_SERVICE_NAME, flightServiceDefinition } from '../../protocol/flight/service-definition.js'
import type { FlightInfo } from '../../protocol/generated/Flight_pb.js'
import { ActionSchema, FlightDescriptor_DescriptorType, FlightDescriptorSchema, TicketSchema } from '../../protocol/generated/Flight_pb.js'
import { packAny } from '../../protocol/sql/commands.js'

const asIs = (bytes: Buffer): Buffer => bytes

/** How a call ended: its status, and what came before. */
export interface Outcome {
  /** 0 when it went well. */
  readonly code: number
  readonly details: string
  readonly messages: readonly Buffer[]
}

export interface RawOptions {
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export class RawClient {
  readonly channel: Client
  readonly #options: RawOptions
  cookie: string | undefined

  constructor(port: number, options: RawOptions = {}) {
    this.#options = options
    this.channel = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
    })
  }

  metadata(): Metadata {
    const metadata = new Metadata()
    if (this.#options.token !== undefined) metadata.set('authorization', `Bearer ${this.#options.token}`)
    if (this.cookie !== undefined) metadata.set('cookie', this.cookie)
    for (const [name, value] of Object.entries(this.#options.headers ?? {})) metadata.set(name, value)
    return metadata
  }

  /** A call of one message for many; unary calls are read as such, too. */
  stream(method: FlightMethod, message: Uint8Array, deadlineMs?: number): ClientReadableStream<Buffer> {
    const stream = this.channel.makeServerStreamRequest(pathOf(method), asIs, asIs, Buffer.from(message), this.metadata(), optionsOf(deadlineMs))
    stream.on('error', () => undefined)
    stream.on('metadata', (metadata: Metadata) => this.#keepCookie(metadata))
    return stream
  }

  duplex(method: FlightMethod, deadlineMs?: number): ClientDuplexStream<Buffer, Buffer> {
    const stream = this.channel.makeBidiStreamRequest(pathOf(method), asIs, asIs, this.metadata(), optionsOf(deadlineMs))
    stream.on('error', () => undefined)
    return stream
  }

  /** Never throws: what a server answers to nonsense is what is looked at. */
  async call(method: FlightMethod, message: Uint8Array, deadlineMs = 30_000): Promise<Outcome> {
    return outcomeOf(this.stream(method, message, deadlineMs))
  }

  /** Sends messages one after another, then ends its side. */
  async put(messages: readonly Uint8Array[], method: FlightMethod = 'DoPut', deadlineMs = 30_000): Promise<Outcome> {
    const stream = this.duplex(method, deadlineMs)
    const outcome = outcomeOf(stream)
    for (const message of messages) stream.write(Buffer.from(message))
    stream.end()
    return outcome
  }

  get(ticket: Uint8Array | string, deadlineMs?: number): Promise<Outcome> {
    return this.call('DoGet', ticketBytes(ticket), deadlineMs)
  }

  info(cmd: Uint8Array | string): Promise<Outcome> {
    return this.call('GetFlightInfo', descriptorBytes(cmd))
  }

  /** The ticket that GetFlightInfo gives for a command. */
  async ticketFor(cmd: Uint8Array | string): Promise<Uint8Array> {
    return ticketOf(await this.info(cmd))
  }

  action(type: string, body: Uint8Array = new Uint8Array(0)): Promise<Outcome> {
    return this.call('DoAction', toBinary(ActionSchema, create(ActionSchema, { type, body })))
  }

  close(): void {
    this.channel.close()
  }

  #keepCookie(metadata: Metadata): void {
    const cookie = metadata.get('set-cookie')[0]
    if (typeof cookie === 'string') this.cookie = cookie.split(';')[0]
  }
}

export function pathOf(method: string): string {
  return `/${FLIGHT_SERVICE_NAME}/${method}`
}

function optionsOf(deadlineMs: number | undefined): { deadline?: number } {
  return deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs }
}

export function outcomeOf(stream: ClientReadableStream<Buffer> | ClientDuplexStream<Buffer, Buffer>): Promise<Outcome> {
  const messages: Buffer[] = []
  return new Promise((resolve) => {
    stream.on('data', (message: Buffer) => messages.push(message))
    stream.on('status', ({ code, details }: { code: number; details: string }) => resolve({ code, details, messages }))
    stream.on('error', (error: ServiceError) => resolve({ code: error.code, details: error.details, messages }))
  })
}

export function ticketBytes(ticket: Uint8Array | string): Uint8Array {
  return toBinary(TicketSchema, create(TicketSchema, { ticket: bytesOf(ticket) }))
}

export function descriptorBytes(cmd: Uint8Array | string): Uint8Array {
  return toBinary(FlightDescriptorSchema, create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.CMD, cmd: bytesOf(cmd) }))
}

export function commandBytes<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): Uint8Array {
  return packAny(schema, create(schema, init))
}

export function bytesOf(value: Uint8Array | string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(typeof value === 'string' ? Buffer.from(value) : value)
}

export function infoOf(outcome: Outcome): FlightInfo {
  if (outcome.code !== 0) throw new Error(`GetFlightInfo failed: ${outcome.details}`)
  return flightServiceDefinition.GetFlightInfo.responseDeserialize(outcome.messages[0]!)
}

export function ticketOf(outcome: Outcome): Uint8Array {
  return infoOf(outcome).endpoint[0]!.ticket!.ticket
}

/** A DoGet's payloads as an Arrow IPC stream: each message behind its marker and size, and the end. */
export function reframed(messages: readonly Buffer[]): Buffer {
  const parts: Uint8Array[] = []
  for (const message of messages) parts.push(...framed(decodeFlightData(message).payload))
  parts.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0))
  return Buffer.concat(parts)
}

function framed({ header, body }: FlightPayload): Uint8Array[] {
  const prefix = Buffer.alloc(8)
  prefix.writeUInt32LE(0xffffffff, 0)
  prefix.writeInt32LE(header.length, 4)
  return [prefix, header, ...body]
}
