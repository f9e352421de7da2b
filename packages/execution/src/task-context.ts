/** Everything that a running query shares among its operators. */

import type { EvaluationContext } from '@artemis/plan'
import type { CastProvider } from './expression/cast-provider.js'
import type { MemoryPool } from './memory/memory-pool.js'
import type { QueryMetrics } from './metrics.js'
import type { SpillManager } from './spill/spill-manager.js'

/** The part of pino's logger that execution uses. */
export interface ExecutionLogger {
  debug(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface ExecutionSettings {
  /** Whether arithmetic and comparisons may compile into fused loops; off, everything runs on kernels. */
  readonly codegen: boolean
}

export interface TaskContext {
  readonly queryId: string
  readonly signal: AbortSignal
  readonly memoryPool: MemoryPool
  readonly spill: SpillManager
  /** Rows that a batch should have at most. */
  readonly batchSize: number
  readonly evaluation: EvaluationContext
  /** Files that one scan may have open or in flight at once. */
  readonly fileConcurrency: number
  readonly settings: ExecutionSettings
  readonly casts: CastProvider
  readonly metrics: QueryMetrics
  readonly logger: ExecutionLogger
}

export const DEFAULT_BATCH_SIZE = 16_384
export const DEFAULT_FILE_CONCURRENCY = 64

const SILENT: ExecutionLogger = {
  debug: () => undefined,
  warn: () => undefined,
}

/** What a caller must give, and what has a default. */
export type TaskContextOptions = Pick<TaskContext, 'queryId' | 'memoryPool' | 'spill' | 'evaluation' | 'casts' | 'metrics'> &
  Partial<Omit<TaskContext, 'settings'>> & { readonly settings?: Partial<ExecutionSettings> }

export function taskContext(options: TaskContextOptions): TaskContext {
  return {
    signal: new AbortController().signal,
    batchSize: DEFAULT_BATCH_SIZE,
    fileConcurrency: DEFAULT_FILE_CONCURRENCY,
    logger: SILENT,
    ...options,
    settings: { codegen: true, ...options.settings },
  }
}
