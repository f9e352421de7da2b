/** Flight's calls on a server, and on those that its endpoints name. */

import type { Batch } from '@artemis/arrow'
import { create } from '@bufbuild/protobuf'
import { ConfigError } from '@artemis/errors'
import { TicketSchema } from '../protocol/generated/Flight_pb.js'
import type { Action, FlightDescriptor, FlightEndpoint, FlightInfo } from '../protocol/generated/Flight_pb.js'
import type { FlightDataMessage } from '../protocol/flight/flight-data-codec.js'
import type { FlightPayload } from '../protocol/flight/payload.js'
import { encodePayloads } from '../protocol/flight/record-batches.js'
import { flightServiceDefinition } from '../protocol/flight/service-definition.js'
import { malformedAnswer } from './any-messages.js'
import type { CallOptions, ConnectionOptions } from './connection.js'
import { Connection } from './connection.js'
import { parseServerAddress } from './server-address.js'

/** A farewell that is not heard is not worth waiting for. */
const FAREWELL_TIMEOUT_MS = 2000
/** The location that stands for the connection that gave it. */
const REUSE_CONNECTION = 'arrow-flight-reuse-connection:'

export class FlightCalls {
  /** The connection to the server that was named. */
  readonly own: Connection
  readonly #options: ConnectionOptions
  readonly #others = new Map<string, Connection>()

  constructor(uri: string, options: ConnectionOptions) {
    this.own = new Connection(parseServerAddress(uri), options)
    this.#options = options
  }

  flightInfo(descriptor: FlightDescriptor, options: CallOptions): Promise<FlightInfo> {
    return this.own.unary(flightServiceDefinition.GetFlightInfo, descriptor, options)
  }

  /** The one result of an action; its body is empty when there is none. */
  async act(action: Action, options: CallOptions): Promise<Uint8Array> {
    let body: Uint8Array = new Uint8Array(0)
    for await (const result of this.own.stream(flightServiceDefinition.DoAction, action, options)) body = result.body
    return body
  }

  /** Says what nobody waits for long, and nobody needs to hear. Never throws. */
  async farewell(action: Action): Promise<void> {
    await this.act(action, { deadlineMs: FAREWELL_TIMEOUT_MS }).catch(() => undefined)
  }

  /** Sends one batch, or none, to a command, and gives the metadata of each answer. */
  async put(descriptor: FlightDescriptor, batch: Batch | undefined, options: CallOptions): Promise<Uint8Array[]> {
    const answers: Uint8Array[] = []
    for await (const { appMetadata } of this.own.exchange(flightServiceDefinition.DoPut, putMessages(descriptor, batch), options)) {
      answers.push(appMetadata)
    }
    return answers
  }

  async *read(endpoint: FlightEndpoint, options: CallOptions): AsyncGenerator<FlightPayload, void, undefined> {
    const ticket = endpoint.ticket ?? create(TicketSchema)
    const messages = this.#connectionOf(endpoint).stream(flightServiceDefinition.DoGet, ticket, options)
    for await (const { payload } of messages) yield payload
  }

  close(): void {
    this.own.close()
    for (const connection of this.#others.values()) connection.close()
    this.#others.clear()
  }

  /** No location means the server that gave the endpoint. A token never goes to a place less protected than that server. */
  #connectionOf({ location }: FlightEndpoint): Connection {
    const uris = location.map(({ uri }) => uri)
    if (uris.length === 0 || uris.some((uri) => uri.startsWith(REUSE_CONNECTION) || uri === this.own.address.uri)) return this.own
    const uri = uris.find((candidate) => candidate.startsWith('grpc'))
    if (uri === undefined) throw malformedAnswer(`no location of an endpoint can be read: ${uris.join(', ')}`)
    const known = this.#others.get(uri)
    if (known !== undefined) return known
    const address = parseServerAddress(uri)
    if (this.own.address.usesTls && !address.usesTls) {
      throw new ConfigError({ code: 'LESS_PROTECTED', message: `the server sends its reader to ${uri}, which is not encrypted` })
    }
    const connection = new Connection(address, this.#options)
    this.#others.set(uri, connection)
    return connection
  }
}

/** The descriptor travels with the first message, which is empty when there is nothing to send. */
async function* putMessages(descriptor: FlightDescriptor, batch: Batch | undefined): AsyncGenerator<FlightDataMessage, void, undefined> {
  if (batch === undefined) {
    yield { descriptor, payload: { header: new Uint8Array(0), body: [] } }
    return
  }
  let isFirst = true
  for await (const payload of encodePayloads(batch.schema, [batch])) {
    yield isFirst ? { descriptor, payload } : { payload }
    isFirst = false
  }
}
