/**
 * A session: catalogs, settings and prepared statements over a shared runtime. The engine's front door for services,
 * for the shell and for servers.
 */

import { randomUUID } from 'node:crypto'
import { Batch, field, schema as makeSchema, utf8, vectorFromScalars } from '@artemis/arrow'
import type { Scalar, Schema } from '@artemis/arrow'
import { ArtemisError, BindError, ConfigError, cancelled } from '@artemis/errors'
import { ExecutionStream, explainJson, explainText } from '@artemis/execution'
import type { MemoryPool } from '@artemis/execution'
import { localFileIO } from '@artemis/iceberg'
import type { CatalogEntry, CatalogProvider, EvaluationContext, LogicalPlan, SchemaProvider } from '@artemis/plan'
import { explainLogicalPlan, relocatePlan } from '@artemis/plan'
import type { BoundCreateTable, BoundExecute, BoundExplain, BoundInsert, BoundStatement, Statement, StatementParameters } from '@artemis/sql'
import { bindStatement } from '@artemis/sql'
import { checkedCatalog } from '../foreign/foreign-catalog.js'
import { MemoryCatalog } from '../memory/memory-catalog.js'
import { ParquetTable } from '../parquet/parquet-table.js'
import type { QueryResult, ResultKind } from '../result/query-result.js'
import { settingKey } from '../settings/definitions.js'
import { Settings } from '../settings/settings.js'
import { InformationSchema } from '../system/information-schema.js'
import { AsOfReading } from './as-of.js'
import { bindContext } from './binding.js'
import { Definitions } from './definitions.js'
import { FreshPlan } from './fresh-plan.js'
import type { IngestTarget } from './ingest.js'
import { ingest } from './ingest.js'
import { asLimitError } from './limit-error.js'
import type { Logger } from './logger.js'
import { silentLogger } from './logger.js'
import { NameResolver, readableCatalog } from './name-resolution.js'
import { parameterValues } from './parameters.js'
import { parseWith } from './parser-choice.js'
import type { SessionPolicy } from './policy.js'
import { requireWritable } from './policy.js'
import { parameterFields, valuesForFields } from './prepared-parameters.js'
import type { ExecuteOptions, PrepareOptions } from './prepared-statement.js'
import { PreparedStatement } from './prepared-statement.js'
import type { PlannedQuery } from './query-planner.js'
import { planQuery } from './query-planner.js'
import type { RunOptions } from './query-run.js'
import { knownResult, makeTaskContext, queryResult } from './query-run.js'
import { QuerySignals } from './query-signals.js'
import { EngineRuntime } from './runtime.js'
import { SessionMemoryPool } from './session-memory-pool.js'
import type { Announcement } from './statement-kind.js'
import { COUNT_SCHEMA, PLAN_SCHEMA, announcementOf, boundParameters, haveTypesOf, onlyStatement, valuesAs } from './statement-kind.js'
import type { QueryOptions, SessionOptions } from './session-options.js'
import type { NamedStatement, StatementRun, StatementToExecute } from './statement-run.js'
import type { TableSource } from './table-sources.js'
import { tableProviderOf } from './table-sources.js'
import { wellFormed } from './well-formed.js'

export class SessionContext {
  readonly runtime: EngineRuntime
  /** `information_schema`, which every catalog has. */
  readonly systemSchema: SchemaProvider
  readonly #logger: Logger
  readonly #settings: Settings
  readonly #policy: SessionPolicy
  readonly #sharedMemory: MemoryPool | undefined
  readonly #catalogs = new Map<string, CatalogProvider>()
  /** The same as they are listed: what may not be read is not in them. */
  readonly #listed = new Map<string, CatalogProvider>()
  readonly #memory: MemoryCatalog
  readonly #resolver: NameResolver
  readonly #definitions: Definitions
  readonly #prepared = new Map<string, NamedStatement>()
  readonly #signals = new QuerySignals()
  #pool: SessionMemoryPool

