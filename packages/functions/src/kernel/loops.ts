/**
 * Loops over numbers, generated from the same expression text that the fused compiler uses. A function is written once
 * as `Math.sqrt(a)`; each combination of array classes gets a loop literal of its own, because one loop that sees
 * several classes runs an order of magnitude slower. Only our own constant expressions become code: values never do.
 */

import type { DataType, PrimitiveValues } from '@artemis/arrow'
import { allocatePrimitive, bitmapBytes, booleanVector, primitiveVector } from '@artemis/arrow'
import type { Kernel, KernelInput } from './input.js'
import { isRowValid } from './input.js'
import { primitiveColumn } from './primitive-columns.js'

/** A JavaScript expression over the names of its arguments. */
export type Emitter = (args: readonly string[]) => string

type NumberValues = Exclude<PrimitiveValues, BigInt64Array | BigUint64Array>
type ValueLoop = (n: number, out: NumberValues, ...columns: readonly NumberValues[]) => number
type BitLoop = (n: number, out: Uint8Array, ...columns: readonly NumberValues[]) => void

const compiled = new Map<string, unknown>()
const NAMES = ['a', 'b', 'c', 'd'] as const

/** The loop of this text for arrays of these classes: compiled once, and never shared between classes. */
function loop<F>(key: string, parameters: readonly string[], body: string): F {
  const known = compiled.get(key)
  if (known !== undefined) return known as F
  // oxlint-disable-next-line no-implied-eval -- The text is built from constants of this package only.
  const made: unknown = new Function(...parameters, `'use strict'; return function (${parameters.join(', ')}) { ${body} }`)()
  compiled.set(key, made)
  return made as F
}

interface Operands {
  readonly key: string
  readonly columns: readonly NumberValues[]
  /** `a[i]` for a column, `a` for a constant that was read before the loop. */
  readonly names: readonly string[]
  readonly prologue: string
}

function operands(input: KernelInput): Operands {
  const columns: NumberValues[] = []
  const names: string[] = []
  let prologue = ''
  let key = ''
  input.args.forEach((arg, i) => {
    const { values, stride } = primitiveColumn(arg)
    columns.push(values as NumberValues)
    const name = NAMES[i]!
    if (stride === 0) prologue += `const ${name}0 = ${name}[0]; `
    names.push(stride === 0 ? `${name}0` : `${name}[i]`)
    key += `|${values.constructor.name}${stride}`
  })
  return { key, columns, names, prologue }
}

/** A kernel that computes numbers through nulls and never fails. */
export function numericKernel(emit: Emitter, returns: DataType): Kernel {
  return (input) => {
    const { key, columns, names, prologue } = operands(input)
    const out = allocatePrimitive(returns, input.rowCount) as NumberValues
    const expression = emit(names)
    const run = loop<ValueLoop>(
      `value ${out.constructor.name} ${key} ${expression}`,
      ['n', 'out', ...NAMES.slice(0, columns.length)],
      `${prologue}for (let i = 0; i < n; i++) out[i] = ${expression}; return 0`,
    )
    run(input.rowCount, out, ...columns)
    return primitiveVector(returns, out, { validity: input.validity })
  }
}

/** A kernel that computes booleans of numbers through nulls and never fails. */
export function predicateKernel(emit: Emitter): Kernel {
  return (input) => {
    const { key, columns, names, prologue } = operands(input)
    const bits = new Uint8Array(bitmapBytes(input.rowCount))
    const expression = emit(names)
    const run = loop<BitLoop>(
      `bits ${key} ${expression}`,
      ['n', 'out', ...NAMES.slice(0, columns.length)],
      `${prologue}for (let i = 0; i < n; i++) if (${expression}) out[i >>> 3] |= 1 << (i & 7)`,
    )
    run(input.rowCount, bits, ...columns)
    return booleanVector(input.rowCount, bits, { validity: input.validity })
  }
}

/**
 * A kernel whose results must fit the integer type. The loop only notes that some value did not fit; whether a row that
 * counts is among them, and which, is found afterwards.
 */
