/** What the README shows is what happens: its sessions and its example are run on the demo archive. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { SessionContext, openWarehouse } from '@artemis/engine'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDemoArchive } from '../../testkit/src/index.js'
import { StreamOutput } from './output/output.js'
import { LocalSession } from './session/local-session.js'
import type { ShellSession } from './session/shell-session.js'
import { runScript } from './shell/run-script.js'
import { CapturedStream } from './testing/captured-streams.js'

const README = path.resolve(import.meta.dirname, '../../../README.md')
const COLUMNS = 100
const isUpdate = process.env['UPDATE_README'] === '1'

let folder = ''
let warehouse = ''
let session: ShellSession = new LocalSession(new SessionContext())
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'artemis-readme-'))
  warehouse = path.join(folder, 'warehouse')
  await createDemoArchive(warehouse)
  session = await archiveSession()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function archiveSession(): Promise<ShellSession> {
  const opened = new SessionContext()
  opened.registerCatalog('artemis', await openWarehouse(warehouse, opened.runtime))
  return new LocalSession(opened)
}

/** The statements that a console block shows at its prompts. */
function statementsOf(block: string): string[] {
  const lines = block.split('\n')
  const statements: string[] = []
  for (const line of lines) {
    if (line.startsWith('artemis> ')) statements.push(line.slice('artemis> '.length))
    else if (line.startsWith('    ...> ')) statements.push(`${statements.pop()}\n${line.slice('    ...> '.length)}`)
  }
  return statements
}

async function transcript(statement: string): Promise<string> {
  const terminal = new CapturedStream(true, COLUMNS)
  await runScript(
    { name: 'README', isFile: false, text: statement },
    {
      session,
      output: new StreamOutput(terminal, 'the terminal'),
      view: { format: 'table', header: true, maxRows: 40, maxWidth: undefined },
      showProgress: undefined,
      bail: true,
      signal: new AbortController().signal,
      reportError: (text) => void terminal.write(`${text}\n`),
    },
  )
  return `artemis> ${statement.replaceAll('\n', '\n    ...> ')}\n${terminal.text}`
}

/** Runs the example with a console of its own. */
async function runExample(code: string): Promise<string> {
  const body = code.replace(/^import .*\n/, '').replace("'.artemis/warehouse'", JSON.stringify(warehouse))
  const lines: string[] = []
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>
  const log = (...parts: unknown[]): void => void lines.push(parts.join(' '))
  await new AsyncFunction('SessionContext', 'openWarehouse', 'console', body)(SessionContext, openWarehouse, { log })
  return `${lines.join('\n')}\n`
}

/** Ids of snapshots and times differ from run to run. */
function comparable(text: string): string {
  return text.replaceAll(/\b\d{15,19}\b/g, 'ID').replaceAll(/ in (\d+ ms|[\d.]+ s)$/gm, ' in TIME')
}

describe('README.md', () => {
  it('shows what happens', { timeout: 60_000 }, async () => {
    const text = await readFile(README, 'utf8')
    let actual = ''
    let example = ''
    for (const part of text.split(/(^```\w*\n[^]*?^```$)/m)) {
      const [, language, body = ''] = /^```(\w*)\n([^]*?)```$/.exec(part) ?? []
      if (language === 'js') example = await runExample(body)
      if (language === 'console') {
        const shown: string[] = []
        for (const statement of statementsOf(body)) {
          // The times of the second run are those of a session that has been open for a while.
          if (isUpdate) await transcript(statement)
          shown.push(await transcript(statement))
        }
        actual += `\`\`\`console\n${shown.join('\n')}\`\`\``
      } else actual += language === 'text' ? `\`\`\`text\n${example}\`\`\`` : part
    }
    if (isUpdate) await writeFile(README, actual)
    else expect(comparable(text)).toBe(comparable(actual))
  })
})
