/**
 * The error classes of the engine. The list is closed: a caller can tell a user's mistake from a limit, from damaged
 * input and from our own bug by `kind`, and a machine can tell one mistake from another by `code`.
 */

/** A half-open range `[start, end)` of UTF-16 code units in the SQL text that a node or an error came from. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** What went wrong, by who can mend it. */
export type ErrorKind =
  | 'syntax' // the text does not parse
  | 'bind' // a name, a type or a rule of SQL is broken
  | 'unsupported' // valid SQL that this engine does not have
  | 'execution' // a value broke an operation: overflow, bad cast, more than one row
  | 'resource' // a limit was reached: memory, disk, time, depth
  | 'cancelled' // the caller asked to stop
  | 'io' // a file or a service could not be reached
  | 'data' // a file is damaged or breaks its format
  | 'catalog' // a catalog, schema, table or snapshot is missing or already there
  | 'commit' // a concurrent change won
  | 'config' // a setting or an argument of the API is wrong
  | 'internal' // our own bug

export interface ErrorOptions {
  /** A stable, upper-snake name of the mistake, such as `COLUMN_NOT_FOUND`. */
  readonly code: string
  readonly message: string
  /** The place in the SQL text. */
  readonly span?: Span | undefined
  /** One sentence that helps to mend it. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

export abstract class ArtemisError extends Error {
  abstract readonly kind: ErrorKind
  readonly code: string
  readonly hint: string | undefined
  /** The place in the SQL text. Set once, by the first layer that knows it: see {@link at}. */
  span: Span | undefined

  constructor(options: ErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = options.code
    this.hint = options.hint
    this.span = options.span
  }

  /** Adds the place when the error has none yet, and returns the same error. */
  at(span: Span | undefined): this {
    this.span ??= span
    return this
  }
}

export class SyntaxError extends ArtemisError {
  readonly kind = 'syntax'
}
export class BindError extends ArtemisError {
  readonly kind = 'bind'
}
export class UnsupportedError extends ArtemisError {
  readonly kind = 'unsupported'
}
export class ExecutionError extends ArtemisError {
  readonly kind = 'execution'
}
export class ResourceError extends ArtemisError {
  readonly kind = 'resource'
}
export class CancelledError extends ArtemisError {
  readonly kind = 'cancelled'
}
export class IoError extends ArtemisError {
  readonly kind = 'io'
}
export class DataError extends ArtemisError {
  readonly kind = 'data'
}
export class CatalogError extends ArtemisError {
  readonly kind = 'catalog'
}
export class CommitError extends ArtemisError {
  readonly kind = 'commit'
}
export class ConfigError extends ArtemisError {
  readonly kind = 'config'
}
export class InternalError extends ArtemisError {
  readonly kind = 'internal'
}

/** Marks the end of an exhaustive switch: a new member of a union fails to compile here. */
export function unreachable(value: never, what = 'value'): never {
  throw new InternalError({ code: 'UNREACHABLE', message: `unexpected ${what}: ${describe(value)}` })
}

/** Checks an invariant of our own code. A failure is our bug, never the user's. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError({ code: 'ASSERTION', message })
}

/** Throws {@link CancelledError} when the signal has fired; the signal's reason becomes the cause. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled(signal.reason)
}

/** The error of a query that its caller stopped. A reason that already is one of ours passes through. */
export function cancelled(reason: unknown): ArtemisError {
  if (reason instanceof ArtemisError) return reason
  return new CancelledError({ code: 'CANCELLED', message: 'the query was cancelled', cause: reason })
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'kind' in value) return String(value.kind)
  return String(value)
}
