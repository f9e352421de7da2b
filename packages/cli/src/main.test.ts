import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from './main.js'
import type { TerminalOptions } from './testing/captured-streams.js'
import { CapturedStreams } from './testing/captured-streams.js'

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function artemis(args: readonly string[], terminal: TerminalOptions = {}): Promise<Ran> {
  const streams = new CapturedStreams({ stdin: '', ...terminal })
  const code = await main(args, streams)
  return { code, out: streams.stdout.text, error: streams.stderr.text }
}

let folder = ''
beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'artemis-main-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string): Promise<string> {
  const place = path.join(folder, name)
  await writeFile(place, text)
  return place
}

const CSV = ['--format', 'csv', '--no-header']

describe('scripts', () => {
  it('run in the order they were given, in one session', async () => {
    const script = await file('insert.sql', '\ufeffINSERT INTO t VALUES (1), (2); -- done\n')
    const args = ['-q', 'CREATE TABLE t (n INTEGER)', '-f', script, '-q', 'SELECT SUM(n) FROM t; SELECT COUNT(*) FROM t']
    expect(await artemis([...CSV, ...args])).toEqual({ code: 0, out: '2\n3\n2\n', error: '' })
  })

  it('come from standard input when nothing else is given, or as the file -', async () => {
    expect(await artemis(CSV, { stdin: 'SELECT 1;\nSELECT 2' })).toEqual({ code: 0, out: '1\n2\n', error: '' })
    expect(await artemis([...CSV, '-q', 'SELECT 0', '-f', '-'], { stdin: 'SELECT 1' })).toEqual({ code: 0, out: '0\n1\n', error: '' })
  })

  it.each(['', '  \n', ';;', '-- only a comment', '/* ; */'])('may be empty: %j', async (stdin) => {
    expect(await artemis([], { stdin })).toEqual({ code: 0, out: '', error: '' })
    expect(await artemis(['--query', stdin])).toEqual({ code: 0, out: '', error: '' })
  })

  it('pass settings on', async () => {
    const args = [
      '--memory-limit',
      '64MiB',
      '--set',
      'artemis.time_zone=Asia/Tokyo',
      '-q',
      "SHOW artemis.memory_limit; SELECT TIMESTAMPTZ '2024-01-01 00:00:00+00' AS at",
    ]
    expect((await artemis([...CSV, ...args])).out).toBe('64 MiB\n2024-01-01 09:00:00+09\n')
  })
})

describe('errors in queries', () => {
  it('exit with 1, after what came before, with the place in the text', async () => {
    const query = 'SELECT 1;\nSELECT 1 +\n  nowhere;\nSELECT 3'
    const { code, out, error } = await artemis([...CSV, '-q', query])
    expect({ code, out }).toEqual({ code: 1, out: '1\n' })
    expect(error).toMatch(/^bind error: .*\nLINE 3: {3}nowhere;\n {10}\^{7}\n/)
  })

  it('name the file, the line and the column', async () => {
    const script = await file('broken.sql', 'SELECT 1;\n\nSELECT 1,\n  FROM FROM;\n')
    const { code, error } = await artemis([...CSV, '-f', script])
    expect(code).toBe(1)
    expect(error).toContain(`${script}:4:`)
    expect(error).toContain('syntax error: ')
    expect(error).toContain('LINE 4:   FROM FROM;')
  })

  it('do not stop --no-bail, also when a statement does not parse', async () => {
    const query = 'SELECT 1; SELEC 2; SELECT nowhere; SELECT 4'
    const { code, out, error } = await artemis([...CSV, '--no-bail', '-q', query, '-q', 'SELECT 5'])
    expect({ code, out }).toEqual({ code: 1, out: '1\n4\n5\n' })
    expect(error.match(/error: /g)).toHaveLength(2)
    expect(error).toContain('LINE 1: SELECT 1; SELEC 2; SELECT nowhere; SELECT 4\n                  ^^^^^\n')
    expect((await artemis([...CSV, '-q', query, '-q', 'SELECT 5'])).out).toBe('1\n')
  })

  it('are red on a terminal only', async () => {
    const args = ['-q', 'SELECT nowhere']
    const red = '\u001b[1;31mbind error:\u001b[0m'
    expect((await artemis(args)).error).not.toContain('\u001b')
    expect((await artemis(args, { terminals: ['stdout'] })).error).not.toContain('\u001b')
    expect((await artemis(args, { terminals: ['stderr'] })).error).toContain(red)
    expect((await artemis(args, { terminals: ['stderr'], env: { NO_COLOR: '1' } })).error).not.toContain('\u001b')
    expect((await artemis([...args, '--color', 'always'])).error).toContain(red)
    expect((await artemis([...args, '--color', 'never'], { terminals: ['stderr'] })).error).not.toContain('\u001b')
  })
})

