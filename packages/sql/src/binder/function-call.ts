/** Resolving a function by name and argument types, and calling it with its arguments cast. */

import type { Span } from '@artemis/errors'
import { didYouMean } from '@artemis/errors'
import type { AggregateFunctionDefinition, Expression, Scalar, ScalarFunction, ScalarFunctionDefinition } from '@artemis/plan'
import { call, sqlTypeName } from '@artemis/plan'
import type { Binder } from './binder.js'
import { coerce, isStringLiteral } from './coerce.js'
import { bindError, unsupported } from './errors.js'

/** Values of the arguments that are literals. */
export function constantsOf(args: readonly Expression[]): (Scalar | undefined)[] {
  return args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined))
}

/**
 * A call of a function that the binder itself needs, such as an operator. `what` names it for people where this build
 * of the engine has no such function.
 */
export function callFunction(binder: Binder, name: string, args: readonly Expression[], span: Span, what: string): Expression {
  const definition = binder.context.functions.scalar(name)
  if (definition === undefined) throw unsupported(what, span)
  return callDefinition(binder, definition, args, span)
}

export function callDefinition(binder: Binder, definition: ScalarFunctionDefinition, args: readonly Expression[], span: Span): Expression {
  const resolved = resolve(definition, args)
  if (resolved === undefined) throw noOverload(definition, args, span)
  const inputs = args.map((arg, i) => {
    const type = resolved.argumentTypes[i]
    return type === undefined ? arg : coerce(binder, arg, type)
  })
  return call(resolved, inputs, span)
}

/** A string literal beside a value of another type may be of that type: `observed_at - '2024-03-01'`. */
function resolve(definition: ScalarFunctionDefinition, args: readonly Expression[]): ScalarFunction | undefined {
  const types = args.map((arg) => arg.type)
  const constants = constantsOf(args)
  const direct = definition.resolve(types, constants)
  const [left, right] = args
  if (direct !== undefined || args.length !== 2 || left === undefined || right === undefined) return direct
  if (isStringLiteral(right)) return definition.resolve([left.type, left.type], [constants[0], undefined])
  if (isStringLiteral(left)) return definition.resolve([right.type, right.type], [undefined, constants[1]])
  return undefined
}

/** What was called with what is there, for a call that fits no overload. */
export function noOverload(
  definition: ScalarFunctionDefinition | AggregateFunctionDefinition,
  args: readonly Expression[],
  span: Span,
): Error {
  const types = args.map((arg) => sqlTypeName(arg.type))
  if (/^\W+$/.test(definition.name) && args.length > 0 && args.length <= 2) {
    const text = args.length === 1 ? `${definition.name} ${types[0]}` : `${types[0]} ${definition.name} ${types[1]}`
    return bindError('NO_MATCHING_FUNCTION', `there is no operator ${text}`, span, 'Cast an operand to a type that it takes.')
  }
  const hint =
    definition.signatures.length > 0 && definition.signatures.length <= 6
      ? `It is declared as ${definition.signatures.join('; ')}.`
      : undefined
  return bindError('NO_MATCHING_FUNCTION', `there is no function ${definition.name}(${types.join(', ')})`, span, hint)
}

export function functionNotFound(binder: Binder, name: string, span: Span): Error {
  const names = [...binder.context.functions.names()].filter((known) => /^\w+$/.test(known))
  return bindError('FUNCTION_NOT_FOUND', `there is no function "${name}"`, span, didYouMean(name, names))
}
