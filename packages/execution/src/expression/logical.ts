/** AND and OR as values, in three-valued logic. */

import type { Batch, Datum, Vector } from '@artemis/arrow'
import {
  andKleene,
  bitmapToSelection,
  bool,
  countTrue,
  datumToVector,
  isNull,
  notBoolean,
  orBitmaps,
  orKleene,
  scalarDatum,
  take,
  toBooleanVector,
  vectorDatum,
} from '@artemis/arrow'
import type { LogicalExpression } from '@artemis/plan'
import type { ExpressionCompiler } from './compile.js'
import type { CompiledExpression, ExpressionContext } from './compiled-expression.js'
import { canThrow } from './properties.js'

interface Operand {
  readonly program: CompiledExpression
  /** It must not see rows that an earlier operand has decided. */
  readonly guarded: boolean
}

export function compileLogical(expression: LogicalExpression, compiler: ExpressionCompiler, insideOneColumn: boolean): CompiledExpression {
  const operands: Operand[] = expression.operands.map((operand) => ({
    program: compiler.compile(operand, insideOneColumn),
    guarded: canThrow(operand, compiler.options.casts),
  }))
  const isAnd = expression.kind === 'and'
  return { type: expression.type, evaluate: (batch, context) => evaluateLogical(isAnd, operands, batch, context) }
}

function evaluateLogical(isAnd: boolean, operands: readonly Operand[], batch: Batch, context: ExpressionContext): Datum {
  const n = batch.rowCount
  const deciding = !isAnd
  let result: Vector | null = null
  for (const { program, guarded } of operands) {
    if (result !== null && guarded) {
      const rows = undecided(result, isAnd)
      if (rows.length === 0) break
      const part = datumToVector(program.evaluate(rows.length === n ? batch : batch.select(rows), context), rows.length)
      // Rows that were decided get NULL here, which leaves their value as it is.
      result = combine(isAnd, result, rows.length === n ? part : spread(part, rows, n))
      continue
    }
    const value = program.evaluate(batch, context)
    if (value.kind === 'scalar' && value.value === deciding) return scalarDatum(bool, deciding)
    if (value.kind === 'scalar' && value.value === !deciding) continue
    const operand = datumToVector(value, n)
    result = result === null ? operand : combine(isAnd, result, operand)
  }
  return result === null ? scalarDatum(bool, !deciding) : vectorDatum(result)
}

function combine(isAnd: boolean, a: Vector, b: Vector): Vector {
  return isAnd ? andKleene(a, b) : orKleene(a, b)
}

/** Rows that AND has not found false, or OR has not found true. */
function undecided(result: Vector, isAnd: boolean): Int32Array {
  const n = result.length
  const open = toBooleanVector(isAnd ? result : notBoolean(result))
  if (open.validity === null && countTrue(open) === n) return Int32Array.from({ length: n }, (_, i) => i)
  // A null is undecided, whatever bit lies under it.
  const bits = open.validity === null ? open.values : orBitmaps(open.values, isNull(open).values, n)
  return bitmapToSelection(bits, n)
}

function spread(part: Vector, rows: Int32Array, n: number): Vector {
  const positions = new Int32Array(n).fill(-1)
  for (let k = 0; k < rows.length; k++) positions[rows[k]!] = k
  return take(part, positions, true)
}
