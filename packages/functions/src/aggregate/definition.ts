/** How aggregates are declared. */

import type { DataType, Scalar } from '@artemis/arrow'
import type { AggregateFunction, AggregateFunctionDefinition, EvaluationContext, FunctionDocumentation, GroupsAccumulator } from '@artemis/plan'

export interface ResolvedAggregate {
  readonly argumentTypes: readonly DataType[]
  readonly returnType: DataType
  readonly stateTypes: readonly DataType[]
  readonly acceptsExactNumbers?: boolean
  readonly createAccumulator: (context: EvaluationContext) => GroupsAccumulator
}

export interface AggregateSpecification extends FunctionDocumentation {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly signatures: readonly string[]
  readonly nullable?: boolean
  readonly ignoresDistinct?: boolean
  readonly orderSensitive?: boolean
  resolve(argumentTypes: readonly DataType[], constants: readonly (Scalar | undefined)[]): ResolvedAggregate | undefined
}

export function aggregateFunction(specification: AggregateSpecification): AggregateFunctionDefinition {
  const { name, aliases = [], signatures, category, description, example, result } = specification
  return {
    name,
    aliases,
    signatures,
    documentation: { category, description, example, result },
    resolve(argumentTypes, constants): AggregateFunction | undefined {
      const resolved = specification.resolve(argumentTypes, constants)
      if (resolved === undefined) return undefined
      return {
        name,
        ...resolved,
        nullable: specification.nullable ?? true,
        ignoresDistinct: specification.ignoresDistinct ?? false,
        orderSensitive: specification.orderSensitive ?? false,
      }
    },
  }
}
