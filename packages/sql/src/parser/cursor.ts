/**
 * The parser's place in the tokens, and the errors it makes there. The functions of the grammar take a cursor; those that
 * need each other across files (an expression holds queries, a query expressions) find one another in `rules`.
 */
import { SyntaxError, didYouMean } from '@artemis/errors'
import type { Span } from '@artemis/errors'
import type { Expression, Query, Statement, TypeName } from '../ast/index.js'
import { clauseWords } from './keywords.js'
import type { Token } from './token.js'

export interface Rules {
  /** An expression whose operators bind at least as tightly as `minimum` (see `Precedence`). */
  readonly expression: (cursor: Cursor, minimum: number) => Expression
  /** Goes on from an operand that is already parsed and began at `start`. */
  readonly continueExpression: (cursor: Cursor, left: Expression, start: number, minimum: number) => Expression
  readonly query: (cursor: Cursor) => Query
  /** Goes on from a query in parentheses: set operations, ORDER BY, LIMIT. Returns the same query when nothing follows. */
  readonly continueQuery: (cursor: Cursor, first: Query, start: number) => Query
  readonly type: (cursor: Cursor) => TypeName
  readonly statement: (cursor: Cursor) => Statement
}

/** Levels of parentheses, calls, subqueries and the like. */
const MAX_NESTING = 400

/**
 * Operands inside operands: `a OR b AND c = d + …` takes one for each level of precedence. Together with the nesting
 * this bounds the parser's use of the stack to a half of what Node gives by default.
 */
const MAX_OPERANDS = 1000

export class Cursor {
  readonly text: string
  readonly rules: Rules
  /** The highest number of a `?` in this statement so far. */
  positionalParameters = 0
  /** The longest chain of operators without parentheses, and the deepest nesting: together they bound the tree's depth. */
  longestChain = 0
  deepestNesting = 0
  /** The token last taken as an alias without AS: often a mistyped keyword. */
  #bareAlias: Token | undefined
  #nesting = 0
  #operands = 0
  readonly #tokens: Token[]
  #index = 0
  #current: Token
  #previousEnd = 0

  constructor(text: string, tokens: readonly Token[], rules: Rules) {
    this.text = text
    this.rules = rules
    this.#tokens = tokens.filter((token) => token.kind !== 'comment')
    this.#current = this.#tokens[0]!
  }

  get token(): Token {
    return this.#current
  }

  /** Where the last token taken ends. */
  get previousEnd(): number {
    return this.#previousEnd
  }

  get atEnd(): boolean {
    return this.#current.kind === 'end'
  }

  /** The token `distance` after the current one. */
  peek(distance = 1): Token {
    return this.#tokens[Math.min(this.#index + distance, this.#tokens.length - 1)]!
  }

  advance(): Token {
    const token = this.#current
    if (token.kind === 'error') throw tokenError(token)
    this.#previousEnd = token.end
    if (token.kind !== 'end') this.#current = this.#tokens[++this.#index]!
    return token
  }

  /** Whether the words and symbols stand here, one after the other. */
  at(first: string, second?: string, third?: string): boolean {
    if (this.#current.text !== first || this.#current.kind === 'error') return false
    if (second !== undefined && this.peek(1).text !== second) return false
    return third === undefined || this.peek(2).text === third
  }

  accept(first: string, second?: string, third?: string): boolean {
    if (!this.at(first, second, third)) return false
    this.advance()
    if (second !== undefined) this.advance()
    if (third !== undefined) this.advance()
    return true
  }

  /** Takes the first of the words that stands here. */
  acceptOneOf<Word extends string>(words: readonly Word[]): Word | undefined {
    const found = words.find((word) => this.at(word))
    if (found !== undefined) this.advance()
    return found
  }

  expect(word: string): Token {
    if (!this.at(word)) throw this.unexpected(isWord(word) ? word : `"${word}"`, isWord(word) ? [word] : [])
    return this.advance()
  }

  expectAll(...words: readonly string[]): void {
    for (const word of words) this.expect(word)
  }

  expectOneOf<Word extends string>(words: readonly Word[]): Word {
    const found = this.acceptOneOf(words)
    if (found === undefined) throw this.unexpected(oneOf(words), words)
    return found
  }

  /** Takes one `>` although the text has `>>`, as at the end of `array<array<integer>>`. */
  expectAngle(): void {
    const token = this.#current
    if (token.text !== '>>') {
      this.expect('>')
      return
    }
    this.#previousEnd = token.start + 1
    this.#current = { kind: 'symbol', text: '>', value: '>', start: token.start + 1, end: token.end }
    this.#tokens[this.#index] = this.#current
  }

  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.#previousEnd) }
  }

