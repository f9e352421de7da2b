import { readFileIfPresent, writeFileAtomically } from './atomic-file.js'

const COARSE_MS = 60_000

/** When each token was last used, to the minute: a line `<id> <milliseconds>` each. Written at most once a minute, and at the end. */
export class UsageFile {
  readonly #path: string
  readonly #now: () => number
  readonly #onError: (error: unknown) => void
  readonly #changed = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #failed = false

  constructor(path: string, now: () => number, onError: (error: unknown) => void) {
    this.#path = path
    this.#now = now
    this.#onError = onError
  }

  note(id: string): void {
    this.#changed.set(id, Math.floor(this.#now() / COARSE_MS) * COARSE_MS)
    if (this.#timer !== undefined || this.#failed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#write()
    }, COARSE_MS)
    this.#timer.unref()
  }

  async read(): Promise<Map<string, number>> {
    const usage = new Map<string, number>()
    for (const line of ((await readFileIfPresent(this.#path)) ?? '').split('\n')) {
      const [, id, at] = /^([a-z2-7]+) (\d{1,15})$/.exec(line) ?? []
      if (id !== undefined) usage.set(id, Number(at))
    }
    for (const [id, at] of this.#changed) usage.set(id, Math.max(at, usage.get(id) ?? 0))
    return usage
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#write()
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      if (this.#changed.size === 0 || this.#failed) return
      try {
        const usage = await this.read()
        this.#changed.clear()
        await writeFileAtomically(this.#path, Array.from(usage, ([id, at]) => `${id} ${at}\n`).join(''))
      } catch (error) {
        // A read-only mount for the tokens is a fine choice: said once, and then the record is only kept in memory.
        this.#failed = true
        this.#onError(error)
      }
    })
    return this.#writing
  }
}
