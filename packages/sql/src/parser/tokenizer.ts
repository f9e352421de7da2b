/**
 * Cuts SQL text into tokens. It never throws: what cannot be a token becomes one of kind `error`, so the shell can
 * colour a half-written line and the parser reports the error when it gets there.
 */
import { scanBlockComment, scanContinuations, scanDollar, scanDoubled, scanEscaped, scanUnicode } from './quoted.js'
import type { Quoted } from './quoted.js'
import type { Token, TokenKind } from './token.js'

/** All tokens of the text with its comments, in order, ending with one of kind `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let offset = 0
  for (;;) {
    const token = scan(text, offset)
    tokens.push(token)
    if (token.kind === 'end') return tokens
    offset = token.end
  }
}

// Longest first within each first character: the scanner takes the first that fits.
const symbols: ReadonlyMap<string, readonly string[]> = groupByFirst([
  '->>', '->', '-', '=>', '==', '=', ':=', '::', ':', '<=>', '<->', '<>', '<=', '<<', '<@', '<', '>=', '>>', '>',
  '!~~*', '!~~', '!~*', '!~', '!=', '~~*', '~~', '~*', '~', '||', '|', '&&', '&', '//', '/', '**', '*', '#>>', '#>', '#',
  '@>', '@', '^@', '^', '+', '%', '.', ',', ';', '(', ')', '[', ']', '{', '}',
])

function groupByFirst(all: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const symbol of all) groups.set(symbol[0]!, [...(groups.get(symbol[0]!) ?? []), symbol])
  return groups
}

function scan(text: string, from: number): Token {
  let start = from
  while (start < text.length && isBlank(text.charCodeAt(start))) start++
  if (start >= text.length) return token('end', '', '', text.length, text.length)
  const code = text.charCodeAt(start)
  if (isWordStart(code)) return scanPrefixedQuote(text, start, code) ?? scanWord(text, start)
  if (isDigit(code) || (code === 0x2e && isDigit(text.charCodeAt(start + 1)))) return scanNumber(text, start)
  switch (text[start]) {
    case "'":
      return quotedToken('string', start, scanContinuations(text, scanDoubled(text, start, 'string')))
    case '"':
    case '`':
      return nameToken(start, scanDoubled(text, start, 'quoted name'))
    case '$':
      return scanAfterDollar(text, start)
    case '?':
      return scanQuestionMark(text, start)
    case '-':
      if (text[start + 1] === '-') return scanLineComment(text, start)
      break
    case '/':
      if (text[start + 1] === '*') return quotedToken('comment', start, scanBlockComment(text, start))
      break
    default:
  }
  return scanSymbol(text, start)
}

function scanWord(text: string, start: number): Token {
  let end = start + 1
  let ascii = text.charCodeAt(start) < 128
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (!isWordPart(code)) break
    if (code >= 128) ascii = false
  }
  const word = text.slice(start, end)
  // Keywords are ASCII; folding another letter could make one (the dotless i has I as its upper case).
  return token('word', ascii ? word.toUpperCase() : '', word, start, end)
}

/** `E'…'`, `U&'…'`, `U&"…"`, `X'…'`, and `N'…'`, which is a plain string. */
function scanPrefixedQuote(text: string, start: number, code: number): Token | undefined {
  const next = text[start + 1]
  const letter = code | 0x20
  if (next === "'") {
    if (letter === 0x65) return quotedToken('string', start, scanEscaped(text, start + 1))
    if (letter === 0x78) return blobToken(start, scanDoubled(text, start + 1, 'blob literal'))
    if (letter === 0x6e) return quotedToken('string', start, scanDoubled(text, start + 1, 'string'))
  }
  if (letter === 0x75 && next === '&') {
    if (text[start + 2] === "'") return quotedToken('string', start, scanUnicode(text, start + 2, 'string'))
    if (text[start + 2] === '"') return nameToken(start, scanUnicode(text, start + 2, 'quoted name'))
  }
  return undefined
}

