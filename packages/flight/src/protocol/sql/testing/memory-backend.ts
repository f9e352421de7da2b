/**
 * A backend of a few tables in memory, for tests of the protocol. Its SQL is a handful of fixed forms:
 *
 *   SELECT * FROM "name"        all rows of a table
 *   ECHO ?, …                   one row with the parameters as bigint columns
 *   TYPED ?                     the same, but nothing says the type before a value comes
 *   COUNT n                     the numbers 0 to n - 1, a batch of 10 rows at a time
 *   HANG                        one batch, then nothing until it is cancelled
 *   FAIL                        fails when it runs
 *   ADD n                       adds n to the session's counter; an update of n rows
 *   ADD ?                       the same with a parameter
 *   ADD n RETURNING             the same, and gives the counter as a row
 *   OPTION name                 a session's option as text
 */

import type { Schema } from '@artemis/arrow'
import { Batch, field, int64, nullType, scalarAt, schema, utf8, vectorFromScalars } from '@artemis/arrow'
import { BindError, cancelled, CatalogError, ConfigError, ExecutionError, SyntaxError } from '@artemis/errors'
import type { Principal } from '../../principal.js'
import type {
  Backend,
  BackendResult,
  BackendSession,
  BackendStatement,
  DbSchemaFilter,
  IngestRequest,
  ParameterRow,
  SessionOption,
  SqlInfoValue,
  StatementOptions,
  TableEntry,
  TableFilter,
  TransactionControl,
  XdbcTypeInfo,
} from '../backend.js'
import { matchesLike } from '../flights.js'

const NO_COLUMNS = schema([])
const NUMBER = schema([field('n', int64, false)])
const TEXT = schema([field('value', utf8, true)])

export class MemoryBackend implements Backend {
  readonly sqlInfo: ReadonlyMap<number, SqlInfoValue> = new Map<number, SqlInfoValue>([
    [500, { kind: 'bool', value: false }],
    [0, { kind: 'string', value: 'memory' }],
    [541, { kind: 'bigint', value: 9_007_199_254_740_993n }],
    [522, { kind: 'int32_bitmask', value: 3 }],
    [508, { kind: 'string_list', value: ['SELECT', 'COUNT'] }],
    [509, { kind: 'string_list', value: [] }],
    [
      517,
      {
        kind: 'int32_to_int32_list_map',
        value: new Map([
          [7, [0, 12]],
          [19, []],
        ]),
      },
    ],
  ])
  readonly xdbcTypes: readonly XdbcTypeInfo[] = [xdbcType('VARCHAR', 12), xdbcType('TEXT', 12), xdbcType('BIGINT', -5)]
  readonly tables = new Map<string, Batch>([
    ['numbers', new Batch(NUMBER, 3, [vectorFromScalars(int64, [1n, 2n, 3n])])],
    ['words', new Batch(TEXT, 2, [vectorFromScalars(utf8, ['a', null])])],
  ])
  readonly sessions: MemorySession[] = []
  /** Every statement that ran, in order. */
  readonly executed: string[] = []
  readonly prepared: string[] = []
  hasTransactions = true
  hasSubstrait = true

  openSession(principal: Principal): BackendSession {
    const session = new MemorySession(this, principal)
    this.sessions.push(session)
    return session
  }
}

function transactionControl(principal: Principal, log: string[]): TransactionControl {
  const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text))
  const note = (text: string): Promise<void> => Promise.resolve(void log.push(text))
  return {
    begin: () => Promise.resolve(bytes(`transaction of ${principal.id}`)),
    end: (id, action) => note(`${action} ${Buffer.from(id).toString()}`),
    beginSavepoint: (_, name) => Promise.resolve(bytes(`savepoint ${name}`)),
    endSavepoint: (id, action) => note(`${action} ${Buffer.from(id).toString()}`),
  }
}

function xdbcType(typeName: string, dataType: number): XdbcTypeInfo {
  return {
    typeName,
    dataType,
    columnSize: 64,
    literalPrefix: "'",
    literalSuffix: "'",
    createParams: typeName === 'VARCHAR' ? ['length'] : null,
    nullable: 1,
    caseSensitive: true,
    searchable: 3,
    unsignedAttribute: null,
    fixedPrecScale: false,
    autoIncrement: null,
    localTypeName: typeName,
    minimumScale: null,
    maximumScale: null,
    sqlDataType: dataType,
    datetimeSubcode: null,
    numPrecRadix: null,
    intervalPrecision: null,
  }
}

