/** Results as sqllogictest writes them: one text a value, sorted as the record asks, hashed when they are many. */

import { createHash } from 'node:crypto'
import type { Batch, DataType, Scalar } from '@artemis/arrow'
import { formatValue, scalarAt } from '@artemis/arrow'
import type { ExpectedResult, SortMode } from './records.js'

/** The values of all rows, row by row, sorted by the record's mode. */
export function resultValues(batches: readonly Batch[], types: string, sortMode: SortMode): string[] {
  const rows: string[][] = []
  for (const batch of batches) {
    const columns = batch.columns()
    for (let row = 0; row < batch.rowCount; row++) {
      rows.push(columns.map((column, i) => formatCell(column.type, scalarAt(column, row), types[i] ?? 'T')))
    }
  }
  return sortValues(rows, sortMode)
}

function sortValues(rows: string[][], sortMode: SortMode): string[] {
  if (sortMode === 'rowsort') rows.sort((a, b) => compareRows(a, b))
  const values = rows.flat()
  return sortMode === 'valuesort' ? values.sort(compareText) : values
}

function compareRows(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareText(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return 0
}

/** Byte order, as the C program that wrote the hashes sorts. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function formatCell(type: DataType, value: Scalar, letter: string): string {
  if (value === null) return 'NULL'
  if (letter === 'I') return formatInteger(type, value)
  if (letter === 'R') return toNumber(type, value).toFixed(3)
  if (typeof value === 'boolean') return value ? '1' : '0'
  const text = formatValue(type, value)
  if (text === '') return '(empty)'
  // The original prints bytes and replaces those that are not printable ASCII.
  return Buffer.from(text).toString('latin1').replaceAll(/[^ -~]/g, '@')
}

function formatInteger(type: DataType, value: Scalar): string {
  if (typeof value === 'bigint' && type.kind !== 'decimal') return value.toString()
  const number = toNumber(type, value)
  return Number.isNaN(number) ? '0' : Math.trunc(number).toFixed(0)
}

function toNumber(type: DataType, value: Scalar): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (type.kind === 'decimal') return Number(formatValue(type, value))
  if (typeof value === 'string') return Number.parseFloat(value) || 0
  return Number(value)
}

/** MD5 over each value and a line feed. */
export function hashValues(values: readonly string[]): string {
  return createHash('md5').update(values.map((value) => `${value}\n`).join('')).digest('hex')
}

/** What differs, or undefined when the values are as expected. */
export function compareValues(actual: readonly string[], expected: ExpectedResult, columns: number, sortMode: SortMode): string | undefined {
  if (expected.kind === 'hash') {
    if (actual.length !== expected.count) return `${expected.count} values expected, got ${actual.length}`
    const md5 = hashValues(actual)
    return md5 === expected.md5 ? undefined : `hash ${expected.md5} expected, got ${md5} of ${actual.slice(0, 12).join(' | ')} …`
  }
  const wanted = expectedValues(expected.values, actual.length, columns, sortMode)
  if (wanted.length === actual.length && wanted.every((value, i) => value === actual[i])) return undefined
  return `expected ${preview(wanted)}, got ${preview(actual)}`
}

/** Expected values stand one a line, or (as other engines' scripts have it) one row a line, separated by tabs or spaces. */
function expectedValues(lines: readonly string[], actualCount: number, columns: number, sortMode: SortMode): string[] {
  if (lines.length === actualCount || columns <= 1) return [...lines]
  const rows = lines.map((line) => (line.includes('\t') ? line.split('\t') : line.split(/\s+/)))
  return rows.every((row) => row.length === columns) ? sortValues(rows, sortMode) : [...lines]
}

function preview(values: readonly string[]): string {
  const shown = values.slice(0, 12).join(' | ')
  return values.length > 12 ? `${shown} … (${values.length} values)` : `${shown} (${values.length} values)`
}