const radixNumber = /0(?:[xX](?:_?[0-9a-fA-F])+|[bB](?:_?[01])+|[oO](?:_?[0-7])+)/y
const decimalNumber = /(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y

function scanNumber(text: string, start: number): Token {
  const end = matchEnd(radixNumber, text, start) ?? matchEnd(decimalNumber, text, start) ?? start + 1
  if (end < text.length && isWordPart(text.charCodeAt(end))) {
    let junk = end + 1
    while (junk < text.length && isWordPart(text.charCodeAt(junk))) junk++
    return token('error', 'INVALID_NUMBER', `invalid number "${text.slice(start, junk)}"`, start, junk)
  }
  return token('number', '', text.slice(start, end).replaceAll('_', ''), start, end)
}

function matchEnd(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : undefined
}

function scanAfterDollar(text: string, start: number): Token {
  const code = text.charCodeAt(start + 1)
  let end = start + 1
  if (isDigit(code)) {
    while (isDigit(text.charCodeAt(end))) end++
    return token('parameter', '', text.slice(start + 1, end), start, end)
  }
  const quoted = scanDollar(text, start)
  if (quoted !== undefined) return quotedToken('string', start, quoted)
  if (!isWordStart(code)) return token('error', 'INVALID_CHARACTER', 'unexpected character "$"', start, start + 1)
  while (end < text.length && isWordPart(text.charCodeAt(end)) && text[end] !== '$') end++
  return token('parameter', '', text.slice(start + 1, end), start, end)
}

function scanQuestionMark(text: string, start: number): Token {
  let end = start + 1
  while (isDigit(text.charCodeAt(end))) end++
  return token('parameter', '', text.slice(start + 1, end), start, end)
}

function scanLineComment(text: string, start: number): Token {
  const newline = text.indexOf('\n', start)
  const end = newline === -1 ? text.length : newline
  return token('comment', '', text.slice(start, end), start, end)
}

function scanSymbol(text: string, start: number): Token {
  for (const symbol of symbols.get(text[start]!) ?? []) {
    if (text.startsWith(symbol, start)) return token('symbol', symbol, symbol, start, start + symbol.length)
  }
  const end = start + String.fromCodePoint(text.codePointAt(start)!).length
  return token('error', 'INVALID_CHARACTER', `unexpected character ${JSON.stringify(text.slice(start, end))}`, start, end)
}

function blobToken(start: number, quoted: Quoted): Token {
  if (quoted.error === undefined && !/^(?:[0-9a-fA-F]{2})*$/.test(quoted.value)) {
    return token('error', 'INVALID_BLOB', 'a blob literal takes pairs of hexadecimal digits', start, quoted.end)
  }
  return quotedToken('blob', start, { ...quoted, value: quoted.value.toLowerCase() })
}

function nameToken(start: number, quoted: Quoted): Token {
  if (quoted.error === undefined && quoted.value === '') {
    return token('error', 'EMPTY_NAME', 'a quoted name cannot be empty', start, quoted.end)
  }
  return quotedToken('quoted', start, quoted)
}

function quotedToken(kind: TokenKind, start: number, quoted: Quoted): Token {
  if (quoted.error !== undefined) return token('error', quoted.error.code, quoted.error.message, start, quoted.end)
  return token(kind, '', quoted.value, start, quoted.end)
}

function token(kind: TokenKind, text: string, value: string, start: number, end: number): Token {
  return { kind, text, value, start, end }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isWordStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || (code >= 0x80 && !isBlank(code))
}

function isWordPart(code: number): boolean {
  return isWordStart(code) || isDigit(code) || code === 0x24
}

/** Blanks of ASCII, and those that editors and web pages slip in: no-break and wide spaces, the byte order mark. */
function isBlank(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 9 && code <= 13)
  return code >= 0x80 && (code === 0x85 || code === 0xa0 || (code >= 0x2000 && code <= 0x200b) || code === 0x2028 || code === 0x2029 ||
    code === 0x202f || code === 0x205f || code === 0x3000 || code === 0xfeff)
}
