/**
 * Text for the other parser: the same words and symbols, but every name and literal travels as a placeholder that carries
 * the number of its token. So no digit of a number can be lost on the way, no case folded and no escape decoded twice,
 * a word taken for a name shows itself (it is no placeholder), and at the end each placeholder must have come back once.
 */
import type { Token } from '../parser/token.js'
import { isReserved, keywords } from '../parser/keywords.js'
import { intervalUnit } from '../parser/interval.js'

const NAME = 'zq'
const FIRST_NUMBER = 7_000_000_000

export interface Disguised {
  readonly text: string
  /** Where each token begins in the text, for errors. */
  readonly starts: readonly { readonly at: number; readonly token: Token }[]
  /** What was replaced, by the number in the placeholder. */
  readonly tokens: ReadonlyMap<number, Token>
  /** Functions as first written, by their names in lower case: the other parser changes their case. */
  readonly functions: ReadonlyMap<string, string>
}

const keywordSet: ReadonlySet<string> = new Set(keywords)

/** The tokens of one statement, without comments and semicolon. */
export function disguise(tokens: readonly Token[]): Disguised {
  const replaced = new Map<number, Token>()
  const functions = new Map<string, string>()
  const starts: { at: number; token: Token }[] = []
  const typeWords = findTypeWords(tokens)
  let text = ''
  for (const [index, token] of tokens.entries()) {
    const previous = tokens[index - 1]
    // SELECT ALL and count(ALL x) say nothing, and the other parser does not know them.
    if (token.text === 'ALL' && (previous?.text === 'SELECT' || previous?.text === '(')) continue
    const isCall = token.kind === 'word' && tokens[index + 1]?.text === '(' && !isNamedList(tokens, index)
    const written = isCall && !isReserved(token.text) ? token.value : standIn(tokens, index, typeWords)
    if (isCall && !functions.has(token.value.toLowerCase())) functions.set(token.value.toLowerCase(), token.value)
    if (written === undefined) replaced.set(index, token)
    if (text !== '' && !sticks(token, previous)) text += ' '
    starts.push({ at: text.length, token })
    text += written ?? placeholder(token, index)
  }
  return { text, starts, tokens: replaced, functions }
}

/** Dots and double colons stand close, as does the parenthesis of a call. */
function sticks(token: Token, previous: Token | undefined): boolean {
  const close = new Set(['.', '::'])
  if (close.has(token.text) || (previous !== undefined && close.has(previous.text))) return true
  return token.text === '(' && previous?.kind === 'word' && !isReserved(previous.text)
}

/** Whether the parentheses after a name hold columns, not arguments: `WITH x (a) AS (…)`, `FROM t AS x (a)`. */
function isNamedList(tokens: readonly Token[], index: number): boolean {
  if (tokens[index - 1]?.text === 'AS' && !isReserved(tokens[index]!.text)) return true
  let open = 0
  for (let next = index + 1; next < tokens.length; next++) {
    if (tokens[next]!.text === '(') open++
    if (tokens[next]!.text === ')' && --open === 0) return tokens[next + 1]?.text === 'AS' && tokens[next + 2]?.text === '('
  }
  return false
}

/** What the token is written as when it keeps its own text; undefined when a placeholder stands for it. */
function standIn(tokens: readonly Token[], index: number, typeWords: ReadonlySet<number>): string | undefined {
  const token = tokens[index]!
  if (token.kind === 'symbol') return token.value
  if (token.kind !== 'word') return undefined
  if (typeWords.has(index) || keywordSet.has(token.text)) return token.value
  // year in extract(year FROM x), and the unit of an interval.
  if (tokens[index - 1]?.text === '(' && tokens[index - 2]?.text === 'EXTRACT') return token.value
  if (tokens[index - 2]?.text === 'INTERVAL' && intervalUnit(token) !== undefined) return token.value
  return undefined
}

/** The words of types: behind `::`, and behind AS in CAST. */
function findTypeWords(tokens: readonly Token[]): ReadonlySet<number> {
  const found = new Set<number>()
  const openers: string[] = []
  for (const [index, token] of tokens.entries()) {
    if (token.text === '(') openers.push(tokens[index - 1]?.text ?? '')
    else if (token.text === ')') openers.pop()
    const inCast = openers.at(-1) === 'CAST'
    if (token.text === '::' || (inCast && token.text === 'AS')) {
      for (let next = index + 1; tokens[next]?.kind === 'word'; next++) found.add(next)
    }
  }
  return found
}

function placeholder(token: Token, index: number): string {
  if (token.kind === 'number') return String(FIRST_NUMBER + index)
  if (token.kind === 'string') return `'${NAME}${index}'`
  return `${NAME}${index}`
}

/** The number in a placeholder for a name or a string; undefined when the text is none. */
export function placeholderIndex(text: unknown): number | undefined {
  const found = typeof text === 'string' ? /^zq(\d+)$/i.exec(text) : null
  return found === null ? undefined : Number(found[1])
}

/** The number in a placeholder for a number, which may have come back as text or with a sign. */
export function numberIndex(value: unknown): number | undefined {
  const number = Math.abs(Number(value))
  return Number.isSafeInteger(number) && number >= FIRST_NUMBER ? number - FIRST_NUMBER : undefined
}
