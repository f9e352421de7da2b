/**
 * Operators and operands in the order of the text, grouped anew by the precedence of SQL. The other parser loses the
 * precedence of AND and OR, but not the order: so its grouping is thrown away wherever no parentheses stand.
 */
import type { Span } from '@artemis/errors'
import type { Between, Binary, BinaryOperator, Expression, Logical, Not, PatternMatch, PatternOperator, Unary } from '../ast/index.js'
import { node } from '../parser/node.js'
import { Precedence, binaryPrecedence } from '../parser/precedence.js'
import { refusal } from './traps.js'

export type Piece =
  | { readonly kind: 'operand'; readonly expression: Expression }
  | { readonly kind: 'not' }
  | { readonly kind: 'sign'; readonly operator: '-' | '+' }
  | { readonly kind: 'and' }
  | { readonly kind: 'or' }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator }
  | { readonly kind: 'pattern'; readonly operator: PatternOperator; readonly negated: boolean; readonly escape: Expression | undefined }
  | { readonly kind: 'postfix'; readonly precedence: number; readonly apply: (operand: Expression) => Expression }
  | { readonly kind: 'between'; readonly negated: boolean }
  | { readonly kind: 'between_and' }

/** The place from the first to the last of the nodes. */
export function around(first: { readonly span: Span }, ...others: readonly { readonly span: Span }[]): Span {
  let { start, end } = first.span
  for (const { span } of others) {
    start = Math.min(start, span.start)
    end = Math.max(end, span.end)
  }
  return { start, end }
}

export function reassociate(pieces: readonly Piece[], place: Span): Expression {
  const reader = new Reader(pieces, place)
  const expression = reader.expression(Precedence.lowest)
  if (!reader.done) throw refusal('its tree does not follow the text', place)
  return expression
}

class Reader {
  readonly #pieces: readonly Piece[]
  readonly #place: Span
  #index = 0

  constructor(pieces: readonly Piece[], place: Span) {
    this.#pieces = pieces
    this.#place = place
  }

  get done(): boolean {
    return this.#index === this.#pieces.length
  }

  expression(minimum: number): Expression {
    let left = this.#operand()
    let closed: number | undefined
    for (let piece = this.#pieces[this.#index]; piece !== undefined; piece = this.#pieces[this.#index]) {
      const level = levelOf(piece)
      if (level < minimum || level === Precedence.lowest) break
      if (level === closed) throw refusal('a comparison follows another one', around(left))
      left = this.#apply(left, piece, level)
      const ends = piece.kind === 'postfix'
      closed = (level === Precedence.comparison || level === Precedence.pattern) && !ends ? level : undefined
    }
    return left
  }

  #operand(): Expression {
    const piece = this.#pieces[this.#index++]
    switch (piece?.kind) {
      case 'operand':
        return piece.expression
      case 'not': {
        const operand = this.expression(Precedence.is)
        return node<Not>({ kind: 'not', operand, span: around(operand) })
      }
      case 'sign': {
        const operand = this.expression(Precedence.postfix)
        return node<Unary>({ kind: 'unary', operator: piece.operator, operand, span: around(operand) })
      }
      default:
        throw refusal('its tree does not follow the text', this.#place)
    }
  }

  #apply(left: Expression, piece: Piece, level: number): Expression {
    switch (piece.kind) {
      case 'and':
      case 'or':
        return this.#logical(left, piece.kind)
      case 'postfix':
        this.#index++
        return piece.apply(left)
      case 'binary': {
        this.#index++
        const right = this.expression(level + 1)
        return node<Binary>({ kind: 'binary', operator: piece.operator, left, right, span: around(left, right) })
      }
      case 'pattern': {
        this.#index++
        const pattern = this.expression(Precedence.other)
        const { operator, negated, escape } = piece
        return node<PatternMatch>({ kind: 'pattern_match', operator, operand: left, pattern, escape, negated, span: around(left, pattern) })
      }
      case 'between': {
        this.#index++
        const low = this.expression(Precedence.other)
        if (this.#pieces[this.#index++]?.kind !== 'between_and') throw refusal('its tree does not follow the text', around(left))
        const high = this.expression(Precedence.other)
        return node<Between>({
          kind: 'between',
          operand: left,
          low,
          high,
          negated: piece.negated,
          symmetric: false,
          span: around(left, high),
        })
      }
      default:
        throw refusal('its tree does not follow the text', around(left))
    }
  }

  #logical(left: Expression, kind: 'and' | 'or'): Logical {
    const operands = [left]
    while (this.#pieces[this.#index]?.kind === kind) {
      this.#index++
      operands.push(this.expression(kind === 'or' ? Precedence.and : Precedence.not))
    }
    return node<Logical>({ kind, operands, span: around(left, ...operands) })
  }
}

function levelOf(piece: Piece): number {
  switch (piece.kind) {
    case 'or':
      return Precedence.or
    case 'and':
      return Precedence.and
    case 'binary':
      return binaryPrecedence(piece.operator)
    case 'pattern':
    case 'between':
      return Precedence.pattern
    case 'postfix':
      return piece.precedence
    default:
      return Precedence.lowest
  }
}
