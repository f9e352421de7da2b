/**
 * Comparisons as sources know them: the column on the left, the literal on the right, no cast around the column where
 * the cast loses nothing. `CAST(day AS TIMESTAMP) >= TIMESTAMP '2024-03-01'` becomes `day >= DATE '2024-03-01'`.
 */

import type { CastExpression, ComparisonExpression, ComparisonOperator, Expression, LiteralExpression } from '@artemis/plan'
import { bool, comparison, isInteger, isNull, literal } from '@artemis/plan'

const FLIPPED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  is_distinct_from: 'is_distinct_from',
  is_not_distinct_from: 'is_not_distinct_from',
}

export function simplifyComparison(expression: ComparisonExpression): Expression {
  const flipped = expression.left.kind === 'literal' && expression.right.kind !== 'literal'
  const node = flipped ? comparison(FLIPPED[expression.operator], expression.right, expression.left, expression.span) : expression
  if (node.right.kind !== 'literal') return node
  if (node.right.value === null) return compareWithNull(node)
  if (node.left.kind === 'cast' && !node.left.try) return unwrapCast(node, node.left, node.right) ?? node
  return node
}

function compareWithNull(node: ComparisonExpression): Expression {
  if (node.operator === 'is_distinct_from') return isNull(node.left, true, node.span)
  if (node.operator === 'is_not_distinct_from') return isNull(node.left, false, node.span)
  return literal(bool, null, node.span)
}

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int8: [-(2n ** 7n), 2n ** 7n - 1n],
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 2n ** 8n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
}

/** The comparison without the cast, or undefined when it would not mean the same. */
function unwrapCast(node: ComparisonExpression, cast: CastExpression, value: LiteralExpression): Expression | undefined {
  const from = cast.input.type
  if (isInteger(from) && isInteger(value.type)) {
    const range = RANGES[from.kind]!
    const widened = RANGES[value.type.kind]!
    const widens = widened[0] <= range[0] && widened[1] >= range[1]
    const number = BigInt(value.value as number | bigint)
    if (!widens || number < range[0] || number > range[1]) return undefined
    const narrow = from.kind === 'int64' || from.kind === 'uint64' ? number : Number(number)
    return comparison(node.operator, cast.input, literal(from, narrow, value.span), node.span)
  }
  if (from.kind === 'date32' && value.type.kind === 'timestamp' && value.type.timezone === null && value.type.unit === 'us') {
    return compareDate(node, cast.input, value.value as bigint, value)
  }
  return undefined
}

const DAY_MICROSECONDS = 86_400_000_000n

function compareDate(node: ComparisonExpression, day: Expression, microseconds: bigint, value: LiteralExpression): Expression | undefined {
  const rest = ((microseconds % DAY_MICROSECONDS) + DAY_MICROSECONDS) % DAY_MICROSECONDS
  const date = literal(day.type, Number((microseconds - rest) / DAY_MICROSECONDS), value.span)
  const compare = (operator: ComparisonOperator): Expression => comparison(operator, day, date, node.span)
  if (rest === 0n) return compare(node.operator)
  // The literal lies inside the day `date`: the whole day is before it.
  if (node.operator === '<' || node.operator === '<=') return compare('<=')
  if (node.operator === '>' || node.operator === '>=') return compare('>')
  return undefined
}
