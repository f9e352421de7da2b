import { describe, expect, it } from 'vitest'
import { sqliteSession } from './command.js'
import { parseSlt } from './records.js'
import { emptyReport, runSlt } from './runner.js'
import { hashValues } from './values.js'

async function run(script: string): Promise<ReturnType<typeof emptyReport>> {
  const report = emptyReport()
  const session = sqliteSession()
  await runSlt(script, session, report)
  await session.close()
  return report
}

describe('parseSlt', () => {
  it('keeps what skipif and onlyif leave to this engine', () => {
    const script = 'onlyif mysql\nstatement ok\nSELECT 1\n\nskipif mysql # a remark\nquery I rowsort x-1\nSELECT 2\n----\n2\n\nhalt\n\nstatement ok\nSELECT 3'
    const { records, skipped } = parseSlt(script, 'artemis')
    expect(skipped).toBe(1)
    expect(records).toEqual([
      { kind: 'query', line: 5, sql: 'SELECT 2', types: 'I', sortMode: 'rowsort', label: 'x-1', expected: { kind: 'values', values: ['2'] } },
    ])
  })

  it('names the line of what it cannot read', () => {
    expect(() => parseSlt('\n\nfrobnicate now', 'artemis')).toThrow('line 3')
  })
})

describe('runSlt', () => {
  it('passes right values in every sort mode, and hashes', async () => {
    const md5 = hashValues(['1', '2', '3'])
    const report = await run(
      `statement ok\nCREATE TABLE t(a INTEGER, b VARCHAR(5))\n\nstatement ok\nINSERT INTO t VALUES (3,'x'), (1,''), (2,NULL)\n\n` +
        `query IT rowsort\nSELECT a, b FROM t\n----\n1\n(empty)\n2\nNULL\n3\nx\n\nquery I valuesort\nSELECT a FROM t\n----\n3 values hashing to ${md5}\n\n` +
        `query R nosort\nSELECT avg(a) FROM t\n----\n2.000\n\nstatement error\nSELECT nothing FROM t`,
    )
    expect(report.failures).toEqual([])
    expect(report.passed).toBe(6)
  })

  it('fails wrong values, missing errors and unexpected ones', async () => {
    const report = await run('query I nosort\nSELECT 1\n----\n2\n\nstatement error\nSELECT 1\n\nstatement ok\nSELECT nothing')
    expect(report.failures.map((failure) => failure.line)).toEqual([1, 6, 9])
  })

  it('counts what is not supported by its reason, with what depends on it', async () => {
    const report = await run('statement ok\nCREATE TABLE t(a INTEGER)\n\nstatement ok\nUPDATE t SET a = 1\n\nquery I nosort\nSELECT a FROM t\n----\n1')
    expect(report.passed).toBe(1)
    expect([...report.unsupported.values()]).toEqual([1, 1])
    expect(report.failures).toEqual([])
  })
})
