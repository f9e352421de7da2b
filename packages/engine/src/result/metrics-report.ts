/** What a query did, in numbers. */
export interface QueryMetricsReport {
  /** Milliseconds from the SQL text to a plan. */
  readonly planningMs: number
  /** Milliseconds from the first pull until now, or to the end. */
  readonly executionMs: number
  readonly outputRows: number
  readonly spillCount: number
  readonly spilledBytes: number
  readonly spilledRows: number
  /** Every counter of the operators, summed: `bytes_scanned`, `row_groups_pruned`, … */
  readonly counters: Readonly<Record<string, number>>
}
