/**
 * A session: catalogs, settings and prepared statements over a shared runtime. The engine's front door for services,
 * for the shell and for servers.
 */

import { randomUUID } from 'node:crypto'
import { Batch, field, int64, schema as makeSchema, utf8, vectorFromScalars } from '@artemis/arrow'
import type { Scalar, Schema } from '@artemis/arrow'
import { ArtemisError, BindError, ConfigError, cancelled, throwIfAborted } from '@artemis/errors'
import { ExecutionStream, GreedyMemoryPool, explainJson, explainText } from '@artemis/execution'
import { localFileIO } from '@artemis/iceberg'
import type { CatalogProvider, EvaluationContext, LogicalPlan, TableProvider } from '@artemis/plan'
import { explainLogicalPlan, relocatePlan } from '@artemis/plan'
import type { BoundCreateTable, BoundExecute, BoundExplain, BoundStatement, SqlParser, Statement, StatementParameters } from '@artemis/sql'
import { bindStatement } from '@artemis/sql'
import { checkedCatalog } from '../foreign/foreign-catalog.js'
import { MemoryCatalog } from '../memory/memory-catalog.js'
import { ParquetTable } from '../parquet/parquet-table.js'
import type { QueryResult, ResultKind } from '../result/query-result.js'
import type { SettingValues } from '../settings/definitions.js'
import { settingKey } from '../settings/definitions.js'
import { Settings } from '../settings/settings.js'
import { InformationSchema } from '../system/information-schema.js'
import { bindContext } from './binding.js'
import { Definitions } from './definitions.js'
import type { Logger } from './logger.js'
import { silentLogger } from './logger.js'
import { NameResolver } from './name-resolution.js'
import type { Parameters } from './parameters.js'
import { parameterValues } from './parameters.js'
import { parseWith } from './parser-choice.js'
import type { PlannedQuery } from './query-planner.js'
import { planQuery } from './query-planner.js'
import type { RunOptions } from './query-run.js'
import { knownResult, makeTaskContext, queryResult } from './query-run.js'
import { EngineRuntime } from './runtime.js'
import type { TableSource } from './table-sources.js'
import { tableProviderOf } from './table-sources.js'
import { wellFormed } from './well-formed.js'

export interface SessionOptions {
  /** Shared with other sessions of the process; by default one of its own. */
  readonly runtime?: EngineRuntime | undefined
  readonly settings?: Partial<SettingValues> | undefined
  readonly logger?: Logger | undefined
}

export interface QueryOptions {
  readonly params?: Parameters | undefined
  /** Stops the query when it fires. */
  readonly signal?: AbortSignal | undefined
}

/** One statement on its way through the session. */
interface StatementRun {
  readonly text: string
  readonly queryId: string
  readonly parser: SqlParser
  readonly parameters: StatementParameters
  readonly signal: AbortSignal
  readonly evaluation: EvaluationContext
  readonly startMs: number
}

interface PreparedStatement {
  readonly statement: Statement
  readonly text: string
}

export class SessionContext {
  readonly runtime: EngineRuntime
  readonly #logger: Logger
  readonly #settings: Settings
  readonly #catalogs = new Map<string, CatalogProvider>()
  readonly #memory = new MemoryCatalog()
  readonly #resolver: NameResolver
  readonly #definitions: Definitions
  readonly #prepared = new Map<string, PreparedStatement>()
  readonly #closed = new AbortController()
  #pool: GreedyMemoryPool

