/** A client who has nothing to do with the attack: asks the same questions throughout, and must get the same answers in time. */

import { status } from '@grpc/grpc-js'
import { RawClient, reframed } from './raw-client.js'

export interface BystanderReport {
  readonly answers: number
  readonly failures: readonly string[]
  readonly worstMs: number
}

const QUESTION = 'SELECT i, i * 2 AS twice FROM range(5000) AS t(i) ORDER BY i'

export class Bystander {
  readonly #client: RawClient
  readonly #failures: string[] = []
  #answers = 0
  #worstMs = 0
  #isOver = false
  readonly #running: Promise<void>

  constructor(port: number, token: string) {
    this.#client = new RawClient(port, { token })
    this.#running = this.#run()
  }

  async stop(): Promise<BystanderReport> {
    this.#isOver = true
    await this.#running
    this.#client.close()
    return { answers: this.#answers, failures: this.#failures, worstMs: this.#worstMs }
  }

  async #run(): Promise<void> {
    let expected: Buffer | undefined
    // At least one answer after whatever happened.
    for (let wasOver = false; !wasOver; ) {
      wasOver = this.#isOver
      const start = performance.now()
      const outcome = await this.#client.get(QUESTION)
      this.#worstMs = Math.max(this.#worstMs, performance.now() - start)
      const answer = outcome.code === status.OK ? reframed(outcome.messages) : undefined
      expected ??= answer
      if (answer !== undefined && expected !== undefined && answer.equals(expected)) this.#answers++
      else if (this.#failures.length < 20) this.#failures.push(`${status[outcome.code]}: ${outcome.details}`)
      await new Promise((resolve) => void setTimeout(resolve, 20))
    }
  }
}
