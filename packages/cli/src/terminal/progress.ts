/**
 * The line that tells what a long query has done so far: `2.3 s · 24.3 MB read · 364 row groups`. It stands on stderr, only when
 * that is a terminal, comes after a second and is erased at the end, so that no trace of it remains among results.
 */

import type { StatementMetrics } from '../session/shell-session.js'
import { formatCount, formatSize } from './numbers.js'
import type { OutputStream } from './streams.js'

const DELAY_MS = 1000
const INTERVAL_MS = 100
const ERASE_LINE = '\r\u001b[2K'

/** Starts to tell; the function that comes back ends it and erases the line. */
export type ShowProgress = (metrics: () => StatementMetrics | undefined) => () => void

export function progressOn(terminal: OutputStream, delayMs = DELAY_MS): ShowProgress {
  return (metrics) => {
    const start = performance.now()
    let shown = false
    const timer = setInterval(
      () => {
        const elapsedMs = performance.now() - start
        if (elapsedMs < delayMs) return
        terminal.write(ERASE_LINE + progressLine(elapsedMs, metrics()).slice(0, widthOf(terminal) - 1))
        shown = true
      },
      Math.min(INTERVAL_MS, delayMs),
    )
    timer.unref()
    return () => {
      clearInterval(timer)
      if (shown) terminal.write(ERASE_LINE)
    }
  }
}

export function progressLine(elapsedMs: number, metrics: StatementMetrics | undefined): string {
  const parts = [`${(elapsedMs / 1000).toFixed(1)} s`]
  const bytes = metrics?.counters['bytes_scanned'] ?? 0
  const received = metrics?.counters['bytes_received'] ?? 0
  const rowGroups = metrics?.counters['row_groups_matched'] ?? 0
  if (bytes > 0) parts.push(`${formatSize(bytes)} read`)
  if (received > 0) parts.push(`${formatSize(received)} received`)
  if (rowGroups > 0) parts.push(`${formatCount(rowGroups)} row ${rowGroups === 1 ? 'group' : 'groups'}`)
  if (metrics !== undefined && metrics.spilledBytes > 0) parts.push(`${formatSize(metrics.spilledBytes)} spilled`)
  if (metrics !== undefined && metrics.outputRows > 0) parts.push(`${formatCount(metrics.outputRows)} rows out`)
  return parts.join(' · ')
}

/** A terminal that does not know its size says 0. */
function widthOf({ columns = 0 }: OutputStream): number {
  return columns > 0 ? columns : 80
}
