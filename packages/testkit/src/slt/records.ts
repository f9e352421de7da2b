/**
 * sqllogictest scripts: blank-line separated records of statements and queries with their expected results.
 *
 *   statement ok|error            query IIT rowsort [label]
 *   CREATE TABLE …                SELECT …
 *                                 ----
 *                                 values, one a line, or `30 values hashing to 3c13…`
 */

export type SortMode = 'nosort' | 'rowsort' | 'valuesort'

interface RecordBase {
  /** Line of the record's first line, from 1. */
  readonly line: number
  readonly sql: string
}

export interface StatementRecord extends RecordBase {
  readonly kind: 'statement'
  readonly expectError: boolean
}

export interface QueryRecord extends RecordBase {
  readonly kind: 'query'
  /** A letter a column: I integer, R real, T text. */
  readonly types: string
  readonly sortMode: SortMode
  readonly label: string | null
  readonly expected: ExpectedResult
}

export type ExpectedResult =
  | { readonly kind: 'values'; readonly values: readonly string[] }
  | { readonly kind: 'hash'; readonly count: number; readonly md5: string }

export type SltRecord = StatementRecord | QueryRecord

export interface SltScript {
  readonly records: readonly SltRecord[]
  /** Records that a skipif or onlyif line leaves out for this engine. */
  readonly skipped: number
}

/** Reads a script for the engine called `engine` in skipif and onlyif lines. Throws an Error that names the line of what it cannot read. */
export function parseSlt(text: string, engine: string): SltScript {
  const records: SltRecord[] = []
  let skipped = 0
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  for (let i = 0; i < lines.length; ) {
    if (isIgnored(lines[i]!)) {
      i++
      continue
    }
    const end = endOfRecord(lines, i)
    const record = parseRecord(lines.slice(i, end), i + 1, engine)
    if (record === 'halt') break
    if (record === 'skipped') skipped++
    else if (record !== undefined) records.push(record)
    i = end
  }
  return { records, skipped }
}

function isIgnored(line: string): boolean {
  return line.trim() === '' || line.startsWith('#')
}

function endOfRecord(lines: readonly string[], start: number): number {
  let end = start
  while (end < lines.length && lines[end]!.trim() !== '') end++
  return end
}

function parseRecord(lines: readonly string[], line: number, engine: string): SltRecord | 'skipped' | 'halt' | undefined {
  let first = 0
  let included = true
  for (; first < lines.length; first++) {
    const [word, argument] = words(lines[first]!)
    if (word === 'skipif') included &&= argument !== engine
    else if (word === 'onlyif') included &&= argument === engine
    else if (!lines[first]!.startsWith('#')) break
  }
  if (first >= lines.length) return undefined
  if (!included) return 'skipped'
  const [command, ...rest] = words(lines[first]!)
  const body = lines.slice(first + 1)
  switch (command) {
    case 'statement':
      if (rest[0] !== 'ok' && rest[0] !== 'error') throw new Error(`line ${line}: statement takes ok or error`)
      return { kind: 'statement', line, sql: body.filter((text) => text !== '----').join('\n'), expectError: rest[0] === 'error' }
    case 'query':
      return parseQuery(rest, body, line)
    case 'hash-threshold':
      return undefined
    case 'halt':
      return 'halt'
    default:
      throw new Error(`line ${line}: unknown record "${command}"`)
  }
}

function parseQuery(header: readonly string[], body: readonly string[], line: number): QueryRecord {
  const [types = '', sortMode = 'nosort', label = null] = header
  if (sortMode !== 'nosort' && sortMode !== 'rowsort' && sortMode !== 'valuesort') throw new Error(`line ${line}: unknown sort mode "${sortMode}"`)
  const separator = body.indexOf('----')
  const sql = (separator === -1 ? body : body.slice(0, separator)).join('\n')
  const values = separator === -1 ? [] : body.slice(separator + 1)
  const hash = /^(\d+) values hashing to ([0-9a-f]{32})$/.exec(values[0] ?? '')
  const expected: ExpectedResult = hash === null ? { kind: 'values', values } : { kind: 'hash', count: Number(hash[1]), md5: hash[2]! }
  return { kind: 'query', line, sql, types, sortMode, label, expected }
}

function words(line: string): string[] {
  return line.trim().split(/\s+/)
}
