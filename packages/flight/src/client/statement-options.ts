import type { CallOptions } from './connection.js'
import type { ParameterValues } from './parameter-batch.js'

export interface StatementOptions extends CallOptions {
  readonly transactionId?: Uint8Array | undefined
}

export interface ExecuteOptions extends StatementOptions {
  /** By position (`?`, `$1`) as an array, by name (`$name`) as an object. */
  readonly params?: ParameterValues | undefined
}
