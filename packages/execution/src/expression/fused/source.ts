/**
 * JavaScript source for expression trees over numbers: one loop computes the whole tree, without a vector for every
 * step. Constants are parameters of the generated function and never part of its text, so the text is safe and can be
 * shared by all queries of the same shape.
 *
 * A boolean inside the source is the number 0 or 1. Values under a null are computed like any others: only operations
 * that cannot throw are fused.
 */

import type { DataType } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { ComparisonExpression, Expression, ScalarFunction } from '@artemis/plan'
import type { CastProvider } from '../cast-provider.js'

/** Types whose values are JavaScript numbers in a typed array, or bits. */
export function isNumberType(type: DataType): boolean {
  switch (type.kind) {
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'float32':
    case 'float64':
    case 'date32':
      return true
    default:
      return false
  }
}

/** Types whose values are 64-bit integers: they can be compared, as pairs of words. */
export function isWideType(type: DataType): boolean {
  return type.kind === 'int64' || type.kind === 'uint64' || type.kind === 'timestamp' || type.kind === 'time64'
}

function isFloatType(type: DataType): boolean {
  return type.kind === 'float32' || type.kind === 'float64'
}

/** The function that a call or cast runs, when it has an emitter and is safe to run on any value. */
function emittedFunction(expression: Expression, casts: CastProvider): ScalarFunction | undefined {
  if (expression.kind !== 'call' && expression.kind !== 'cast') return undefined
  const fn = expression.kind === 'call' ? expression.function : casts(expression.input.type, expression.type, expression.try)
  const simple =
    fn.emit !== undefined && fn.nullHandling === 'propagate' && !fn.canThrow && !fn.canReturnNull && fn.volatility === 'immutable'
  return simple ? fn : undefined
}

/** Whether the tree can be one loop, its result NULL exactly where one of its columns is. */
export function isFusable(expression: Expression, casts: CastProvider): boolean {
  switch (expression.kind) {
    case 'literal':
      return isNumberType(expression.type) && expression.value !== null
    case 'column':
      return isNumberType(expression.type)
    case 'cast':
      return isNumberType(expression.type) && emittedFunction(expression, casts) !== undefined && isFusable(expression.input, casts)
    case 'call':
      return (
        isNumberType(expression.type) &&
        emittedFunction(expression, casts) !== undefined &&
        expression.arguments.every((arg) => isFusable(arg, casts))
      )
    case 'not':
      return isFusable(expression.input, casts)
    case 'comparison':
      return isFusableComparison(expression, casts)
    default:
      return false
  }
}

function isFusableComparison(expression: ComparisonExpression, casts: CastProvider): boolean {
  const { operator, left, right } = expression
  if (operator === 'is_distinct_from' || operator === 'is_not_distinct_from') return false
  if (left.kind === 'literal' && right.kind === 'literal') return false
  if (isWideType(left.type))
    return [left, right].every((side) => side.kind === 'column' || (side.kind === 'literal' && side.value !== null))
  return isFusable(left, casts) && isFusable(right, casts)
}

/** A column that the loop reads: parameter `a<k>` holds its values, `v<k>` its validity where asked for. */
export interface SourceColumn {
  readonly id: number
  readonly type: DataType
}

/** Collects the statements of one loop body and the parameters that it needs. */
export class SourceBuilder {
  readonly columns: SourceColumn[] = []
  readonly constants: number[] = []
  readonly statements: string[] = []
  readonly #casts: CastProvider
  readonly #row: (column: number) => string
  readonly #loaded = new Map<string, string>()

  /** `row` names the variable that holds the row of a column to read; the loop's own index by default. */
  constructor(casts: CastProvider, row: (column: number) => string = () => 'i') {
    this.#casts = casts
    this.#row = row
  }

  /** The name of a variable or parameter that holds the expression's value for row `i`. */
  value(expression: Expression): string {
    switch (expression.kind) {
      case 'literal':
        return this.#constant(Number(expression.value))
      case 'column':
        return this.#load(expression.id, expression.type)
      case 'not':
        return this.assign(`${this.value(expression.input)} ^ 1`)
      case 'comparison':
        return this.#comparison(expression)
      case 'call':
      case 'cast': {
        const fn = emittedFunction(expression, this.#casts)
        const args = expression.kind === 'call' ? expression.arguments : [expression.input]
        assert(fn?.emit !== undefined, 'a function without an emitter cannot be fused')
        return this.assign(this.#converted(`(${fn.emit(args.map((arg) => this.value(arg)))})`, expression.type))
      }
      default:
        assert(false, `${expression.kind} cannot be fused`)
    }
  }

  assign(source: string): string {
    const name = `t${this.statements.length}`
    this.statements.push(`const ${name} = ${source}`)
    return name
  }

  /** The index of a column among the parameters. */
  column(id: number, type: DataType): number {
    const known = this.columns.findIndex((column) => column.id === id)
    return known >= 0 ? known : this.columns.push({ id, type }) - 1
  }

  /** Every step rounds as its vector would: single floats to single precision, booleans to 0 and 1. */
  #converted(source: string, type: DataType): string {
    if (type.kind === 'float32') return `Math.fround(${source})`
    return type.kind === 'bool' ? `+${source}` : source
  }

  #constant(value: number): string {
    return `k${this.constants.push(value) - 1}`
  }

