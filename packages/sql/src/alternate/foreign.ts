/**
 * Reading the other parser's tree, of which nothing is taken on trust: every part that is there must be asked for, every
 * name and literal must be a placeholder of ours, and all of them must have been used once.
 */
import type { Span } from '@artemis/errors'
import type { Identifier } from '../ast/index.js'
import { node } from '../parser/node.js'
import type { Token } from '../parser/token.js'
import type { Disguised } from './placeholders.js'
import { numberIndex, placeholderIndex } from './placeholders.js'
import { refusal } from './traps.js'

export type Foreign = Readonly<Record<string, unknown>>

/** Fields that say nothing about the statement. */
const ignored: ReadonlySet<string> = new Set(['loc', 'tableList', 'columnList', 'parentheses', 'type', 'keyword'])

export class Reading {
  readonly place: Span
  readonly #disguised: Disguised
  readonly #used = new Set<number>()

  constructor(disguised: Disguised, place: Span) {
    this.#disguised = disguised
    this.place = place
  }

  /** A node of the tree, which may have no parts but the named ones. */
  parts(value: unknown, ...names: readonly string[]): Foreign {
    if (!isForeign(value)) throw this.refuse('its tree has another form than expected')
    for (const [name, part] of Object.entries(value)) {
      if (!ignored.has(name) && !names.includes(name) && !isEmpty(part)) throw this.refuse(`its tree has a part "${name}" here`)
    }
    return value
  }

  list(value: unknown): readonly Foreign[] {
    if (value === null || value === undefined) return []
    if (!Array.isArray(value) || !value.every(isForeign)) throw this.refuse('its tree has another form than expected')
    return value
  }

  /** A name, given as text or as `{ type, value }`, that must be one of our placeholders. */
  name(value: unknown): Identifier {
    const text = isForeign(value) ? value['value'] : value
    const token = this.#use(placeholderIndex(text))
    if (token === undefined) throw this.refuse(`it takes ${JSON.stringify(text)} for a name`)
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.refuse('it takes a literal for a name', token)
    return node<Identifier>({
      kind: 'identifier',
      name: token.value,
      quoted: token.kind === 'quoted',
      span: { start: token.start, end: token.end },
    })
  }

  /** The token of a literal or name by its placeholder, whichever it is. */
  token(value: unknown): Token {
    const token = this.#use(placeholderIndex(value) ?? numberIndex(value))
    if (token === undefined) throw this.refuse(`it takes ${JSON.stringify(value)} for a value`)
    return token
  }

  /** A function's name in the case in which it was written first. */
  functionName(value: unknown): string {
    if (typeof value !== 'string') throw this.refuse('its tree has another form than expected')
    const written = this.#disguised.functions.get(value.toLowerCase())
    if (written === undefined) throw this.refuse(`it takes ${JSON.stringify(value)} for a function`)
    return written
  }

  /** Refuses the tree when a name or a literal of the text is missing in it. */
  finish(): void {
    for (const [index, token] of this.#disguised.tokens) {
      if (!this.#used.has(index)) throw this.refuse(`its tree has lost ${JSON.stringify(token.value)}`, token)
    }
  }

  refuse(reason: string, span: Span = this.place): Error {
    return refusal(reason, span)
  }

  #use(index: number | undefined): Token | undefined {
    if (index === undefined) return undefined
    const token = this.#disguised.tokens.get(index)
    if (token !== undefined && this.#used.has(index)) throw this.refuse(`its tree has ${JSON.stringify(token.value)} twice`, token)
    this.#used.add(index)
    return token
  }
}

export function isForeign(value: unknown): value is Foreign {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Nothing: null, an empty text or list, or an object of nothing. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.values(value).every(isEmpty)
}
