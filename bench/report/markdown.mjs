/** Numbers and tables of Markdown. */

export const ms = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))

export function verdict(value, goal) {
  return value <= goal ? `≤ ${goal}, met` : `≤ ${goal}, missed`
}

/** Columns of numbers stand to the right; cells may be empty. */
export function table(head, rows) {
  const numeric = head.map((_, column) => rows.every((row) => /^(-?[\d.]+)?$/.test(row[column])))
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(numeric.map((isNumber) => (isNumber ? '---:' : '---'))), ...rows.map(line)].join('\n')
}
