/**
 * The backend behind the Flight SQL scenarios: it knows the statements, plans, filters and options that Arrow's integration
 * client sends, refuses every other, and gives the columns and row counts that the client expects back.
 */
import assert from 'node:assert/strict'
import type { Batch, DataType, Schema } from '@artemis/arrow'
import { field, int32, int64, schema } from '@artemis/arrow'
import { BindError, ConfigError } from '@artemis/errors'
import type {
  Backend,
  BackendSession,
  BackendStatement,
  DbSchemaFilter,
  IngestRequest,
  SessionOption,
  SqlInfoValue,
  StatementOptions,
  TableFilter,
  TransactionControl,
} from '../../src/protocol/sql/backend.js'
import { SqlInfo } from '../../src/protocol/generated/FlightSql_pb.js'
import { utf8Bytes, utf8Text } from './numbers.js'

/** The column metadata that the client compares, key by key. */
const COLUMN_METADATA: Readonly<Record<string, string>> = {
  'ARROW:FLIGHT:SQL:TABLE_NAME': 'test',
  'ARROW:FLIGHT:SQL:IS_AUTO_INCREMENT': '1',
  'ARROW:FLIGHT:SQL:IS_CASE_SENSITIVE': '0',
  'ARROW:FLIGHT:SQL:TYPE_NAME': 'type_test',
  'ARROW:FLIGHT:SQL:SCHEMA_NAME': 'schema_test',
  'ARROW:FLIGHT:SQL:IS_SEARCHABLE': '1',
  'ARROW:FLIGHT:SQL:CATALOG_NAME': 'catalog_test',
  'ARROW:FLIGHT:SQL:PRECISION': '100',
  'ARROW:FLIGHT:SQL:REMARKS': 'test column',
}
const column = (name: string, type: DataType): Schema => schema([{ ...field(name, type, true), metadata: COLUMN_METADATA }])
const QUERY_SCHEMA = column('id', int64)
const TRANSACTION_SCHEMA = column('pkey', int32)
const INGEST_SCHEMA = schema([field('test_field', int64, true)])

const TRANSACTION_ID = 'transaction_id'
const SAVEPOINT_ID = 'savepoint_id'

const transactions: TransactionControl = {
  begin: async () => utf8Bytes(TRANSACTION_ID),
  end: async (id) => assert.equal(utf8Text(id), TRANSACTION_ID),
  beginSavepoint: async (id, name) => {
    assert.equal(utf8Text(id), TRANSACTION_ID)
    assert.equal(name, 'savepoint_name')
    return utf8Bytes(SAVEPOINT_ID)
  },
  endSavepoint: async (id) => assert.equal(utf8Text(id), SAVEPOINT_ID),
}

export class ScenarioBackend implements Backend {
  readonly xdbcTypes = []
  readonly sqlInfo: ReadonlyMap<number, SqlInfoValue> = new Map<number, SqlInfoValue>([
    [SqlInfo.FLIGHT_SQL_SERVER_NAME, { kind: 'string', value: 'scenarios' }],
    [SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY, { kind: 'bool', value: false }],
    [SqlInfo.FLIGHT_SQL_SERVER_SQL, { kind: 'bool', value: false }],
    [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT, { kind: 'bool', value: true }],
    [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MIN_VERSION, { kind: 'string', value: 'min_version' }],
    [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MAX_VERSION, { kind: 'string', value: 'max_version' }],
    [SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION, { kind: 'int32_bitmask', value: 2 }],
    [SqlInfo.FLIGHT_SQL_SERVER_CANCEL, { kind: 'bool', value: true }],
    [SqlInfo.FLIGHT_SQL_SERVER_BULK_INGESTION, { kind: 'bool', value: true }],
    [SqlInfo.FLIGHT_SQL_SERVER_INGEST_TRANSACTIONS_SUPPORTED, { kind: 'bool', value: true }],
    [SqlInfo.FLIGHT_SQL_SERVER_STATEMENT_TIMEOUT, { kind: 'int32_bitmask', value: 42 }],
    [SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION_TIMEOUT, { kind: 'int32_bitmask', value: 7 }],
  ])

  /** Whether the next plan belongs to a prepared statement: the client tells by its row count whether the server knew. */
  preparing = false

  openSession(): BackendSession {
    return new ScenarioSession(() => this.preparing)
  }
}

class ScenarioSession implements BackendSession {
  readonly tableTypes = []
  readonly transactions = transactions
  readonly #preparing: () => boolean
  readonly #options = new Map<string, SessionOption>()

