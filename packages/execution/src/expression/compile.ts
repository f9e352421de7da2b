/**
 * Expressions as vectorised programs. Each node becomes an object that maps a batch to a datum; work per row happens
 * only inside Arrow's kernels, the functions' own loops, and the loops that `fused/` generates.
 */

import type { Batch, Vector } from '@artemis/arrow'
import {
  compareVectors,
  datumToVector,
  isNotNull,
  isNull,
  notBoolean,
  scalarAt,
  scalarDatum,
  typeEquals,
  vectorDatum,
} from '@artemis/arrow'
import { InternalError, unreachable } from '@artemis/errors'
import type {
  CallExpression,
  CastExpression,
  Column,
  ComparisonExpression,
  Expression,
  IsNullExpression,
  NotExpression,
} from '@artemis/plan'
import { formatExpression } from '@artemis/plan'
import { gatherColumn } from '../batch/gather.js'
import { GatheredBatch } from '../batch/gathered-batch.js'
import type { Scratch } from '../batch/scratch.js'
import { compileCall } from './call.js'
import { compileCase, compileCoalesce, isLazyCoalesce } from './conditional.js'
import type { CompiledExpression, CompileOptions, ExpressionContext } from './compiled-expression.js'
import { evaluateOncePerEntry } from './dictionary-once.js'
import { columnNumbers, compileFusedExact } from './fused/fused-exact.js'
import { compileFused } from './fused/fused-expression.js'
import { compileInList } from './in-list.js'
import { compileLogical } from './logical.js'
import { isVolatile, soleColumn } from './properties.js'

/** Compiles an expression over the columns of an input, whose batches have them in this order. */
export function compileExpression(expression: Expression, input: readonly Column[], options: CompileOptions): CompiledExpression {
  const positions = new Map<number, number>()
  for (const [position, column] of input.entries()) if (!positions.has(column.id)) positions.set(column.id, position)
  return new ExpressionCompiler(positions, options).compile(expression)
}

/** What the compilers of single node kinds need: the options, and the way back to compile operands. */
export class ExpressionCompiler {
  readonly positions: ReadonlyMap<number, number>
  readonly options: CompileOptions

  constructor(positions: ReadonlyMap<number, number>, options: CompileOptions) {
    this.positions = positions
    this.options = options
  }

  /**
   * The program for an expression. Subtrees over one column are tried on the column's dictionary first; the largest
   * such subtree wins, so operands below it are compiled without that step.
   */
  compile(expression: Expression, insideOneColumn = false): CompiledExpression {
    if (expression.kind === 'column' || expression.kind === 'literal') return this.#compileNode(expression, insideOneColumn)
    const column = insideOneColumn ? undefined : soleColumn(expression)
    const once = column !== undefined && !isVolatile(expression)
    const kernels = (): CompiledExpression => this.#compileNode(expression, insideOneColumn || once)
    const fused = this.options.codegen ? (compileFused(expression, this) ?? compileFusedExact(expression, this, kernels)) : undefined
    const program = fused ?? kernels()
    return once ? evaluateOncePerEntry(program, this.position(column, expression)) : program
  }

  position(id: number, where: Expression): number {
    const position = this.positions.get(id)
    if (position !== undefined) return position
    throw new InternalError({
      code: 'COLUMN_NOT_IN_INPUT',
      message: `column ${id} of ${formatExpression(where)} is not in the operator's input`,
      span: where.span,
    })
  }

