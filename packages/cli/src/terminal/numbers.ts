/** Numbers as people read them. */

/** `1,048,260`. Without Intl, which takes many milliseconds to load. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes in decimal units with one decimal: `24.3 MB`. */
export function formatSize(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.95 && unit < SIZES.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${SIZES[unit]}`
}

export function formatElapsed(elapsedMs: number): string {
  return elapsedMs < 999.5 ? `${Math.round(elapsedMs)} ms` : `${(elapsedMs / 1000).toFixed(2)} s`
}
