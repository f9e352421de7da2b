/** A server that runs, and how it ends: health first, then the calls, then what they used. */

import type { EngineBackend } from '../backend/engine-backend.js'
import type { Limiter } from '../limits/limiter.js'
import type { FlightServer } from '../protocol/flight/flight-server.js'
import type { FlightSqlService } from '../protocol/sql/flight-sql-service.js'
import type { AuthenticationPlan } from './config/validate.js'
import type { Health } from './health.js'
import type { OperationsEndpoint } from './metrics/operations-endpoint.js'
import type { Security } from './security-setup.js'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface RunningServer {
  readonly address: Address
  /** `grpc://host:port`, or `grpc+tls://` with TLS. */
  readonly uri: string
  readonly usesTls: boolean
  readonly metricsAddress: Address | undefined
  readonly authentication: AuthenticationPlan
  /** Calls that are being answered at this moment. */
  readonly activeCalls: number
  /** Refuses new calls, lets running ones finish for `shutdown.grace`, then cancels them and closes everything. */
  drain(): Promise<void>
  /** Cancels what runs and closes everything. */
  close(): Promise<void>
}

export interface Parts {
  readonly server: FlightServer
  readonly service: FlightSqlService
  readonly backend: EngineBackend
  readonly limiter: Limiter
  readonly security: Security
  readonly health: Health
  readonly endpoint: OperationsEndpoint | undefined
}

type Description = Pick<RunningServer, 'address' | 'uri' | 'usesTls' | 'authentication'> & { readonly graceMs: number }

export class AssembledServer implements RunningServer {
  readonly address: Address
  readonly uri: string
  readonly usesTls: boolean
  readonly authentication: AuthenticationPlan
  readonly #parts: Parts
  readonly #graceMs: number
  #closed: Promise<void> | undefined

  constructor(parts: Parts, { address, uri, usesTls, authentication, graceMs }: Description) {
    this.#parts = parts
    this.address = address
    this.uri = uri
    this.usesTls = usesTls
    this.authentication = authentication
    this.#graceMs = graceMs
  }

  get metricsAddress(): Address | undefined {
    return this.#parts.endpoint?.address
  }

  get activeCalls(): number {
    return this.#parts.server.activeCalls
  }

  async drain(): Promise<void> {
    // Balancers look at health: they send no new calls while the running ones finish.
    this.#parts.health.set(false)
    this.#parts.limiter.drain()
    await this.#parts.server.drain(this.#graceMs)
    await this.close()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** One part that fails to close must not keep the others open: budgets and tokens are written in any case. */
  async #close(): Promise<void> {
    const { server, service, backend, limiter, security, health, endpoint } = this.#parts
    health.set(false)
    const failures: unknown[] = []
    for (const part of [server, service, backend, limiter, security, endpoint]) {
      try {
        await part?.close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
}