export class MemorySession implements BackendSession {
  readonly tableTypes = ['VIEW', 'TABLE']
  readonly principal: Principal
  readonly prepareOptions: StatementOptions[] = []
  readonly ingested: { readonly request: IngestRequest; readonly rows: number }[] = []
  readonly transactionLog: string[] = []
  counter = 0n
  isClosed = false
  readonly #backend: MemoryBackend
  readonly #options = new Map<string, SessionOption>()
  readonly transactions?: TransactionControl
  readonly prepareSubstrait?: NonNullable<BackendSession['prepareSubstrait']>

  constructor(backend: MemoryBackend, principal: Principal) {
    this.#backend = backend
    this.principal = principal
    if (backend.hasSubstrait) this.prepareSubstrait = (plan, _, options) => this.prepare(Buffer.from(plan).toString(), options)
    if (backend.hasTransactions) this.transactions = transactionControl(principal, this.transactionLog)
  }

  prepare(sql: string, options: StatementOptions): Promise<BackendStatement> {
    this.#backend.prepared.push(sql)
    this.prepareOptions.push(options)
    return Promise.resolve().then(() => this.#statement(sql))
  }

  async ingest(request: IngestRequest, batches: AsyncIterable<Batch>): Promise<number> {
    let rows = 0
    for await (const batch of batches) rows += batch.rowCount
    this.ingested.push({ request, rows })
    return rows
  }

  catalogs(): Promise<readonly string[]> {
    return Promise.resolve(['zeta', 'alpha'])
  }

  dbSchemas({ catalog, dbSchemaPattern }: DbSchemaFilter): Promise<readonly { catalog: string | null; dbSchema: string }[]> {
    const all = [
      { catalog: 'zeta', dbSchema: 'main' },
      { catalog: 'alpha', dbSchema: 'main' },
      { catalog: null, dbSchema: 'loose' },
      { catalog: 'alpha', dbSchema: 'extra' },
    ]
    return Promise.resolve(
      all.filter((entry) => (catalog === undefined || catalog === (entry.catalog ?? '')) && matchesLike(entry.dbSchema, dbSchemaPattern ?? '%')),
    )
  }

  tables({ tablePattern, tableTypes, includeSchema }: TableFilter): Promise<readonly TableEntry[]> {
    const entries = [...this.#backend.tables].map(([table, batch]) => ({
      catalog: 'alpha',
      dbSchema: 'main',
      table,
      tableType: 'TABLE',
      schema: includeSchema ? batch.schema : undefined,
    }))
    return Promise.resolve(
      entries
        .reverse()
        .filter(({ table, tableType }) => matchesLike(table, tablePattern ?? '%') && (tableTypes.length === 0 || tableTypes.includes(tableType))),
    )
  }

  options(): Promise<Readonly<Record<string, SessionOption>>> {
    return Promise.resolve(Object.fromEntries(this.#options))
  }

  setOption(name: string, value: SessionOption | null): Promise<void> {
    if (name === 'unknown') return Promise.reject(new ConfigError({ code: 'UNKNOWN_SETTING', message: 'unknown' }))
    if (value === 'bad') return Promise.reject(new ConfigError({ code: 'INVALID_SETTING', message: 'bad' }))
    if (value === 'broken') return Promise.reject(new CatalogError({ code: 'BROKEN', message: 'broken' }))
    if (value === null) this.#options.delete(name)
    else this.#options.set(name, value)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.isClosed = true
    return Promise.resolve()
  }

  #statement(sql: string): BackendStatement {
    const table = /^SELECT \* FROM (?:"[^"]*"\.)*"([^"]*)"$/.exec(sql)?.[1]
    if (table !== undefined) {
      const batch = this.#backend.tables.get(table)
      if (batch === undefined) throw new CatalogError({ code: 'TABLE_NOT_FOUND', message: `no table "${table}"` })
      return this.#query(sql, batch.schema, [batch])
    }
    const [word, argument] = sql.split(' ')
    switch (word) {
      case 'ECHO':
        return this.#echo(sql)
      case 'TYPED':
        return this.#typed(sql)
      case 'COUNT':
        return this.#query(sql, NUMBER, [...countBatches(Number(argument))])
      case 'HANG':
        return { ...this.#query(sql, NUMBER, []), execute: (_, signal) => this.#run(sql, NUMBER, -1, hangingBatches(signal)) }
      case 'FAIL':
        return { ...this.#query(sql, NUMBER, []), execute: () => Promise.reject(new ExecutionError({ code: 'FAILED', message: 'it failed' })) }
      case 'ADD':
        return this.#add(sql, argument ?? '')
      case 'OPTION':
        return this.#query(sql, TEXT, [new Batch(TEXT, 1, [vectorFromScalars(utf8, [String(this.#options.get(argument ?? '') ?? '')])])])
      default:
        throw new SyntaxError({ code: 'SYNTAX', message: `cannot parse ${sql.slice(0, 20)}` })
    }
  }

  #query(sql: string, resultSchema: Schema, batches: Iterable<Batch>): BackendStatement {
    return { kind: 'query', schema: resultSchema, parameters: NO_COLUMNS, execute: () => this.#run(sql, resultSchema, -1, batches) }
  }

  #echo(sql: string): BackendStatement {
    const count = sql.split(',').length
    const columns = schema(Array.from({ length: count }, (_, i) => field(`p${i + 1}`, int64)))
    return {
      kind: 'query',
      schema: columns,
      parameters: columns,
      execute: (row) => {
        const values = columns.fields.map((_, i) => parameterValue(row, i))
        return this.#run(`${sql} <- ${values.join()}`, columns, -1, [
          new Batch(
            columns,
            1,
            values.map((value) => vectorFromScalars(int64, [value])),
          ),
        ])
      },
    }
  }

  #typed(sql: string): BackendStatement {
    const unknown = schema([field('p1', nullType)])
    return { ...this.#echo(sql), schema: unknown, parameters: unknown }
  }

  #add(sql: string, argument: string): BackendStatement {
    const isReturning = sql.endsWith('RETURNING')
    return {
      kind: 'update',
      schema: isReturning ? NUMBER : NO_COLUMNS,
      parameters: argument === '?' ? NUMBER : NO_COLUMNS,
      execute: (row) => {
        const amount = argument === '?' ? (parameterValue(row, 0) ?? 0n) : BigInt(argument)
        this.counter += amount
        const batches = isReturning ? [new Batch(NUMBER, 1, [vectorFromScalars(int64, [this.counter])])] : []
        return this.#run(sql, isReturning ? NUMBER : NO_COLUMNS, Number(amount), batches)
      },
    }
  }

  #run(sql: string, resultSchema: Schema, updatedRows: number, batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<BackendResult> {
    const { executed } = this.#backend
    const isQuery = updatedRows < 0
    if (!isQuery) executed.push(sql)
    return Promise.resolve({
      queryId: `query-${executed.length + (isQuery ? 1 : 0)}`,
      schema: resultSchema,
      updatedRows,
      batches: async function* () {
        if (isQuery) executed.push(sql)
        yield* batches
      },
    })
  }
}

function parameterValue(row: ParameterRow | undefined, index: number): bigint | null {
  if (row === undefined) throw new BindError({ code: 'PARAMETER_MISSING', message: `no value for parameter ${index + 1}` })
  if (row.kind === 'json') {
    const value = (row.values as Readonly<Record<number, unknown>>)[index]
    return typeof value === 'bigint' ? value : BigInt(value as number)
  }
  const column = row.batch.column(index)
  return scalarAt(column, row.row) as bigint | null
}

function* countBatches(count: number): Generator<Batch, void, undefined> {
  for (let start = 0; start < count; start += 10) {
    const values = Array.from({ length: Math.min(10, count - start) }, (_, i) => BigInt(start + i))
    yield new Batch(NUMBER, values.length, [vectorFromScalars(int64, values)])
  }
}

async function* hangingBatches(signal: AbortSignal): AsyncGenerator<Batch, void, undefined> {
  yield new Batch(NUMBER, 1, [vectorFromScalars(int64, [0n])])
  await new Promise<never>((_, reject) => {
    const stop = (): void => reject(cancelled(signal.reason))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
