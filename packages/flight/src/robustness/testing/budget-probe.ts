/** Asks for more than a principal's budget has, and counts what it got. */

import { status } from '@grpc/grpc-js'
import { RawClient } from './raw-client.js'

export interface BudgetProbeOptions {
  readonly port: number
  readonly token: string
  readonly requestsPerSecond: number
  readonly requestBurst: number
}

export interface BudgetReport {
  readonly admitted: number
  readonly refused: number
  /** What rate and burst allow for the time from the first call to the last admitted one. */
  readonly allowed: number
  readonly other: readonly string[]
}

/** Enough that somebody always waits for what the budget gains, however busy the server is. */
const LANES = 40
const REFUSED_PAUSE_MS = 300

export class BudgetProbe {
  readonly #options: BudgetProbeOptions
  #admitted = 0
  #refused = 0
  #startedAtMs = 0
  #lastAdmittedAtMs = 0
  readonly #other: string[] = []

  constructor(options: BudgetProbeOptions) {
    this.#options = options
  }

  async run(signal: AbortSignal): Promise<BudgetReport> {
    const client = new RawClient(this.#options.port, { token: this.#options.token })
    this.#startedAtMs = performance.now()
    await Promise.all(Array.from({ length: LANES }, () => this.#lane(client, signal)))
    client.close()
    const { requestsPerSecond, requestBurst } = this.#options
    const seconds = (this.#lastAdmittedAtMs - this.#startedAtMs) / 1000
    return { admitted: this.#admitted, refused: this.#refused, allowed: requestBurst + requestsPerSecond * seconds, other: this.#other }
  }

  async #lane(client: RawClient, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { code, details } = await client.get('SELECT 1')
      if (code === status.OK) {
        this.#admitted++
        this.#lastAdmittedAtMs = performance.now()
      } else if (code === status.RESOURCE_EXHAUSTED) {
        this.#refused++
        await new Promise((resolve) => void setTimeout(resolve, REFUSED_PAUSE_MS))
      } else if (this.#other.length < 20) this.#other.push(`${status[code]}: ${details}`)
    }
  }
}
