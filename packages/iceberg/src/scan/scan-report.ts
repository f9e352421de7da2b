/** How much each stage of planning kept "of N": for EXPLAIN, metrics and tests that assert the work done. */

export interface StageCounts {
  readonly kept: number
  readonly total: number
}

export interface ScanReport {
  readonly snapshotId: bigint | undefined
  /** Data manifests kept by the summaries of the manifest list. */
  readonly manifests: StageCounts
  /** Delete manifests kept likewise. */
  readonly deleteManifests: StageCounts
  /**
   * Data files that scan tasks were made of, of all live files of the snapshot. The total counts the files of pruned
   * manifests from the manifest list; `totalExact` is false when an old list does not tell.
   */
  readonly files: StageCounts
  readonly totalExact: boolean
  /** Files of opened manifests that the partition tuple, and then the column metrics, ruled out. */
  readonly prunedByPartition: number
  readonly prunedByMetrics: number
  /** Files whose every row is known to match. */
  readonly filesWithoutResidual: number
  readonly rows: number
  readonly bytes: number
  /** Delete files that apply to some planned file, of those in opened delete manifests. */
  readonly deleteFiles: StageCounts
  readonly planningMs: number
  /** False while planning goes on, or when the consumer stopped early: the counts then cover what was planned. */
  readonly complete: boolean
}

/** The counters behind a report, filled while a plan runs. */
export class ScanCounters {
  manifestsTotal = 0
  manifestsKept = 0
  deleteManifestsTotal = 0
  deleteManifestsKept = 0
  filesTotal = 0
  totalExact = true
  filesKept = 0
  prunedByPartition = 0
  prunedByMetrics = 0
  filesWithoutResidual = 0
  rows = 0
  bytes = 0
  deleteFilesTotal = 0
  readonly deleteFilesUsed = new Set<string>()
  planningMs = 0
  complete = false

  report(snapshotId: bigint | undefined): ScanReport {
    return {
      snapshotId,
      manifests: { kept: this.manifestsKept, total: this.manifestsTotal },
      deleteManifests: { kept: this.deleteManifestsKept, total: this.deleteManifestsTotal },
      files: { kept: this.filesKept, total: this.filesTotal },
      totalExact: this.totalExact,
      prunedByPartition: this.prunedByPartition,
      prunedByMetrics: this.prunedByMetrics,
      filesWithoutResidual: this.filesWithoutResidual,
      rows: this.rows,
      bytes: this.bytes,
      deleteFiles: { kept: this.deleteFilesUsed.size, total: this.deleteFilesTotal },
      planningMs: this.planningMs,
      complete: this.complete,
    }
  }
}

/** One line, such as `manifests 1 of 6, files 3 of 120 (by partition 17, by metrics 0)`. */
export function scanReportText(report: ScanReport): string {
  const parts = [
    `manifests ${report.manifests.kept} of ${report.manifests.total}`,
    `files ${report.files.kept} of ${report.totalExact ? '' : 'at least '}${report.files.total} ` +
      `(pruned by partition ${report.prunedByPartition}, by metrics ${report.prunedByMetrics})`,
  ]
  if (report.deleteManifests.total > 0) {
    parts.push(`delete manifests ${report.deleteManifests.kept} of ${report.deleteManifests.total}`)
    parts.push(`delete files ${report.deleteFiles.kept} of ${report.deleteFiles.total}`)
  }
  return parts.join(', ')
}