  constructor(options: SessionOptions = {}) {
    this.runtime = options.runtime ?? new EngineRuntime()
    this.#logger = options.logger ?? silentLogger
    this.#settings = new Settings(options.settings)
    this.#catalogs.set('memory', this.#memory)
    const system = new InformationSchema({ catalogs: this.#catalogs, settings: this.#settings, viewSchema: (sql) => this.#viewSchema(sql) })
    this.#resolver = new NameResolver(this.#catalogs, system)
    this.#definitions = new Definitions(this.#catalogs)
    this.#pool = new GreedyMemoryPool(this.#settings.get('memoryLimit'))
  }

  get timeZone(): string {
    return this.#settings.get('timeZone')
  }

  /** Bytes that the session's queries hold at this moment, of `artemis.memory_limit`. */
  get reservedMemory(): number {
    return this.#pool.reserved
  }

  /** Sets a setting by the name that SQL uses. Throws a ConfigError for a name or value that does not exist. */
  set(name: string, value: string): void {
    this.#settings.set(name, value)
  }

  /** Makes a catalog's schemas available as `name.schema.table`. */
  registerCatalog(name: string, provider: CatalogProvider): void {
    this.#catalogs.set(name.toLowerCase(), checkedCatalog(name, provider))
  }

  /** Makes a table available as `memory.main.name`, which is also found as `name`. Replaces one of the same name. */
  registerTable(name: string, source: TableSource): void {
    this.#memory.get('main')!.register(name, tableProviderOf(name, source))
  }

  /** Makes Parquet files available as one table. They must agree in the columns that are read. */
  async registerParquet(name: string, paths: string | readonly string[]): Promise<void> {
    const table = await ParquetTable.open(typeof paths === 'string' ? [paths] : paths, localFileIO(), this.runtime.cache)
    this.registerTable(name, table)
  }

  /**
   * Runs SQL. Of several statements all but the last run to their end first; the last one's result is returned, and does
   * not start before it is read. Throws an ArtemisError whose span refers to the text.
   */
  async sql(sqlText: string, options: QueryOptions = {}): Promise<QueryResult> {
    const text = wellFormed(sqlText)
    const signal = AbortSignal.any([this.#closed.signal, ...(options.signal === undefined ? [] : [options.signal])])
    throwIfAborted(signal)
    const startMs = performance.now()
    const { parser, statements } = await parseWith(this.#settings, text)
    if (statements.length === 0) throw new BindError({ code: 'EMPTY_STATEMENT', message: 'there is no statement in the text' })
    const parameters: StatementParameters = { kind: 'values', values: parameterValues(options.params) }
    let result: QueryResult | undefined
    for (const statement of statements) {
      if (result !== undefined) for await (const batch of result.batches()) void batch
      result = await this.#run(statement, this.#statementRun(text, parser, parameters, signal, startMs))
    }
    return result!
  }

  /** Cancels what runs. The session must not be used afterwards. */
  close(): Promise<void> {
    this.#closed.abort(cancelled('the session was closed'))
    return Promise.resolve()
  }

  #statementRun(text: string, parser: SqlParser, parameters: StatementParameters, signal: AbortSignal, startMs: number): StatementRun {
    const evaluation: EvaluationContext = { nowMicroseconds: BigInt(Date.now()) * 1000n, timeZone: this.timeZone }
    return { text, queryId: randomUUID(), parser, parameters, signal, evaluation, startMs }
  }

  async #run(statement: Statement, run: StatementRun): Promise<QueryResult> {
    try {
      return await this.#execute(await this.#bind(statement, run), run)
    } catch (error) {
      if (!(error instanceof ArtemisError)) throw error
      // What a setting or a catalog refuses knows no place.
      if (error instanceof ConfigError) error.at(statement.span)
      this.#logger.info({ queryId: run.queryId, code: error.code }, `query refused: ${error.message}`)
      throw error
    }
  }

  #bind(statement: Statement, run: StatementRun): Promise<BoundStatement> {
    const { text, evaluation, parameters, parser } = run
    const sources = { runtime: this.runtime, settings: this.#settings, catalogs: this.#catalogs, resolver: this.#resolver }
    return bindStatement(statement, bindContext({ ...sources, text, evaluation, parameters, parser }))
  }

  async #execute(bound: BoundStatement, run: StatementRun): Promise<QueryResult> {
    switch (bound.kind) {
      case 'query':
        return this.#query(bound.plan, run)
      case 'explain':
        return this.#explain(bound, run)
      case 'insert':
        return this.#insert(bound.provider, bound.plan, run)
      case 'create_table': {
        const { plan } = bound
        if (plan !== null) return this.#createTableAs(bound, plan, run)
        await this.#definitions.createTable(bound, this.#defaults)
        return this.#done(run)
      }
      case 'create_view':
        await this.#definitions.createView(bound, this.#defaults)
        return this.#done(run)
      case 'create_schema':
        await this.#definitions.createSchema(bound, this.#defaults)
        return this.#done(run)
      case 'drop':
        await this.#definitions.drop(bound, this.#defaults)
        return this.#done(run)
      case 'set':
        this.#settings.set(bound.name, bound.values.map((value) => value.text).join(','))
        return this.#done(run)
      case 'reset':
        if (bound.name === null) this.#settings.resetAll()
        else this.#settings.reset(bound.name)
        return this.#done(run)
      case 'show_setting':
        return this.#rows('rows', run, makeSchema([field(bound.name, utf8)]), [[this.#settings.text(settingKey(bound.name))]])
      case 'use':
        this.#settings.assign({ catalog: bound.catalog, schema: bound.schema ?? 'main' })
        return this.#done(run)
      case 'prepare':
        this.#prepared.set(bound.name, { statement: bound.statement, text: bound.text })
        return this.#done(run)
      case 'execute': {
        const prepared = this.#preparedStatement(bound.name, bound.span)
        return this.#executePrepared(prepared, bound, run)
      }
      case 'deallocate':
        if (bound.name === null) this.#prepared.clear()
        else {
          this.#preparedStatement(bound.name, bound.span)
          this.#prepared.delete(bound.name)
        }
        return this.#done(run)
      case 'transaction':
        throw new ConfigError({ code: 'NO_TRANSACTIONS', message: 'there are no transactions: every statement commits on its own', span: bound.span })
    }
  }

  get #defaults(): { catalog: string; schema: string } {
    return { catalog: this.#settings.get('catalog').toLowerCase(), schema: this.#settings.get('schema') }
  }

  #preparedStatement(name: string, span: BindError['span']): PreparedStatement {
    const prepared = this.#prepared.get(name)
    if (prepared === undefined) throw new BindError({ code: 'PREPARED_NOT_FOUND', message: `there is no prepared statement "${name}"`, span })
    return prepared
  }

  /** Places in the prepared text mean nothing in the text of EXECUTE: errors point at that. */
  async #executePrepared({ statement, text }: PreparedStatement, { values, span }: BoundExecute, run: StatementRun): Promise<QueryResult> {
    const prepared: StatementRun = { ...run, text, parameters: { kind: 'values', values } }
    try {
      const bound = await this.#bind(statement, prepared)
      const relocated = 'plan' in bound && bound.plan !== null ? { ...bound, plan: relocatePlan(bound.plan, span) } : bound
      return await this.#execute(relocated, prepared)
    } catch (error) {
      if (error instanceof ArtemisError) error.span = span
      throw error
    }
  }

