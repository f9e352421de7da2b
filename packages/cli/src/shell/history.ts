/** The prompt's history, in a file that survives the session: one line of text each, newest last. */

import { appendFile, readFile, writeFile } from 'node:fs/promises'

export const HISTORY_LIMIT = 1000

export class History {
  readonly #file: string | undefined

  /** Without a file nothing is kept. */
  constructor(file: string | undefined) {
    this.#file = file
  }

  /** Newest first, as readline wants them. A file that cannot be read counts as none. */
  async load(): Promise<string[]> {
    if (this.#file === undefined) return []
    const text = await readFile(this.#file, 'utf8').catch(() => '')
    const lines = text.split('\n').filter((line) => line !== '')
    if (lines.length > 2 * HISTORY_LIMIT) {
      await writeFile(this.#file, `${lines.slice(-HISTORY_LIMIT).join('\n')}\n`, { mode: 0o600 }).catch(() => undefined)
    }
    return lines.slice(-HISTORY_LIMIT).toReversed()
  }

  /** The file is for its owner's eyes only: statements may hold what others should not read. */
  async add(lines: readonly string[]): Promise<void> {
    if (this.#file === undefined || lines.length === 0) return
    await appendFile(this.#file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 }).catch(() => undefined)
  }
}

/**
 * A statement of several lines as one line that means the same, since the prompt recalls and edits lines: line comments
 * become block comments. Undefined when there is none, as with a line break inside a quoted text.
 */
export function asOneLine(statement: string): string | undefined {
  if (!statement.includes('\n')) return statement
  let line = ''
  for (const [part] of statement.matchAll(PARTS)) {
    if (part.startsWith('--')) line += part.includes('*/') ? '' : `/* ${part.slice(2).trim()} */`
    else if (/^\s*\n/.test(part)) line += ' '
    else if (part.includes('\n') && !part.startsWith('/*')) return undefined
    else line += part.replaceAll(/\s*\n\s*/g, ' ')
  }
  return line.trim()
}

/** Quoted texts and names, comments, line breaks, and all else character by character. */
const PARTS = /'(?:[^'\\]|''|\\[^])*'|"(?:[^"]|"")*"|`[^`]*`|\$(\w*)\$[^]*?\$\1\$|--[^\n]*|\/\*[^]*?\*\/|\s*\n\s*|[^]/g
