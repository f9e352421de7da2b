/**
 * Scans what stands in quotes. Each function gets the offset of the opening quote and returns where the element ends and
 * its decoded value, or the error that makes it none.
 */

export interface Quoted {
  readonly end: number
  readonly value: string
  readonly error: QuotedError | undefined
}

export interface QuotedError {
  readonly code: string
  readonly message: string
}

/** `'it''s'`, `"a""b"`: the quote doubled stands for itself. */
export function scanDoubled(text: string, start: number, what: string): Quoted {
  const quote = text[start]!
  let value = ''
  let from = start + 1
  for (;;) {
    const close = text.indexOf(quote, from)
    if (close === -1) return unterminated(text, what)
    value += text.slice(from, close)
    if (text[close + 1] !== quote) return { end: close + 1, value, error: undefined }
    value += quote
    from = close + 2
  }
}

/**
 * A string that goes on after a line break, as the standard has it: `'a'` newline `'b'` is `'ab'`. `end` is that of the
 * first piece; returns the end of the last.
 */
export function scanContinuations(text: string, first: Quoted): Quoted {
  let quoted = first
  for (;;) {
    const next = skipBlanksWithNewline(text, quoted.end)
    if (next === -1 || text[next] !== "'") return quoted
    const piece = scanDoubled(text, next, 'string')
    if (piece.error !== undefined) return piece
    quoted = { end: piece.end, value: quoted.value + piece.value, error: undefined }
  }
}

function skipBlanksWithNewline(text: string, from: number): number {
  let newline = false
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 10 || code === 13) newline = true
    else if (code !== 32 && code !== 9) return newline ? i : -1
  }
  return -1
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/** `E'a\n\x41\u00e9'`: backslash escapes, as in C; `start` is that of the quote. */
export function scanEscaped(text: string, start: number): Quoted {
  let value = ''
  let valid = true
  let i = start + 1
  while (i < text.length) {
    const character = text[i]!
    if (character === "'") {
      if (text[i + 1] !== "'") return valid ? { end: i + 1, value, error: undefined } : invalidEscape(i + 1)
      value += "'"
      i += 2
    } else if (character === '\\' && i + 1 < text.length) {
      const escape = scanEscape(text, i + 1)
      if (escape === undefined) valid = false
      value += escape?.value ?? ''
      i = escape?.end ?? i + 2
    } else {
      value += character
      i++
    }
  }
  return unterminated(text, 'string')
}

function scanEscape(text: string, at: number): { end: number; value: string } | undefined {
  const letter = text[at]!
  const plain = escapes.get(letter)
  if (plain !== undefined) return { end: at + 1, value: plain }
  if (letter === 'u' || letter === 'U') return scanHex(text, at + 1, letter === 'u' ? 4 : 8)
  if (letter === 'x') {
    const digits = /^[0-9a-fA-F]{1,2}/.exec(text.slice(at + 1, at + 3))
    if (digits !== null) return scanHex(text, at + 1, digits[0].length)
  }
  const octal = /^[0-7]{1,3}/.exec(text.slice(at, at + 3))
  if (octal !== null) return { end: at + octal[0].length, value: String.fromCharCode(Number.parseInt(octal[0], 8) & 0xff) }
  return { end: at + 1, value: letter }
}

function scanHex(text: string, at: number, count: number): { end: number; value: string } | undefined {
  const digits = text.slice(at, at + count)
  if (digits.length !== count || !/^[0-9a-fA-F]+$/.test(digits)) return undefined
  const code = Number.parseInt(digits, 16)
  return code > 0x10ffff ? undefined : { end: at + count, value: String.fromCodePoint(code) }
}

/** `U&'\00e9'` and `U&"…"`: four hexadecimal digits, or six after a plus. */
export function scanUnicode(text: string, start: number, what: string): Quoted {
  const raw = scanDoubled(text, start, what)
  if (raw.error !== undefined) return raw
  let value = ''
  for (let i = 0; i < raw.value.length; i++) {
    if (raw.value[i] !== '\\') {
      value += raw.value[i]!
    } else if (raw.value[i + 1] === '\\') {
      value += '\\'
      i++
    } else {
      const long = raw.value[i + 1] === '+'
      const hex = scanHex(raw.value, i + (long ? 2 : 1), long ? 6 : 4)
      if (hex === undefined) return invalidEscape(raw.end)
      value += hex.value
      i = hex.end - 1
    }
  }
  return { end: raw.end, value, error: undefined }
}

/** `$$text$$` and `$tag$text$tag$`; undefined when no such quote opens at `start`. */
export function scanDollar(text: string, start: number): Quoted | undefined {
  const open = /^\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/.exec(text.slice(start, start + 64))
  if (open === null) return undefined
  const close = text.indexOf(open[0], start + open[0].length)
  if (close === -1) return unterminated(text, 'string')
  return { end: close + open[0].length, value: text.slice(start + open[0].length, close), error: undefined }
}

/** A block comment, which may hold others. */
export function scanBlockComment(text: string, start: number): Quoted {
  let level = 1
  const marks = /\/\*|\*\//g
  marks.lastIndex = start + 2
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    level += mark[0] === '/*' ? 1 : -1
    if (level === 0) return { end: marks.lastIndex, value: text.slice(start, marks.lastIndex), error: undefined }
  }
  return unterminated(text, 'comment')
}

function unterminated(text: string, what: string): Quoted {
  return { end: text.length, value: '', error: { code: 'UNTERMINATED', message: `unterminated ${what}` } }
}

function invalidEscape(end: number): Quoted {
  return { end, value: '', error: { code: 'INVALID_ESCAPE', message: 'invalid escape sequence in a string' } }
}
