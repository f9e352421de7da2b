/** Expressions as text that is equal only where their values must be: how repeated conditions and list items are found. */

import type { DataType, Expression, Scalar } from '@artemis/plan'
import { expressionChildren } from '@artemis/plan'

/** Undefined for what may give another value each time: nothing equals that. */
export function expressionKey(expression: Expression): string | undefined {
  if (expression.kind === 'subquery') return undefined
  if (expression.kind === 'call' && expression.function.volatility === 'volatile') return undefined
  let key = nodeKey(expression)
  for (const child of expressionChildren(expression)) {
    const part = expressionKey(child)
    if (part === undefined) return undefined
    key += ` ${part}`
  }
  return `(${key})`
}

/** Everything of a node but its operands, whose number is part of it. */
function nodeKey(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return `literal ${typeKey(expression.type)} ${scalarKey(expression.value)}`
    case 'column':
      return `column ${expression.id}`
    case 'parameter':
      return `parameter ${JSON.stringify(expression.name)}`
    case 'cast':
      return `${expression.try ? 'try_cast' : 'cast'} ${typeKey(expression.type)}`
    case 'comparison':
      return expression.operator
    case 'is_null':
    case 'in_list':
      return `${expression.negated ? 'not_' : ''}${expression.kind}`
    case 'case':
      return `case ${expression.branches.length} ${expression.otherwise === null ? 'null' : 'else'}`
    case 'call': {
      const { name, argumentTypes, returnType } = expression.function
      return `${JSON.stringify(name)} ${[...argumentTypes, returnType].map(typeKey).join(' ')}`
    }
    case 'subquery':
      return 'subquery'
    case 'and':
    case 'or':
    case 'not':
      return expression.kind
  }
}

function typeKey(type: DataType): string {
  return Object.keys(type).length === 1 ? type.kind : JSON.stringify(type)
}

/** A value as text that no other value of its type has, except that numbers which are equal may differ. */
export function scalarKey(value: Scalar): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (value instanceof Uint8Array) return `x${value.join(',')}`
  if (Array.isArray(value)) return `[${value.map((item) => scalarKey(item as Scalar)).join(' ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${scalarKey(item as Scalar)}`).join(' ')}}`
}
