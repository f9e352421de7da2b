/**
 * JSON text scanned in place (RFC 8259). A value is a range of the text, so numbers of any length survive: nothing is parsed
 * into JavaScript numbers and printed again, except fractions, which DuckDB normalises too.
 */

import { invalidInput } from '../kernel/errors.js'

/** Deeper nesting is refused before it could exhaust the stack. */
const MAX_DEPTH = 1000

/** A value's place in the text, without the blanks around it. */
export interface JsonRange {
  readonly start: number
  readonly end: number
}

const BLANK = /[ \t\n\r]*/y
// oxlint-disable-next-line no-control-regex -- RFC 8259 wants control characters escaped.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y

function matchEnd(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at
  return expression.test(text) ? expression.lastIndex : -1
}

export function skipBlanks(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code !== 0x20 && code !== 0x0a && code !== 0x09 && code !== 0x0d) return at
  return matchEnd(BLANK, text, at)
}

function malformed(text: string, at: number): Error {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text
  return invalidInput(`malformed JSON at character ${at + 1}: ${shown}`)
}

/** The one value that the text holds. Throws where it is no JSON. */
export function scanDocument(text: string): JsonRange {
  const start = skipBlanks(text, 0)
  const end = scanValue(text, start)
  if (skipBlanks(text, end) !== text.length) throw malformed(text, end)
  return { start, end }
}

/** Where the value ends that begins at a place. */
export function scanValue(text: string, at: number, depth = 0): number {
  if (depth > MAX_DEPTH) throw invalidInput(`JSON is nested deeper than ${MAX_DEPTH} levels`)
  const character = text[at]
  if (character === '{') {
    for (const entry of members(text, at, depth)) if (entry.close >= 0) return entry.close
  }
  if (character === '[') {
    for (const element of elements(text, at, depth)) if (element.close >= 0) return element.close
  }
  const end = matchEnd(character === '"' ? STRING : character === '-' || (character ?? '') <= '9' ? NUMBER : WORD, text, at)
  if (end < 0) throw malformed(text, at)
  return end
}

/** An element, or after the last one the place behind the closing bracket. */
interface Element extends JsonRange {
  readonly close: number
}

/** The elements of the array that opens at a place. */
export function* elements(text: string, open: number, depth = 0): Generator<Element> {
  let at = skipBlanks(text, open + 1)
  if (text[at] === ']') return yield { start: at, end: at, close: at + 1 }
  while (true) {
    const end = scanValue(text, at, depth + 1)
    yield { start: at, end, close: -1 }
    at = skipBlanks(text, end)
    if (text[at] === ']') return yield { start: at, end: at, close: at + 1 }
    if (text[at] !== ',') throw malformed(text, at)
    at = skipBlanks(text, at + 1)
  }
}

/** A member of an object: the range is the value's, the key is still written as a JSON string. */
interface Member extends Element {
  readonly key: string
}

/** The members of the object that opens at a place. */
export function* members(text: string, open: number, depth = 0): Generator<Member> {
  let at = skipBlanks(text, open + 1)
  if (text[at] === '}') return yield { start: at, end: at, close: at + 1, key: '' }
  while (true) {
    const keyEnd = text[at] === '"' ? matchEnd(STRING, text, at) : -1
    if (keyEnd < 0) throw malformed(text, at)
    const colon = skipBlanks(text, keyEnd)
    if (text[colon] !== ':') throw malformed(text, colon)
    const start = skipBlanks(text, colon + 1)
    const end = scanValue(text, start, depth + 1)
    yield { start, end, close: -1, key: text.slice(at, keyEnd) }
    at = skipBlanks(text, end)
    if (text[at] === '}') return yield { start: at, end: at, close: at + 1, key: '' }
    if (text[at] !== ',') throw malformed(text, at)
    at = skipBlanks(text, at + 1)
  }
}

/** The text of a JSON string, escapes resolved. */
export function decodeString(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

/** A value without blanks, strings with the fewest escapes, fractions in their shortest form. */
export function minify(text: string, { start, end }: JsonRange): string {
  const character = text[start]
  if (character === '"') return JSON.stringify(decodeString(text.slice(start, end)))
  if (character === '[') {
    const parts: string[] = []
    for (const element of elements(text, start)) if (element.close < 0) parts.push(minify(text, element))
    return `[${parts.join(',')}]`
  }
  if (character === '{') {
    const parts: string[] = []
    for (const member of members(text, start)) {
      if (member.close < 0) parts.push(`${JSON.stringify(decodeString(member.key))}:${minify(text, member)}`)
    }
    return `{${parts.join(',')}}`
  }
  return shortNumber(text.slice(start, end))
}

function shortNumber(text: string): string {
  if (!/[.eE]/.test(text)) return text
  const value = Number(text)
  if (!Number.isFinite(value)) return text
  const short = Object.is(value, -0) ? '-0.0' : String(value).replace('e+', 'e')
  return /[.e]/.test(short) ? short : `${short}.0`
}
