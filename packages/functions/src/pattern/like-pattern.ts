/**
 * LIKE patterns. `%` stands for any text, `_` for one character. A constant pattern becomes a plan: which literal parts a
 * text must start with, hold in order and end with; only patterns with `_` are matched character by character.
 */

import { invalidInput } from '../kernel/errors.js'

type Element = { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'one' } | { readonly kind: 'any' }

/** The elements of a pattern; literals are joined, and so are runs of `%`. */
function parse(pattern: string, escape: string): Element[] {
  const elements: Element[] = []
  let literal = ''
  const flush = (): void => {
    if (literal !== '') elements.push({ kind: 'literal', text: literal })
    literal = ''
  }
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!
    if (escape !== '' && character === escape) {
      const next = characters[++i]
      if (next === undefined) throw invalidInput('a LIKE pattern must not end with its escape character')
      literal += next
    } else if (character === '%') {
      flush()
      if (elements.at(-1)?.kind !== 'any') elements.push({ kind: 'any' })
    } else if (character === '_') {
      flush()
      elements.push({ kind: 'one' })
    } else literal += character
  }
  flush()
  return elements
}

/** The escape character of an ESCAPE clause: none for the empty text. */
export function escapeCharacter(text: string): string {
  if ([...text].length > 1) throw invalidInput('the escape of LIKE must be empty or one character')
  return text
}

/** How a pattern is matched. */
export type LikePlan =
  | { readonly kind: 'equals' | 'starts' | 'ends' | 'contains'; readonly text: string }
  | { readonly kind: 'everything' }
  /** Literal parts in order; the first must start the text and the last end it, unless they are empty. */
  | { readonly kind: 'parts'; readonly parts: readonly string[] }
  | { readonly kind: 'general'; readonly matches: (text: string) => boolean }

export function planLike(pattern: string, escape: string): LikePlan {
  const elements = parse(pattern, escape)
  if (elements.some((element) => element.kind === 'one')) {
    const codes = elementCodes(elements)
    return { kind: 'general', matches: (text) => matchCodes(text, codes) }
  }
  const parts: string[] = ['']
  for (const element of elements) {
    if (element.kind === 'literal') parts[parts.length - 1] = element.text
    else parts.push('')
  }
  if (parts.length === 1) return { kind: 'equals', text: parts[0]! }
  const [first = '', middle = '', last = ''] = parts
  if (parts.length === 2) {
    if (first === '' && middle === '') return { kind: 'everything' }
    if (middle === '') return { kind: 'starts', text: first }
    if (first === '') return { kind: 'ends', text: middle }
  }
  if (parts.length === 3 && first === '' && last === '') return { kind: 'contains', text: middle }
  return { kind: 'parts', parts }
}

/** Whether a text matches a plan: for texts that come one by one. */
export function matchesLike(text: string, plan: LikePlan): boolean {
  switch (plan.kind) {
    case 'everything':
      return true
    case 'equals':
      return text === plan.text
    case 'starts':
      return text.startsWith(plan.text)
    case 'ends':
      return text.endsWith(plan.text)
    case 'contains':
      return text.includes(plan.text)
    case 'parts':
      return matchParts(text, plan.parts)
    case 'general':
      return plan.matches(text)
  }
}

/** The leftmost place of each part is the best one, since only what is left after it matters. */
function matchParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0]!
  const last = parts.at(-1)!
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let at = first.length
  for (let i = 1; i < parts.length - 1; i++) {
    const found = text.indexOf(parts[i]!, at)
    if (found < 0 || found + parts[i]!.length > end) return false
    at = found + parts[i]!.length
  }
  return at <= end
}

const ONE = -1
const ANY = -2

/** The pattern as UTF-16 code units, with the wildcards as negative numbers. */
function elementCodes(elements: readonly Element[]): Int32Array {
  const codes: number[] = []
  for (const element of elements) {
    if (element.kind === 'literal') for (let i = 0; i < element.text.length; i++) codes.push(element.text.charCodeAt(i))
    else codes.push(element.kind === 'one' ? ONE : ANY)
  }
  return Int32Array.from(codes)
}

/**
 * Greedy matching with one point to return to: the last `%`. Literals compare unit by unit; `_` and the step after a failed
 * attempt take a surrogate pair whole.
 */
function matchCodes(text: string, codes: Int32Array): boolean {
  let at = 0
  let c = 0
  let returnCode = -1
  let returnAt = 0
  while (at < text.length || c < codes.length) {
    const code = c < codes.length ? codes[c]! : -3
    if (code === ANY) {
      returnCode = ++c
      returnAt = at
    } else if (at < text.length && (code === ONE || code === text.charCodeAt(at))) {
      at += code === ONE ? characterSize(text, at) : 1
      c++
    } else {
      if (returnCode < 0 || returnAt >= text.length) return false
      returnAt += characterSize(text, returnAt)
      at = returnAt
      c = returnCode
    }
  }
  return true
}

function characterSize(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xd800 && unit <= 0xdbff && at + 1 < text.length ? 2 : 1
}
