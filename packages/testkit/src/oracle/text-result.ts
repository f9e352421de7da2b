/** Results as text, in which those of two engines can be compared. */

import { formatVector } from '@artemis/arrow'
import type { QueryResult } from '@artemis/engine'
import { timeZoneOffset } from '@artemis/engine'
import { sqlTypeName } from '@artemis/plan'

export interface TextResult {
  readonly names: readonly string[]
  /** SQL names of the types. */
  readonly types: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Reads a result of ours to its end. */
export async function textResult(result: QueryResult, timeZone = 'UTC'): Promise<TextResult> {
  const zone = timeZoneOffset(timeZone)
  const rows: (string | null)[][] = []
  for await (const batch of result.batches()) {
    const columns = batch.columns().map((column) => formatVector(column, { zone }))
    for (let row = 0; row < batch.rowCount; row++) rows.push(columns.map((column) => column[row] ?? null))
  }
  return { names: result.fields.map((field) => field.name), types: result.fields.map((field) => sqlTypeName(field.type)), rows }
}

export interface Comparison {
  /** Whether the order of rows counts. Default false: both sides are sorted. */
  readonly ordered?: boolean
  /** Relative difference that values of FLOAT and DOUBLE may have. Default 1e-9: sums depend on their order. */
  readonly tolerance?: number
  /** Whether the names of columns count. Default false. */
  readonly names?: boolean
}

/** What differs, in words for a test's message; undefined when the results agree. */
export function difference(ours: TextResult, theirs: TextResult, { ordered = false, tolerance = 1e-9, names = false }: Comparison = {}): string | undefined {
  if (ours.types.length !== theirs.types.length || !ours.types.every((type, i) => sameType(type, theirs.types[i]!))) {
    return `types: ours (${ours.types.join(', ')}), theirs (${theirs.types.join(', ')})`
  }
  if (names && ours.names.join() !== theirs.names.join()) return `names: ours (${ours.names.join(', ')}), theirs (${theirs.names.join(', ')})`
  if (ours.rows.length !== theirs.rows.length) {
    return `rows: ours ${ours.rows.length}, theirs ${theirs.rows.length}\n  ours:   ${preview(ours)}\n  theirs: ${preview(theirs)}`
  }
  const isFloat = ours.types.map((type) => type === 'DOUBLE' || type === 'FLOAT')
  const [left, right] = ordered ? [ours.rows, theirs.rows] : [sorted(ours.rows, isFloat), sorted(theirs.rows, isFloat)]
  for (const [i, row] of left.entries()) {
    const other = right[i]!
    if (row.every((value, column) => sameValue(value, other[column]!, isFloat[column] === true ? tolerance : 0))) continue
    return `row ${i}:\n  ours:   ${rowText(row)}\n  theirs: ${rowText(other)}`
  }
  return undefined
}

/**
 * DuckDB sums integers in 128 bits, where we have 64 bits for the narrow types and decimals of 38 digits for BIGINT; and
 * it calls the type of a bare NULL an integer.
 */
function sameType(ours: string, theirs: string): boolean {
  if (theirs === 'HUGEINT') return ours === 'BIGINT' || ours === 'DECIMAL(38,0)'
  if (ours === 'NULL') return theirs === 'INTEGER'
  return canonicalType(ours) === canonicalType(theirs)
}

function canonicalType(type: string): string {
  return type.replaceAll('HUGEINT', 'DECIMAL(38,0)').replaceAll(', ', ',').replaceAll('"', '').toUpperCase()
}

function sameValue(a: string | null, b: string | null, tolerance: number): boolean {
  if (a === b) return true
  if (a === null || b === null || tolerance === 0) return false
  const [x, y] = [Number(a), Number(b)]
  return Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y), 1e-12)
}

/** Floats are compared last, and rounded, so that the last digit does not change the place of a row. */
function sorted(rows: TextResult['rows'], isFloat: readonly boolean[]): TextResult['rows'] {
  const keyOf = (row: readonly (string | null)[]): string => {
    const exact = row.filter((_, i) => !isFloat[i])
    const rounded = row.filter((_, i) => isFloat[i]).map((value) => (value === null ? null : Number(value).toPrecision(6)))
    return JSON.stringify([...exact, ...rounded])
  }
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row)
}

function rowText(row: readonly (string | null)[]): string {
  return row.map((value) => value ?? 'NULL').join(' | ')
}

function preview({ rows }: TextResult): string {
  return rows.slice(0, 6).map(rowText).join(' // ')
}
