/**
 * Predicates as selections. The conjuncts run one after the other, cheap ones first and those that can throw last, and
 * each looks only at the rows that are left when these are few, so that a rare row costs little.
 */

import type { Batch } from '@artemis/arrow'
import { countTrue, selectionFromBoolean } from '@artemis/arrow'
import type { Column, Expression } from '@artemis/plan'
import { conjuncts } from '@artemis/plan'
import { ExpressionCompiler } from './compile.js'
import type { CompileOptions, ExpressionContext } from './compiled-expression.js'
import { compileFusedPredicate, isFusablePredicate } from './fused/fused-predicate.js'
import { canThrow, estimatedCost } from './properties.js'

/** The rows for which a predicate is true, ascending. */
export type Selection = Int32Array | 'all' | 'none'

export interface CompiledPredicate {
  evaluate(batch: Batch, context: ExpressionContext): Selection
}

interface Conjunct extends CompiledPredicate {
  /** It must see no row that another conjunct excludes. */
  readonly guarded: boolean
}

/** Above this share of rows left, a conjunct runs over all rows: gathering its columns would cost more. */
const DENSE = 0.5

export function compilePredicate(predicate: Expression, input: readonly Column[], options: CompileOptions): CompiledPredicate {
  const positions = new Map<number, number>()
  for (const [position, column] of input.entries()) if (!positions.has(column.id)) positions.set(column.id, position)
  const compiler = new ExpressionCompiler(positions, options)
  const parts = [...conjuncts(predicate)].sort((a, b) => rank(a, options) - rank(b, options))
  const fusable = options.codegen ? parts.filter((part) => isFusablePredicate(part, options.casts)) : []
  const tests: Conjunct[] = []
  if (fusable.length > 0) tests.push({ ...compileFusedPredicate(fusable, compiler), guarded: false })
  for (const part of parts) if (!fusable.includes(part)) tests.push(compileConjunct(part, compiler))
  return { evaluate: (batch, context) => narrow(tests, batch, context) }
}

function rank(part: Expression, options: CompileOptions): number {
  return canThrow(part, options.casts) ? Number.MAX_SAFE_INTEGER : estimatedCost(part)
}

function compileConjunct(part: Expression, compiler: ExpressionCompiler): Conjunct {
  const program = compiler.compile(part)
  return {
    guarded: canThrow(part, compiler.options.casts),
    evaluate: (batch, context) => {
      const value = program.evaluate(batch, context)
      if (value.kind === 'scalar') return value.value === true ? 'all' : 'none'
      const count = countTrue(value.vector)
      if (count === 0) return 'none'
      return count === batch.rowCount ? 'all' : selectionFromBoolean(value.vector)
    },
  }
}

function narrow(tests: readonly Conjunct[], batch: Batch, context: ExpressionContext): Selection {
  if (batch.rowCount === 0) return 'none'
  let rows: Int32Array | 'all' = 'all'
  for (const test of tests) {
    if (rows === 'all') {
      const found = test.evaluate(batch, context)
      if (found === 'none') return 'none'
      rows = found
      continue
    }
    const dense = !test.guarded && rows.length > batch.rowCount * DENSE
    const found = test.evaluate(dense ? batch : batch.select(rows), context)
    if (found === 'none') return 'none'
    if (found === 'all') continue
    rows = dense ? intersect(rows, found) : pick(rows, found)
    if (rows.length === 0) return 'none'
  }
  return rows
}

function pick(rows: Int32Array, chosen: Int32Array): Int32Array {
  const out = new Int32Array(chosen.length)
  for (let k = 0; k < out.length; k++) out[k] = rows[chosen[k]!]!
  return out
}

/** Rows that are in both ascending selections. */
function intersect(a: Int32Array, b: Int32Array): Int32Array {
  const out = new Int32Array(Math.min(a.length, b.length))
  let count = 0
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const x = a[i]!
    const y = b[j]!
    out[count] = x
    count += +(x === y)
    i += +(x <= y)
    j += +(y <= x)
  }
  return out.slice(0, count)
}
