import type { MetricsRecorder, ScanDescription } from '@artemis/plan'

/**
 * What a scan kept of how much, stage by stage. In a running query these are metrics (`files_total`, `files_kept`, …);
 * EXPLAIN shows them as `files: 53 total -> 1 matched`.
 */
export type ScanStage = 'manifests' | 'files' | 'row_groups' | 'pages'

const STAGES: readonly ScanStage[] = ['manifests', 'files', 'row_groups', 'pages']

export class ScanCounters {
  readonly #metrics: MetricsRecorder | undefined
  readonly #values = new Map<string, number>()

  constructor(metrics?: MetricsRecorder) {
    this.#metrics = metrics
  }

  count(stage: ScanStage, kept: number, total: number): void {
    this.add(`${stage}_matched`, kept)
    this.add(`${stage}_pruned`, total - kept)
  }

  add(name: string, amount: number): void {
    this.#metrics?.add(name, amount)
    this.#values.set(name, (this.#values.get(name) ?? 0) + amount)
  }

  /** The stages that were looked at. */
  describe(): ScanDescription['counters'] {
    return STAGES.flatMap((name) => {
      const kept = this.#values.get(`${name}_matched`)
      const pruned = this.#values.get(`${name}_pruned`)
      return kept === undefined || pruned === undefined || kept + pruned === 0 ? [] : [{ name, kept, total: kept + pruned }]
    })
  }
}
