import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { sqliteSession } from './command.js'
import { emptyReport, runSlt } from './runner.js'

const corpus = path.resolve(import.meta.dirname, '../../../../../shared/corpus/sqlite-slt')
const isThere = existsSync(corpus)
if (!isThere) console.log(`skipped: the sqllogictest corpus is not at ${path.relative(process.cwd(), corpus)}`)

const scripts = isThere ? ['select1.test', 'select2.test', 'select3.test', ...readdirSync(path.join(corpus, 'evidence')).map((name) => `evidence/${name}`)] : []

/** What later work adds, and what SQLite alone has; a reason that is not here must not appear. */
const EXPECTED_REASONS = [
  /^(?:UPDATE|DELETE|INSERT OR REPLACE|REINDEX|(?:CREATE|DROP) (?:TRIGGER|INDEX)) is not supported yet$/,
  /^comparing values of two types: SQLite has no static types$/,
  /^depends on a table that an unsupported statement would have changed$/,
]

describe.skipIf(!isThere)('the sqllogictest corpus', () => {
  it.each(scripts)('%s: nothing fails', async (name) => {
    const report = emptyReport()
    const session = sqliteSession()
    await runSlt(readFileSync(path.join(corpus, name), 'utf8'), session, report)
    await session.close()
    expect(report.failures).toEqual([])
    expect(report.passed).toBeGreaterThan(0)
    const unexpected = [...report.unsupported.keys()].filter((reason) => !EXPECTED_REASONS.some((expected) => expected.test(reason)))
    expect(unexpected).toEqual([])
  })
})
