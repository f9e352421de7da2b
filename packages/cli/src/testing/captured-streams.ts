/** Streams that a test reads and writes instead of a terminal's. */

import { PassThrough, Writable } from 'node:stream'
import type { OutputStream, Streams } from '../terminal/streams.js'

export interface TerminalOptions {
  readonly stdin?: string
  /** Which of the streams are a terminal. */
  readonly terminals?: readonly ('stdin' | 'stdout' | 'stderr')[]
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
}

export class CapturedStream extends Writable {
  readonly isTTY: boolean
  readonly columns: number
  readonly #chunks: Buffer[] = []

  constructor(isTTY = false, columns = 80) {
    super({ decodeStrings: true })
    this.isTTY = isTTY
    this.columns = columns
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk)
    done()
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks)
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}

export class CapturedStreams implements Streams {
  readonly stdin: PassThrough & { isTTY?: boolean }
  readonly stdout: CapturedStream & OutputStream
  readonly stderr: CapturedStream & OutputStream
  readonly env: Readonly<Record<string, string>>

  constructor({ stdin, terminals = [], columns, env = {} }: TerminalOptions = {}) {
    this.stdin = Object.assign(new PassThrough(), { isTTY: terminals.includes('stdin') })
    if (stdin !== undefined) this.stdin.end(stdin)
    this.stdout = new CapturedStream(terminals.includes('stdout'), columns)
    this.stderr = new CapturedStream(terminals.includes('stderr'), columns)
    this.env = env
  }
}
