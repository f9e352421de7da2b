/** Expressions as canonical text, with the parentheses they need and no others. */
import type { Expression, IntervalLiteral, Parameter, PatternOperator, QuantifiedOperator, Row, Slice } from '../ast/index.js'
import { comparisonOperators } from '../ast/index.js'
import { unreachable } from '@artemis/errors'
import { Precedence, binaryPrecedence } from '../parser/precedence.js'
import type { Printers } from './context.js'
import { printCall } from './call.js'
import { printIdentifier, printName, printType, quoteString } from './name.js'
import { printColumns, printStar } from './star.js'

/** How tightly the outermost operator of the text binds. */
export function precedenceOf(expression: Expression): number {
  switch (expression.kind) {
    case 'or':
      return Precedence.or
    case 'and':
      return Precedence.and
    case 'not':
      return Precedence.not
    case 'lambda':
      return Precedence.lowest
    case 'is_test':
    case 'is_distinct':
      return Precedence.is
    case 'between':
    case 'in_list':
    case 'in_subquery':
    case 'in_container':
    case 'pattern_match':
      return Precedence.pattern
    case 'binary':
      return binaryPrecedence(expression.operator)
    case 'quantified':
      return quantifiedPrecedence(expression.operator)
    case 'unary':
      return expression.operator === '-' || expression.operator === '+' ? Precedence.sign : Precedence.other
    case 'collate':
      return Precedence.collate
    case 'subscript':
    case 'slice':
    case 'field':
      return Precedence.postfix
    default:
      return Precedence.primary
  }
}

function quantifiedPrecedence(operator: QuantifiedOperator): number {
  if (operator.endsWith('like')) return Precedence.pattern
  return comparisonOperators.some((comparison) => comparison === operator) ? Precedence.comparison : Precedence.other
}

export function printExpression(printers: Printers, expression: Expression, minimum: number): string {
  const text = printBare(printers, expression)
  return precedenceOf(expression) < minimum ? `(${text})` : text
}

function printBare(printers: Printers, expression: Expression): string {
  const print = printers.expression
  switch (expression.kind) {
    case 'null':
      return 'NULL'
    case 'boolean':
      return expression.value ? 'TRUE' : 'FALSE'
    case 'number':
      return expression.text
    case 'string':
      return quoteString(expression.value)
    case 'blob':
      return `X'${expression.hex}'`
    case 'typed_literal':
      return `${printType(expression.type)} ${quoteString(expression.value)}`
    case 'interval':
      return printInterval(printers, expression)
    case 'parameter':
      return printParameter(expression)
    case 'column':
      return expression.parts.map(printIdentifier).join('.')
    case 'star':
      return printStar(printers, expression)
    case 'columns':
      return printColumns(printers, expression)
    case 'unary':
      return printUnary(printers, expression.operator, expression.operand)
    case 'binary': {
      const level = binaryPrecedence(expression.operator)
      // Comparisons do not chain, so the left side needs parentheses as well.
      const left = print(expression.left, level === Precedence.comparison ? level + 1 : level)
      return `${left} ${expression.operator} ${print(expression.right, level + 1)}`
    }
    case 'not':
      return `NOT ${print(expression.operand, Precedence.is)}`
    case 'and':
      return expression.operands.map((operand) => print(operand, Precedence.not)).join(' AND ')
    case 'or':
      return expression.operands.map((operand) => print(operand, Precedence.and)).join(' OR ')
    default:
      return printPredicate(printers, expression)
  }
}

type Operatorless = Extract<
  Expression,
  {
    kind:
      | 'null'
      | 'boolean'
      | 'number'
      | 'string'
      | 'blob'
      | 'typed_literal'
      | 'interval'
      | 'parameter'
      | 'column'
      | 'star'
      | 'columns'
      | 'unary'
      | 'binary'
      | 'not'
      | 'and'
      | 'or'
  }
>

function printPredicate(printers: Printers, expression: Exclude<Expression, Operatorless>): string {
  const print = printers.expression
  switch (expression.kind) {
    case 'is_test':
      return `${print(expression.operand, Precedence.comparison)} IS ${not(expression.negated)}${expression.test.toUpperCase()}`
    case 'is_distinct': {
      const right = print(expression.right, Precedence.comparison)
      return `${print(expression.left, Precedence.comparison)} IS ${not(expression.negated)}DISTINCT FROM ${right}`
    }
    case 'between': {
      const words = `${not(expression.negated)}BETWEEN ${expression.symmetric ? 'SYMMETRIC ' : ''}`
      const bounds = `${print(expression.low, Precedence.other)} AND ${print(expression.high, Precedence.other)}`
      return `${print(expression.operand, Precedence.other)} ${words}${bounds}`
    }
    case 'in_list':
      return `${print(expression.operand, Precedence.other)} ${not(expression.negated)}IN (${printList(printers, expression.items)})`
    case 'in_subquery':
      return `${print(expression.operand, Precedence.other)} ${not(expression.negated)}IN (${printers.query(expression.query)})`
    case 'in_container':
      return `${print(expression.operand, Precedence.other)} ${not(expression.negated)}IN ${print(expression.container, Precedence.other)}`
    case 'pattern_match': {
      const escape = expression.escape === undefined ? '' : ` ESCAPE ${print(expression.escape, Precedence.other)}`
      const words = not(expression.negated) + patternWords[expression.operator]
      return `${print(expression.operand, Precedence.other)} ${words} ${print(expression.pattern, Precedence.other)}${escape}`
    }
    case 'quantified': {
      const operand = print(expression.operand, Math.min(quantifiedPrecedence(expression.operator) + 1, Precedence.other))
      const inside = expression.query === undefined ? print(expression.list!, Precedence.lowest) : printers.query(expression.query)
      return `${operand} ${expression.operator.toUpperCase()} ${expression.quantifier.toUpperCase()} (${inside})`
    }
    default:
      return printOperand(printers, expression)
  }
}

