/**
 * How scalar functions are declared: overloads with fixed types and a kernel each, or a `resolve` of their own where
 * types depend on types. What all functions share happens here once: NULL constants, constant folding into one
 * value, dictionaries, and joining the validity of the arguments.
 */

import type { DataType, Datum, Scalar, Vector } from '@artemis/arrow'
import { constantVector, decodeDictionary, mergeValidity, nullsOf, scalarAt, vectorDatum } from '@artemis/arrow'
import type { EvaluationContext, FunctionDocumentation, ScalarFunction, ScalarFunctionDefinition, Volatility } from '@artemis/plan'
import { sqlTypeName } from '@artemis/plan'
import type { Kernel } from '../kernel/input.js'
import { DictionaryResults } from './dictionary-results.js'
import { resolveOverload } from './resolve.js'

/** What a resolved function does, beside its types. */
export interface Behaviour {
  readonly volatility?: Volatility
  readonly nullHandling?: 'propagate' | 'custom'
  readonly canReturnNull?: boolean
  readonly canThrow?: boolean
  readonly emit?: ((args: readonly string[]) => string) | undefined
  readonly emitExact?: ((args: readonly string[]) => string) | undefined
}

export interface Overload extends Behaviour {
  readonly parameterNames: readonly string[]
  readonly parameters: readonly DataType[]
  /** The type of any further arguments. */
  readonly variadic?: DataType
  readonly returns: DataType
  readonly kernel: Kernel
}

/** One overload: parameters by name, in order. */
export function overload(
  parameters: Readonly<Record<string, DataType>>,
  returns: DataType,
  kernel: Kernel,
  behaviour: Behaviour & { readonly variadic?: DataType } = {},
): Overload {
  return { parameterNames: Object.keys(parameters), parameters: Object.values(parameters), returns, kernel, ...behaviour }
}

/** A function whose types are fixed, before it has a name. */
export interface Resolved extends Behaviour {
  readonly argumentTypes: readonly DataType[]
  readonly returnType: DataType
  readonly kernel: Kernel
}

interface Description extends FunctionDocumentation {
  readonly name: string
  readonly aliases?: readonly string[]
}

export interface OverloadedSpecification extends Description, Behaviour {
  readonly overloads: readonly Overload[]
}

export interface ResolvingSpecification extends Description {
  readonly signatures: readonly string[]
  resolve(argumentTypes: readonly DataType[], constants: readonly (Scalar | undefined)[]): Resolved | undefined
}

/** A function of fixed overloads. Behaviour given for the whole function holds for overloads that do not say otherwise. */
export function scalarFunction(specification: OverloadedSpecification): ScalarFunctionDefinition {
  const { overloads, name, aliases, category, description, example, result, ...behaviour } = specification
  return resolvingFunction({
    name,
    aliases: aliases ?? [],
    category,
    description,
    example,
    result,
    signatures: overloads.map((o) => signatureText(name, o)),
    resolve(argumentTypes, constants) {
      const match = resolveOverload(overloads, argumentTypes, constants)
      if (match === undefined) return undefined
      const { overload: chosen } = match
      return {
        ...behaviour,
        ...withoutUndefined(chosen),
        argumentTypes: match.argumentTypes,
        returnType: chosen.returns,
        kernel: chosen.kernel,
      }
    },
  })
}

function withoutUndefined(behaviour: Behaviour): Behaviour {
  const { volatility, nullHandling, canReturnNull, canThrow, emit } = behaviour
  return {
    ...(volatility === undefined ? {} : { volatility }),
    ...(nullHandling === undefined ? {} : { nullHandling }),
    ...(canReturnNull === undefined ? {} : { canReturnNull }),
    ...(canThrow === undefined ? {} : { canThrow }),
    ...(emit === undefined ? {} : { emit }),
  }
}

/** A function that finds its types itself. */
export function resolvingFunction(specification: ResolvingSpecification): ScalarFunctionDefinition {
  const { name, category, description, example, result, signatures } = specification
  return {
    name,
    aliases: specification.aliases ?? [],
    documentation: { category, description, example, result },
    signatures,
    resolve(argumentTypes, constants) {
      const resolved = specification.resolve(argumentTypes, constants)
      return resolved === undefined ? undefined : createScalarFunction(name, resolved)
    },
  }
}

/** Makes the function object that a bound call holds. */
export function createScalarFunction(name: string, resolved: Resolved): ScalarFunction {
  const { argumentTypes, returnType, kernel, volatility = 'immutable', nullHandling = 'propagate', emit, emitExact } = resolved
  const canReturnNull = resolved.canReturnNull ?? nullHandling === 'custom'
  const canThrow = resolved.canThrow ?? false
  const runner = new KernelRunner(kernel, returnType, volatility, nullHandling, canThrow)
  return {
    name,
    argumentTypes,
    returnType,
    volatility,
    nullHandling,
    canReturnNull,
    canThrow,
    evaluate: (args, rowCount, context) => runner.run(args, rowCount, context),
    ...(emit === undefined || canThrow || canReturnNull ? {} : { emit }),
    ...(emitExact === undefined || canReturnNull ? {} : { emitExact }),
  }
}

/** Runs a kernel over what the evaluator gives: see the module's comment. */
class KernelRunner {
  readonly #kernel: Kernel
  readonly #returnType: DataType
  readonly #volatility: Volatility
  readonly #propagates: boolean
  readonly #dictionaries: DictionaryResults

  constructor(kernel: Kernel, returnType: DataType, volatility: Volatility, nullHandling: 'propagate' | 'custom', canThrow: boolean) {
    this.#kernel = kernel
    this.#returnType = returnType
    this.#volatility = volatility
    this.#propagates = nullHandling === 'propagate'
    this.#dictionaries = new DictionaryResults(canThrow, volatility === 'immutable')
  }

  run(args: readonly Datum[], rowCount: number, context: EvaluationContext): Vector {
    if (rowCount === 0) return nullsOf(this.#returnType, 0)
    if (this.#propagates && args.some((arg) => arg.kind === 'scalar' && arg.value === null)) return nullsOf(this.#returnType, rowCount)
    if (this.#volatility !== 'volatile' && rowCount > 1 && args.every((arg) => arg.kind === 'scalar')) {
      const one = this.#kernel({ args, rowCount: 1, validity: null, context })
      return constantVector(this.#returnType, scalarAt(one, 0), rowCount)
    }
    if (this.#propagates) {
      const encoded = this.#dictionaries.apply(args, rowCount, (over, length) => this.#compute(over, length, context))
      if (encoded !== undefined) return encoded
    }
    return this.#compute(args, rowCount, context)
  }

  #compute(args: readonly Datum[], rowCount: number, context: EvaluationContext): Vector {
    let validity: Uint8Array | null = null
    const plain = args.map((arg) => {
      if (arg.kind === 'scalar') return arg
      if (this.#propagates) validity = mergeValidity(validity, arg.vector.validity, rowCount)
      return arg.vector.layout === 'dictionary' || arg.vector.layout === 'list' || arg.vector.layout === 'struct'
        ? vectorDatum(decodeDictionary(arg.vector))
        : arg
    })
    return this.#kernel({ args: plain, rowCount, validity, context })
  }
}

function signatureText(name: string, o: Overload): string {
  const parameters = o.parameters.map((type, i) => `${o.parameterNames[i]} ${sqlTypeName(type)}`)
  if (o.variadic !== undefined) parameters.push('…')
  return `${name}(${parameters.join(', ')}) -> ${sqlTypeName(o.returns)}`
}
