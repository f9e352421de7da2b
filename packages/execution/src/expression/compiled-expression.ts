import type { Batch, DataType, Datum } from '@artemis/arrow'
import type { EvaluationContext } from '@artemis/plan'
import type { CastProvider } from './cast-provider.js'

/** An expression bound to the columns of its input. It may keep caches, but gives the same values for the same batch. */
export interface CompiledExpression {
  readonly type: DataType
  /** The values for the rows of a batch: a vector of `batch.rowCount` rows, or a scalar that stands for all of them. */
  evaluate(batch: Batch, context: EvaluationContext): Datum
}

export interface CompileOptions {
  /** Whether simple arithmetic and comparisons may become generated loops. */
  readonly codegen: boolean
  readonly casts: CastProvider
}