  constructor(options: SessionOptions = {}) {
    this.runtime = options.runtime ?? new EngineRuntime()
    this.#logger = options.logger ?? silentLogger
    this.#policy = options.policy ?? {}
    this.#sharedMemory = options.memoryPool ?? this.runtime.memoryPool
    this.#settings = new Settings(options.settings, this.#policy.settings)
    this.#memory = new MemoryCatalog(['main'], this.#policy.maximumTableBytes)
    this.#addCatalog('memory', this.#memory)
    const system = new InformationSchema({ catalogs: this.#listed, settings: this.#settings, viewSchema: (sql) => this.#viewSchema(sql) })
    this.systemSchema = system
    this.#resolver = new NameResolver(this.#catalogs, system, this.#policy.access)
    this.#definitions = new Definitions(this.#catalogs, this.#policy)
    this.#pool = new SessionMemoryPool(this.#settings.get('memoryLimit'), this.#sharedMemory)
  }

  /** The catalogs by name, as far as the session's policy lets them be listed: what it may not read is not in them. */
  get catalogs(): ReadonlyMap<string, CatalogProvider> {
    return this.#listed
  }

  /** Every setting that the session may see, by name, with its value as SHOW writes it. */
  get settings(): ReturnType<Settings['list']> {
    return this.#settings.list()
  }

  /** The value of a setting by the name that SQL uses. Throws a ConfigError when there is none, or it is not shown. */
  setting(name: string): string | number | boolean {
    const key = settingKey(name)
    this.#settings.text(key)
    return this.#settings.get(key)
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
    this.runtime.changes++
  }

  /** Gives a setting the value that the session was made with. */
  reset(name: string): void {
    this.#settings.reset(name)
    this.runtime.changes++
  }

  /** The columns of a table or view, as `catalogs` gives it. A view is bound to tell its columns. */
  async columnsOf(entry: CatalogEntry): Promise<Schema> {
    return entry.kind === 'table' ? entry.table.schema : (entry.schema ?? this.#viewSchema(entry.sql))
  }

  /** Makes a catalog's schemas available as `name.schema.table`. */
  registerCatalog(name: string, provider: CatalogProvider): void {
    this.#addCatalog(name.toLowerCase(), checkedCatalog(name, provider))
  }

  #addCatalog(name: string, provider: CatalogProvider): void {
    const { access } = this.#policy
    this.runtime.changes++
    this.#catalogs.set(name, provider)
    if (access === undefined) this.#listed.set(name, provider)
    else if (access.listsCatalog(name)) this.#listed.set(name, readableCatalog(name, provider, access))
  }

  /** Makes a table available as `memory.main.name`, which is also found as `name`. Replaces one of the same name. */
  registerTable(name: string, source: TableSource): void {
    this.#memory.get('main')!.register(name, tableProviderOf(name, source))
    this.runtime.changes++
  }

  /** Makes Parquet files available as one table. They must agree in the columns that are read. */
  async registerParquet(name: string, paths: string | readonly string[]): Promise<void> {
    const table = await ParquetTable.open(typeof paths === 'string' ? [paths] : paths, localFileIO(), this.runtime.cache)
    this.registerTable(name, table)
  }

  /**
   * Writes batches to a table that is there, or makes it of them: all rows or none. Returns how many they were. Columns are
   * matched by name and cast as INSERT casts; those that are not given are NULL.
   */
  async ingest(target: IngestTarget, batches: AsyncIterable<Batch>, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<number> {
    const signal = this.#signals.begin(options.signal)
    const evaluation: EvaluationContext = { nowMicroseconds: BigInt(Date.now()) * 1000n, timeZone: this.timeZone }
    try {
      return await ingest(target, batches, { definitions: this.#definitions, defaults: this.#defaults, evaluation, signal })
    } finally {
      this.runtime.changes++
    }
  }

  /**
   * Runs SQL. Of several statements all but the last run to their end first; the last one's result is returned, and does
   * not start before it is read. Throws an ArtemisError whose span refers to the text.
   */
  async sql(sqlText: string, options: QueryOptions = {}): Promise<QueryResult> {
    const text = wellFormed(sqlText)
    const signal = this.#signals.begin(options.signal)
    const startMs = performance.now()
    const { parser, statements } = await parseWith(this.#settingsWith(options), text)
    if (statements.length === 0) throw new BindError({ code: 'EMPTY_STATEMENT', message: 'there is no statement in the text' })
    const parameters: StatementParameters = { kind: 'values', values: parameterValues(options.params) }
    let result: QueryResult | undefined
    for (const statement of statements) {
      if (result !== undefined) for await (const batch of result.batches()) void batch
      result = await this.#run(statement, this.#statementRun({ ...options, text, parser, parameters, signal, startMs }))
    }
    return result!
  }

  /**
   * Parses and checks one statement, and runs nothing. Parameters have no values yet: their types are inferred from where
   * they stand. Throws a BindError MULTIPLE_STATEMENTS when the text holds more than one.
   */
  async prepare(sqlText: string, options: PrepareOptions = {}): Promise<PreparedStatement> {
    const text = wellFormed(sqlText)
    const signal = this.#signals.begin(options.signal)
    const startMs = performance.now()
    const { parser, statements } = await parseWith(this.#settingsWith(options), text)
    const statement = onlyStatement(statements)
    const parameters: StatementParameters = { kind: 'unknown', types: new Map() }
    const run = this.#statementRun({ ...options, text, parser, parameters, signal, startMs })
    const bound = await this.#reported(statement, run, () => this.#bind(statement, run))
    const announced = await this.#announce(bound, run)
    const fields = parameterFields(statement, boundParameters(bound))
    const { planLifetimeMs = 0 } = options
    const isReusable = bound.kind === 'query' && fields.length === 0 && planLifetimeMs > 0
    const fresh = new FreshPlan(isReusable ? { plan: bound.plan, evaluation: run.evaluation } : undefined, this.runtime, planLifetimeMs)
    return new PreparedStatement({
      ...announced,
      parameters: fields,
      execute: (execution) => this.#executeStatement({ statement, text, parser, announced, fields, options, fresh }, execution),
    })
  }

  /** Cancels what runs. The session must not be used afterwards. */
  close(): Promise<void> {
    this.#signals.end(cancelled('the session was closed'))
    return Promise.resolve()
  }

  #settingsWith({ settings }: Pick<QueryOptions, 'settings'>): Settings {
    return settings === undefined ? this.#settings : this.#settings.with(settings)
  }

  #statementRun(start: Pick<StatementRun, 'text' | 'parser' | 'parameters' | 'signal' | 'startMs'> & Pick<QueryOptions, 'settings' | 'asOf'>): StatementRun {
    const { text, parser, parameters, signal, startMs } = start
    const settings = this.#settingsWith(start)
    const evaluation: EvaluationContext = { nowMicroseconds: BigInt(Date.now()) * 1000n, timeZone: settings.get('timeZone') }
    const asOf = start.asOf === undefined ? undefined : new AsOfReading(start.asOf, evaluation)
    return { text, queryId: randomUUID(), parser, parameters, signal, evaluation, startMs, settings, asOf }
  }

  #run(statement: Statement, run: StatementRun): Promise<QueryResult> {
    return this.#reported(statement, run, async () => this.#execute(await this.#bind(statement, run), run))
  }

  async #executeStatement(prepared: StatementToExecute, { params, signal, keepSchema = true }: ExecuteOptions): Promise<QueryResult> {
    const { statement, text, parser, announced, fields, options, fresh } = prepared
    const startMs = performance.now()
    const given = { kind: 'values', values: valuesForFields(fields, params) } as const
    const start = { text, parser, signal: this.#signals.begin(signal), startMs, asOf: options.asOf, settings: options.settings }
    const run = this.#statementRun({ ...start, parameters: given })
    return this.#reported(statement, run, async () => {
      const reused = fresh.take()
      if (reused !== undefined) return this.#query(reused.plan, { ...run, evaluation: reused.evaluation })
      const bound = await this.#bind(statement, run)
      const kept = keepSchema && bound.kind === 'query'
      if (!kept) return this.#execute(bound, run)
      if (haveTypesOf(bound.plan.columns, announced.schema)) return this.#query(bound.plan, { ...run, resultSchema: announced.schema })
      const parameters = { kind: 'values', values: valuesAs(given.values, fields, run.evaluation) } as const
      const cast = { ...run, parameters }
      const again = await this.#bind(statement, cast)
      const asAnnounced = again.kind === 'query' && haveTypesOf(again.plan.columns, announced.schema)
      return this.#execute(again, asAnnounced ? { ...cast, resultSchema: announced.schema } : cast)
    })
  }

  /** The kind and columns of what EXECUTE runs are those of the statement that was given a name. */
  async #announce(bound: BoundStatement, run: StatementRun): Promise<Announcement> {
    if (bound.kind !== 'execute') return announcementOf(bound)
    const { statement, text } = this.#preparedStatement(bound.name, bound.span)
    return announcementOf(await this.#bind(statement, { ...run, text, parameters: { kind: 'values', values: bound.values } }))
  }

  async #reported<T>(statement: Statement, run: StatementRun, step: () => Promise<T>): Promise<T> {
    try {
      return await step()
    } catch (thrown) {
      const error = asLimitError(thrown)
      if (!(error instanceof ArtemisError)) throw error
      // What a setting or a catalog refuses knows no place.
      if (error instanceof ConfigError) error.at(statement.span)
      this.#logger.info({ queryId: run.queryId, code: error.code }, `query refused: ${error.message}`)
      throw error
    }
  }

  async #bind(statement: Statement, run: StatementRun): Promise<BoundStatement> {
    const { text, evaluation, parameters, parser, settings, asOf } = run
    const sources = { runtime: this.runtime, settings, catalogs: this.#listed, policy: this.#policy, asOf, resolver: this.#resolver }
    const bound = await bindStatement(statement, bindContext({ ...sources, text, evaluation, parameters, parser }))
    asOf?.requireUse()
    if (bound.kind === 'insert') this.#definitions.requireInsertable(bound.table, bound.span)
    else if (bound.kind.startsWith('create_') || bound.kind === 'drop') {
      requireWritable(this.#policy, bound.kind.toUpperCase().replace('_', ' '), statement.span)
    }
    return bound
  }

  async #execute(bound: BoundStatement, run: StatementRun): Promise<QueryResult> {
    if (bound.kind === 'query') return this.#query(bound.plan, run)
    try {
      return await this.#executeCommand(bound, run)
    } finally {
      if (bound.kind !== 'explain' && bound.kind !== 'show_setting') this.runtime.changes++
    }
  }

  async #executeCommand(bound: Exclude<BoundStatement, { kind: 'query' }>, run: StatementRun): Promise<QueryResult> {
    switch (bound.kind) {
      case 'explain':
        return this.#explain(bound, run)
      case 'insert':
        return this.#insert(bound, run)
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
        return this.#rows('rows', run, makeSchema([field(bound.name, utf8)]), [[run.settings.text(settingKey(bound.name))]])
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

  #preparedStatement(name: string, span: BindError['span']): NamedStatement {
    const prepared = this.#prepared.get(name)
    if (prepared === undefined) throw new BindError({ code: 'PREPARED_NOT_FOUND', message: `there is no prepared statement "${name}"`, span })
    return prepared
  }

  /** Places in the prepared text mean nothing in the text of EXECUTE: errors point at that. */
  async #executePrepared({ statement, text }: NamedStatement, { values, span }: BoundExecute, run: StatementRun): Promise<QueryResult> {
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
    const planned = planQuery(plan, run.settings, run.evaluation, this.runtime.functions)
    return queryResult(planned, await this.#runOptions(planned, run))
  }

  async #runOptions(planned: PlannedQuery, run: StatementRun): Promise<RunOptions> {
    const { queryId, evaluation, signal, startMs, text, settings, resultSchema } = run
    await this.runtime.sweepSpillFolder(settings.get('tempDirectory'))
    const planningMs = performance.now() - startMs
    const snapshots = planned.snapshots.map((snapshot) => ({ ...snapshot, snapshotId: snapshot.snapshotId.toString() }))
    this.#logger.info({ queryId, sql: text, snapshots, planningMs }, 'query planned')
    return { queryId, settings, memoryPool: this.#memoryPool(settings), evaluation, signal, logger: this.#logger, planningMs, resultSchema }
  }

  /** One pool for all queries of the session, a new one when its limit was set anew; a statement with a limit of its own has its own. */
  #memoryPool(settings: Settings): SessionMemoryPool {
    const limit = this.#settings.get('memoryLimit')
    const wanted = settings.get('memoryLimit')
    if (this.#pool.sessionLimit !== limit) this.#pool = new SessionMemoryPool(limit, this.#sharedMemory)
    return wanted === limit ? this.#pool : new SessionMemoryPool(wanted, this.#sharedMemory)
  }

  async #insert({ provider: table, plan }: BoundInsert, run: StatementRun): Promise<QueryResult> {
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
    const planned = planQuery(plan, run.settings, run.evaluation, this.runtime.functions)
    const context = makeTaskContext(await this.#runOptions(planned, run))
    // Columns are made when they are read, so the run is one only if they are.
    if (analyze) for await (const batch of new ExecutionStream(planned.physical, context)) batch.columns()
    const options = analyze ? { metrics: context.metrics } : {}
    const text = format === 'json' ? await explainJson(planned.physical, options) : await explainText(planned.physical, options)
    const logical = verbose ? [...explainLogicalPlan(planned.logical).split('\n'), ''] : []
    const lines = format === 'json' ? [text] : [...logical, ...text.split('\n')]
    return this.#rows('plan', run, PLAN_SCHEMA, lines.map((line) => [line]))
  }

  async #viewSchema(sql: string): Promise<Schema> {
    const { parser, statements } = await parseWith(this.#settings, sql)
    const parameters: StatementParameters = { kind: 'values', values: new Map() }
    const run = this.#statementRun({ text: sql, parser, parameters, signal: this.#signals.begin(undefined), startMs: performance.now() })
    const bound = await this.#bind(statements[0]!, run)
    if (bound.kind !== 'query') throw new BindError({ code: 'INVALID_VIEW', message: 'a view is not a query' })
    return makeSchema(bound.plan.columns.map((column) => field(column.name, column.type, column.nullable)))
  }

  #count(run: StatementRun, rows: number): QueryResult {
    return this.#rows('command', run, COUNT_SCHEMA, [[BigInt(rows)]], rows)
  }

  #done({ queryId }: StatementRun): QueryResult {
    return knownResult({ kind: 'command', queryId, schema: { fields: [] }, batches: [], timeZone: this.timeZone })
  }

  #rows(kind: ResultKind, { queryId }: StatementRun, schema: Schema, rows: readonly (readonly Scalar[])[], count?: number): QueryResult {
    const columns = schema.fields.map((column, i) => vectorFromScalars(column.type, rows.map((row) => row[i]!)))
    return knownResult({ kind, queryId, schema, batches: [new Batch(schema, rows.length, columns)], timeZone: this.timeZone, count })
  }
}
