import type { Batch, DataType, Datum } from '@artemis/arrow'
import type { EvaluationContext, ExactNumbers } from '@artemis/plan'
import type { Scratch } from '../batch/scratch.js'
import type { CastProvider } from './cast-provider.js'

/** The query's context, and buffers for results that nobody keeps beyond the batch; without them results are the caller's. */
export interface ExpressionContext extends EvaluationContext {
  readonly scratch?: Scratch | undefined
}

/** An expression bound to the columns of its input. It may keep caches, but gives the same values for the same batch. */
export interface CompiledExpression {
  readonly type: DataType
  /** The values for the rows of a batch: a vector of `batch.rowCount` rows, or a scalar that stands for all of them. */
  evaluate(batch: Batch, context: ExpressionContext): Datum
  /**
   * The values as exact numbers, for who can add those: no decimals of 16 bytes need be made and read. Undefined, or
   * absent, where they come no faster so or are not exact.
   */
  numbers?(batch: Batch, context: ExpressionContext): ExactNumbers | undefined
}

export interface CompileOptions {
  /** Whether simple arithmetic and comparisons may become generated loops. */
  readonly codegen: boolean
  readonly casts: CastProvider
}
