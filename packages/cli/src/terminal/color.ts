/** Colours of errors and hints. Text that is no terminal's stays plain. */

import type { OutputStream, Streams } from './streams.js'
import { isTerminal } from './streams.js'

export const COLOR_MODES = ['auto', 'always', 'never'] as const
export type ColorMode = (typeof COLOR_MODES)[number]

const RED = '\u001b[31m'
const BOLD_RED = '\u001b[1;31m'
const GREY = '\u001b[90m'
const PLAIN = '\u001b[0m'

/** Whether a stream gets colours. `auto` heeds NO_COLOR (https://no-color.org: any text but the empty one) and dumb terminals. */
export function usesColor(mode: ColorMode, stream: OutputStream, env: Streams['env']): boolean {
  if (mode !== 'auto') return mode === 'always'
  return isTerminal(stream) && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

/** A rendered error with its label and carets in red and its hint in grey. */
export function colorError(text: string): string {
  const [first = '', ...rest] = text.split('\n')
  const label = /^[^'":]*:/.exec(first)?.[0] ?? ''
  const painted = label === '' ? '' : `${BOLD_RED}${label}${PLAIN}`
  return [painted + first.slice(label.length), ...rest.map(colorLine)].join('\n')
}

function colorLine(line: string): string {
  if (/^\s*\^+$/.test(line)) return `${RED}${line}${PLAIN}`
  return line.startsWith('hint: ') ? grey(line) : line
}

export function grey(text: string): string {
  return `${GREY}${text}${PLAIN}`
}
