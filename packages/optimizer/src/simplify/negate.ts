/** NOT pushed to the leaves, in three-valued logic: De Morgan's laws and inverted comparisons hold for NULL too. */

import type { ComparisonOperator, Expression } from '@artemis/plan'
import { and, bool, comparison, inList, isNull, literal, not, or } from '@artemis/plan'

const INVERSE: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  is_distinct_from: 'is_not_distinct_from',
  is_not_distinct_from: 'is_distinct_from',
}

/** A simplified `NOT input` of a simple input; `simplify` is applied to each node that the negation makes. */
export function negate(input: Expression, simplify: (expression: Expression) => Expression): Expression {
  switch (input.kind) {
    case 'literal':
      return input.value === null ? literal(bool, null, input.span) : literal(bool, input.value === false, input.span)
    case 'not':
      return input.input
    case 'comparison':
      return simplify(comparison(INVERSE[input.operator], input.left, input.right, input.span))
    case 'and':
      return simplify(or(input.operands.map((operand) => negate(operand, simplify)), input.span))
    case 'or':
      return simplify(and(input.operands.map((operand) => negate(operand, simplify)), input.span))
    case 'is_null':
      return isNull(input.input, !input.negated, input.span)
    case 'in_list':
      return inList(input.input, input.list, !input.negated, input.span)
    case 'subquery':
      return input.form === 'scalar' ? not(input) : { ...input, negated: !input.negated }
    default:
      return not(input)
  }
}