export function checkedKernel(emit: Emitter, returns: DataType, fail: (...values: readonly number[]) => Error): Kernel {
  return (input) => {
    const { key, columns, names, prologue } = operands(input)
    const out = allocatePrimitive(returns, input.rowCount) as NumberValues
    const expression = emit(names)
    const parameters = ['n', 'out', ...NAMES.slice(0, columns.length)]
    const run = loop<ValueLoop>(
      `checked ${out.constructor.name} ${key} ${expression}`,
      parameters,
      `${prologue}let bad = 0; for (let i = 0; i < n; i++) { const r = ${expression}; out[i] = r; bad |= out[i] === r ? 0 : 1 } return bad`,
    )
    if (run(input.rowCount, out, ...columns) !== 0) {
      const find = loop<(from: number, n: number, out: NumberValues, ...columns: readonly NumberValues[]) => number>(
        `find ${out.constructor.name} ${key} ${expression}`,
        ['from', ...parameters],
        `${prologue}for (let i = from; i < n; i++) if (out[i] !== ${expression}) return i; return -1`,
      )
      for (let i = find(0, input.rowCount, out, ...columns); i >= 0; i = find(i + 1, input.rowCount, out, ...columns)) {
        if (isRowValid(input.validity, i)) throw fail(...columns.map((column) => column[Math.min(i, column.length - 1)]!))
      }
    }
    return primitiveVector(returns, out, { validity: input.validity })
  }
}

/** A kernel that fails for the valid rows in which `isBad` holds, and otherwise computes numbers. */
export function guardedKernel(emit: Emitter, isBad: Emitter, returns: DataType, fail: (...values: readonly number[]) => Error): Kernel {
  const compute = numericKernel(emit, returns)
  return (input) => {
    const { key, columns, names, prologue } = operands(input)
    const condition = isBad(names)
    const find = loop<(from: number, n: number, ...columns: readonly NumberValues[]) => number>(
      `first ${key} ${condition}`,
      ['from', 'n', ...NAMES.slice(0, columns.length)],
      `${prologue}for (let i = from; i < n; i++) if (${condition}) return i; return -1`,
    )
    for (let i = find(0, input.rowCount, ...columns); i >= 0; i = find(i + 1, input.rowCount, ...columns)) {
      if (isRowValid(input.validity, i)) throw fail(...columns.map((column) => column[Math.min(i, column.length - 1)]!))
    }
    return compute(input)
  }
}

/** A kernel over numbers that is NULL where `isNull` holds: `a / 0`. */
export function nullableKernel(emit: Emitter, isNull: Emitter, returns: DataType): Kernel {
  return (input) => {
    const { key, columns, names, prologue } = operands(input)
    const out = allocatePrimitive(returns, input.rowCount) as NumberValues
    const validity = nullBits(input, isNull)
    const expression = emit(names)
    const run = loop<ValueLoop>(
      `value ${out.constructor.name} ${key} ${expression}`,
      ['n', 'out', ...NAMES.slice(0, columns.length)],
      `${prologue}for (let i = 0; i < n; i++) out[i] = ${expression}; return 0`,
    )
    run(input.rowCount, out, ...columns)
    return primitiveVector(returns, out, { validity })
  }
}

function nullBits(input: KernelInput, isNull: Emitter): Uint8Array {
  const { key, columns, names, prologue } = operands(input)
  const expression = isNull(names)
  const bits = new Uint8Array(bitmapBytes(input.rowCount))
  const run = loop<BitLoop>(
    `notnull ${key} ${expression}`,
    ['n', 'out', ...NAMES.slice(0, columns.length)],
    `${prologue}for (let i = 0; i < n; i++) if (!(${expression})) out[i >>> 3] |= 1 << (i & 7)`,
  )
  run(input.rowCount, bits, ...columns)
  const { validity } = input
  if (validity !== null) for (let i = 0; i < bits.length; i++) bits[i]! &= validity[i]!
  return bits
}