  /** Counts a level of nesting while `parse` runs. */
  nested<T>(parse: () => T): T {
    this.enter()
    const result = parse()
    this.leave()
    return result
  }

  enter(): void {
    if (++this.#nesting > MAX_NESTING) throw nestingError(this.#current)
    if (this.#nesting > this.deepestNesting) this.deepestNesting = this.#nesting
  }

  leave(): void {
    this.#nesting--
  }

  enterOperand(): void {
    if (++this.#operands > MAX_OPERANDS) throw nestingError(this.#current)
  }

  leaveOperand(): void {
    this.#operands--
  }

  noteChain(length: number): void {
    if (length > this.longestChain) this.longestChain = length
  }

  noteBareAlias(token: Token): void {
    this.#bareAlias = token
  }

  /** Starts a statement: its parameters and its nesting count anew. */
  beginStatement(): void {
    this.positionalParameters = 0
    this.longestChain = 0
    this.deepestNesting = 0
    this.#nesting = 0
    this.#operands = 0
    this.#bareAlias = undefined
  }

  /** Moves past the next semicolon outside of any structure, to go on after an error. */
  skipStatement(): void {
    while (this.#current.kind !== 'end') {
      const { text } = this.#current
      this.#current = this.#tokens[++this.#index]!
      if (text === ';') return
    }
  }

  /**
   * The error for the token here. `expected` completes "expected …"; `candidates` are the keywords that a near miss is
   * compared with. When the token before was taken as an alias but is nearly a keyword, that one is to blame.
   */
  unexpected(expected: string, candidates: readonly string[] = []): SyntaxError {
    const token = this.#current
    if (token.kind === 'error') return tokenError(token)
    const alias = this.#bareAlias
    if (alias !== undefined && this.#tokens[this.#index - 1] === alias) {
      const hint = nearKeyword(alias, clauseWords)
      if (hint !== undefined) return unexpectedToken(alias, 'a clause or an operator', hint)
    }
    if (token.kind === 'end') {
      const span = { start: this.#previousEnd, end: this.#previousEnd }
      return new SyntaxError({ code: 'UNEXPECTED_END', message: `unexpected end of the text, expected ${expected}`, span })
    }
    return unexpectedToken(token, expected, nearKeyword(token, candidates))
  }

  /** An error of the grammar that is more than one wrong token. */
  error(code: string, message: string, span: Span, hint?: string): SyntaxError {
    return new SyntaxError({ code, message, span: { start: span.start, end: span.end }, hint })
  }
}

export function nestingError(span: Span): SyntaxError {
  return new SyntaxError({
    code: 'NESTING_TOO_DEEP',
    message: 'the statement is nested too deeply',
    span: { start: span.start, end: span.end },
    hint: 'Flatten the expression, or move parts of it into WITH.',
  })
}

function tokenError(token: Token): SyntaxError {
  return new SyntaxError({ code: token.text, message: token.value, span: { start: token.start, end: token.end } })
}

function unexpectedToken(token: Token, expected: string, hint: string | undefined): SyntaxError {
  const span = { start: token.start, end: token.end }
  return new SyntaxError({ code: 'UNEXPECTED_TOKEN', message: `unexpected ${describe(token)}, expected ${expected}`, span, hint })
}

function nearKeyword(token: Token, candidates: readonly string[]): string | undefined {
  if (token.kind !== 'word' || token.text.length < 3 || candidates.includes(token.text)) return undefined
  return didYouMean(token.text, candidates)
}

function describe(token: Token): string {
  if (token.kind === 'string') return 'a string'
  if (token.kind === 'number') return `the number ${token.value}`
  if (token.kind === 'blob') return 'a blob'
  if (token.kind === 'parameter') return 'a parameter'
  return JSON.stringify(token.value)
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`
}

function isWord(text: string): boolean {
  return /^[A-Z_]+$/.test(text)
}
