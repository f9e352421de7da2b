/** Values of fused trees: one generated loop from the columns to the result. */

import type { DataType, Vector } from '@artemis/arrow'
import { allocatePrimitive, bitmapBytes, booleanVector, mergeValidity, primitiveVector, vectorDatum } from '@artemis/arrow'
import type { Expression } from '@artemis/plan'
import { walkExpression } from '@artemis/plan'
import type { Scratch } from '../../batch/scratch.js'
import type { CastProvider } from '../cast-provider.js'
import type { ExpressionCompiler } from '../compile.js'
import type { CompiledExpression } from '../compiled-expression.js'
import type { LoopColumns } from './columns.js'
import { gatheringColumns } from './columns.js'
import type { GeneratedFunction } from './function-cache.js'
import { generatedFunction } from './function-cache.js'
import type { SourceColumn } from './source.js'
import { isFusable, SourceBuilder } from './source.js'

interface Loop {
  readonly run: GeneratedFunction
  readonly constants: readonly number[]
}

/** The fused program, or undefined when the tree gains nothing by it or holds something that cannot be fused. */
export function compileFused(expression: Expression, compiler: ExpressionCompiler): CompiledExpression | undefined {
  const { casts } = compiler.options
  if (!isWorthFusing(expression) || !isFusable(expression, casts)) return undefined
  const { columns } = buildSource(expression, casts, [])
  if (columns.length === 0) return undefined
  const positions = columns.map((column) => compiler.position(column.id, expression))
  const loops = new Map<string, Loop>()
  const { type } = expression
  return {
    type,
    evaluate: (batch, { scratch }) => {
      const arrays = gatheringColumns(batch, columns, positions)
      const key = arrays.rowsOf.join()
      let loop = loops.get(key)
      if (loop === undefined) {
        loop = buildLoop(expression, casts, columns, arrays.rowsOf)
        loops.set(key, loop)
      }
      return vectorDatum(runLoop(loop, type, arrays, batch.rowCount, scratch))
    },
  }
}

/** A single comparison or NOT has a kernel that is as good. */
function isWorthFusing(expression: Expression): boolean {
  let operations = 0
  let calls = 0
  walkExpression(expression, (node) => {
    if (node.kind === 'call' || node.kind === 'cast') calls++
    if (node.kind !== 'literal' && node.kind !== 'column') operations++
  })
  return calls > 0 || operations > 1
}

function buildSource(
  expression: Expression,
  casts: CastProvider,
  rowsOf: readonly number[],
): { columns: readonly SourceColumn[]; builder: SourceBuilder; result: string } {
  const builder = new SourceBuilder(casts, (column) => ((rowsOf[column] ?? -1) < 0 ? 'i' : `row${rowsOf[column]}`))
  const result = builder.value(expression)
  return { columns: builder.columns, builder, result }
}

function buildLoop(expression: Expression, casts: CastProvider, columns: readonly SourceColumn[], rowsOf: readonly number[]): Loop {
  const { builder, result } = buildSource(expression, casts, rowsOf)
  const rowSets = [...new Set(rowsOf)].filter((set) => set >= 0)
  const parameters = [
    'n',
    'out',
    ...columns.map((_, k) => `a${k}`),
    ...rowSets.map((set) => `rows${set}`),
    ...builder.constants.map((_, k) => `k${k}`),
  ]
  const statements = [...rowSets.map((set) => `const row${set} = rows${set}[i]`), ...builder.statements].join('\n')
  const body = expression.type.kind === 'bool' ? bitLoop(statements, result) : valueLoop(statements, result)
  return { run: generatedFunction(parameters, body), constants: builder.constants }
}

function valueLoop(statements: string, result: string): string {
  return `'use strict'
for (let i = 0; i < n; i++) {
${statements}
out[i] = ${result}
}`
}

/** Eight results become one byte before it is stored. */
function bitLoop(statements: string, result: string): string {
  return `'use strict'
for (let byte = 0, i = 0; i < n; byte++) {
const end = i + 8 < n ? i + 8 : n
let bits = 0
for (let shift = 0; i < end; i++, shift++) {
${statements}
bits |= ${result} << shift
}
out[byte] = bits
}`
}

function runLoop(loop: Loop, type: DataType, columns: LoopColumns, n: number, scratch: Scratch | undefined): Vector {
  let validity: Uint8Array | null = null
  for (const other of columns.validities) validity = mergeValidity(validity, other, n)
  if (type.kind === 'bool') {
    const bits = new Uint8Array(bitmapBytes(n))
    loop.run(n, bits, ...columns.arrays, ...columns.rows, ...loop.constants)
    return booleanVector(n, bits, { validity })
  }
  const values = scratch === undefined ? allocatePrimitive(type, n) : scratch.allocate(type, n)
  loop.run(n, values, ...columns.arrays, ...columns.rows, ...loop.constants)
  return primitiveVector(type, values, { validity })
}
