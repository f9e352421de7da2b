import type { Span } from '@artemis/errors'
import type { Expression } from './expressions.js'
import type { TypeName } from './types.js'

export type Literal = NullLiteral | BooleanLiteral | NumberLiteral | StringLiteral | BlobLiteral | TypedLiteral | IntervalLiteral

export interface NullLiteral {
  readonly kind: 'null'
  readonly span: Span
}

export interface BooleanLiteral {
  readonly kind: 'boolean'
  readonly value: boolean
  readonly span: Span
}

/**
 * A number as text, so no digit is lost: `12`, `1.50`, `.5`, `1e10`, `0xff`, `0b101`, `0o17`. Underscores are taken out;
 * everything else is as written. Never signed: `-5` is the unary operator over `5`.
 */
export interface NumberLiteral {
  readonly kind: 'number'
  readonly text: string
  readonly span: Span
}

/** A string, decoded: `'it''s'`, `E'a\n'`, `U&'\00e9'`, `$$text$$`, and literals that continue on the next line. */
export interface StringLiteral {
  readonly kind: 'string'
  readonly value: string
  readonly span: Span
}

/** `x'00ff'`: the hexadecimal digits, in lower case, always an even count. */
export interface BlobLiteral {
  readonly kind: 'blob'
  readonly hex: string
  readonly span: Span
}

/** `DATE '2024-03-01'`, `TIMESTAMP WITH TIME ZONE '…'`, `DECIMAL(10, 2) '1.5'`: a type before a string. */
export interface TypedLiteral {
  readonly kind: 'typed_literal'
  readonly type: TypeName
  readonly value: string
  readonly span: Span
}

export const intervalUnits = [
  'millennium',
  'century',
  'decade',
  'year',
  'quarter',
  'month',
  'week',
  'day',
  'hour',
  'minute',
  'second',
  'millisecond',
  'microsecond',
  'nanosecond',
] as const
export type IntervalUnit = (typeof intervalUnits)[number]

/**
 * Every spelling of an interval: `INTERVAL '1 day 02:00'` (one part without a unit), `INTERVAL '5' DAY`,
 * `INTERVAL 5 DAYS`, `INTERVAL (n + 1) DAY`, `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL 1 DAY 2 HOURS` (two parts).
 */
export interface IntervalLiteral {
  readonly kind: 'interval'
  readonly parts: readonly IntervalPart[]
  readonly span: Span
}

export interface IntervalPart {
  readonly kind: 'interval_part'
  readonly value: Expression
  /** The unit, or the first unit of `YEAR TO MONTH`; undefined when the string itself holds the units. */
  readonly unit: IntervalUnit | undefined
  /** The last unit of `YEAR TO MONTH`. */
  readonly to: IntervalUnit | undefined
  readonly span: Span
}