  async #query(plan: LogicalPlan, run: StatementRun): Promise<QueryResult> {
    const planned = planQuery(plan, this.#settings, run.evaluation, this.runtime.functions)
    return queryResult(planned, await this.#runOptions(planned, run))
  }

  async #runOptions(planned: PlannedQuery, run: StatementRun): Promise<RunOptions> {
    const { queryId, evaluation, signal, startMs, text } = run
    await this.runtime.sweepSpillFolder(this.#settings.get('tempDirectory'))
    const planningMs = performance.now() - startMs
    const snapshots = planned.snapshots.map((snapshot) => ({ ...snapshot, snapshotId: snapshot.snapshotId.toString() }))
    this.#logger.info({ queryId, sql: text, snapshots, planningMs }, 'query planned')
    return { queryId, settings: this.#settings, memoryPool: this.#memoryPool(), evaluation, signal, logger: this.#logger, planningMs }
  }

  /** One pool for all queries of the session; a new one when its limit was set anew. */
  #memoryPool(): GreedyMemoryPool {
    const limit = this.#settings.get('memoryLimit')
    if (this.#pool.limit !== limit) this.#pool = new GreedyMemoryPool(limit)
    return this.#pool
  }

  async #insert(table: TableProvider, plan: LogicalPlan, run: StatementRun): Promise<QueryResult> {
    if (table.insert === undefined) throw new BindError({ code: 'READ_ONLY_TABLE', message: 'the table cannot be written to' })
    const result = await this.#query(plan, run)
    return this.#count(run, await table.insert(result.batches(), run.signal))
  }

  async #createTableAs(statement: BoundCreateTable, plan: LogicalPlan, run: StatementRun): Promise<QueryResult> {
    const result = await this.#query(plan, run)
    return this.#count(run, await this.#definitions.createTableAs(statement, () => result.batches(), run.signal, this.#defaults))
  }

  async #explain({ statement, analyze, format, verbose }: BoundExplain, run: StatementRun): Promise<QueryResult> {
    const { plan } = statement
    if (plan === null) throw new BindError({ code: 'NOTHING_TO_EXPLAIN', message: 'the statement has no plan' })
    const planned = planQuery(plan, this.#settings, run.evaluation, this.runtime.functions)
    const context = makeTaskContext(await this.#runOptions(planned, run))
    // Columns are made when they are read, so the run is one only if they are.
    if (analyze) for await (const batch of new ExecutionStream(planned.physical, context)) batch.columns()
    const options = analyze ? { metrics: context.metrics } : {}
    const text = format === 'json' ? await explainJson(planned.physical, options) : await explainText(planned.physical, options)
    const logical = verbose ? [...explainLogicalPlan(planned.logical).split('\n'), ''] : []
    const lines = format === 'json' ? [text] : [...logical, ...text.split('\n')]
    return this.#rows('plan', run, makeSchema([field('plan', utf8, false)]), lines.map((line) => [line]))
  }

  async #viewSchema(sql: string): Promise<Schema> {
    const { parser, statements } = await parseWith(this.#settings, sql)
    const run = this.#statementRun(sql, parser, { kind: 'values', values: new Map() }, this.#closed.signal, performance.now())
    const bound = await this.#bind(statements[0]!, run)
    if (bound.kind !== 'query') throw new BindError({ code: 'INVALID_VIEW', message: 'a view is not a query' })
    return makeSchema(bound.plan.columns.map((column) => field(column.name, column.type, column.nullable)))
  }

  #count(run: StatementRun, rows: number): QueryResult {
    return this.#rows('command', run, makeSchema([field('count', int64, false)]), [[BigInt(rows)]])
  }

  #done({ queryId }: StatementRun): QueryResult {
    return knownResult('command', queryId, { fields: [] }, [], this.timeZone)
  }

  #rows(kind: ResultKind, { queryId }: StatementRun, schema: Schema, rows: readonly (readonly Scalar[])[]): QueryResult {
    const columns = schema.fields.map((column, i) => vectorFromScalars(column.type, rows.map((row) => row[i]!)))
    return knownResult(kind, queryId, schema, [new Batch(schema, rows.length, columns)], this.timeZone)
  }
}
