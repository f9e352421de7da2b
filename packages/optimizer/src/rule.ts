import type { AggregateFunction, ColumnIds, DataType, Expression, LogicalPlan, Scalar } from '@artemis/plan'

/** What a rule may use besides the plan. */
export interface OptimizerContext {
  /** New column ids of this query. */
  readonly ids: ColumnIds
  /** The value of an expression without columns; throws the ArtemisError that running it would raise. */
  evaluate(expression: Expression): Scalar
  /** An aggregate function that the query did not name. Where it is missing, what needs one is refused by name. */
  aggregate?(name: string, argumentTypes: readonly DataType[]): AggregateFunction | undefined
}

/** One rewrite: a pure function from plan to plan that puts out the same columns and the same rows. */
export interface OptimizerRule {
  /** Snake-case name, as `artemis.disabled_rules` and EXPLAIN's timing spell it. */
  readonly name: string
  apply(plan: LogicalPlan, context: OptimizerContext): LogicalPlan
}