  constructor(preparing: () => boolean) {
    this.#preparing = preparing
  }

  async prepare(sql: string, options: StatementOptions): Promise<BackendStatement> {
    switch (sql) {
      case 'SELECT STATEMENT':
      case 'SELECT PREPARED STATEMENT':
        return query(options)
      case 'UPDATE STATEMENT':
        return update(options, 10_000, 15_000)
      case 'UPDATE PREPARED STATEMENT':
        return update(options, 20_000, 25_000)
      default:
        throw new BindError({ code: 'UNKNOWN_STATEMENT', message: `no scenario has the statement ${sql}` })
    }
  }

  /** The client runs one plan as a query and as an update. */
  async prepareSubstrait(plan: Uint8Array, version: string, options: StatementOptions): Promise<BackendStatement> {
    assert.equal(utf8Text(plan), 'plan')
    assert.equal(version, 'version')
    const updated = this.#preparing() ? update(options, 20_000, 25_000) : update(options, 10_000, 15_000)
    return { ...query(options), execute: (parameters, signal) => updated.execute(parameters, signal) }
  }

  async ingest(request: IngestRequest, batches: AsyncIterable<Batch>): Promise<number> {
    const { catalog, dbSchema, table, temporary, ifExists, ifNotExists, transactionId, options } = request
    assert.deepEqual(
      { catalog, dbSchema, table, temporary, ifExists, ifNotExists, transactionId: transactionId && utf8Text(transactionId), options: { ...options } },
      {
        catalog: 'test_catalog',
        dbSchema: 'test_schema',
        table: 'test_table',
        temporary: true,
        ifExists: 'replace',
        ifNotExists: 'create',
        transactionId: '123',
        options: { key1: 'val1', key2: 'val2' },
      },
    )
    assert.deepEqual(request.schema.fields, INGEST_SCHEMA.fields)
    let rows = 0
    for await (const batch of batches) rows += batch.rowCount
    return rows
  }

  async catalogs(): Promise<readonly string[]> {
    return []
  }

  async dbSchemas(filter: DbSchemaFilter): Promise<readonly []> {
    assert.deepEqual({ ...filter }, { catalog: 'catalog', dbSchemaPattern: 'db_schema_filter_pattern' })
    return []
  }

  async tables({ catalog, dbSchemaPattern, tablePattern, tableTypes, includeSchema }: TableFilter): Promise<readonly []> {
    assert.deepEqual(
      { catalog, dbSchemaPattern, tablePattern, tableTypes: [...tableTypes], includeSchema },
      {
        catalog: 'catalog',
        dbSchemaPattern: 'db_schema_filter_pattern',
        tablePattern: 'table_filter_pattern',
        tableTypes: ['table', 'view'],
        includeSchema: true,
      },
    )
    return []
  }

  async options(): Promise<Readonly<Record<string, SessionOption>>> {
    return Object.fromEntries(this.#options)
  }

  async setOption(name: string, value: SessionOption | null): Promise<void> {
    if (name === 'lol_invalid') throw new ConfigError({ code: 'UNKNOWN_SETTING', message: `there is no option ${name}` })
    if (value === 'lol_invalid') throw new ConfigError({ code: 'INVALID_SETTING', message: `${name} cannot be ${value}` })
    if (value === null) this.#options.delete(name)
    else this.#options.set(name, value)
  }

  async close(): Promise<void> {}
}

const inTransaction = (options: StatementOptions): boolean => {
  if (options.transactionId === undefined || options.transactionId.length === 0) return false
  assert.equal(utf8Text(options.transactionId), TRANSACTION_ID)
  return true
}

function query(options: StatementOptions): BackendStatement {
  const columns = inTransaction(options) ? TRANSACTION_SCHEMA : QUERY_SCHEMA
  const result = { queryId: 'query', schema: columns, updatedRows: -1, batches: none }
  return { kind: 'query', schema: columns, parameters: QUERY_SCHEMA, execute: async () => result }
}

function update(options: StatementOptions, rows: number, transactionRows: number): BackendStatement {
  const updatedRows = inTransaction(options) ? transactionRows : rows
  const columns = inTransaction(options) ? TRANSACTION_SCHEMA : QUERY_SCHEMA
  return {
    kind: 'update',
    schema: schema([]),
    parameters: schema([]),
    execute: async () => ({ queryId: 'update', schema: columns, updatedRows, batches: none }),
  }
}

async function* none(): AsyncGenerator<Batch> {}
