/** `grpc.health.v1`: what load balancers and orchestrators ask, without credentials. */

import type { Server } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'

/** The server as a whole, and the one service it has. */
const SERVICES = ['', 'arrow.flight.protocol.FlightService']

export class Health {
  readonly #implementation = new HealthImplementation()
  #isServing = false

  constructor(server: Server) {
    this.set(false)
    this.#implementation.addToServer(server)
  }

  get isServing(): boolean {
    return this.#isServing
  }

  set(isServing: boolean): void {
    this.#isServing = isServing
    for (const service of SERVICES) this.#implementation.setStatus(service, isServing ? 'SERVING' : 'NOT_SERVING')
  }
}
