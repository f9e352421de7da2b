/** One run of a planned query: its task context, its result, its log lines. */

import type { Batch, Schema } from '@artemis/arrow'
import { ArtemisError } from '@artemis/errors'
import type { MemoryPool, TaskContext } from '@artemis/execution'
import { ExecutionStream, METRIC, QueryMetrics, SpillManager, taskContext } from '@artemis/execution'
import type { EvaluationContext } from '@artemis/plan'
import type { QueryMetricsReport } from '../result/metrics-report.js'
import type { ResultKind } from '../result/query-result.js'
import { QueryResult } from '../result/query-result.js'
import type { Settings } from '../settings/settings.js'
import type { Logger } from './logger.js'
import { asLimitError } from './limit-error.js'
import type { PlannedQuery } from './query-planner.js'
import { casts } from './query-planner.js'

export interface RunOptions {
  readonly queryId: string
  readonly settings: Settings
  readonly memoryPool: MemoryPool
  readonly evaluation: EvaluationContext
  readonly signal: AbortSignal
  readonly logger: Logger
  /** Milliseconds from the SQL text to the plan. */
  readonly planningMs: number
  /** The columns to give instead of the plan's: their types are the same, names and nullability may differ. */
  readonly resultSchema?: Schema | undefined
}

/** What a run needs, made when it starts. */
export function makeTaskContext(options: RunOptions): TaskContext {
  const { settings, queryId, logger } = options
  return taskContext({
    queryId,
    signal: options.signal,
    memoryPool: options.memoryPool,
    spill: new SpillManager({ directory: settings.get('tempDirectory'), queryId, diskLimit: settings.get('diskLimit') }),
    batchSize: settings.get('batchSize'),
    evaluation: options.evaluation,
    fileConcurrency: settings.get('fileConcurrency'),
    settings: { codegen: settings.get('codegen') },
    casts,
    metrics: new QueryMetrics(),
    logger,
  })
}

/** The result of a query: nothing runs before it is read. */
export function queryResult(planned: PlannedQuery, options: RunOptions): QueryResult {
  const context = makeTaskContext(options)
  const stream = new ExecutionStream(planned.physical, context)
  const clock = new RunClock()
  const metrics = (): QueryMetricsReport => reportOf(context.metrics, planned, clock, options.planningMs)
  return new QueryResult({
    kind: 'rows',
    queryId: options.queryId,
    schema: options.resultSchema ?? stream.schema,
    timeZone: options.evaluation.timeZone,
    batches: () => logged(stream, clock, options, metrics),
    cancel: (reason) => stream.cancel(reason),
    metrics,
  })
}

async function* logged(stream: ExecutionStream, clock: RunClock, options: RunOptions, metrics: () => QueryMetricsReport): AsyncGenerator<Batch> {
  const { queryId, logger, resultSchema } = options
  clock.start()
  try {
    if (resultSchema === undefined) yield* stream
    else for await (const batch of stream) yield batch.withSchema(resultSchema)
    logger.debug({ queryId, ...metrics() }, 'query finished')
  } catch (thrown) {
    const error = asLimitError(thrown)
    const code = error instanceof ArtemisError ? error.code : 'UNEXPECTED'
    logger.warn({ queryId, code, err: error }, 'query failed')
    throw error
  } finally {
    clock.stop()
  }
}

/** Milliseconds from the first pull to now or to the end. */
class RunClock {
  #started: number | undefined
  #stopped: number | undefined

  start(): void {
    this.#started = performance.now()
  }

  stop(): void {
    this.#stopped = performance.now()
  }

  get elapsedMs(): number {
    return this.#started === undefined ? 0 : (this.#stopped ?? performance.now()) - this.#started
  }
}

function reportOf(metrics: QueryMetrics, { physical }: PlannedQuery, clock: RunClock, planningMs: number): QueryMetricsReport {
  return {
    planningMs,
    executionMs: clock.elapsedMs,
    outputRows: metrics.of(physical).get(METRIC.outputRows),
    spillCount: metrics.total(METRIC.spillCount),
    spilledBytes: metrics.total(METRIC.spilledBytes),
    spilledRows: metrics.total(METRIC.spilledRows),
    counters: Object.fromEntries(metrics.totals()),
  }
}

const NO_METRICS: QueryMetricsReport = { planningMs: 0, executionMs: 0, outputRows: 0, spillCount: 0, spilledBytes: 0, spilledRows: 0, counters: {} }

/** A result that is known already: that of a command. */
export function knownResult(known: {
  readonly kind: ResultKind
  readonly queryId: string
  readonly schema: Schema
  readonly batches: readonly Batch[]
  readonly timeZone: string
  readonly count?: number | undefined
}): QueryResult {
  return new QueryResult({ ...known, batches: () => iterate(known.batches), cancel: () => undefined, metrics: () => NO_METRICS })
}

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}
