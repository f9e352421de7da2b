/**
 * Reads an error back from the text that a server made of it: the label of its kind, the message, the line of the statement
 * with carets under the place, the hint.
 *
 * ```
 * bind error: there is no column "volage"
 * LINE 2:   volage FROM t
 *           ^^^^^^
 * hint: Did you mean "voltage"?
 * ```
 */

import { displayWidth } from '@artemis/errors'
import type { ErrorKind, Span } from '@artemis/errors'

export interface RenderedError {
  /** Undefined for a text without a label. */
  readonly kind: ErrorKind | undefined
  readonly message: string
  readonly span: Span | undefined
  readonly hint: string | undefined
}

const KINDS: ReadonlySet<string> = new Set<ErrorKind>([
  'syntax',
  'bind',
  'unsupported',
  'execution',
  'resource',
  'cancelled',
  'io',
  'data',
  'catalog',
  'commit',
  'config',
  'internal',
])

/** `sql` is the statement that the place is in; without it there is no place. */
export function readRenderedError(text: string, sql: string | undefined): RenderedError {
  const lines = text.split('\n')
  const hint = lines.length > 1 && lines.at(-1)!.startsWith('hint: ') ? lines.pop()!.slice('hint: '.length) : undefined
  let span: Span | undefined
  const carets = lines.length > 2 ? /^( *)(\^+)$/.exec(lines.at(-1)!) : null
  const place = carets === null ? null : /^(LINE (\d+): …?)(.*)$/.exec(lines.at(-2)!)
  if (carets !== null && place !== null) {
    lines.splice(-2)
    const before = displayWidth(carets[1]!) - displayWidth(place[1]!)
    if (sql !== undefined) span = spanOf(sql, Number(place[2]), place[3]!.replace(/…$/, ''), before, carets[2]!.length)
  }
  const message = lines.join('\n')
  const [label, kind = ''] = /^(?:(\w+) )?error: /.exec(message) ?? []
  const isLabelled = label !== undefined && (kind === '' || KINDS.has(kind))
  return {
    kind: isLabelled && kind !== '' ? (kind as ErrorKind) : undefined,
    message: isLabelled ? message.slice(label.length) : message,
    span,
    hint,
  }
}

/** Where the carets stand in the statement. Undefined when the line is not the statement's. */
function spanOf(sql: string, line: number, shown: string, columnsBefore: number, width: number): Span | undefined {
  let lineStart = 0
  for (let i = 1; i < line; i++) {
    const newline = sql.indexOf('\n', lineStart)
    if (newline === -1) return undefined
    lineStart = newline + 1
  }
  // What is shown has blanks for tabs, and may be a part of its line.
  const rest = sql.slice(lineStart).replaceAll('\t', ' ')
  const from = rest.indexOf(shown)
  if (from === -1) return undefined
  const start = lineStart + from + unitsOf(sql.slice(lineStart + from), columnsBefore)
  return { start, end: start + unitsOf(sql.slice(start), width) }
}

/** How many UTF-16 units from the start of a text take so many columns of a terminal. */
function unitsOf(text: string, columns: number): number {
  let units = 0
  let used = 0
  for (const character of text) {
    const width = character === '\t' ? 1 : displayWidth(character)
    if (used + width > columns) break
    used += width
    units += character.length
  }
  return units
}
