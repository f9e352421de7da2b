import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { History, asOneLine } from './history.js'

describe('History', () => {
  let folder = ''
  beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'artemis-history-'))))
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('survives the session, newest first, in a file for the owner only', async () => {
    const file = path.join(folder, 'survives')
    await new History(file).add(['SELECT 1;'])
    await new History(file).add(['SELECT 2;', 'SELECT 3;'])
    expect(await new History(file).load()).toEqual(['SELECT 3;', 'SELECT 2;', 'SELECT 1;'])
    if (process.platform !== 'win32') expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600')
  })

  it('keeps the newest lines of a file that has grown long', async () => {
    const file = path.join(folder, 'long')
    await writeFile(file, Array.from({ length: 2500 }, (_, i) => `SELECT ${i};\n`).join(''))
    const lines = await new History(file).load()
    expect(lines).toHaveLength(1000)
    expect(lines[0]).toBe('SELECT 2499;')
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(1001)
  })

  it('does without a file, and with one that cannot be read or written', async () => {
    for (const history of [new History(undefined), new History(path.join(folder, 'absent', 'file'))]) {
      await history.add(['SELECT 1;'])
      expect(await history.load()).toEqual([])
    }
  })
})

describe('asOneLine', () => {
  it.each([
    ['SELECT 1;', 'SELECT 1;'],
    ['SELECT\n  1,\n  2;', 'SELECT 1, 2;'],
    ['SELECT 1 -- one\n, 2;', 'SELECT 1 /* one */ , 2;'],
    ['SELECT 1 /* a\n  b */\n;', 'SELECT 1 /* a b */ ;'],
    ["SELECT '--' AS a,\n  ' x  y ' AS b;", "SELECT '--' AS a, ' x  y ' AS b;"],
    ['SELECT "a--b"\n;', 'SELECT "a--b" ;'],
    ['SELECT 1 -- ends */ here\n;', 'SELECT 1  ;'],
  ])('%j becomes %j', (text, line) => {
    expect(asOneLine(text)).toBe(line)
  })

  it.each(["SELECT 'a\nb';", 'SELECT "a\nb";', 'SELECT $$a\nb$$;', "SELECT E'it\\'s\n';"])(
    'has no line for a line break in quotes: %j',
    (text) => {
      expect(asOneLine(text)).toBeUndefined()
    },
  )
})
