import type { Datum, Vector } from '@artemis/arrow'
import { decodeDictionary, nullsOf, scalarAt, scalarDatum, vectorDatum } from '@artemis/arrow'
import type { Span } from '@artemis/errors'
import { ArtemisError, assert } from '@artemis/errors'
import type { ScalarFunction } from '@artemis/plan'
import type { CompiledExpression, ExpressionContext } from './compiled-expression.js'

/** A call of a function over compiled arguments. Errors that it raises point at `span`. */
export function compileCall(fn: ScalarFunction, args: readonly CompiledExpression[], span: Span | undefined): CompiledExpression {
  const type = fn.returnType
  return {
    type,
    evaluate: (batch, context) => {
      const values = args.map((arg) => arg.evaluate(batch, context))
      if (fn.nullHandling === 'propagate' && values.some((value) => value.kind === 'scalar' && value.value === null))
        return scalarDatum(type, null)
      if (fn.volatility !== 'volatile' && values.every((value) => value.kind === 'scalar')) {
        return scalarDatum(type, scalarAt(invoke(fn, values, 1, context, span), 0))
      }
      // Functions are promised at least one row.
      if (batch.rowCount === 0) return vectorDatum(nullsOf(type, 0))
      return vectorDatum(invoke(fn, values.map(expandNumbers), batch.rowCount, context, span))
    },
  }
}

/** Text may reach a function as codes; other types come plain, so that every function needs one loop per type only. */
function expandNumbers(value: Datum): Datum {
  if (value.kind === 'scalar' || value.vector.layout !== 'dictionary') return value
  return value.vector.type.kind === 'utf8' ? value : vectorDatum(decodeDictionary(value.vector))
}

function invoke(
  fn: ScalarFunction,
  values: readonly Datum[],
  rowCount: number,
  context: ExpressionContext,
  span: Span | undefined,
): Vector {
  try {
    const result = fn.evaluate(values, rowCount, context)
    assert(result.length === rowCount, `${fn.name} returned ${result.length} rows for ${rowCount}`)
    return result
  } catch (error) {
    throw error instanceof ArtemisError ? error.at(span) : error
  }
}
