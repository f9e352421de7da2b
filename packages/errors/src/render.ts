import { ArtemisError } from './error.js'
import type { Span } from './error.js'

/** A place as people count it: line and column from 1; columns are code points. */
export interface Place {
  readonly line: number
  readonly column: number
}

export function placeOf(text: string, offset: number): Place {
  const clamped = Math.max(0, Math.min(offset, text.length))
  const before = text.slice(0, clamped)
  const lineStart = before.lastIndexOf('\n') + 1
  let line = 1
  for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line++
  return { line, column: Array.from(before.slice(lineStart)).length + 1 }
}

const MAX_LINE = 160

/**
 * Renders an error as the shell and the log show it: one line of what is wrong, the SQL line with carets under the
 * place, and the hint. Long lines are cut around the place, so the caret is always in view.
 */
export function renderError(error: unknown, text?: string): string {
  if (!(error instanceof ArtemisError)) return `internal error: ${error instanceof Error ? error.message : String(error)}`
  // A message that says that something is not supported needs no label that says it again.
  const label = error.kind === 'unsupported' ? 'error' : `${error.kind} error`
  const lines = [`${label}: ${error.message}`]
  if (text !== undefined && error.span !== undefined) lines.push(...renderPlace(text, error.span))
  if (error.hint !== undefined) lines.push(`hint: ${error.hint}`)
  return lines.join('\n')
}

function renderPlace(text: string, span: Span): string[] {
  const start = Math.max(0, Math.min(span.start, text.length))
  const { line } = placeOf(text, start)
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const newline = text.indexOf('\n', start)
  const lineEnd = newline === -1 ? text.length : newline
  const full = text.slice(lineStart, lineEnd).replace(/\r$/, '')
  const from = start - lineStart > MAX_LINE - 40 ? start - lineStart - 60 : 0
  const shown = full.slice(from, from + MAX_LINE).replaceAll('\t', ' ')
  const prefix = `LINE ${line}: ${from > 0 ? '…' : ''}`
  const width = Math.max(1, Math.min(span.end, lineEnd) - start)
  const pad = ' '.repeat(prefix.length + displayWidth(shown.slice(0, start - lineStart - from)))
  const carets = '^'.repeat(Math.max(1, Math.min(displayWidth(full.slice(start - lineStart, start - lineStart + width)), MAX_LINE)))
  return [prefix + shown + (from + MAX_LINE < full.length ? '…' : ''), pad + carets]
}

/** Columns that a text takes on a terminal: East Asian wide characters and emoji take two, combining marks none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 32 || (code >= 0x7f && code < 0xa0)) continue
    if (/\p{Mark}|\u200d|\ufe0f/u.test(character)) continue
    width += isWide(code) ? 2 : 1
  }
  return width
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0x303e) ||
    (code >= 0x3041 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe4f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  )
}
