/**
 * The ports of functions. A registry hands out definitions by name; a definition resolves argument types to a function
 * whose types are fixed; a bound call holds that function object, so folding and execution need no registry.
 */

import type { DataType, Datum, Scalar, Vector } from '@artemis/arrow'
import type { TableProvider } from './tables.js'

/** What a function may ask of the query that runs it. */
export interface EvaluationContext {
  /** Microseconds since the epoch, fixed at the start of the query: now(), current_date. */
  readonly nowMicroseconds: bigint
  /** IANA name or `UTC`: how instants become local dates and text. */
  readonly timeZone: string
}

export type Volatility =
  | 'immutable' // the same value for the same arguments, always
  | 'stable' // the same within one query: now(), current_setting
  | 'volatile' // may differ from row to row: random()

export interface FunctionDocumentation {
  readonly category: string
  readonly description: string
  readonly example: string
  /** What the example gives, in text. */
  readonly result: string
}

/** A scalar function of fixed types. */
export interface ScalarFunction {
  /** Lower-case name, or the operator's symbol: `upper`, `+`, `like`. */
  readonly name: string
  readonly argumentTypes: readonly DataType[]
  readonly returnType: DataType
  readonly volatility: Volatility
  /** `propagate`: NULL when any argument is NULL, and the caller need not look at rows that are. `custom`: sees NULLs itself. */
  readonly nullHandling: 'propagate' | 'custom'
  /** Whether it can return NULL of arguments that are not NULL. */
  readonly canReturnNull: boolean
  /** Whether it can raise an error for some values: such a call must not run on rows that a CASE or a filter excludes. */
  readonly canThrow: boolean
  /**
   * Computes `rowCount` values. Scalar arguments are constant over the batch; at least one row. Text vectors may come
   * dictionary-encoded: `dictionaryAware` functions handle that themselves, for others the evaluator runs a function
   * of one vector over the dictionary once.
   */
  evaluate(args: readonly Datum[], rowCount: number, context: EvaluationContext): Vector
  /**
   * A JavaScript expression over the arguments' variable names for the fused compiler: only for functions of `number`
   * representations (int8 to int32, floats, date32, bool) that neither throw nor return NULL of non-NULL arguments.
   */
  readonly emit?: (args: readonly string[]) => string
  /**
   * The same over whole numbers in doubles: unscaled values of decimals, and integers. The fused compiler makes sure that
   * operands are below 2^53 in magnitude, and has rows computed by `evaluate` whose result is not, or does not fit its
   * type. A function that throws for no other reason may have it.
   */
  readonly emitExact?: (args: readonly string[]) => string
}

/** A name with its overloads. */
export interface ScalarFunctionDefinition {
  readonly name: string
  readonly aliases: readonly string[]
  readonly documentation: FunctionDocumentation
  /** Signatures for people, such as `substring(text VARCHAR, start BIGINT[, length BIGINT]) -> VARCHAR`. */
  readonly signatures: readonly string[]
  /**
   * The function for arguments of these types, whose `argumentTypes` say what each must be cast to (only casts that
   * are implicit in SQL). `constants[i]` is the argument's value when it is a literal. Undefined when nothing fits.
   */
  resolve(argumentTypes: readonly DataType[], constants: readonly (Scalar | undefined)[]): ScalarFunction | undefined
}

/** An aggregate function of fixed types. */
export interface AggregateFunction {
  readonly name: string
  readonly argumentTypes: readonly DataType[]
  readonly returnType: DataType
  /** Types of the partial state's columns: what spill and the final phase exchange. */
  readonly stateTypes: readonly DataType[]
  /** count() is 0 of no rows; all others are NULL. */
  readonly nullable: boolean
  /** Whether DISTINCT changes nothing: min, max, bool_and, bool_or, any_value. */
  readonly ignoresDistinct: boolean
  /** Whether the result depends on the order of rows: first, list, string_agg. */
  readonly orderSensitive: boolean
  /** Whether accumulators have `updateExact` for the values of the one argument. */
  readonly acceptsExactNumbers?: boolean
  createAccumulator(context: EvaluationContext): GroupsAccumulator
}

export interface AggregateFunctionDefinition {
  readonly name: string
  readonly aliases: readonly string[]
  readonly documentation: FunctionDocumentation
  readonly signatures: readonly string[]
  resolve(argumentTypes: readonly DataType[], constants: readonly (Scalar | undefined)[]): AggregateFunction | undefined
}

/** Unscaled values of decimals, each below 2^53 in magnitude and so exact in a double. */
export interface ExactNumbers {
  readonly values: Float64Array
  /** No value is greater in magnitude, those of NULL rows included. */
  readonly largest: number
  readonly validity: Uint8Array | null
}

/**
 * Typed state of one aggregate for many groups, by dense group id. `groupCount` never falls; state for new groups
 * starts empty.
 */
export interface GroupsAccumulator {
  /** Bytes that the state takes now, at least to the nearest buffer. */
  byteSize(): number
  /**
   * Takes rows in. `args[k]` has `groupIds.length` rows (no argument for count(*)); row i belongs to group
   * `groupIds[i]`. When `filter` is given, only rows whose bit is set count. An accumulator whose state is of fixed width
   * must not keep the vectors: their buffers are used again for the next batch.
   */
  update(args: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void
  /** As `update`, of one argument whose values come as numbers. Only where the function `acceptsExactNumbers`. */
  updateExact?(numbers: ExactNumbers, groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void
  /** Takes partial states in: the columns of `stateTypes`. */
  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void
  /** The partial states of groups `[start, start + length)`. */
  state(start: number, length: number): Vector[]
  /** The results of groups `[start, start + length)`. */
  finish(start: number, length: number): Vector
}

/** A function in FROM: its arguments are constants, it gives a table. */
export interface TableFunctionDefinition {
  readonly name: string
  readonly aliases: readonly string[]
  readonly documentation: FunctionDocumentation
  readonly signatures: readonly string[]
  bind(args: readonly TableFunctionArgument[], context: EvaluationContext): Promise<TableProvider>
}

export interface TableFunctionArgument {
  /** Lower-case name when written `name => value`. */
  readonly name: string | null
  readonly type: DataType
  readonly value: Scalar
}

/** Where the binder finds functions. Names are matched in lower case. */
export interface FunctionRegistry {
  scalar(name: string): ScalarFunctionDefinition | undefined
  aggregate(name: string): AggregateFunctionDefinition | undefined
  table(name: string): TableFunctionDefinition | undefined
  /** All names, for suggestions and completion. */
  names(): Iterable<string>
}
