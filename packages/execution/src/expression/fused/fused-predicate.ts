/**
 * Predicates over numbers as one loop that writes the selection. Three-valued logic needs no third value here: for each
 * part of the tree the source tells either "is it true" or, below a NOT, "is it false", and a leaf is neither where one
 * of its columns is null.
 */

import type { DataType } from '@artemis/arrow'
import type { Expression } from '@artemis/plan'
import { walkExpression } from '@artemis/plan'
import type { CastProvider } from '../cast-provider.js'
import type { ExpressionCompiler } from '../compile.js'
import type { CompiledPredicate, Selection } from '../predicate.js'
import { loopColumns } from './columns.js'
import type { LoopColumns } from './columns.js'
import { generatedFunction } from './function-cache.js'
import type { SourceColumn } from './source.js'
import { isFusable, SourceBuilder } from './source.js'

/** Whether {@link compileFusedPredicate} takes the conjunct: a tree of AND, OR and NOT over fusable leaves. */
export function isFusablePredicate(predicate: Expression, casts: CastProvider): boolean {
  let columns = 0
  walkExpression(predicate, (node) => {
    if (node.kind === 'column') columns++
  })
  return columns > 0 && isFusableTree(predicate, casts)
}

function isFusableTree(node: Expression, casts: CastProvider): boolean {
  if (node.kind === 'and' || node.kind === 'or') return node.operands.every((operand) => isFusableTree(operand, casts))
  if (node.kind === 'not') return isFusableTree(node.input, casts)
  return node.type.kind === 'bool' && isFusable(node, casts)
}

type Program = (columns: LoopColumns, n: number) => Selection

/** One loop for all conjuncts together; a variant of it for each set of columns that have nulls. */
export function compileFusedPredicate(conjuncts: readonly Expression[], compiler: ExpressionCompiler): CompiledPredicate {
  const columns = leafColumns(conjuncts)
  const positions = columns.map((column) => compiler.position(column.id, conjuncts[0]!))
  const programs = new Map<string, Program>()
  return {
    evaluate: (batch) => {
      const arrays = loopColumns(batch, columns, positions)
      const nulls = arrays.validities.map((validity) => (validity === null ? '-' : 'v')).join('')
      let program = programs.get(nulls)
      if (program === undefined) {
        program = buildProgram(conjuncts, columns, compiler.options.casts, nulls)
        programs.set(nulls, program)
      }
      return program(arrays, batch.rowCount)
    },
  }
}

function leafColumns(conjuncts: readonly Expression[]): SourceColumn[] {
  const types = new Map<number, DataType>()
  for (const conjunct of conjuncts) {
    walkExpression(conjunct, (node) => {
      if (node.kind === 'column') types.set(node.id, node.type)
    })
  }
  return [...types].map(([id, type]) => ({ id, type }))
}

/** `nulls` has a `v` for each column that has nulls. */
function buildProgram(conjuncts: readonly Expression[], columns: readonly SourceColumn[], casts: CastProvider, nulls: string): Program {
  const builder = new SourceBuilder(casts)
  for (const column of columns) builder.column(column.id, column.type)
  const nullable = (id: number, type: DataType): number | undefined => {
    const k = builder.column(id, type)
    return nulls[k] === 'v' ? k : undefined
  }
  const result = conjuncts.map((conjunct) => truth(conjunct, true, builder, nullable)).join(' & ')
  const parameters = ['n', 'out', ...builder.columns.flatMap((_, k) => [`a${k}`, `v${k}`]), ...builder.constants.map((_, k) => `k${k}`)]
  const body = `'use strict'
let count = 0
for (let i = 0; i < n; i++) {
${builder.statements.join('\n')}
out[count] = i
count += ${result}
}
return count`
  const loop = generatedFunction(parameters, body)
  const { constants } = builder
  return (columns, n) => {
    // One place more than rows: the loop writes before it knows whether the row counts.
    const out = new Int32Array(n + 1)
    const args = columns.arrays.flatMap((array, k) => [array, columns.validities[k]])
    const count = loop(n, out, ...args, ...constants)
    if (count === 0) return 'none'
    if (count === n) return 'all'
    return count > n >>> 1 ? out.subarray(0, count) : out.slice(0, count)
  }
}

/** Source that is 1 where the node is true (or false, when `wanted` is false), and 0 elsewhere, also where it is NULL. */
function truth(
  node: Expression,
  wanted: boolean,
  builder: SourceBuilder,
  nullable: (id: number, type: DataType) => number | undefined,
): string {
  if (node.kind === 'and' || node.kind === 'or') {
    const both = (node.kind === 'and') === wanted
    return builder.assign(node.operands.map((operand) => truth(operand, wanted, builder, nullable)).join(both ? ' & ' : ' | '))
  }
  if (node.kind === 'not') return truth(node.input, !wanted, builder, nullable)
  const value = builder.value(node)
  const parts = [wanted ? value : `(${value} ^ 1)`]
  const seen = new Set<number>()
  walkExpression(node, (leaf) => {
    if (leaf.kind !== 'column') return
    const k = nullable(leaf.id, leaf.type)
    if (k === undefined || seen.has(k)) return
    seen.add(k)
    parts.push(`(v${k}[i >>> 3] >>> (i & 7))`)
  })
  // The value is 0 or 1, so it masks the shifted validity bytes.
  return parts.length === 1 ? parts[0]! : builder.assign(parts.join(' & '))
}
