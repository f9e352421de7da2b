import type {
  Argument,
  Call,
  Expression,
  FrameBound,
  NamedWindow,
  OrderBy,
  SortKey,
  WindowFrame,
  WindowSpecification,
} from '../ast/index.js'
import { Precedence } from '../parser/precedence.js'
import type { Printers } from './context.js'
import { printIdentifier, printName } from './name.js'

export function printCall(printers: Printers, call: Call): string {
  const inside = [
    call.distinct ? 'DISTINCT' : '',
    printArguments(printers, call.arguments),
    call.orderBy === undefined ? '' : printOrderBy(printers, call.orderBy),
  ]
  const parts = [`${printName(call.name)}(${joinWords(inside)})`]
  if (call.withinGroup.length > 0) parts.push(`WITHIN GROUP (ORDER BY ${printSortKeys(printers, call.withinGroup)})`)
  if (call.filter !== undefined) parts.push(`FILTER (WHERE ${printers.expression(call.filter, Precedence.lowest)})`)
  if (call.countFrom !== undefined) parts.push(`FROM ${call.countFrom.toUpperCase()}`)
  if (call.nulls !== undefined) parts.push(`${call.nulls.toUpperCase()} NULLS`)
  if (call.over !== undefined) parts.push(`OVER ${printOver(printers, call.over)}`)
  return parts.join(' ')
}

export function joinWords(words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ')
}

export function printArguments(printers: Printers, args: readonly Argument[]): string {
  return args.map((argument) => printArgument(printers, argument)).join(', ')
}

function printArgument(printers: Printers, argument: Argument): string {
  const text = printers.expression(argument.value, Precedence.lowest)
  const value = looksLikeLambda(argument.value) ? `(${text})` : text
  return argument.name === undefined ? value : `${printIdentifier(argument.name)} => ${value}`
}

/** Whether the text begins `x ->` or `(x, y) ->`, which inside a call would be a lambda. */
function looksLikeLambda(expression: Expression): boolean {
  let left = expression
  for (;;) {
    if (left.kind === 'binary') {
      if (left.operator === '->' && (left.left.kind === 'column' || left.left.kind === 'row')) return true
      left = left.left
    } else if (left.kind === 'and' || left.kind === 'or') left = left.operands[0]!
    else if (left.kind === 'is_distinct') left = left.left
    else if (hasLeftOperand(left)) left = left.operand
    else return false
  }
}

type WithLeftOperand = Extract<
  Expression,
  {
    kind:
      | 'is_test'
      | 'between'
      | 'in_list'
      | 'in_subquery'
      | 'in_container'
      | 'pattern_match'
      | 'quantified'
      | 'collate'
      | 'subscript'
      | 'slice'
      | 'field'
  }
>

function hasLeftOperand(expression: Expression): expression is WithLeftOperand {
  return ['is_test', 'between', 'in_list', 'in_subquery', 'in_container', 'pattern_match', 'quantified', 'collate'].includes(
    expression.kind,
  )
}

export function printOrderBy(printers: Printers, orderBy: OrderBy): string {
  const [first] = orderBy.keys
  if (orderBy.all && first !== undefined) return `ORDER BY ALL${printDirection(first)}`
  return `ORDER BY ${printSortKeys(printers, orderBy.keys)}`
}

export function printSortKeys(printers: Printers, keys: readonly SortKey[]): string {
  return keys.map((key) => printers.expression(key.expression, Precedence.lowest) + printDirection(key)).join(', ')
}

function printDirection(key: SortKey): string {
  return (
    (key.direction === undefined ? '' : ` ${key.direction.toUpperCase()}`) +
    (key.nulls === undefined ? '' : ` NULLS ${key.nulls.toUpperCase()}`)
  )
}

function printOver(printers: Printers, window: WindowSpecification): string {
  const isName = window.base !== undefined && window.partitionBy.length === 0 && window.orderBy === undefined && window.frame === undefined
  return isName ? printIdentifier(window.base) : printWindow(printers, window)
}

function printWindow(printers: Printers, window: WindowSpecification): string {
  const partition = window.partitionBy.map((expression) => printers.expression(expression, Precedence.lowest)).join(', ')
  return `(${joinWords([
    window.base === undefined ? '' : printIdentifier(window.base),
    partition === '' ? '' : `PARTITION BY ${partition}`,
    window.orderBy === undefined ? '' : printOrderBy(printers, window.orderBy),
    window.frame === undefined ? '' : printFrame(printers, window.frame),
  ])})`
}

export function printNamedWindow(printers: Printers, named: NamedWindow): string {
  return `${printIdentifier(named.name)} AS ${printWindow(printers, named.window)}`
}

function printFrame(printers: Printers, frame: WindowFrame): string {
  const exclude = frame.exclude === undefined ? '' : ` EXCLUDE ${frame.exclude.toUpperCase()}`
  return `${frame.unit.toUpperCase()} BETWEEN ${printBound(printers, frame.start)} AND ${printBound(printers, frame.end)}${exclude}`
}

function printBound(printers: Printers, bound: FrameBound): string {
  const offset = bound.offset === undefined ? '' : `${printers.expression(bound.offset, Precedence.other)} `
  return offset + bound.bound.toUpperCase()
}
