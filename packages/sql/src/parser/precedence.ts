import type { BinaryOperator } from '../ast/index.js'

/** How tightly things bind, from loose to tight: Postgres's table. The parser and the printer share it. */
export const Precedence = {
  lowest: 0,
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  pattern: 6, // BETWEEN, IN, LIKE, ILIKE, SIMILAR TO, GLOB, REGEXP
  other: 7, // every operator without a line of its own
  additive: 8,
  multiplicative: 9,
  power: 10,
  atTimeZone: 11,
  collate: 12,
  sign: 13,
  postfix: 14, // [], :: and .
  primary: 15,
} as const

export function binaryPrecedence(operator: BinaryOperator): number {
  switch (operator) {
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return Precedence.comparison
    case '+':
    case '-':
      return Precedence.additive
    case '*':
    case '/':
    case '//':
    case '%':
      return Precedence.multiplicative
    case '^':
      return Precedence.power
    default:
      return Precedence.other
  }
}