describe('wrong usage exits with 2 and runs nothing', () => {
  it.each([
    [['--file', '/nowhere/at/all.sql'], 'config error: cannot read /nowhere/at/all.sql: there is no such file\n'],
    [['--file', os.tmpdir()], `config error: cannot read ${os.tmpdir()}: it is a folder\n`],
    [['--output', '/nowhere/at/all.csv'], 'config error: cannot write to /nowhere/at/all.csv: its folder does not exist\n'],
    [['--output', os.tmpdir()], `config error: cannot write to ${os.tmpdir()}: it is a folder\n`],
    [['--warehouse', '/nowhere'], 'config error: there is no folder /nowhere to open as a warehouse\n'],
    [['--set', 'artemis.nothing=1'], 'config error: there is no setting "artemis.nothing"\nhint: '],
    [['--memory-limit', 'lots'], 'config error: "lots" is not a valid value of artemis.memory_limit: it takes a size such as '],
  ])('%j', async (args, message) => {
    const { code, out, error } = await artemis([...args, '-q', 'SELECT 1'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error.startsWith(message)).toBe(true)
  })
})

describe('--output', () => {
  const place = (): string => path.join(folder, 'out', 'result.csv')
  beforeAll(() => mkdir(path.join(folder, 'out')))

  it('takes all results, and the format of its name', async () => {
    expect(await artemis(['-o', place(), '-q', "SELECT 1 AS a, 'x' AS b", '-q', 'SELECT 2 AS c'])).toEqual({ code: 0, out: '', error: '' })
    expect(await readFile(place(), 'utf8')).toBe('a,b\n1,x\nc\n2\n')
  })

  it('is left as it was by a failure, without a half-written file beside it', async () => {
    await writeFile(place(), 'as it was')
    expect((await artemis(['-o', place(), '-q', 'SELECT 1; SELECT nowhere'])).code).toBe(1)
    expect(await readFile(place(), 'utf8')).toBe('as it was')
    expect(readdirSync(path.dirname(place()))).toEqual(['result.csv'])
    expect((await artemis(['-o', path.join(folder, 'out', 'new.csv'), '-q', 'SELECT 1; SELECT nowhere'])).code).toBe(1)
    expect(readdirSync(path.dirname(place()))).toEqual(['result.csv'])
  })

  it('keeps what --no-bail went on to', async () => {
    expect((await artemis(['-o', place(), '--no-bail', '-q', 'SELECT 1 AS a; SELECT nowhere; SELECT 2 AS b'])).code).toBe(1)
    expect(await readFile(place(), 'utf8')).toBe('a\n1\nb\n2\n')
  })

  it.skipIf(process.platform === 'win32')('writes through links and to devices', async () => {
    const link = path.join(folder, 'out', 'link.csv')
    await symlink(place(), link)
    expect((await artemis(['-o', link, '-q', 'SELECT 7 AS n'])).code).toBe(0)
    expect(await readFile(place(), 'utf8')).toBe('n\n7\n')
    expect((await artemis(['-o', '/dev/null', '-q', 'SELECT 7 AS n'])).code).toBe(0)
  })

  it.skipIf(!existsSync('/dev/full'))('is an error when the disk is full', async () => {
    const { code, error } = await artemis(['-o', '/dev/full', '-q', 'SELECT 7 AS n'])
    expect(code).toBe(1)
    expect(error).toMatch(/^io error: cannot write to \/dev\/full: ENOSPC/)
  })

  it.skipIf(process.platform === 'win32')('keeps the permissions of the file that it replaces', async () => {
    const secret = await file('secret.csv', '')
    await chmod(secret, 0o600)
    await artemis(['-o', secret, '-q', 'SELECT 1 AS n'])
    expect(((await stat(secret)).mode & 0o777).toString(8)).toBe('600')
  })
})

describe('--syntax-check', () => {
  it('tells the first error of each statement with its place, and runs nothing', async () => {
    const script = await file('check.sql', 'SELECT 1;\nSELEC 2;\nSELECT (1;\n')
    const { code, out, error } = await artemis(['--syntax-check', '-f', script, '-q', 'SELECT * FORM t', '-q', 'SELECT nowhere'])
    expect({ code, error }).toEqual({ code: 1, error: '' })
    const places = out.split('\n').filter((line) => /:\d+:\d+: syntax error: /.test(line))
    expect(places.map((line) => line.slice(0, line.indexOf(': syntax')))).toEqual([`${script}:2:1`, `${script}:3:10`, '--query 1:1:10'])
  })

  it('says nothing and exits with 0 when all is well', async () => {
    expect(await artemis(['--syntax-check', '-q', 'SELECT nowhere FROM nothing; SELECT 1'])).toEqual({ code: 0, out: '', error: '' })
    expect(await artemis(['--syntax-check'], { stdin: 'SELECT 1' })).toEqual({ code: 0, out: '', error: '' })
    expect((await artemis(['--syntax-check'], { stdin: 'SELECT 1 +' })).out).toContain('<stdin>:1:11: syntax error: ')
  })
})
