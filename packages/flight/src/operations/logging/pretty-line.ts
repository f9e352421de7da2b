/** A line of the log for people: time, level, message, and the fields that say most. */

export function prettyLine(line: string): string {
  let fields: Record<string, unknown>
  try {
    fields = JSON.parse(line) as Record<string, unknown>
  } catch {
    return line
  }
  const { time, level, message, err, ...rest } = fields
  const shown = Object.entries(rest).map(([name, value]) => `${name}=${typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value)}`)
  const head = [String(time).slice(11, 23), String(level).toUpperCase().padEnd(5), String(message), ...shown].join(' ')
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : ''
  return `${head}${stack}\n`
}
