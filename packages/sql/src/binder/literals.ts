/** Literals and parameters. */

import type { Span } from '@artemis/errors'
import type { DataType, Expression } from '@artemis/plan'
import { binary, cast, interval, literal, nullType, utf8 } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { evaluateConstant } from './coerce.js'
import { bindError, unsupported } from './errors.js'
import { callFunction } from './function-call.js'
import { intervalRangeText, intervalText } from './interval-text.js'
import { resolveType } from './types.js'

export function bindBlob(node: ast.BlobLiteral): Expression {
  return literal(binary, Uint8Array.from(Buffer.from(node.hex, 'hex')), node.span)
}

/** `DATE '2024-03-01'`: the cast is computed here. */
export function bindTypedLiteral(binder: Binder, node: ast.TypedLiteral): Expression {
  const type = resolveType(node.type)
  if (type.kind === 'interval') return intervalLiteral(binder, intervalText(node.value, undefined), node.span)
  if (type.kind === 'utf8') return literal(utf8, node.value, node.span)
  if (type.kind === 'null') throw bindError('INVALID_TYPE', 'a literal cannot be of type NULL', node.type.span)
  return literal(type, evaluateConstant(binder, cast(literal(utf8, node.value, node.span), type), node.span), node.span)
}

const CONVERSIONS: Partial<Record<ast.IntervalUnit, string>> = {
  millennium: 'to_millennia',
  century: 'to_centuries',
  decade: 'to_decades',
  year: 'to_years',
  quarter: 'to_quarters',
  month: 'to_months',
  week: 'to_weeks',
  day: 'to_days',
  hour: 'to_hours',
  minute: 'to_minutes',
  second: 'to_seconds',
  millisecond: 'to_milliseconds',
  microsecond: 'to_microseconds',
}

/** An interval of constants is a literal; `INTERVAL (n) DAY` becomes `to_days(n)`. Several parts add up. */
export function bindInterval(binder: Binder, node: ast.IntervalLiteral, scope: ExpressionScope): Expression {
  const parts = node.parts.map((part) => bindIntervalPart(binder, part, scope))
  const [first, ...rest] = parts
  if (first === undefined) throw bindError('INVALID_INTERVAL', 'the interval is empty', node.span)
  return rest.reduce((sum, part) => callFunction(binder, '+', [sum, part], node.span, 'the sum of intervals'), {
    ...first,
    span: node.span,
  })
}

function bindIntervalPart(binder: Binder, part: ast.IntervalPart, scope: ExpressionScope): Expression {
  const text = constantText(part.value)
  if (text === undefined) return computedInterval(binder, part, scope)
  if (part.unit === undefined || part.to === undefined) return intervalLiteral(binder, intervalText(text, part.unit), part.span)
  return intervalLiteral(binder, intervalRangeText(text, part.unit, part.to), part.span)
}

function constantText(value: ast.Expression): string | undefined {
  if (value.kind === 'string') return value.value
  if (value.kind === 'number' && !/^0[xbo]|e/i.test(value.text)) return value.text
  if (value.kind !== 'unary' || (value.operator !== '-' && value.operator !== '+')) return undefined
  const text = constantText(value.operand)
  if (text === undefined || /^\s*[+-]/.test(text)) return undefined
  return value.operator === '-' ? `-${text}` : text
}

function computedInterval(binder: Binder, part: ast.IntervalPart, scope: ExpressionScope): Expression {
  const name = part.unit === undefined || part.to !== undefined ? undefined : CONVERSIONS[part.unit]
  if (name === undefined) throw unsupported('an interval of this unit from an expression', part.span)
  return callFunction(binder, name, [binder.expression(part.value, scope)], part.span, `INTERVAL (expression) ${part.unit?.toUpperCase()}`)
}

function intervalLiteral(binder: Binder, text: string, span: Span): Expression {
  return literal(interval, evaluateConstant(binder, cast(literal(utf8, text, span), interval), span), span)
}

/** `2` for `$2` and the second `?`, lower case for `$name`. */
export function parameterName(node: ast.Parameter): string {
  return node.style === 'named' ? node.name.toLowerCase() : String(node.index)
}

/** A literal where the value is known, else a parameter whose type the place that uses it decides. */
export function bindParameter(binder: Binder, node: ast.Parameter): Expression {
  const name = parameterName(node)
  const { parameters } = binder.context
  if (parameters.kind === 'values') {
    const given = parameters.values.get(name)
    if (given === undefined) {
      const known = [...parameters.values.keys()]
      const hint = known.length === 0 ? 'No parameters were given.' : `Given were ${known.map((key) => `$${key}`).join(', ')}.`
      throw bindError('PARAMETER_MISSING', `no value was given for the parameter $${name}`, node.span, hint)
    }
    noteParameter(binder, name, given.type)
    return literal(given.type, given.value, node.span)
  }
  const type = parameters.types.get(name) ?? binder.parameterTypes.get(name) ?? nullType
  noteParameter(binder, name, type)
  return { kind: 'parameter', name, type, nullable: true, span: node.span }
}

function noteParameter(binder: Binder, name: string, type: DataType): void {
  if (!binder.parameterTypes.has(name) || type.kind !== 'null') binder.parameterTypes.set(name, type)
}

/** The types found for the parameters, in the order met: NULL where nothing gives a type. */
export function describeParameters(binder: Binder): readonly { readonly name: string; readonly type: DataType }[] {
  return [...binder.parameterTypes].map(([name, type]) => ({ name, type }))
}
