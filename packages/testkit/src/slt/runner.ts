/** Runs sqllogictest scripts through a session and counts what passed, failed and is not supported, by reason. */

import type { SessionContext } from '@artemis/engine'
import { ArtemisError, renderError } from '@artemis/errors'
import type { SltRecord } from './records.js'
import { parseSlt } from './records.js'
import { compareValues, hashValues, resultValues } from './values.js'

export interface SltFailure {
  readonly line: number
  readonly sql: string
  readonly message: string
}

export interface SltReport {
  passed: number
  readonly failures: SltFailure[]
  /** How often each reason stood in the way. */
  readonly unsupported: Map<string, number>
}

export function emptyReport(): SltReport {
  return { passed: 0, failures: [], unsupported: new Map() }
}

export interface SltOptions {
  /** The engine's name in skipif and onlyif lines. */
  readonly engine?: string | undefined
  /** Called after each record, with how many are done and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Runs a script in a fresh session; adds to `report`. */
export async function runSlt(text: string, session: SessionContext, report: SltReport, options: SltOptions = {}): Promise<void> {
  const { records } = parseSlt(text, options.engine ?? 'artemis')
  const labels = new Map<string, string>()
  // Tables and views that an unsupported statement would have made or changed: later records may fail for that alone.
  const missing = new Set<string>()
  for (const [i, record] of records.entries()) {
    const outcome = await runRecord(record, session, labels)
    count(record, outcome, missing, report)
    options.onProgress?.(i + 1, records.length)
  }
}

type Outcome = { readonly kind: 'passed' } | { readonly kind: 'failed'; readonly message: string; readonly error?: ArtemisError } | { readonly kind: 'unsupported'; readonly reason: string }

const PASSED: Outcome = { kind: 'passed' }

async function runRecord(record: SltRecord, session: SessionContext, labels: Map<string, string>): Promise<Outcome> {
  try {
    const result = await session.sql(record.sql)
    const batches = []
    for await (const batch of result.batches()) batches.push(batch)
    if (record.kind === 'statement') return record.expectError ? { kind: 'failed', message: 'an error was expected' } : PASSED
    const values = resultValues(batches, record.types, record.sortMode)
    const difference = compareValues(values, record.expected, record.types.length, record.sortMode) ?? checkLabel(record.label, values, labels)
    return difference === undefined ? PASSED : { kind: 'failed', message: difference }
  } catch (error) {
    return ofError(record, error)
  }
}

/** Mistakes in a language with static types that SQLite, whose scripts these are, answers by its rules of storage classes. */
const STATIC_TYPING: ReadonlySet<string> = new Set(['TYPE_MISMATCH', 'CAST_FAILED'])

/** Queries of one label must all give the same values. */
function checkLabel(label: string | null, values: readonly string[], labels: Map<string, string>): string | undefined {
  if (label === null) return undefined
  const hash = hashValues(values)
  const first = labels.get(label)
  labels.set(label, first ?? hash)
  return first === undefined || first === hash ? undefined : `result differs from the first query labelled ${label}`
}

function ofError(record: SltRecord, error: unknown): Outcome {
  if (!(error instanceof ArtemisError)) return { kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  if (error.kind === 'internal') return { kind: 'failed', message: error.stack ?? error.message }
  if (error.kind === 'unsupported') return { kind: 'unsupported', reason: error.message }
  if (error.kind === 'bind' && STATIC_TYPING.has(error.code)) return { kind: 'unsupported', reason: 'comparing values of two types: SQLite has no static types' }
  if (record.kind === 'statement' && record.expectError) return PASSED
  return { kind: 'failed', message: renderError(error, record.sql), error }
}

function count(record: SltRecord, outcome: Outcome, missing: Set<string>, report: SltReport): void {
  switch (outcome.kind) {
    case 'passed':
      report.passed++
      return
    case 'unsupported':
      addReason(report, outcome.reason)
      for (const name of changedNames(record.sql)) missing.add(name)
      return
    case 'failed': {
      const cause = [...missing].find((name) => new RegExp(`\\b${name}\\b`, 'i').test(record.sql))
      if (cause !== undefined) addReason(report, 'depends on a table that an unsupported statement would have changed')
      else report.failures.push({ line: record.line, sql: record.sql, message: outcome.message })
    }
  }
}

function addReason(report: SltReport, reason: string): void {
  report.unsupported.set(reason, (report.unsupported.get(reason) ?? 0) + 1)
}

const CHANGES = [
  /^\s*create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|unique\s+)?(?:table|view|index|trigger)\s+(?:if\s+not\s+exists\s+)?(\w+)/i,
  /^\s*(?:insert(?:\s+or\s+\w+)?|replace)\s+into\s+(\w+)/i,
  /^\s*update\s+(?:or\s+\w+\s+)?(\w+)/i,
  /^\s*delete\s+from\s+(\w+)/i,
]

function changedNames(sql: string): string[] {
  return CHANGES.flatMap((pattern) => pattern.exec(sql)?.[1] ?? [])
}
