/** `x IN (…)`: a hash lookup for a list of constants, else one comparison after the other. */

import type { Datum, Scalar, Vector } from '@artemis/arrow'
import {
  allSet,
  andBitmaps,
  bitmapBytes,
  bool,
  booleanVector,
  compareVectors,
  constantVector,
  datumToVector,
  mergeValidity,
  notBoolean,
  nullsOf,
  orKleene,
  scalarAt,
  scalarDatum,
  vectorDatum,
  vectorFromScalars,
} from '@artemis/arrow'
import type { InListExpression } from '@artemis/plan'
import { createKeyTable } from '../hash/key-table.js'
import type { KeyTable } from '../hash/key-table.js'
import type { ExpressionCompiler } from './compile.js'
import type { CompiledExpression } from './compiled-expression.js'

export function compileInList(expression: InListExpression, compiler: ExpressionCompiler, insideOneColumn: boolean): CompiledExpression {
  const { list, negated } = expression
  if (list.length === 0) return constant(negated)
  const input = compiler.compile(expression.input, insideOneColumn)
  const values = list.flatMap((item) => (item.kind === 'literal' ? [item.value] : []))
  if (values.length < list.length) {
    const items = list.map((item) => compiler.compile(item, insideOneColumn))
    return oneByOne(input, items, negated)
  }
  const set = new ValueSet(input.type.kind === 'null' ? bool : input.type, values)
  return {
    type: bool,
    evaluate: (batch, context) => {
      const value = input.evaluate(batch, context)
      if (value.kind === 'vector') return vectorDatum(set.test(value.vector, negated))
      if (value.value === null) return scalarDatum(bool, null)
      return scalarDatum(bool, scalarAt(set.test(constantVector(value.type, value.value, 1), negated), 0))
    },
  }
}

function constant(value: boolean): CompiledExpression {
  const datum = scalarDatum(bool, value)
  return { type: bool, evaluate: () => datum }
}

/** The values of a list, NULL set aside: it makes every miss unknown. */
class ValueSet {
  readonly #table: KeyTable
  readonly #hasNull: boolean

  constructor(type: Vector['type'], values: readonly Scalar[]) {
    const present = values.filter((value) => value !== null)
    this.#hasNull = present.length < values.length
    this.#table = createKeyTable([type])
    this.#table.insert([vectorFromScalars(type, present)], present.length, new Int32Array(present.length))
  }

  test(vector: Vector, negated: boolean): Vector {
    const n = vector.length
    if (vector.layout === 'null') return nullsOf(bool, n)
    const ids = new Int32Array(n)
    this.#table.lookup([vector], n, ids)
    const found = foundBits(ids, n)
    const validity = mergeValidity(vector.validity, this.#hasNull ? found : null, n)
    const result = booleanVector(n, found, { validity: validity === null ? null : andBitmaps(validity, allSet(n), n) })
    return negated ? notBoolean(result) : result
  }
}

function foundBits(ids: Int32Array, n: number): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(n))
  for (let i = 0; i < n; i++) bits[i >>> 3]! |= +(ids[i]! >= 0) << (i & 7)
  return bits
}

function oneByOne(input: CompiledExpression, items: readonly CompiledExpression[], negated: boolean): CompiledExpression {
  return {
    type: bool,
    evaluate: (batch, context) => {
      const n = batch.rowCount
      const value: Datum = vectorDatum(datumToVector(input.evaluate(batch, context), n))
      let found: Vector | null = null
      for (const item of items) {
        const equal = compareVectors('=', value, item.evaluate(batch, context), n)
        found = found === null ? equal : orKleene(found, equal)
      }
      if (found === null) return scalarDatum(bool, negated)
      return vectorDatum(negated ? notBoolean(found) : found)
    },
  }
}