  #compileNode(expression: Expression, insideOneColumn: boolean): CompiledExpression {
    switch (expression.kind) {
      case 'literal': {
        const datum = scalarDatum(expression.type, expression.value)
        return { type: expression.type, evaluate: () => datum }
      }
      case 'column': {
        const position = this.position(expression.id, expression)
        const numbers = columnNumbers(expression, this)
        return {
          type: expression.type,
          evaluate: (batch, { scratch }) => vectorDatum(columnOf(batch, position, scratch)),
          ...(numbers === undefined ? {} : { numbers }),
        }
      }
      case 'cast':
        return this.#compileCast(expression, insideOneColumn)
      case 'comparison':
        return this.#compileComparison(expression, insideOneColumn)
      case 'and':
      case 'or':
        return compileLogical(expression, this, insideOneColumn)
      case 'not':
        return this.#compileNot(expression, insideOneColumn)
      case 'is_null':
        return this.#compileIsNull(expression, insideOneColumn)
      case 'in_list':
        return compileInList(expression, this, insideOneColumn)
      case 'case':
        return compileCase(expression, this, insideOneColumn)
      case 'call':
        return this.#compileCallOf(expression, insideOneColumn)
      case 'parameter':
        throw new InternalError({ code: 'UNBOUND_PARAMETER', message: `parameter $${expression.name} has no value`, span: expression.span })
      case 'subquery':
        throw new InternalError({
          code: 'SUBQUERY_IN_EXECUTION',
          message: 'a subquery reached execution without being unnested',
          span: expression.span,
        })
      default:
        return unreachable(expression, 'expression')
    }
  }

  #compileCallOf(expression: CallExpression, insideOneColumn: boolean): CompiledExpression {
    if (isLazyCoalesce(expression, this.options.casts)) return compileCoalesce(expression, this, insideOneColumn)
    const args = expression.arguments.map((argument) => this.compile(argument, insideOneColumn))
    return compileCall(expression.function, args, expression.span)
  }

  #compileCast(expression: CastExpression, insideOneColumn: boolean): CompiledExpression {
    const input = this.compile(expression.input, insideOneColumn)
    if (typeEquals(expression.input.type, expression.type)) return input
    const convert = this.options.casts(expression.input.type, expression.type, expression.try)
    return compileCall(convert, [input], expression.span)
  }

  #compileComparison(expression: ComparisonExpression, insideOneColumn: boolean): CompiledExpression {
    const left = this.compile(expression.left, insideOneColumn)
    const right = this.compile(expression.right, insideOneColumn)
    const { operator, type } = expression
    return {
      type,
      evaluate: (batch, context) => {
        const a = left.evaluate(batch, context)
        const b = right.evaluate(batch, context)
        if (a.kind === 'scalar' && b.kind === 'scalar') return scalarDatum(type, scalarAt(compareVectors(operator, a, b, 1), 0))
        return vectorDatum(compareVectors(operator, a, b, batch.rowCount))
      },
    }
  }

  #compileNot(expression: NotExpression, insideOneColumn: boolean): CompiledExpression {
    const input = this.compile(expression.input, insideOneColumn)
    const { type } = expression
    return {
      type,
      evaluate: (batch, context) => {
        const value = input.evaluate(batch, context)
        if (value.kind === 'scalar') return scalarDatum(type, value.value === null ? null : value.value !== true)
        return vectorDatum(notBoolean(value.vector))
      },
    }
  }

  #compileIsNull(expression: IsNullExpression, insideOneColumn: boolean): CompiledExpression {
    const input = this.compile(expression.input, insideOneColumn)
    const { type, negated } = expression
    return {
      type,
      evaluate: (batch, context) => {
        const value = input.evaluate(batch, context)
        if (value.kind === 'scalar') return scalarDatum(type, (value.value === null) !== negated)
        return vectorDatum(negated ? isNotNull(value.vector) : isNull(value.vector))
      },
    }
  }
}

function columnOf(batch: Batch, position: number, scratch: Scratch | undefined): Vector {
  if (scratch === undefined || !(batch instanceof GatheredBatch)) return batch.column(position)
  return scratch.column(batch, position, () => gatherColumn(batch.source(position), scratch))
}

/** Evaluates to a vector, also where the program gives a scalar. */
export function evaluateToVector(program: CompiledExpression, batch: Batch, context: ExpressionContext): Vector {
  return datumToVector(program.evaluate(batch, context), batch.rowCount)
}
