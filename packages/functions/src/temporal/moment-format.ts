/** Formats of strftime and strptime: `%Y-%m-%d` taken apart. */

import { invalidInput } from '../kernel/errors.js'
import type { ExecutionError } from '@artemis/errors'

/** What a percent sign may introduce, after `%c`, `%x`, `%X` and `%T` are written out. */
export type FormatCode =
  | 'a'
  | 'A'
  | 'w'
  | 'u'
  | 'd'
  | 'b'
  | 'B'
  | 'm'
  | 'y'
  | 'Y'
  | 'H'
  | 'I'
  | 'p'
  | 'M'
  | 'S'
  | 'g'
  | 'f'
  | 'n'
  | 'z'
  | 'Z'
  | 'j'
  | 'U'
  | 'W'
  | 'G'
  | 'V'

export type FormatToken =
  | { readonly kind: 'text'; readonly text: string }
  /** `padded` is false for `%-d` and its like. */
  | { readonly kind: 'field'; readonly code: FormatCode; readonly padded: boolean }

const FIELD_CODES = new Set('aAwudbBmyYHIpMSgfnzZjUWGV')
const UNPADDED_CODES = new Set('dmyHIMSj')
const SHORT_FORMS: Readonly<Record<string, string>> = { c: '%Y-%m-%d %H:%M:%S', x: '%Y-%m-%d', X: '%H:%M:%S', T: '%H:%M:%S' }

function badFormat(format: string, reason: string): ExecutionError {
  return invalidInput(`the format '${format}' ${reason}`, 'Formats are those of C: %Y-%m-%d %H:%M:%S.')
}

/** Throws an ExecutionError of code INVALID_INPUT for a specifier that does not exist. */
export function parseMomentFormat(format: string): readonly FormatToken[] {
  const tokens: FormatToken[] = []
  let text = ''
  const flush = (): void => {
    if (text !== '') tokens.push({ kind: 'text', text })
    text = ''
  }
  for (let i = 0; i < format.length; i++) {
    if (format[i] !== '%') {
      text += format[i]!
      continue
    }
    const padded = format[i + 1] !== '-'
    i += padded ? 1 : 2
    const code = format[i]
    if (code === undefined) throw badFormat(format, 'ends within a specifier')
    const shortForm = padded ? SHORT_FORMS[code] : undefined
    if (code === '%' && padded) text += '%'
    else if (shortForm !== undefined) {
      flush()
      tokens.push(...parseMomentFormat(shortForm))
    } else {
      const field = code === 'h' ? 'b' : code
      if (!(padded ? FIELD_CODES : UNPADDED_CODES).has(field))
        throw badFormat(format, `has the unknown specifier %${padded ? '' : '-'}${code}`)
      flush()
      tokens.push({ kind: 'field', code: field as FormatCode, padded })
    }
  }
  flush()
  return tokens
}

const formats = new Map<string, readonly FormatToken[]>()
/** Formats come from data too, so the cache is bounded. */
const MAX_FORMATS = 1000

/** The same, remembered. */
export function momentFormat(format: string): readonly FormatToken[] {
  const known = formats.get(format)
  if (known !== undefined) return known
  const made = parseMomentFormat(format)
  if (formats.size >= MAX_FORMATS) formats.clear()
  formats.set(format, made)
  return made
}

export function hasField(tokens: readonly FormatToken[], codes: string): boolean {
  return tokens.some((token) => token.kind === 'field' && codes.includes(token.code))
}
