/** A child process that answers commands: see children/commands.mjs. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import path from 'node:path'

export class Child {
  #process
  #answers
  #ended

  /** Starts a program of the folder `children` and waits until it is ready. */
  static async start(program, script, args = []) {
    const child = new Child()
    const flags = program === process.execPath ? ['--expose-gc'] : []
    child.#process = spawn(program, [...flags, path.join(import.meta.dirname, 'children', script), ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    child.#ended = new Promise((resolve) => child.#process.once('close', resolve))
    child.#answers = createInterface({ input: child.#process.stdout })[Symbol.asyncIterator]()
    await child.#answer(script)
    return child
  }

  async ask(command, argument = null) {
    this.#process.stdin.write(`${JSON.stringify([command, argument])}\n`)
    return this.#answer(command)
  }

  async stop() {
    this.#process.stdin.end()
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), 3000)
    await this.#ended
    clearTimeout(patience)
  }

  async #answer(what) {
    const { done, value } = await this.#answers.next()
    if (done) throw new Error(`a child process ended instead of answering: ${what}`)
    return JSON.parse(value)
  }
}
