/** A service over a backend in memory, for one test. */

import type { ExecutionGate, ExecutionOutcome, ExecutionRequest } from '../execution-gate.js'
import type { FlightSqlServiceOptions } from '../flight-sql-service.js'
import { FlightSqlService } from '../flight-sql-service.js'
import { MemoryBackend } from './memory-backend.js'
import { TestClient } from './test-client.js'
import type { TestClientOptions } from './test-client.js'

export interface StartedService {
  readonly backend: MemoryBackend
  readonly service: FlightSqlService
  readonly client: TestClient
  /** What the gate saw. */
  readonly admitted: ExecutionRequest[]
  readonly outcomes: ExecutionOutcome[]
  /** Moves the service's clock. */
  readonly pass: (milliseconds: number) => void
  readonly connect: (options?: TestClientOptions) => TestClient
}

export function startService(options: Partial<FlightSqlServiceOptions> = {}): StartedService {
  const backend = new MemoryBackend()
  const admitted: ExecutionRequest[] = []
  const outcomes: ExecutionOutcome[] = []
  const gate: ExecutionGate = {
    admit: (_, request) => {
      admitted.push(request)
      return Promise.resolve((outcome) => void outcomes.push(outcome))
    },
  }
  let now = 1_700_000_000_000
  const service = new FlightSqlService({ backend, gate, clock: () => now, ...options })
  const connect = (client?: TestClientOptions): TestClient => new TestClient(service, client)
  return { backend, service, admitted, outcomes, client: connect(), connect, pass: (milliseconds) => void (now += milliseconds) }
}
