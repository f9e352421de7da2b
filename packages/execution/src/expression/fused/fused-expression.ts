/** Values of fused trees: one generated loop from the columns to the result. */

import type { Vector } from '@artemis/arrow'
import { allocatePrimitive, bitmapBytes, booleanVector, mergeValidity, primitiveVector, vectorDatum } from '@artemis/arrow'
import type { DataType } from '@artemis/arrow'
import type { Expression } from '@artemis/plan'
import { walkExpression } from '@artemis/plan'
import type { ExpressionCompiler } from '../compile.js'
import type { CompiledExpression } from '../compiled-expression.js'
import type { LoopColumns } from './columns.js'
import { loopColumns } from './columns.js'
import type { GeneratedFunction } from './function-cache.js'
import { generatedFunction } from './function-cache.js'
import { isFusable, SourceBuilder } from './source.js'

/** A tree of fewer operations gains nothing over the kernel of its one operation. */
const MINIMUM_OPERATIONS = 2

/** The fused program, or undefined when the tree is too small or holds something that cannot be fused. */
export function compileFused(expression: Expression, compiler: ExpressionCompiler): CompiledExpression | undefined {
  if (operationCount(expression) < MINIMUM_OPERATIONS || !isFusable(expression, compiler.options.casts)) return undefined
  const builder = new SourceBuilder(compiler.options.casts)
  const result = builder.value(expression)
  if (builder.columns.length === 0) return undefined
  const { type } = expression
  const loop = generatedFunction(parameters(builder), type.kind === 'bool' ? bitLoop(builder, result) : valueLoop(builder, result))
  const positions = builder.columns.map((column) => compiler.position(column.id, expression))
  return {
    type,
    evaluate: (batch) => vectorDatum(runLoop(loop, type, loopColumns(batch, builder.columns, positions), builder.constants, batch.rowCount)),
  }
}

function operationCount(expression: Expression): number {
  let count = 0
  walkExpression(expression, (node) => {
    if (node.kind !== 'literal' && node.kind !== 'column') count++
  })
  return count
}

function parameters(builder: SourceBuilder): string[] {
  return ['n', 'out', ...builder.columns.map((_, k) => `a${k}`), ...builder.constants.map((_, k) => `k${k}`)]
}

function valueLoop(builder: SourceBuilder, result: string): string {
  return `'use strict'
for (let i = 0; i < n; i++) {
${builder.statements.join('\n')}
out[i] = ${result}
}`
}

/** Eight results become one byte before it is stored. */
function bitLoop(builder: SourceBuilder, result: string): string {
  return `'use strict'
for (let byte = 0, i = 0; i < n; byte++) {
const end = i + 8 < n ? i + 8 : n
let bits = 0
for (let shift = 0; i < end; i++, shift++) {
${builder.statements.join('\n')}
bits |= ${result} << shift
}
out[byte] = bits
}`
}

function runLoop(loop: GeneratedFunction, type: DataType, columns: LoopColumns, constants: readonly number[], n: number): Vector {
  let validity: Uint8Array | null = null
  for (const other of columns.validities) validity = mergeValidity(validity, other, n)
  if (type.kind === 'bool') {
    const bits = new Uint8Array(bitmapBytes(n))
    loop(n, bits, ...columns.arrays, ...constants)
    return booleanVector(n, bits, { validity })
  }
  const values = allocatePrimitive(type, n)
  loop(n, values, ...columns.arrays, ...constants)
  return primitiveVector(type, values, { validity })
}
