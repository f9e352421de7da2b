/**
 * Arithmetic over decimals and 64-bit integers in one generated loop. Values below 2^53 in magnitude are exact in
 * doubles, which nearly all are; the loop works on unscaled values, checks every operand and every result, and reports
 * when one was beyond. Then the kernels compute the batch again, with all their digits and their errors.
 */

import type { Batch, DataType, Vector } from '@artemis/arrow'
import { fixedVector, float64, mergeValidity, primitiveVector, vectorDatum } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { ExactNumbers, Expression, ScalarFunction } from '@artemis/plan'
import type { CastProvider } from '../cast-provider.js'
import type { ExpressionCompiler } from '../compile.js'
import type { CompiledExpression, ExpressionContext } from '../compiled-expression.js'
import type { ExactColumns, ExactLayout } from './exact-columns.js'
import { exactColumns } from './exact-columns.js'
import type { GeneratedFunction } from './function-cache.js'
import { generatedFunction } from './function-cache.js'
import type { SourceColumn } from './source.js'

const EXACT = 9007199254740992
/** After so many batches with larger values the kernels are asked at once. */
const PATIENCE = 3

/** The fused program, or undefined when the tree is of another kind. `kernels` compiles the program that has no bounds. */
export function compileFusedExact(expression: Expression, compiler: ExpressionCompiler, kernels: () => CompiledExpression): CompiledExpression | undefined {
  const { type } = expression
  const { casts } = compiler.options
  if ((type.kind !== 'decimal' && type.kind !== 'int64') || expression.kind === 'column' || expression.kind === 'literal') return undefined
  if (!isExactTree(expression, casts)) return undefined
  const columns = new ExactSource(casts, [], []).columnsOf(expression)
  if (columns.length === 0) return undefined
  const loops = new ExactLoops(expression, compiler, columns)
  let fallback: CompiledExpression | undefined
  return {
    type,
    evaluate: (batch, context) => {
      const vector = loops.vector(batch, context)
      if (vector !== undefined) return vectorDatum(vector)
      fallback ??= kernels()
      return fallback.evaluate(batch, context)
    },
    numbers: (batch, context) => loops.numbers(batch, context),
  }
}

/** How the values of a column of decimals come as numbers. Dictionaries are left to those who count their entries. */
export function columnNumbers(expression: Expression, compiler: ExpressionCompiler): CompiledExpression['numbers'] {
  const { type } = expression
  if (expression.kind !== 'column' || type.kind !== 'decimal' || !compiler.options.codegen) return undefined
  const loops = new ExactLoops(expression, compiler, [{ id: expression.id, type }])
  return (batch, context) => loops.numbers(batch, context)
}

/** The loops of one expression, by how its columns come. */
class ExactLoops {
  readonly #expression: Expression
  readonly #casts: CastProvider
  readonly #columns: readonly SourceColumn[]
  readonly #positions: readonly number[]
  readonly #loops = new Map<string, Loop>()
  #misses = 0

  constructor(expression: Expression, compiler: ExpressionCompiler, columns: readonly SourceColumn[]) {
    this.#expression = expression
    this.#casts = compiler.options.casts
    this.#columns = columns
    this.#positions = columns.map((column) => compiler.position(column.id, expression))
  }

