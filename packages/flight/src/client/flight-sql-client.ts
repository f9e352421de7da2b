/**
 * A client of Flight SQL servers: statements, prepared statements, metadata and session options over one connection, so that
 * SET and USE hold from one statement to the next.
 *
 * ```
 * execute(sql) ─▸ GetFlightInfo ─▸ FlightInfo: schema, endpoints ─▸ DoGet for each ─▸ batches
 * ```
 */

import { decodeSchema } from '@artemis/arrow'
import type { Batch, Schema } from '@artemis/arrow'
import { status } from '@grpc/grpc-js'
import { IoError } from '@artemis/errors'
import {
  CancelFlightInfoRequestSchema,
  CloseSessionRequestSchema,
  GetSessionOptionsRequestSchema,
  GetSessionOptionsResultSchema,
  SetSessionOptionsRequestSchema,
  SetSessionOptionsResultSchema,
} from '../protocol/generated/Flight_pb.js'
import type { FlightDescriptor } from '../protocol/generated/Flight_pb.js'
import {
  ActionClosePreparedStatementRequestSchema,
  ActionCreatePreparedStatementRequestSchema,
  ActionCreatePreparedStatementResultSchema,
  CommandGetCatalogsSchema,
  CommandGetDbSchemasSchema,
  CommandGetSqlInfoSchema,
  CommandGetTablesSchema,
  CommandGetTableTypesSchema,
  CommandPreparedStatementQuerySchema,
  CommandPreparedStatementUpdateSchema,
  CommandStatementQuerySchema,
  CommandStatementUpdateSchema,
  DoPutPreparedStatementResultSchema,
  DoPutUpdateResultSchema,
} from '../protocol/generated/FlightSql_pb.js'
import type { SessionOption } from '../protocol/sql/backend.js'
import { commandDescriptor, decoded, flightAction, malformedAnswer, sqlAction, unpacked } from './any-messages.js'
import { CONNECT_HINT, grpcStatusOf } from './call-error.js'
import type { CallOptions, ConnectionOptions } from './connection.js'
import { FlightCalls } from './flight-calls.js'
import { FlightSqlResult } from './flight-sql-result.js'
import type { DbSchemaRow, TableRow } from './metadata-rows.js'
import { readDbSchemas, readTables, readTexts } from './metadata-rows.js'
import { PreparedStatement } from './prepared-statement.js'
import type { PreparedCalls } from './prepared-statement.js'
import { checkOptionsSet, optionMessage, optionValue } from './session-options.js'
import type { SqlInfo } from './sql-info.js'
import { readSqlInfo } from './sql-info.js'
import type { ExecuteOptions, StatementOptions } from './statement-options.js'

export interface FlightSqlClientOptions extends ConnectionOptions {
  /** Milliseconds that {@link FlightSqlClient.connect} waits; 10 s by default. */
  readonly connectTimeoutMs?: number | undefined
}

function silence(uri: string, deadlineMs: number, cause: unknown): IoError {
  return new IoError({
    code: 'UNAVAILABLE',
    message: `cannot reach ${uri}: nobody answered within ${deadlineMs / 1000} s`,
    hint: CONNECT_HINT,
    cause,
  })
}

export interface TablesFilter extends CallOptions {
  readonly catalog?: string | undefined
  /** LIKE patterns. */
  readonly dbSchemaPattern?: string | undefined
  readonly tablePattern?: string | undefined
  readonly tableTypes?: readonly string[] | undefined
  readonly includeSchema?: boolean | undefined
}

const CONNECT_TIMEOUT_MS = 10_000
const REFUSALS: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.CANCELLED,
])

export class FlightSqlClient {
  readonly #calls: FlightCalls
  #isClosed = false

  private constructor(calls: FlightCalls) {
    this.#calls = calls
  }

