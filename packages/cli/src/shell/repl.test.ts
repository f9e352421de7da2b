import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import * as apache from 'apache-arrow'
import { SessionContext } from '@artemis/engine'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../main.js'
import { StreamOutput } from '../output/output.js'
import { LocalSession } from '../session/local-session.js'
import { CapturedStreams } from '../testing/captured-streams.js'
import { History } from './history.js'
import { runRepl } from './repl.js'

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const UP = '\u001b[A'

let folder = ''
beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'artemis-repl-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A prompt over streams of a test. What the terminal shows is its text without the sequences that move the cursor. */
class Prompt {
  readonly streams = new CapturedStreams({ terminals: ['stdin', 'stdout'], columns: 120 })
  readonly session = new SessionContext()
  readonly ended: Promise<void>
  hasEnded = false

  constructor(historyFile?: string) {
    const { streams, session } = this
    this.ended = runRepl({
      script: {
        session: new LocalSession(session),
        output: new StreamOutput(streams.stdout, 'the terminal'),
        view: { format: 'table', header: true, maxRows: 40, maxWidth: undefined },
        showProgress: undefined,
      },
      history: new History(historyFile),
      input: streams.stdin,
      terminal: streams.stdout,
      usesColor: false,
      banner: 'Hello.',
    }).finally(() => (this.hasEnded = true))
  }

  get shown(): string {
    // oxlint-disable-next-line no-control-regex -- escape sequences are what is taken away
    return this.streams.stdout.text.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '').replaceAll('\r', '')
  }

  /** Types, and waits until what is shown from here on matches. Returns that. */
  async type(keys: string, until: RegExp): Promise<string> {
    const from = this.shown.length
    this.streams.stdin.write(keys)
    return this.wait(until, from)
  }

  async wait(until: RegExp, from = 0): Promise<string> {
    for (let tries = 0; tries < 1000; tries++) {
      const text = this.shown.slice(from)
      if (until.test(text)) return text
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    throw new Error(`never shown: ${until}\n${this.shown.slice(from)}`)
  }
}

/** Registers a table `endless`; says when it is first read and whether its stream was closed. */
function endlessSource({ session }: Prompt): { readonly opened: Promise<void>; readonly isClosed: () => boolean } {
  const batch = new apache.Table({ n: apache.vectorFromArray([1], new apache.Int32()) }).batches[0]!
  let isClosed = false
  const opened = new Promise<void>((resolve) => {
    async function* batches(): AsyncGenerator<apache.RecordBatch> {
      resolve()
      try {
        for (;;) {
          await new Promise((tick) => setTimeout(tick, 1))
          yield batch
        }
      } finally {
        isClosed = true
      }
    }
    session.registerTable('endless', { schema: batch.schema, batches })
  })
  return { opened, isClosed: () => isClosed }
}

const READY = /artemis> $/
const MORE = /\.\.\.> $/

