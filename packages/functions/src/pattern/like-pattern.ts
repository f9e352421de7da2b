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
  if (elements.some((element) => element.kind === 'one')) return { kind: 'general', matches: (text) => matchElements(text, elements) }
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

/** Greedy matching with one point to return to: the last `%`. */
function matchElements(text: string, elements: readonly Element[]): boolean {
  let at = 0
  let e = 0
  let returnElement = -1
  let returnAt = 0
  while (true) {
    const element = elements[e]
    if (element === undefined && at === text.length) return true
    if (element?.kind === 'any') {
      returnElement = ++e
      returnAt = at
      continue
    }
    const step = element === undefined ? 0 : stepOf(text, at, element)
    if (step > 0) {
      at += step
      e++
      continue
    }
    if (returnElement < 0 || returnAt >= text.length) return false
    returnAt += characterSize(text, returnAt)
    at = returnAt
    e = returnElement
  }
}

/** How many code units an element takes at a place, or 0 when it does not match there. */
function stepOf(text: string, at: number, element: Element): number {
  if (at >= text.length) return 0
  if (element.kind === 'one') return characterSize(text, at)
  return element.kind === 'literal' && text.startsWith(element.text, at) ? element.text.length : 0
}

function characterSize(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}
