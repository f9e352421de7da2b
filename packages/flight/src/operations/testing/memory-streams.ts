/** Streams of a command that keep what is written to them. */

import { Writable } from 'node:stream'

class TextWriter extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

export interface MemoryStreams {
  readonly stdout: Writable
  readonly stderr: Writable
  readonly env: Readonly<Record<string, string | undefined>>
  out(): string
  err(): string
}

export function memoryStreams(env: Readonly<Record<string, string | undefined>> = {}): MemoryStreams {
  const [stdout, stderr] = [new TextWriter(), new TextWriter()]
  return { stdout, stderr, env, out: () => stdout.text, err: () => stderr.text }
}
