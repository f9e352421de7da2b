/** How much is kept of each column's metrics in manifests: the table properties `write.metadata.metrics.*`. */
import { ConfigError } from '@artemis/errors'

export type MetricsMode =
  | { readonly kind: 'none' }
  /** Value, null and NaN counts only. */
  | { readonly kind: 'counts' }
  /** Counts, and bounds with strings and bytes cut to `width` characters. */
  | { readonly kind: 'truncate'; readonly width: number }
  | { readonly kind: 'full' }

const DEFAULT_PROPERTY = 'write.metadata.metrics.default'
const COLUMN_PREFIX = 'write.metadata.metrics.column.'
const DEFAULT_MODE: MetricsMode = { kind: 'truncate', width: 16 }

/** The mode of a column by its dotted name. */
export function metricsModeOf(properties: Readonly<Record<string, string>>, columnPath: string): MetricsMode {
  const text = properties[`${COLUMN_PREFIX}${columnPath}`] ?? properties[DEFAULT_PROPERTY]
  return text === undefined ? DEFAULT_MODE : parseMetricsMode(text)
}

export function parseMetricsMode(text: string): MetricsMode {
  const lower = text.trim().toLowerCase()
  const truncated = /^truncate\((\d+)\)$/.exec(lower)
  if (truncated !== null && Number(truncated[1]) > 0) return { kind: 'truncate', width: Number(truncated[1]) }
  if (lower === 'none' || lower === 'counts' || lower === 'full') return { kind: lower }
  throw new ConfigError({
    code: 'BAD_METRICS_MODE',
    message: `"${text}" is not a metrics mode`,
    hint: 'use none, counts, truncate(16) or full',
  })
}