  /**
   * Connects, and logs in. Throws an IoError of code UNAVAILABLE when nobody answers, a ConfigError of code UNAUTHENTICATED
   * when the server does not take the token.
   */
  static async connect(uri: string, options: FlightSqlClientOptions = {}): Promise<FlightSqlClient> {
    const calls = new FlightCalls(uri, options)
    const client = new FlightSqlClient(calls)
    const deadlineMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
    try {
      await client.sessionOptions({ deadlineMs })
    } catch (error) {
      // A server without session options is a server.
      if (!isRefusal(error)) return client
      calls.close()
      throw grpcStatusOf(error) === status.DEADLINE_EXCEEDED ? silence(uri, deadlineMs, error) : error
    }
    return client
  }

  get uri(): string {
    return this.#calls.own.address.uri
  }

  /** How often the server has begun a new session in place of the one before: what SET and USE did there is gone. */
  get sessionsLost(): number {
    return this.#calls.own.sessionsLost
  }

  /** Runs a statement; its batches come as they are read. Errors of the SQL are thrown here, with their place where the server tells it. */
  async execute(sql: string, { params, ...options }: ExecuteOptions = {}): Promise<FlightSqlResult> {
    if (params !== undefined) {
      const prepared = await this.prepare(sql, options)
      return prepared.bind(params).executeLast(options)
    }
    return this.#query(commandDescriptor(CommandStatementQuerySchema, { query: sql, ...transaction(options) }), { ...options, sql })
  }

  /** Runs a statement once and gives the rows that it changed, -1 when the server does not know. */
  async executeUpdate(sql: string, { params, ...options }: ExecuteOptions = {}): Promise<number> {
    if (params === undefined) {
      return this.#update(commandDescriptor(CommandStatementUpdateSchema, { query: sql, ...transaction(options) }), undefined, { ...options, sql })
    }
    const prepared = await this.prepare(sql, options)
    try {
      return await prepared.bind(params).executeUpdate(options)
    } finally {
      await prepared.close()
    }
  }

