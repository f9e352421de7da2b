/** Counters of a running query, one recorder for each plan node. EXPLAIN ANALYZE and the session read them. */

import type { MetricsRecorder } from '@artemis/plan'

/** The names that operators use; DataFusion's where it has one. Scans add their own (`bytes_scanned`, `row_groups_pruned`, …). */
export const METRIC = {
  outputRows: 'output_rows',
  outputBatches: 'output_batches',
  /** Nanoseconds in the operator itself, without the time spent in its inputs. */
  elapsedCompute: 'elapsed_compute',
  spillCount: 'spill_count',
  spilledBytes: 'spilled_bytes',
  spilledRows: 'spilled_rows',
  /** The most bytes that the operator had reserved at once. */
  peakMemory: 'peak_memory',
  /** Nanoseconds until a join's build side was complete, its input included. */
  buildTime: 'build_time',
  buildRows: 'build_input_rows',
  groups: 'groups',
  rowReplacements: 'row_replacements',
} as const

export class OperatorMetrics implements MetricsRecorder {
  readonly #values = new Map<string, number>()

  add(name: string, amount: number): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + amount)
  }

  max(name: string, value: number): void {
    if (value > (this.#values.get(name) ?? Number.NEGATIVE_INFINITY)) this.#values.set(name, value)
  }

  get(name: string): number {
    return this.#values.get(name) ?? 0
  }

  /** All counters, in the order of their first use. */
  entries(): [string, number][] {
    return [...this.#values]
  }
}

/** The recorders of one query, by plan node. A plan may run many times at once: each run has its own metrics. */
export class QueryMetrics {
  readonly #nodes = new Map<object, OperatorMetrics>()

  /** The node's recorder, made at first use. */
  of(node: object): OperatorMetrics {
    let metrics = this.#nodes.get(node)
    if (metrics === undefined) {
      metrics = new OperatorMetrics()
      this.#nodes.set(node, metrics)
    }
    return metrics
  }

  /** A counter summed over all nodes. */
  total(name: string): number {
    let sum = 0
    for (const metrics of this.#nodes.values()) sum += metrics.get(name)
    return sum
  }

  /** Every counter summed over all nodes (`peak_memory`, too: the operators of a query hold memory at the same time). */
  totals(): Map<string, number> {
    const totals = new Map<string, number>()
    for (const metrics of this.#nodes.values())
      for (const [name, value] of metrics.entries()) totals.set(name, (totals.get(name) ?? 0) + value)
    return totals
  }
}
