/** `pnpm slt FILE…`: runs scripts and prints what passed, failed and is not supported. */

import { readFile, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { SessionContext } from '@artemis/engine'
import type { SltReport } from './runner.js'
import { emptyReport, runSlt } from './runner.js'

const SHOWN_FAILURES = 10

/** Runs the command; returns its exit code: 0 when nothing failed, 1 when something did, 2 for wrong usage. */
export async function runSltCommand(args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    console.error('usage: pnpm slt FILE|FOLDER…')
    return 2
  }
  const files = (await Promise.all(args.map(scriptsIn))).flat()
  const report = emptyReport()
  for (const file of files) {
    const before = { ...countsOf(report) }
    const start = performance.now()
    const session = sqliteSession()
    try {
      await runSlt(await readFile(file, 'utf8'), session, report, { onProgress: progressOf(file) })
    } finally {
      await session.close()
    }
    const after = countsOf(report)
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${file}: ${after.passed - before.passed} passed, ${after.failed - before.failed} failed, ${after.unsupported - before.unsupported} unsupported (${seconds} s)`)
    for (const failure of report.failures.slice(before.failed, before.failed + SHOWN_FAILURES)) {
      console.log(`\n${file}:${failure.line}\n${failure.sql}\n  ${failure.message.replaceAll('\n', '\n  ')}`)
    }
  }
  for (const [reason, times] of [...report.unsupported].toSorted((a, b) => b[1] - a[1])) console.log(`unsupported ${times} × ${reason}`)
  const { passed, failed, unsupported } = countsOf(report)
  console.log(`${passed} passed, ${failed} failed, ${unsupported} unsupported`)
  return failed === 0 ? 0 : 1
}

/** A session that reads SQLite's habits in the corpus: NULL is the least value, `/` of integers is an integer. */
export function sqliteSession(): SessionContext {
  return new SessionContext({ settings: { defaultNullOrder: 'low', integerDivision: true } })
}

function countsOf(report: SltReport): { passed: number; failed: number; unsupported: number } {
  const unsupported = [...report.unsupported.values()].reduce((sum, times) => sum + times, 0)
  return { passed: report.passed, failed: report.failures.length, unsupported }
}

function progressOf(file: string): ((done: number, total: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined
  return (done, total) => {
    if (done % 100 === 0 || done === total) process.stderr.write(`\r\u001B[K${done === total ? '' : `${path.basename(file)} ${done}/${total}`}`)
  }
}

async function scriptsIn(target: string): Promise<string[]> {
  if (!(await stat(target)).isDirectory()) return [target]
  const names = await readdir(target, { recursive: true })
  return names.filter((name) => /\.(?:slt|test)$/.test(name)).toSorted().map((name) => path.join(target, name))
}
