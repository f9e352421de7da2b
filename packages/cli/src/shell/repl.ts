/**
 * The prompt. A statement runs when its semicolon is there; until then lines are gathered. Ctrl-C cancels the running
 * query, or drops the lines gathered so far; Ctrl-D leaves.
 */

import { once } from 'node:events'
import readline from 'node:readline'
import type { SessionContext } from '@artemis/engine'
import { isComplete } from '@artemis/engine'
import { cancelled } from '@artemis/errors'
import { dotCommand } from './dot-commands.js'
import type { History } from './history.js'
import type { ScriptOptions } from './run-script.js'
import { runScript } from './run-script.js'

export interface ReplOptions {
  readonly session: SessionContext
  readonly script: Omit<ScriptOptions, 'signal' | 'bail' | 'reportError'>
  readonly history: History
  readonly input: NodeJS.ReadableStream
  readonly terminal: NodeJS.WritableStream
  readonly banner: string
}

const PROMPT = 'artemis> '
const CONTINUATION = '    ...> '

export async function runRepl(options: ReplOptions): Promise<void> {
  const { input, terminal } = options
  terminal.write(`${options.banner}\n`)
  const reader = readline.createInterface({ input, output: terminal, prompt: PROMPT, history: await options.history.load(), historySize: 1000, terminal: true })
  const state: ReplState = { gathered: '', running: undefined }
  reader.on('SIGINT', () => interrupt(state, reader, terminal))

  const lines: string[] = []
  let closed = false
  let wake: (() => void) | undefined
  // Lines that arrive while a query runs (a paste, say) wait here for their turn.
  reader.on('line', (line) => {
    lines.push(line)
    wake?.()
  })
  reader.on('close', () => {
    closed = true
    state.running?.abort()
    wake?.()
  })
  reader.prompt()
  for (;;) {
    const line = lines.shift()
    if (line === undefined) {
      if (closed) break
      await new Promise<void>((resolve) => (wake = resolve))
      continue
    }
    const goOn = await takeLine(line, state, options)
    if (!goOn) break
    reader.setPrompt(state.gathered === '' ? PROMPT : CONTINUATION)
    if (!closed) reader.prompt()
  }
  if (!closed) {
    reader.close()
    await once(reader, 'close').catch(() => undefined)
  }
  terminal.write('\n')
}

interface ReplState {
  gathered: string
  running: AbortController | undefined
}

function interrupt(state: ReplState, reader: readline.Interface, terminal: NodeJS.WritableStream): void {
  if (state.running !== undefined) {
    state.running.abort(cancelled('interrupted'))
    return
  }
  state.gathered = ''
  terminal.write('^C\n')
  // Empties the line that is being edited.
  reader.write(null, { ctrl: true, name: 'u' })
  reader.setPrompt(PROMPT)
  reader.prompt()
}

/** Takes one line in; returns false when the session is to end. */
async function takeLine(line: string, state: ReplState, options: ReplOptions): Promise<boolean> {
  if (state.gathered === '') {
    if (line.trim() === '') return true
    const command = dotCommand(line)
    if (command === 'exit') return false
    if (command !== undefined) {
      if (command.kind === 'message') options.terminal.write(`${command.text}\n`)
      else await runText(command.sql, state, options)
      return true
    }
  }
  state.gathered += (state.gathered === '' ? '' : '\n') + line
  if (!isComplete(state.gathered)) return true
  const text = state.gathered
  state.gathered = ''
  await options.history.add(text)
  await runText(text, state, options)
  return true
}

async function runText(text: string, state: ReplState, options: ReplOptions): Promise<void> {
  const controller = new AbortController()
  state.running = controller
  try {
    await runScript(text, {
      ...options.script,
      bail: true,
      signal: controller.signal,
      reportError: (message) => options.terminal.write(`${message}\n`),
    })
  } finally {
    state.running = undefined
  }
}
