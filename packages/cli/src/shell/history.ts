/** The prompt's history, in a file that survives the session: one statement a line, newest last. */

import { appendFile, readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

const LIMIT = 1000

export class History {
  readonly #file: string | undefined

  constructor(enabled: boolean, file = process.env['ARTEMIS_HISTORY'] ?? path.join(os.homedir(), '.artemis_history')) {
    this.#file = enabled ? file : undefined
  }

  /** Newest first, as readline wants them. A file that cannot be read counts as none. */
  async load(): Promise<string[]> {
    if (this.#file === undefined) return []
    const text = await readFile(this.#file, 'utf8').catch(() => '')
    const lines = text.split('\n').filter((line) => line !== '')
    if (lines.length > 2 * LIMIT) await writeFile(this.#file, `${lines.slice(-LIMIT).join('\n')}\n`, { mode: 0o600 }).catch(() => undefined)
    return lines.slice(-LIMIT).toReversed()
  }

  /** Statements of several lines become one: the prompt edits lines. Passwords have no place here, but the file is private anyway. */
  async add(statement: string): Promise<void> {
    if (this.#file === undefined) return
    await appendFile(this.#file, `${statement.replaceAll(/\s*\n\s*/g, ' ')}\n`, { mode: 0o600 }).catch(() => undefined)
  }
}
