/** A statement that the server keeps by a handle, to be bound and run many times. */

import type { Batch, Schema } from '@artemis/arrow'
import type { FlightSqlResult } from './flight-sql-result.js'
import type { ParameterValues } from './parameter-batch.js'
import { parameterBatch } from './parameter-batch.js'
import type { StatementOptions } from './statement-options.js'

/** What a prepared statement needs of its client. */
export interface PreparedCalls {
  /** Sends the parameters of a query; gives the handle that holds from then on. */
  bind(handle: Uint8Array, parameters: Batch, options: StatementOptions): Promise<Uint8Array>
  query(handle: Uint8Array, options: StatementOptions, release: () => Promise<void>): Promise<FlightSqlResult>
  update(handle: Uint8Array, parameters: Batch | undefined, options: StatementOptions): Promise<number>
  close(handle: Uint8Array): Promise<void>
}

export interface PreparedParts {
  readonly sql: string
  readonly handle: Uint8Array
  readonly schema: Schema
  readonly parameters: Schema
  readonly isUpdate: boolean | undefined
}

export class PreparedStatement {
  /** The columns of the result. */
  readonly schema: Schema
  /** A field for each parameter, of type null where the server does not know the type. */
  readonly parameters: Schema
  /** Undefined when the server does not tell. */
  readonly isUpdate: boolean | undefined
  readonly #sql: string
  readonly #calls: PreparedCalls
  #handle: Uint8Array
  #bound: Batch | undefined
  #isSent = true

  constructor(parts: PreparedParts, calls: PreparedCalls) {
    this.schema = parts.schema
    this.parameters = parts.parameters
    this.isUpdate = parts.isUpdate
    this.#sql = parts.sql
    this.#handle = parts.handle
    this.#calls = calls
  }

  /** Parameters for the executions that follow: by position as an array, by name as an object. */
  bind(values: ParameterValues): this {
    return this.bindRow(parameterBatch(this.parameters, values))
  }

  /** Parameters as a batch of one row. */
  bindRow(row: Batch): this {
    this.#bound = row
    this.#isSent = false
    return this
  }

  async execute(options: StatementOptions = {}): Promise<FlightSqlResult> {
    await this.#send(options)
    return this.#calls.query(this.#handle, { ...options, sql: this.#sql }, () => Promise.resolve())
  }

  /** Runs the statement once more, and closes it when the result was read. */
  async executeLast(options: StatementOptions = {}): Promise<FlightSqlResult> {
    try {
      await this.#send(options)
      return await this.#calls.query(this.#handle, { ...options, sql: this.#sql }, () => this.close())
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Runs the statement once and gives the rows that it changed, -1 when the server does not know. */
  executeUpdate(options: StatementOptions = {}): Promise<number> {
    return this.#calls.update(this.#handle, this.#bound, { ...options, sql: this.#sql })
  }

  /** Never throws: a server that has forgotten the statement has closed it. */
  close(): Promise<void> {
    return this.#calls.close(this.#handle)
  }

  async #send(options: StatementOptions): Promise<void> {
    if (!this.#isSent && this.#bound !== undefined) this.#handle = await this.#calls.bind(this.#handle, this.#bound, { ...options, sql: this.#sql })
    this.#isSent = true
  }
}
