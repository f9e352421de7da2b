/** Expressions without columns: literals, folded calls, LIMIT counts, rows of VALUES. */

import type { Scalar } from '@artemis/arrow'
import { Batch, scalarAt } from '@artemis/arrow'
import type { EvaluationContext, Expression } from '@artemis/plan'
import type { CastProvider } from './cast-provider.js'
import { compileExpression } from './compile.js'

const ONE_ROW = new Batch({ fields: [] }, 1, [])

/** The value of an expression that reads no column. Throws what the expression throws. */
export function evaluateConstant(expression: Expression, context: EvaluationContext, casts: CastProvider): Scalar {
  if (expression.kind === 'literal') return expression.value
  const value = compileExpression(expression, [], { codegen: false, casts }).evaluate(ONE_ROW, context)
  return value.kind === 'scalar' ? value.value : scalarAt(value.vector, 0)
}
