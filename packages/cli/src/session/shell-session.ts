/**
 * What the shell needs of a session, wherever it runs: in this process or on a server. Nothing above this file knows which,
 * so every format, command and habit of the shell is the same over both.
 */

import type { Batch, QueryMetricsReport, Schema } from '@artemis/engine'

export interface ShellSession {
  /** What the prompt says of it: the archive that is open, the server that answers. */
  readonly title: string
  /**
   * Runs one statement; its rows are made as they are read. Settings, `USE` and prepared statements hold for those after it.
   * Throws an ArtemisError whose span refers to the text.
   */
  run(statement: string, signal: AbortSignal): Promise<StatementResult>
  close(): Promise<void>
}

export interface StatementResult {
  /** `plan` is the lines of an EXPLAIN. */
  readonly kind: 'rows' | 'plan' | 'command'
  readonly schema: Schema
  /** IANA name: the session's zone, in which instants are shown. */
  readonly timeZone: string
  /** What has been done so far. */
  readonly metrics: StatementMetrics
  /** Can be read once. Leaving the loop ends the statement. */
  batches(): AsyncIterable<Batch>
}

/** What the line of progress tells; a session counts what it can see. */
export type StatementMetrics = Pick<QueryMetricsReport, 'outputRows' | 'spilledBytes' | 'counters'>
