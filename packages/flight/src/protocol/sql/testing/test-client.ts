/** Calls a service's handlers as a gRPC server would, and reads what they give. */

import { Metadata } from '@grpc/grpc-js'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { anyUnpack, AnySchema } from '@bufbuild/protobuf/wkt'
import type { Batch, Schema } from '@artemis/arrow'
import { scalarsOf } from '@artemis/arrow'
import type { CallContext, FlightMethod } from '../../flight/call-context.js'
import type { IncomingStream } from '../../flight/flight-service.js'
import type { FlightPayload } from '../../flight/payload.js'
import { decodePayloads, encodePayloads } from '../../flight/record-batches.js'
import type { FlightDescriptor, FlightInfo } from '../../generated/Flight_pb.js'
import { ActionSchema, FlightDescriptor_DescriptorType, FlightDescriptorSchema, TicketSchema } from '../../generated/Flight_pb.js'
import { DoPutUpdateResultSchema } from '../../generated/FlightSql_pb.js'
import type { Principal } from '../../principal.js'
import { packAny } from '../commands.js'
import type { FlightSqlService } from '../flight-sql-service.js'

export interface TestClientOptions {
  readonly principal?: string
  readonly peer?: string
  /** Sends back the cookies that it was given. */
  readonly keepsCookies?: boolean
}

export interface Rows {
  readonly schema: Schema
  readonly columns: readonly (readonly unknown[])[]
  readonly batchCount: number
}

export class TestClient {
  readonly #service: FlightSqlService
  readonly principal: Principal
  readonly peer: string
  readonly #keepsCookies: boolean
  cookie: string | undefined
  readonly headers: [string, string][] = []

  constructor(service: FlightSqlService, { principal = 'ada', peer = '127.0.0.1:1', keepsCookies = false }: TestClientOptions = {}) {
    this.#service = service
    this.principal = { id: principal, name: principal }
    this.peer = peer
    this.#keepsCookies = keepsCookies
  }

  context(method: FlightMethod, signal: AbortSignal = new AbortController().signal): CallContext {
    const headers = new Metadata()
    if (this.cookie !== undefined) headers.set('cookie', this.cookie)
    return {
      method,
      peer: this.peer,
      headers,
      principal: this.principal,
      signal,
      deadline: undefined,
      setHeader: (name, value) => {
        this.headers.push([name, value])
        if (!this.#keepsCookies || name !== 'set-cookie') return
        this.cookie = value.includes('Max-Age=0') ? undefined : value.split(';')[0]
      },
    }
  }

  info(descriptor: FlightDescriptor): Promise<FlightInfo> {
    return this.#service.getFlightInfo(this.context('GetFlightInfo'), descriptor)
  }

  /** GetFlightInfo, then DoGet. */
  async query(descriptor: FlightDescriptor): Promise<Rows> {
    return this.get(ticketOf(await this.info(descriptor)))
  }

  stream(ticket: Uint8Array, signal?: AbortSignal): AsyncIterable<FlightPayload> {
    return this.#service.doGet(this.context('DoGet', signal), create(TicketSchema, { ticket }))
  }

  async get(ticket: Uint8Array, signal?: AbortSignal): Promise<Rows> {
    return readRows(this.stream(ticket, signal))
  }

  async put(descriptor: FlightDescriptor, payloads: AsyncIterable<FlightPayload> | Iterable<FlightPayload> = [EMPTY_PAYLOAD]): Promise<Uint8Array[]> {
    const stream: IncomingStream = { descriptor, payloads: asyncOf(payloads) }
    const results: Uint8Array[] = []
    for await (const { appMetadata } of this.#service.doPut(this.context('DoPut'), stream)) results.push(appMetadata)
    return results
  }

  /** DoPut of an update: the rows that it changed. */
  async update(descriptor: FlightDescriptor, schema?: Schema, batches: readonly Batch[] = []): Promise<bigint> {
    const results = await this.put(descriptor, schema === undefined ? undefined : encodePayloads(schema, batches))
    return fromBinary(DoPutUpdateResultSchema, results[0]!).recordCount
  }

  async action(type: string, body: Uint8Array = new Uint8Array(0)): Promise<Uint8Array[]> {
    const results: Uint8Array[] = []
    for await (const result of this.#service.doAction(this.context('DoAction'), create(ActionSchema, { type, body }))) results.push(result.body)
    return results
  }

  /** An action of Flight itself: plain messages. */
  async plainAction<Request extends DescMessage, Reply extends DescMessage>(
    type: string,
    request: Request,
    init: MessageInitShape<Request>,
    reply: Reply,
  ): Promise<MessageShape<Reply>> {
    const [body] = await this.action(type, toBinary(request, create(request, init)))
    return fromBinary(reply, body!)
  }

  /** An action of Flight SQL: messages in an Any. */
  async sqlAction<Request extends DescMessage, Reply extends DescMessage>(
    type: string,
    request: Request,
    init: MessageInitShape<Request>,
    reply: Reply,
  ): Promise<MessageShape<Reply>> {
    const [body] = await this.action(type, packAny(request, create(request, init)))
    return anyUnpack(fromBinary(AnySchema, body!), reply)!
  }
}

const EMPTY_PAYLOAD: FlightPayload = { header: new Uint8Array(0), body: [] }

async function* asyncOf<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items
}

export async function readRows(payloads: AsyncIterable<FlightPayload>): Promise<Rows> {
  const { schema, batches } = await decodePayloads(payloads)
  const columns: unknown[][] = schema.fields.map(() => [])
  let batchCount = 0
  for await (const batch of batches) {
    batchCount++
    for (const [i, column] of columns.entries()) column.push(...scalarsOf(batch.column(i)))
  }
  return { schema, columns, batchCount }
}

export function ticketOf(info: FlightInfo): Uint8Array {
  return info.endpoint[0]!.ticket!.ticket
}

/** A descriptor with a Flight SQL command. */
export function command<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): FlightDescriptor {
  return create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.CMD, cmd: packAny(schema, create(schema, init)) })
}

/** A descriptor whose command is text. */
export function text(cmd: string): FlightDescriptor {
  return create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.CMD, cmd: utf8Bytes(cmd) })
}

export function path(...parts: string[]): FlightDescriptor {
  return create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.PATH, path: parts })
}

export function utf8Bytes(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value))
}