  vector(batch: Batch, { scratch }: ExpressionContext): Vector | undefined {
    const { type } = this.#expression
    const wordCount = (type.kind === 'decimal' ? 4 : 2) * batch.rowCount
    const words = scratch === undefined ? new Int32Array(wordCount) : scratch.int32(wordCount)
    const arrays = this.#arrays(batch)
    if (arrays === undefined || this.#run(arrays, batch.rowCount, 'words', words) === undefined) return undefined
    const validity = validityOf(arrays, batch.rowCount)
    if (type.kind === 'decimal') return fixedVector(type, batch.rowCount, new Uint8Array(words.buffer, words.byteOffset, words.byteLength), { validity })
    return primitiveVector(type, new BigInt64Array(words.buffer, words.byteOffset, batch.rowCount), { validity })
  }

  numbers(batch: Batch, { scratch }: ExpressionContext): ExactNumbers | undefined {
    if (this.#expression.type.kind !== 'decimal') return undefined
    const arrays = this.#arrays(batch)
    if (arrays === undefined || (this.#expression.kind === 'column' && arrays.layouts[0] === 'coded')) return undefined
    const values = scratch === undefined ? new Float64Array(batch.rowCount) : (scratch.allocate(float64, batch.rowCount) as Float64Array)
    const largest = this.#run(arrays, batch.rowCount, 'numbers', values)
    return largest === undefined ? undefined : { values, largest, validity: validityOf(arrays, batch.rowCount) }
  }

  #arrays(batch: Batch): ExactColumns | undefined {
    return this.#misses < PATIENCE ? exactColumns(batch, this.#columns, this.#positions) : undefined
  }

  /** The largest magnitude, as far as the loop tells; undefined when some value was beyond the bounds. */
  #run(arrays: ExactColumns, n: number, output: Output, out: Int32Array | Float64Array): number | undefined {
    const key = `${output};${arrays.layouts.join()};${arrays.rowsOf.join()}`
    let loop = this.#loops.get(key)
    if (loop === undefined) {
      loop = buildLoop(this.#expression, this.#casts, this.#columns, arrays, output)
      this.#loops.set(key, loop)
    }
    const inputs = arrays.arrays.flatMap((array, k) => [array, arrays.entries[k]])
    const largest = loop.run(n, out, ...inputs, ...arrays.rows, ...loop.constants)
    if (largest >= 0) return largest
    this.#misses++
    return undefined
  }
}

function validityOf({ validities }: ExactColumns, n: number): Uint8Array | null {
  let validity: Uint8Array | null = null
  for (const other of validities) validity = mergeValidity(validity, other, n)
  return validity
}

function isExactTree(expression: Expression, casts: CastProvider): boolean {
  switch (expression.kind) {
    case 'literal':
      return isWholeNumber(expression.type) && exactLiteral(expression.value) !== undefined
    case 'column':
      return isWholeNumber(expression.type)
    case 'call':
      return exactFunction(expression, casts) !== undefined && expression.arguments.every((argument) => isExactTree(argument, casts))
    case 'cast':
      return exactFunction(expression, casts) !== undefined && isExactTree(expression.input, casts)
    default:
      return false
  }
}

function isWholeNumber({ kind }: DataType): boolean {
  return kind === 'decimal' || kind === 'int64' || kind === 'int32' || kind === 'int16' || kind === 'int8'
}

function exactLiteral(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'bigint' && value < EXACT && value > -EXACT ? Number(value) : undefined
}

function exactFunction(expression: Expression, casts: CastProvider): ScalarFunction | undefined {
  if (expression.kind !== 'call' && expression.kind !== 'cast') return undefined
  const fn = expression.kind === 'call' ? expression.function : casts(expression.input.type, expression.type, expression.try)
  return fn.emitExact !== undefined && isWholeNumber(fn.returnType) ? fn : undefined
}

/** The magnitude from which on a value of the type does not fit, or is not exact. */
function boundOf(type: DataType): number {
  switch (type.kind) {
    case 'decimal':
      return type.precision <= 15 ? 10 ** type.precision : EXACT
    case 'int8':
      return 2 ** 7
    case 'int16':
      return 2 ** 15
    case 'int32':
      return 2 ** 31
    default:
      return EXACT
  }
}

class ExactSource {
  readonly columns: SourceColumn[] = []
  readonly constants: number[] = []
  readonly statements: string[] = []
  readonly #casts: CastProvider
  readonly #layouts: readonly ExactLayout[]
  readonly #rowsOf: readonly number[]
  readonly #loaded = new Map<number, string>()
  /** Magnitudes that the values of variables are known to be below. */
  readonly #bounds = new Map<string, number>()

  constructor(casts: CastProvider, layouts: readonly ExactLayout[], rowsOf: readonly number[]) {
    this.#casts = casts
    this.#layouts = layouts
    this.#rowsOf = rowsOf
  }

  columnsOf(expression: Expression): readonly SourceColumn[] {
    this.value(expression)
    return this.columns
  }

  /** The variable or parameter that holds the expression's unscaled value. */
  value(expression: Expression): string {
    switch (expression.kind) {
      case 'literal':
        return `k${this.constants.push(exactLiteral(expression.value)!) - 1}`
      case 'column':
        return this.#load(expression.id, expression.type)
      default: {
        const fn = exactFunction(expression, this.#casts)
        assert(fn?.emitExact !== undefined && (expression.kind === 'call' || expression.kind === 'cast'), 'an exact function')
        const args = (expression.kind === 'call' ? expression.arguments : [expression.input]).map((argument) => this.value(argument))
        const source = fn.emitExact(args)
        const bound = boundOf(expression.type)
        // A cast that changes nothing needs no test of its own where its operand was held to a bound as tight.
        const known = this.#bounds.get(source)
        if (known !== undefined && known <= bound) return source
        const name = this.#assign(source)
        this.statements.push(`beyond |= +(Math.abs(${name}) >= ${bound})`)
        this.#bounds.set(name, bound)
        return name
      }
    }
  }

  #assign(source: string): string {
    const name = `t${this.statements.length}`
    this.statements.push(`const ${name} = ${source}`)
    return name
  }

  #load(id: number, type: DataType): string {
    const known = this.#loaded.get(id)
    if (known !== undefined) return known
    const k = this.columns.push({ id, type }) - 1
    const set = this.#rowsOf[k] ?? -1
    const name = this.#loadFrom(k, set < 0 ? 'i' : `row${set}`)
    this.#loaded.set(id, name)
    return name
  }

  #loadFrom(k: number, row: string): string {
    switch (this.#layouts[k]) {
      case 'coded':
        return this.#assign(`d${k}[a${k}[${row}]]`)
      case 'words4':
      case 'words2': {
        const isWide = this.#layouts[k] === 'words4'
        const at = this.#assign(`${isWide ? 4 : 2} * ${row}`)
        const high = this.#assign(`a${k}[${at} + 1]`)
        this.statements.push(`beyond |= (${high} + 0x200000) >>> 22`)
        if (isWide) this.statements.push(`beyond |= (a${k}[${at} + 2] ^ (${high} >> 31)) | (a${k}[${at} + 3] ^ (${high} >> 31))`)
        return this.#assign(`${high} * 4294967296 + (a${k}[${at}] >>> 0)`)
      }
      default:
        return this.#assign(`a${k}[${row}]`)
    }
  }
}

interface Loop {
  readonly run: GeneratedFunction
  readonly constants: readonly number[]
}

/** Words of the type, or doubles whose largest magnitude is found on the way. */
type Output = 'words' | 'numbers'

function buildLoop(
  expression: Expression,
  casts: CastProvider,
  columns: readonly SourceColumn[],
  arrays: ExactColumns,
  output: Output,
): Loop {
  const source = new ExactSource(casts, arrays.layouts, arrays.rowsOf)
  const result = source.value(expression)
  const parameters = [
    'n',
    'out',
    ...columns.flatMap((_, k) => [`a${k}`, `d${k}`]),
    ...arrays.rows.map((_, set) => `rows${set}`),
    ...source.constants.map((_, k) => `k${k}`),
  ]
  const statements = [...arrays.rows.map((_, set) => `const row${set} = rows${set}[i]`), ...source.statements]
  const store =
    output === 'numbers'
      ? ['const magnitude = Math.abs(RESULT)', 'if (magnitude > largest) largest = magnitude', 'out[i] = RESULT']
      : expression.type.kind === 'decimal'
      ? [
          // As an integer the high word needs no conversion for each of the three words that are made of it.
          'const high = Math.floor(RESULT / 4294967296) | 0',
          'const sign = high >> 31',
          'out[4 * i] = RESULT',
          'out[4 * i + 1] = high',
          'out[4 * i + 2] = sign',
          'out[4 * i + 3] = sign',
        ]
      : ['out[2 * i] = RESULT', 'out[2 * i + 1] = Math.floor(RESULT / 4294967296)']
  const body = `'use strict'
let beyond = 0
let largest = 0
for (let i = 0; i < n; i++) {
${[...statements, ...store].join('\n').replaceAll('RESULT', result)}
}
return beyond === 0 ? largest : -1`
  return { run: generatedFunction(parameters, body), constants: source.constants }
}