  async prepare(sql: string, options: StatementOptions = {}): Promise<PreparedStatement> {
    const request = { query: sql, ...transaction(options) }
    const action = sqlAction('CreatePreparedStatement', ActionCreatePreparedStatementRequestSchema, request)
    const answer = unpacked(ActionCreatePreparedStatementResultSchema, await this.#calls.act(action, { ...options, sql }))
    return new PreparedStatement(
      {
        sql,
        handle: answer.preparedStatementHandle,
        schema: schemaOf(answer.datasetSchema),
        parameters: schemaOf(answer.parameterSchema),
        isUpdate: answer.isUpdate,
      },
      this.#preparedCalls,
    )
  }

  async catalogs(options: CallOptions = {}): Promise<string[]> {
    return readTexts(await this.#query(commandDescriptor(CommandGetCatalogsSchema, {}), options))
  }

  async dbSchemas({ catalog, dbSchemaPattern, ...options }: Omit<TablesFilter, 'tablePattern' | 'tableTypes' | 'includeSchema'> = {}): Promise<
    DbSchemaRow[]
  > {
    const filter = { ...given('catalog', catalog), ...given('dbSchemaFilterPattern', dbSchemaPattern) }
    return readDbSchemas(await this.#query(commandDescriptor(CommandGetDbSchemasSchema, filter), options))
  }

  async tables({ catalog, dbSchemaPattern, tablePattern, tableTypes, includeSchema, ...options }: TablesFilter = {}): Promise<TableRow[]> {
    const filter = {
      ...given('catalog', catalog),
      ...given('dbSchemaFilterPattern', dbSchemaPattern),
      ...given('tableNameFilterPattern', tablePattern),
      tableTypes: [...(tableTypes ?? [])],
      includeSchema: includeSchema ?? false,
    }
    return readTables(await this.#query(commandDescriptor(CommandGetTablesSchema, filter), options))
  }

  async tableTypes(options: CallOptions = {}): Promise<string[]> {
    return readTexts(await this.#query(commandDescriptor(CommandGetTableTypesSchema, {}), options))
  }

  /** What the server says of itself, by the numbers of the enum `SqlInfo`; all of it without numbers. */
  async sqlInfo(numbers: readonly number[] = [], options: CallOptions = {}): Promise<Map<number, SqlInfo>> {
    const info = await this.#calls.flightInfo(commandDescriptor(CommandGetSqlInfoSchema, { info: [...numbers] }), options)
    const [endpoint] = info.endpoint
    return endpoint === undefined ? new Map() : readSqlInfo(this.#calls.read(endpoint, options))
  }

  async sessionOptions(options: CallOptions = {}): Promise<Record<string, SessionOption | null>> {
    const action = flightAction('GetSessionOptions', GetSessionOptionsRequestSchema, {})
    const answer = decoded(GetSessionOptionsResultSchema, await this.#calls.act(action, options))
    return Object.fromEntries(Object.entries(answer.sessionOptions).map(([name, value]) => [name, optionValue(value)]))
  }

  /** Null resets an option. Throws a ConfigError that names those that the server refuses; the others are set. */
  async setSessionOptions(values: Readonly<Record<string, SessionOption | null>>, options: CallOptions = {}): Promise<void> {
    const sessionOptions = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, optionMessage(value)]))
    const action = flightAction('SetSessionOptions', SetSessionOptionsRequestSchema, { sessionOptions })
    checkOptionsSet(decoded(SetSessionOptionsResultSchema, await this.#calls.act(action, options)))
  }

  /** Ends the session on the server, resets the calls that run and closes the connection. Never throws. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#calls.farewell(flightAction('CloseSession', CloseSessionRequestSchema, {}))
    this.#calls.close()
  }

  get #preparedCalls(): PreparedCalls {
    return {
      bind: (handle, parameters, options) => this.#bind(handle, parameters, options),
      query: (handle, options, release) =>
        this.#query(commandDescriptor(CommandPreparedStatementQuerySchema, { preparedStatementHandle: handle }), options, release),
      update: (handle, parameters, options) =>
        this.#update(commandDescriptor(CommandPreparedStatementUpdateSchema, { preparedStatementHandle: handle }), parameters, options),
      close: (handle) =>
        this.#calls.farewell(sqlAction('ClosePreparedStatement', ActionClosePreparedStatementRequestSchema, { preparedStatementHandle: handle })),
    }
  }

  async #query(descriptor: FlightDescriptor, options: CallOptions, release = nothing): Promise<FlightSqlResult> {
    const info = await this.#calls.flightInfo(descriptor, options)
    return FlightSqlResult.open({
      info,
      signal: options.signal,
      payloads: (endpoint, signal) => this.#calls.read(endpoint, { ...options, signal }),
      cancel: () => void this.#calls.farewell(flightAction('CancelFlightInfo', CancelFlightInfoRequestSchema, { info })),
      release,
    })
  }

  async #update(descriptor: FlightDescriptor, parameters: Batch | undefined, options: CallOptions): Promise<number> {
    const [answer] = await this.#calls.put(descriptor, parameters, options)
    if (answer === undefined) throw malformedAnswer('an update without an answer')
    return Number(decoded(DoPutUpdateResultSchema, answer).recordCount)
  }

  /** Servers of before Arrow 17 answer nothing: the handle stays. */
  async #bind(handle: Uint8Array, parameters: Batch, options: CallOptions): Promise<Uint8Array> {
    const descriptor = commandDescriptor(CommandPreparedStatementQuerySchema, { preparedStatementHandle: handle })
    const [answer = new Uint8Array(0)] = await this.#calls.put(descriptor, parameters, options)
    return decoded(DoPutPreparedStatementResultSchema, answer).preparedStatementHandle ?? handle
  }
}

const nothing = (): Promise<void> => Promise.resolve()

/** Statuses that a server gives before it looks at the request: with these there is no connection to speak of. */
function isRefusal(error: unknown): boolean {
  const code = grpcStatusOf(error)
  return code === undefined || REFUSALS.has(code)
}

function transaction({ transactionId }: StatementOptions): { transactionId?: Uint8Array } {
  return transactionId === undefined ? {} : { transactionId }
}

/** A field of a filter, where it was given. */
function given<Name extends string>(name: Name, value: string | undefined): { readonly [key in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in Name]?: string })
}

function schemaOf(bytes: Uint8Array): Schema {
  return bytes.length === 0 ? { fields: [] } : decodeSchema(bytes)
}