  #once(source: string): string {
    let name = this.#loaded.get(source)
    if (name === undefined) {
      name = this.assign(source)
      this.#loaded.set(source, name)
    }
    return name
  }

  #load(id: number, type: DataType): string {
    const k = this.column(id, type)
    const row = this.#row(k)
    return this.#once(type.kind === 'bool' ? `(a${k}[${row} >>> 3] >>> (${row} & 7)) & 1` : `a${k}[${row}]`)
  }

  #comparison(expression: ComparisonExpression): string {
    const { operator, left, right } = expression
    if (isWideType(left.type)) return this.#wideComparison(expression)
    const a = this.value(left)
    const b = this.value(right)
    if (!isFloatType(left.type)) return this.assign(`+(${a} ${JS_OPERATOR[operator as Ordering]} ${b})`)
    // A constant that is not NaN needs half the test, as NaN then is simply the greatest value.
    if (right.kind === 'literal' && !Number.isNaN(right.value)) return this.assign(againstNumber(operator as Ordering, a, b))
    if (left.kind === 'literal' && !Number.isNaN(left.value)) return this.assign(againstNumber(FLIPPED[operator as Ordering], b, a))
    return this.assign(betweenFloats(operator as Ordering, a, b))
  }

  #wideComparison({ operator, left, right }: ComparisonExpression): string {
    const [aLow, aHigh] = this.#words(left)
    const [bLow, bHigh] = this.#words(right)
    const equal = `(+(${aLow} === ${bLow}) & +(${aHigh} === ${bHigh}))`
    const less = (xl: string, xh: string, yl: string, yh: string): string => `(+(${xh} < ${yh}) | (+(${xh} === ${yh}) & +(${xl} < ${yl})))`
    switch (operator as Ordering) {
      case '=':
        return this.assign(equal)
      case '<>':
        return this.assign(`1 ^ ${equal}`)
      case '<':
        return this.assign(less(aLow, aHigh, bLow, bHigh))
      case '>=':
        return this.assign(`1 ^ ${less(aLow, aHigh, bLow, bHigh)}`)
      case '>':
        return this.assign(less(bLow, bHigh, aLow, aHigh))
      case '<=':
        return this.assign(`1 ^ ${less(bLow, bHigh, aLow, aHigh)}`)
    }
  }

  /** The low word as an unsigned number, and the high word, signed as the type is. */
  #words(side: Expression): [string, string] {
    const unsigned = side.type.kind === 'uint64'
    if (side.kind === 'literal') {
      const value = side.value as bigint
      const high = unsigned ? Number(BigInt.asUintN(32, value >> 32n)) : Number(BigInt.asIntN(32, value >> 32n))
      return [this.#constant(Number(BigInt.asUintN(32, value))), this.#constant(high)]
    }
    assert(side.kind === 'column', 'only columns and literals of 64 bits are fused')
    const k = this.column(side.id, side.type)
    const row = this.#row(k)
    return [this.#once(`a${k}[2 * ${row}] >>> 0`), this.#once(unsigned ? `a${k}[2 * ${row} + 1] >>> 0` : `a${k}[2 * ${row} + 1]`)]
  }
}

type Ordering = '=' | '<>' | '<' | '<=' | '>' | '>='

const JS_OPERATOR: Record<Ordering, string> = { '=': '===', '<>': '!==', '<': '<', '<=': '<=', '>': '>', '>=': '>=' }
const FLIPPED: Record<Ordering, Ordering> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** `a operator b` for a float that may be NaN and a number that is not. */
function againstNumber(operator: Ordering, a: string, b: string): string {
  if (operator === '>') return `1 ^ +(${a} <= ${b})`
  if (operator === '>=') return `1 ^ +(${a} < ${b})`
  return `+(${a} ${JS_OPERATOR[operator]} ${b})`
}

/** `a operator b` for floats of which each may be NaN: NaN equals NaN and is greater than every number. */
function betweenFloats(operator: Ordering, a: string, b: string): string {
  const equal = `(+(${a} === ${b}) | (+(${a} !== ${a}) & +(${b} !== ${b})))`
  const less = (x: string, y: string): string => `(+(${x} < ${y}) | (+(${y} !== ${y}) & +(${x} === ${x})))`
  switch (operator) {
    case '=':
      return equal
    case '<>':
      return `1 ^ ${equal}`
    case '<':
      return less(a, b)
    case '>=':
      return `1 ^ ${less(a, b)}`
    case '>':
      return less(b, a)
    case '<=':
      return `1 ^ ${less(b, a)}`
  }
}
