/** The other parser's expressions as ours. */
import type {
  Argument,
  Call,
  Case,
  CaseBranch,
  Cast,
  ColumnReference,
  Expression,
  Identifier,
  InList,
  InSubquery,
  IntervalPart,
  IsTest,
  NamedType,
  ObjectName,
  Query,
  Star,
  TypeModifier,
  WindowFrame,
  WindowSpecification,
  OrderBy,
  SortKey,
  FrameBound,
} from '../ast/index.js'
import { comparisonOperators } from '../ast/index.js'
import type { Span } from '@artemis/errors'
import { intervalUnits } from '../ast/index.js'
import { node } from '../parser/node.js'
import { Precedence } from '../parser/precedence.js'
import type { Foreign, Reading } from './foreign.js'
import { isForeign } from './foreign.js'
import { around, reassociate } from './reassociate.js'
import type { Piece } from './reassociate.js'

export type ConvertQuery = (reading: Reading, value: unknown) => Query

export class ExpressionConverter {
  readonly #reading: Reading
  readonly #query: ConvertQuery

  constructor(reading: Reading, query: ConvertQuery) {
    this.#reading = reading
    this.#query = query
  }

  expression(value: unknown): Expression {
    return reassociate(this.#flatten(value, true), this.#reading.place)
  }

  /** Operators and operands in the order of the text; what stands in parentheses is one operand. */
  #flatten(value: unknown, outermost = false): Piece[] {
    if (!isForeign(value)) throw this.#reading.refuse('its tree has another form than expected')
    if (value['parentheses'] === true && !outermost && value['ast'] === undefined) return [operand(this.expression(value))]
    switch (value['type']) {
      case 'binary_expr':
        return this.#flattenBinary(value)
      case 'unary_expr':
        return this.#flattenUnary(value)
      case 'function':
        return this.#flattenNot(value) ?? [operand(this.#atom(value))]
      case 'cast':
        return this.#flattenCast(value)
      case 'number': {
        const number = this.#number(value)
        const negative = typeof value['value'] === 'number' ? value['value'] < 0 : String(value['value']).startsWith('-')
        return negative ? [{ kind: 'sign', operator: '-' }, operand(number)] : [operand(number)]
      }
      default:
        return [operand(this.#atom(value))]
    }
  }

  #flattenBinary(value: Foreign): Piece[] {
    const { left, right, operator } = this.#reading.parts(value, 'left', 'right', 'operator')
    const word = String(operator).toUpperCase()
    const negated = word.startsWith('NOT ') || word === 'IS NOT'
    switch (word) {
      case 'AND':
      case 'OR':
        return [...this.#flatten(left), { kind: word === 'AND' ? 'and' : 'or' }, ...this.#flatten(right)]
      case 'IS':
      case 'IS NOT':
        return [...this.#flatten(left), { kind: 'postfix', precedence: Precedence.is, apply: this.#isTest(right, negated) }]
      case 'IN':
      case 'NOT IN':
        return [...this.#flatten(left), { kind: 'postfix', precedence: Precedence.pattern, apply: this.#in(right, negated) }]
      case 'BETWEEN':
      case 'NOT BETWEEN': {
        const { value: bounds } = this.#reading.parts(right, 'value')
        const [low, high, ...rest] = this.#reading.list(bounds)
        if (low === undefined || high === undefined || rest.length > 0)
          throw this.#reading.refuse('its BETWEEN has another form than expected')
        return [
          ...this.#flatten(left),
          { kind: 'between', negated },
          ...this.#flatten(low),
          { kind: 'between_and' },
          ...this.#flatten(high),
        ]
      }
      case 'LIKE':
      case 'NOT LIKE':
      case 'ILIKE':
      case 'NOT ILIKE':
        return this.#flattenPattern(left, right, word.endsWith('ILIKE') ? 'ilike' : 'like', negated)
      default:
        return [...this.#flatten(left), { kind: 'binary', operator: this.#operator(word) }, ...this.#flatten(right)]
    }
  }

  #flattenPattern(left: unknown, right: unknown, operator: 'like' | 'ilike', negated: boolean): Piece[] {
    const subject = this.#flatten(left)
    if (!isForeign(right) || !isForeign(right['escape']))
      return [...subject, { kind: 'pattern', operator, negated, escape: undefined }, ...this.#flatten(right)]
    const { escape, ...pattern } = right
    const { value } = this.#reading.parts(escape, 'value')
    const pieces = this.#flatten(pattern)
    return [...subject, { kind: 'pattern', operator, negated, escape: this.expression(value) }, ...pieces]
  }

  #operator(word: string): Extract<Piece, { kind: 'binary' }>['operator'] {
    if (word === '!=') return '<>'
    if (word === '==') return '='
    const comparison = comparisonOperators.find((candidate) => candidate === word)
    if (comparison !== undefined) return comparison
    if (word === '+' || word === '-' || word === '*' || word === '/' || word === '%' || word === '||') return word
    throw this.#reading.refuse(`its operator ${word} is not known`)
  }

  #flattenUnary(value: Foreign): Piece[] {
    const { operator, expr } = this.#reading.parts(value, 'operator', 'expr')
    switch (operator) {
      case 'NOT':
        return [{ kind: 'not' }, ...this.#flatten(expr)]
      case 'NOT EXISTS':
        return [{ kind: 'not' }, operand(this.#exists(expr))]
      case '-':
      case '+':
        return [{ kind: 'sign', operator }, ...this.#flatten(expr)]
      default:
        throw this.#reading.refuse(`its operator ${String(operator)} is not known`)
    }
  }

  /** `NOT (x)` comes as a function called NOT. */
  #flattenNot(value: Foreign): Piece[] | undefined {
    if (plainName(value)?.toUpperCase() !== 'NOT') return undefined
    const { args } = this.#reading.parts(value, 'name', 'args')
    const [only, ...rest] = this.#reading.list(this.#reading.parts(args, 'value')['value'])
    if (only === undefined || rest.length > 0) throw this.#reading.refuse('its NOT has another form than expected')
    return [{ kind: 'not' }, operand(this.expression(only))]
  }

  #flattenCast(value: Foreign): Piece[] {
    const { expr, symbol, target } = this.#reading.parts(value, 'expr', 'symbol', 'target')
    const types = this.#reading.list(target)
    if (symbol === '::') {
      return [
        ...this.#flatten(expr),
        ...types.map((type): Piece => ({ kind: 'postfix', precedence: Precedence.postfix, apply: this.#cast(type) })),
      ]
    }
    if (types.length !== 1) throw this.#reading.refuse('its CAST has another form than expected')
    return [operand(this.#cast(types[0]!)(this.expression(expr)))]
  }

  #cast(type: Foreign): (operand: Expression) => Expression {
    const { dataType, length, scale } = this.#reading.parts(type, 'dataType', 'length', 'scale')
    const span = this.#reading.place
    const word = String(dataType).toLowerCase()
    if (!/^[a-z][a-z0-9_ ]*$/.test(word)) throw this.#reading.refuse(`its type ${word} is not known`)
    const name = node<Identifier>({ kind: 'identifier', name: word, quoted: false, span })
    const modifiers = [length, scale]
      .filter((part) => part !== null && part !== undefined)
      .map((part) => {
        const token = this.#reading.token(part)
        return node<TypeModifier>({
          kind: 'type_modifier',
          form: 'number',
          text: token.value,
          span: { start: token.start, end: token.end },
        })
      })
    const named = node<NamedType>({
      kind: 'named_type',
      name: node<ObjectName>({ kind: 'object_name', parts: [name], span }),
      modifiers,
      span,
    })
    return (inner) => node<Cast>({ kind: 'cast', operand: inner, type: named, safe: false, span: around(inner) })
  }

  #isTest(right: unknown, negated: boolean): (operand: Expression) => Expression {
    const { value } = this.#reading.parts(right, 'value')
    const isNull = isForeign(right) && right['type'] === 'null'
    if ((!isNull && typeof value !== 'boolean') || (isForeign(right) && right['parentheses'] === true))
      throw this.#reading.refuse('its IS has another form than expected')
    const test = isNull ? 'null' : value === true ? 'true' : 'false'
    return (inner) => node<IsTest>({ kind: 'is_test', operand: inner, test, negated, span: around(inner) })
  }

  #in(right: unknown, negated: boolean): (operand: Expression) => Expression {
    const { value } = this.#reading.parts(right, 'value')
    const items = this.#reading.list(value)
    const [first] = items
    if (items.length === 1 && first?.['ast'] !== undefined) {
      const query = this.#query(this.#reading, first)
      return (inner) => node<InSubquery>({ kind: 'in_subquery', operand: inner, query, negated, span: around(inner, query) })
    }
    const list = items.map((item) => this.expression(item))
    return (inner) => node<InList>({ kind: 'in_list', operand: inner, items: list, negated, span: around(inner, ...list) })
  }

  #exists(value: unknown): Expression {
    const query = this.#query(this.#reading, value)
    return node<Expression>({ kind: 'exists', query, span: query.span })
  }

  #atom(value: Foreign): Expression {
    const reading = this.#reading
    if (value['ast'] !== undefined) {
      const query = this.#query(reading, value)
      return node<Expression>({ kind: 'subquery', query, span: query.span })
    }
    switch (value['type']) {
      case 'null':
        return node<Expression>({ kind: 'null', span: reading.place })
      case 'bool':
        return node<Expression>({ kind: 'boolean', value: value['value'] === true, span: reading.place })
      case 'single_quote_string':
        return this.#string(value)
      case 'date':
      case 'timestamp':
      case 'time':
        return this.#typedLiteral(value, value['type'])
      case 'interval':
        return this.#interval(value)
      case 'column_ref':
        return this.#column(value)
      case 'star':
        return star(undefined, reading.place)
      case 'case':
        return this.#case(value)
      case 'extract':
        return this.#extract(value)
      case 'expr_list': {
        const elements = reading.list(reading.parts(value, 'value')['value']).map((element) => this.expression(element))
        // Behind a join's condition, it takes the tables after the next comma for more of the condition.
        if (elements.length < 2 || value['parentheses'] !== true) throw reading.refuse('it takes a comma for part of an expression')
        return node<Expression>({ kind: 'row', elements, span: around(elements[0]!, ...elements) })
      }
      case 'function':
      case 'aggr_func':
      case 'window_func':
        return this.#call(value)
      default:
        throw reading.refuse(`its tree has a ${JSON.stringify(value['type'])} here`)
    }
  }

  #number(value: Foreign): Expression {
    const token = this.#reading.token(value['value'])
    return node<Expression>({ kind: 'number', text: token.value, span: { start: token.start, end: token.end } })
  }

  #string(value: Foreign): Expression {
    const token = this.#reading.token(this.#reading.parts(value, 'value')['value'])
    return node<Expression>({ kind: 'string', value: token.value, span: { start: token.start, end: token.end } })
  }

  #typedLiteral(value: Foreign, type: string): Expression {
    const token = this.#reading.token(this.#reading.parts(value, 'value')['value'])
    const span = { start: token.start, end: token.end }
    const name = node<Identifier>({ kind: 'identifier', name: type, quoted: false, span })
    const named = node<NamedType>({
      kind: 'named_type',
      name: node<ObjectName>({ kind: 'object_name', parts: [name], span }),
      modifiers: [],
      span,
    })
    return node<Expression>({ kind: 'typed_literal', type: named, value: token.value, span })
  }

  #interval(value: Foreign): Expression {
    const { expr, unit: word } = this.#reading.parts(value, 'expr', 'unit')
    const amount = this.expression(expr)
    const unit =
      word === '' || word === undefined
        ? undefined
        : intervalUnits.find((candidate) => candidate === String(word).toLowerCase().replace(/s$/, ''))
    if ((word !== '' && word !== undefined && unit === undefined) || (amount.kind !== 'string' && amount.kind !== 'number'))
      throw this.#reading.refuse('its interval has another form than expected')
    const part = node<IntervalPart>({ kind: 'interval_part', value: amount, unit, to: undefined, span: amount.span })
    return node<Expression>({ kind: 'interval', parts: [part], span: amount.span })
  }

  #column(value: Foreign): Expression {
    const { schema, table, column } = this.#reading.parts(value, 'schema', 'table', 'column')
    const before = [schema, table].filter((part) => part !== null && part !== undefined).map((part) => this.#reading.name(part))
    if (column === '*') return star(before, this.#reading.place)
    if (!isForeign(column)) throw this.#reading.refuse('its column has another form than expected')
    const parts = [...before, this.#reading.name(this.#reading.parts(column, 'expr')['expr'])]
    return node<ColumnReference>({ kind: 'column', parts, span: around(parts[0]!, ...parts) })
  }

  #case(value: Foreign): Expression {
    const { expr, args } = this.#reading.parts(value, 'expr', 'args')
    const subject = expr === null || expr === undefined ? undefined : this.expression(expr)
    const branches: CaseBranch[] = []
    let otherwise: Expression | undefined
    for (const arm of this.#reading.list(args)) {
      const { cond, result } = this.#reading.parts(arm, 'cond', 'result')
      if (arm['type'] === 'else') {
        otherwise = this.expression(result)
      } else {
        const when = this.expression(cond)
        const then = this.expression(result)
        // oxlint-disable-next-line unicorn/no-thenable -- THEN is SQL's word, and an expression is no function.
        branches.push(node<CaseBranch>({ kind: 'case_branch', when, then, span: around(when, then) }))
      }
    }
    return node<Case>({ kind: 'case', operand: subject, branches, otherwise, span: around(branches[0]!, ...branches) })
  }

  #extract(value: Foreign): Expression {
    const { field, source } = this.#reading.parts(this.#reading.parts(value, 'args')['args'], 'field', 'source')
    const operandNode = this.expression(source)
    const unit = node<Expression>({ kind: 'string', value: String(field).toLowerCase(), span: operandNode.span })
    return this.#makeCall({ name: 'date_part', args: [unit, operandNode], distinct: false, over: undefined })
  }

  #call(value: Foreign): Expression {
    const { name, args, over } = this.#reading.parts(value, 'name', 'args', 'over')
    const word = plainName(value) ?? name
    if (String(word).toUpperCase() === 'EXISTS') {
      const [only] = this.#reading.list(this.#reading.parts(args, 'value')['value'])
      return this.#exists(only)
    }
    if (['ANY', 'ALL', 'SOME', 'ROW', 'ARRAY', 'CUBE', 'ROLLUP'].includes(String(word).toUpperCase()))
      throw this.#reading.refuse(`it takes ${String(word)} for a function`)
    const {
      value: listed,
      expr,
      distinct,
    } = isForeign(args)
      ? this.#reading.parts(args, 'value', 'expr', 'distinct')
      : { value: undefined, expr: undefined, distinct: undefined }
    const values = expr === undefined || expr === null ? this.#reading.list(listed) : this.#argumentsOf(expr)
    return this.#makeCall({
      name: this.#reading.functionName(word),
      args: values.map((argument) => this.expression(argument)),
      distinct: distinct === 'DISTINCT',
      over: over === null || over === undefined ? undefined : this.#window(over),
    })
  }

  /** Several arguments of an aggregate come as one list without parentheses. */
  #argumentsOf(expr: unknown): readonly Foreign[] {
    if (!isForeign(expr)) throw this.#reading.refuse('its arguments have another form than expected')
    return expr['type'] === 'expr_list' && expr['parentheses'] !== true ? this.#reading.list(expr['value']) : [expr]
  }

  #makeCall(parts: { name: string; args: readonly Expression[]; distinct: boolean; over: WindowSpecification | undefined }): Call {
    const span = parts.args.length === 0 ? this.#reading.place : around(parts.args[0]!, ...parts.args)
    const name = node<Identifier>({ kind: 'identifier', name: parts.name, quoted: false, span })
    return node<Call>({
      kind: 'call',
      name: node<ObjectName>({ kind: 'object_name', parts: [name], span }),
      arguments: parts.args.map((value) => node<Argument>({ kind: 'argument', name: undefined, value, span: value.span })),
      distinct: parts.distinct,
      orderBy: undefined,
      withinGroup: [],
      filter: undefined,
      nulls: undefined,
      countFrom: undefined,
      over: parts.over,
      span,
    })
  }

  #window(value: unknown): WindowSpecification {
    const reading = this.#reading
    const outer = reading.parts(value, 'as_window_specification')
    const { window_specification: inner } = reading.parts(outer['as_window_specification'], 'window_specification')
    const { partitionby, orderby, window_frame_clause: frame } = reading.parts(inner, 'partitionby', 'orderby', 'window_frame_clause')
    const partitionBy = reading.list(partitionby).map((item) => this.expression(reading.parts(item, 'expr')['expr']))
    return node<WindowSpecification>({
      kind: 'window',
      base: undefined,
      partitionBy,
      orderBy: this.orderBy(orderby),
      frame: frame === null || frame === undefined ? undefined : this.#frame(frame),
      span: reading.place,
    })
  }

  /** Only the frames between the partition's ends and the current row. */
  #frame(value: unknown): WindowFrame {
    const reading = this.#reading
    const { left, right, operator } = reading.parts(value, 'left', 'right', 'operator')
    const unit = String(reading.parts(left, 'value')['value']).toLowerCase()
    const [start, end] = reading.list(reading.parts(right, 'value')['value']).map((bound) => this.#bound(bound))
    if (operator !== 'BETWEEN' || (unit !== 'rows' && unit !== 'range') || start === undefined || end === undefined) {
      throw reading.refuse('its window frame has another form than expected')
    }
    return node<WindowFrame>({ kind: 'window_frame', unit, start, end, exclude: undefined, span: reading.place })
  }

  #bound(value: Foreign): FrameBound {
    const word = String(this.#reading.parts(value, 'value')['value']).toLowerCase()
    if (word !== 'unbounded preceding' && word !== 'current row' && word !== 'unbounded following') {
      throw this.#reading.refuse('its window frame has another form than expected')
    }
    return node<FrameBound>({ kind: 'frame_bound', bound: word, offset: undefined, span: this.#reading.place })
  }

  orderBy(value: unknown): OrderBy | undefined {
    const keys = this.#reading.list(value).map((item): SortKey => {
      const { expr, nulls } = this.#reading.parts(item, 'expr', 'nulls')
      const expression = this.expression(expr)
      const order = item['type']
      const direction = order === 'ASC' ? 'asc' : order === 'DESC' ? 'desc' : undefined
      const place = nulls === 'NULLS FIRST' ? 'first' : nulls === 'NULLS LAST' ? 'last' : undefined
      return node<SortKey>({ kind: 'sort_key', expression, direction, nulls: place, span: expression.span })
    })
    return keys.length === 0 ? undefined : node<OrderBy>({ kind: 'order_by', all: false, keys, span: around(keys[0]!, ...keys) })
  }
}

function operand(expression: Expression): Piece {
  return { kind: 'operand', expression }
}

function star(qualifier: readonly Identifier[] | undefined, place: Span): Star {
  const name =
    qualifier === undefined || qualifier.length === 0 ? undefined : node<ObjectName>({ kind: 'object_name', parts: qualifier, span: place })
  return node<Star>({ kind: 'star', qualifier: name, exclude: [], replace: [], rename: [], filter: undefined, span: place })
}

/** The name of a function that has only one part. */
function plainName(value: Foreign): string | undefined {
  const name = value['name']
  if (!isForeign(name) || !Array.isArray(name['name']) || name['name'].length !== 1) return undefined
  const [part]: readonly unknown[] = name['name']
  return isForeign(part) && typeof part['value'] === 'string' ? part['value'] : undefined
}