type Predicate = Extract<
  Expression,
  { kind: 'is_test' | 'is_distinct' | 'between' | 'in_list' | 'in_subquery' | 'in_container' | 'pattern_match' | 'quantified' }
>

function printOperand(printers: Printers, expression: Exclude<Expression, Operatorless | Predicate>): string {
  const print = printers.expression
  switch (expression.kind) {
    case 'case':
      return printCase(printers, expression)
    case 'cast':
      return `${expression.safe ? 'TRY_CAST' : 'CAST'}(${print(expression.operand, Precedence.lowest)} AS ${printType(expression.type)})`
    case 'collate':
      return `${print(expression.operand, Precedence.collate)} COLLATE ${printName(expression.collation)}`
    case 'call':
      return printCall(printers, expression)
    case 'lambda':
      return `lambda ${expression.parameters.map(printIdentifier).join(', ')}: ${print(expression.body, Precedence.lowest)}`
    case 'row':
      return expression.elements.length < 2 ? `ROW${printRow(printers, expression)}` : printRow(printers, expression)
    case 'list':
      return `[${printList(printers, expression.elements)}]`
    case 'struct':
      return `{${expression.fields.map((field) => `${printIdentifier(field.name)}: ${print(field.value, Precedence.lowest)}`).join(', ')}}`
    case 'map': {
      const entries = expression.entries.map(({ key, value }) => `${print(key, Precedence.lowest)}: ${print(value, Precedence.lowest)}`)
      return `MAP {${entries.join(', ')}}`
    }
    case 'subscript':
      return `${print(expression.operand, Precedence.postfix)}[${print(expression.index, Precedence.lowest)}]`
    case 'slice':
      return printSlice(printers, expression)
    case 'field':
      return `${printFieldOperand(printers, expression.operand)}.${printIdentifier(expression.name)}`
    case 'subquery':
      return `(${printers.query(expression.query)})`
    case 'exists':
      return `EXISTS (${printers.query(expression.query)})`
    case 'array_subquery':
      return `ARRAY(${printers.query(expression.query)})`
    case 'default':
      return 'DEFAULT'
    default:
      return unreachable(expression, 'expression')
  }
}

const patternWords: Readonly<Record<PatternOperator, string>> = {
  like: 'LIKE',
  ilike: 'ILIKE',
  similar: 'SIMILAR TO',
  glob: 'GLOB',
  regexp: 'REGEXP',
}

function not(negated: boolean): string {
  return negated ? 'NOT ' : ''
}

/** A row in parentheses without the word ROW, as VALUES has it. */
export function printRow(printers: Printers, row: Row): string {
  return `(${printList(printers, row.elements)})`
}

export function printList(printers: Printers, expressions: readonly Expression[]): string {
  return expressions.map((expression) => printers.expression(expression, Precedence.lowest)).join(', ')
}

/** The operand of a sign is never another sign without parentheses: two minus signs begin a comment. */
function printUnary(printers: Printers, operator: string, operand: Expression): string {
  const minimum = operator === '-' || operator === '+' ? Precedence.postfix : Precedence.additive
  return operator + printers.expression(operand, minimum)
}

/** `?n` keeps the number of a positional parameter wherever it is printed. */
function printParameter(parameter: Parameter): string {
  if (parameter.style === 'named') return `$${parameter.name}`
  return `${parameter.style === 'positional' ? '?' : '$'}${parameter.index}`
}

function printInterval(printers: Printers, interval: IntervalLiteral): string {
  const parts = interval.parts.map(({ value, unit, to }) => {
    const isLiteral = value.kind === 'string' || value.kind === 'number'
    const amount = printers.expression(value, Precedence.lowest)
    return (
      (isLiteral ? amount : `(${amount})`) +
      (unit === undefined ? '' : ` ${unit.toUpperCase()}`) +
      (to === undefined ? '' : ` TO ${to.toUpperCase()}`)
    )
  })
  return `INTERVAL ${parts.join(' ')}`
}

function printCase(printers: Printers, expression: Extract<Expression, { kind: 'case' }>): string {
  const print = (part: Expression): string => printers.expression(part, Precedence.lowest)
  const operand = expression.operand === undefined ? '' : ` ${print(expression.operand)}`
  const branches = expression.branches.map((branch) => ` WHEN ${print(branch.when)} THEN ${print(branch.then)}`).join('')
  const otherwise = expression.otherwise === undefined ? '' : ` ELSE ${print(expression.otherwise)}`
  return `CASE${operand}${branches}${otherwise} END`
}

function printSlice(printers: Printers, slice: Slice): string {
  const print = (bound: Expression | undefined): string => (bound === undefined ? '' : printers.expression(bound, Precedence.lowest))
  const operand = printers.expression(slice.operand, Precedence.postfix)
  if (slice.step === undefined) return `${operand}[${print(slice.lower)}:${print(slice.upper)}]`
  return `${operand}[${print(slice.lower)}:${slice.upper === undefined ? '-' : print(slice.upper)}:${print(slice.step)}]`
}

/** A name before the dot would take the field as its own part, and a number the dot as its point. */
function printFieldOperand(printers: Printers, operand: Expression): string {
  const text = printers.expression(operand, Precedence.postfix)
  return operand.kind === 'column' || operand.kind === 'number' || operand.kind === 'interval' ? `(${text})` : text
}
