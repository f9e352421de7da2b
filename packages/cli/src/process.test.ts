/** The built command as a process: what only a process has, pipes that close, signals and exit codes. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const COMMAND = path.resolve(import.meta.dirname, '../bin/artemis-sql.js')
/** A million rows from nothing. */
const DIGITS = '(VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))'
const MILLION = `SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n + 100000 * f.n AS n
  FROM ${['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${DIGITS} AS ${name} (n)`).join(', ')}`

let folder = ''
beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'artemis-process-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [COMMAND, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ARTEMIS_WAREHOUSE: undefined },
  })
}

async function exit(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal!)))
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2000 && !condition(); tries++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(condition()).toBe(true)
}

describe.skipIf(!existsSync(path.resolve(import.meta.dirname, '../dist/index.js')))('artemis-sql (needs the build)', () => {
  it('prints a result and exits with 0', async () => {
    const child = start('--query', "SELECT 1 AS one, 'x' AS two", '--format', 'csv')
    const [out, error, code] = await Promise.all([text(child.stdout!), text(child.stderr!), exit(child)])
    expect({ out, error, code }).toEqual({ out: 'one,two\n1,x\n', error: '', code: 0 })
  })

  it('loads gRPC for --remote only', async () => {
    const code = `import { createRequire } from 'node:module'
      import { main } from ${JSON.stringify(path.resolve(import.meta.dirname, '../dist/index.js'))}
      const loads = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('grpc'))
      await main(['--query', 'SELECT 1', '--format', 'csv'])
      console.log(loads())
      await main(['--remote', 'grpc://127.0.0.1:1', '--query', 'SELECT 1'])
      console.log(loads())`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, ended] = await Promise.all([text(child.stdout), exit(child)])
    expect({ out, ended }).toEqual({ out: '1\n1\nfalse\ntrue\n', ended: 0 })
  })

  it.each(['csv', 'json'])('ends quietly when the reader of its %s has gone', async (format) => {
    const child = start('--query', MILLION, '--format', format)
    child.stdout!.once('data', () => child.stdout!.destroy())
    const [error, code] = await Promise.all([text(child.stderr!), exit(child)])
    expect({ error, code }).toEqual({ error: '', code: 0 })
  })

  it('ends quietly when the reader has gone before the only row', async () => {
    const child = start('--query', 'SELECT 1')
    child.stdout!.destroy()
    const [error, code] = await Promise.all([text(child.stderr!), exit(child)])
    expect({ error, code }).toEqual({ error: '', code: 0 })
  })

  it.skipIf(process.platform === 'win32').each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends a query, removes its spill and its output, and exits with %i', async (signal, expected) => {
    const temp = path.join(folder, signal)
    const output = path.join(folder, `${signal}.csv`)
    const child = start(
      '--memory-limit',
      '8MiB',
      '--temp-dir',
      temp,
      '--output',
      output,
      '--query',
      `SELECT n, COUNT(*) FROM (${MILLION}) AS m GROUP BY n`,
    )
    const spilled = (): boolean =>
      existsSync(temp) && readdirSync(temp, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile())
    await until(spilled)
    child.kill(signal)
    const [error, code] = await Promise.all([text(child.stderr!), exit(child)])
    expect(error).toBe('the query was cancelled\n')
    expect(code).toBe(expected)
    expect(spilled()).toBe(false)
    expect(readdirSync(folder).filter((name) => name.includes('.csv'))).toEqual([])
  })
})