describe('the prompt', () => {
  const prompts: Prompt[] = []
  async function open(historyFile?: string): Promise<Prompt> {
    const prompt = new Prompt(historyFile)
    prompts.push(prompt)
    await prompt.wait(READY)
    return prompt
  }
  afterEach(async () => {
    for (const prompt of prompts.splice(0)) {
      prompt.streams.stdin.end()
      await prompt.ended
    }
  })

  it('greets, runs a statement at its semicolon and leaves on Ctrl-D', async () => {
    const prompt = await open()
    expect(prompt.shown).toBe('Hello.\nartemis> ')
    expect(await prompt.type('SELECT 41 + 1 AS answer;\r', READY)).toMatch(/│ +42 │\n└─+┘\n1 row in \d+ ms\nartemis> $/)
    prompt.streams.stdin.write(CTRL_D)
    await prompt.ended
    expect(prompt.shown.endsWith('artemis> \n')).toBe(true)
  })

  it('gathers lines until the semicolon, also through quotes, comments and brackets', async () => {
    const prompt = await open()
    await prompt.type('SELECT (1\r', MORE)
    await prompt.type(", 'a;\r", MORE)
    await prompt.type("b') -- done;\r", MORE)
    await prompt.type('  AS r\r', MORE)
    expect(await prompt.type(';\r', READY)).not.toContain('...>')
  })

  it('runs what is complete of a line and keeps the rest', async () => {
    const prompt = await open()
    const first = await prompt.type('SELECT 1 AS one; SELECT 2 AS two; SELECT 3\r', MORE)
    expect(first).toContain('│     one │')
    expect(first).toContain('│     two │')
    expect(await prompt.type('  + 4 AS seven;\r', READY)).toContain('│       7 │')
  })

  it('puts carets under the place, in the line where it is', async () => {
    const prompt = await open()
    await prompt.type('SELECT 1,\r', MORE)
    expect(await prompt.type('       nowhere + 1;\r', READY)).toMatch(/\nbind error: .*\nLINE 2: {8}nowhere \+ 1;\n {15}\^{7}\n/)
    const shared = await prompt.type('SELECT 1 AS a; SELECT nowhere;\r', READY)
    expect(shared).toContain('LINE 1: SELECT 1 AS a; SELECT nowhere;\n                              ^^^^^^^\n')
    expect(await prompt.type("SELECT '月曜' + nowhere;\r", READY)).toContain(
      "LINE 1: SELECT '月曜' + nowhere;\n                        ^^^^^^^\n",
    )
  })

  it('stops the rest of a line after an error, not the session', async () => {
    const prompt = await open()
    const text = await prompt.type('SELECT nowhere; SELECT 2 AS two;\r', READY)
    expect(text).not.toContain('│')
    expect(await prompt.type('SELECT 3 AS three;\r', READY)).toContain('│   three │')
  })

  it('takes a paste of several statements, and leaves its last line to be edited', async () => {
    const prompt = await open()
    const text = await prompt.type('SELECT 5 AS five;\nSELECT\n  6 AS six;\nSELECT 7', /six[^]*artemis> SELECT 7$/)
    expect(text).toContain('│    five │')
    expect(text).toContain('artemis> SELECT\n    ...>   6 AS six;\n')
    expect(await prompt.type(' AS seven;\r', READY)).toContain('│   seven │')
  })

  it('drops the line, and the lines before it, on Ctrl-C', async () => {
    const prompt = await open()
    await prompt.type('SELECT (1\r', MORE)
    await prompt.type('nonsense', /nonsense$/)
    await prompt.type(CTRL_C, READY)
    expect(await prompt.type('SELECT 8 AS eight;\r', READY)).toContain('│   eight │')
  })

  it('cancels the running query on Ctrl-C, closes its source and keeps the session', async () => {
    const prompt = await open()
    const source = endlessSource(prompt)
    prompt.streams.stdin.write('SELECT COUNT(*) FROM endless; SELECT 1;\rSELECT 2;\r')
    await source.opened
    expect(prompt.hasEnded).toBe(false)
    expect(await prompt.type(CTRL_C, READY)).toMatch(/the query was cancelled\nartemis> $/)
    expect(source.isClosed()).toBe(true)
    expect(prompt.shown).not.toContain('│')
    expect(await prompt.type('SELECT 9 AS nine;\r', READY)).toContain('│    nine │')
  })

  it('ends a running query when its input ends', async () => {
    const prompt = await open()
    const source = endlessSource(prompt)
    prompt.streams.stdin.write('SELECT COUNT(*) FROM endless;\r')
    await source.opened
    prompt.streams.stdin.end()
    await prompt.ended
    expect(source.isClosed()).toBe(true)
  })

  it.each(['exit', 'quit;', '.exit', '\\q'])('leaves on %s', async (word) => {
    const prompt = await open()
    prompt.streams.stdin.write(`${word}\r`)
    await prompt.ended
  })

  it('has commands of its own', async () => {
    const prompt = await open()
    await prompt.type('CREATE TABLE t (a INTEGER, b VARCHAR);\r', READY)
    expect(await prompt.type('.tables\r', READY)).toMatch(/│ memory +│ main +│ t +│/)
    expect(await prompt.type('\\d t\r', READY)).toMatch(/│ a +│ INTEGER/)
    expect(await prompt.type('.schema t\r', READY)).toMatch(/│ a +│ INTEGER/)
    expect(await prompt.type('.schemas\r', READY)).toContain('information_schema')
    expect(await prompt.type('.settings\r', READY)).toContain('artemis.memory_limit')
    expect(await prompt.type('.help\r', READY)).toContain('Ctrl-C cancels a query')
    expect(await prompt.type('.tabels\r', READY)).toContain('there is no command .tabels. Did you mean ".tables"?')
    expect(await prompt.type('.mode xml\r', READY)).toContain('usage: .mode table|csv|')
    await prompt.type('.mode csv\r', READY)
    expect(await prompt.type('SELECT 1 AS a, NULL AS b;\r', READY)).toContain('\na,b\n1,\n')
    await prompt.type('.mode table\r', READY)
    await prompt.type('.maxrows 1\r', READY)
    expect(await prompt.type('SELECT * FROM (VALUES (1), (2), (3)) AS v (n);\r', READY)).toContain('3 rows (1 shown)')
    expect(await prompt.type('.maxrows many\r', READY)).toContain('usage: .maxrows N')
  })

  it('reads scripts, and says where in them an error is', async () => {
    const file = path.join(folder, 'script.sql')
    await writeFile(file, 'SELECT 1 AS one;\nSELECT nowhere;\n')
    const prompt = await open()
    const text = await prompt.type(`.read ${file}\r`, READY)
    expect(text).toContain('│     one │')
    expect(text).toContain(`${file}:2:8: bind error: `)
    expect(await prompt.type('.read /nowhere.sql\r', READY)).toContain('cannot read /nowhere.sql: there is no such file')
  })

  it('recalls statements of this and of earlier sessions as one line each', async () => {
    const file = path.join(folder, 'history')
    const first = await open(file)
    await first.type('SELECT 1 -- one\r', MORE)
    await first.type('  AS n;\r', READY)
    expect(await first.type(UP, /AS n;$/)).toMatch(/SELECT 1 \/\* one \*\/ AS n;$/)
    await first.type('\r', READY)
    first.streams.stdin.end()
    await first.ended

    const second = await open(file)
    expect(await second.type(UP, /AS n;$/)).toMatch(/SELECT 1 \/\* one \*\/ AS n;$/)
    expect(await readFile(file, 'utf8')).toBe('SELECT 1 /* one */ AS n;\nSELECT 1 /* one */ AS n;\n')
    if (process.platform !== 'win32') expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600')
  })
})

it('main opens it on a terminal, with the history of the environment', async () => {
  const file = path.join(folder, 'main-history')
  const streams = new CapturedStreams({ stdin: '.exit\r', terminals: ['stdin', 'stdout'], env: { ARTEMIS_HISTORY: file } })
  expect(await main([], streams)).toBe(0)
  expect(streams.stdout.text).toMatch(/Artemis \d+\.\d+\.\d+, no archive is open: --warehouse DIR opens one\./)
})
