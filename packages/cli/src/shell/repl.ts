/**
 * The prompt. A statement runs when its semicolon is there; until then lines are gathered. Ctrl-C cancels the running
 * query, or drops the lines gathered so far; Ctrl-D leaves.
 */

import readline from 'node:readline'
import { isComplete } from '@artemis/engine'
import { ArtemisError, cancelled, renderError } from '@artemis/errors'
import type { Script } from '../command/scripts.js'
import { readScriptFile } from '../command/scripts.js'
import { colorError, grey } from '../terminal/color.js'
import type { InputStream, OutputStream } from '../terminal/streams.js'
import { dotCommand } from './dot-commands.js'
import type { DotCommand } from './dot-commands.js'
import type { History } from './history.js'
import { HISTORY_LIMIT, asOneLine } from './history.js'
import type { ScriptOptions } from './run-script.js'
import { runScript } from './run-script.js'
import { statementPieces } from './statements.js'

export interface ReplOptions {
  readonly script: Omit<ScriptOptions, 'signal' | 'bail' | 'reportError'>
  readonly history: History
  readonly input: InputStream
  /** Where prompts and errors go. */
  readonly terminal: OutputStream
  readonly usesColor: boolean
  readonly banner: string
}

const PROMPT = 'artemis> '
const CONTINUATION = '    ...> '

/** Runs the prompt until its input ends or the user leaves. */
export async function runRepl(options: ReplOptions): Promise<void> {
  options.terminal.write(`${options.usesColor ? grey(options.banner) : options.banner}\n`)
  await new Repl(options, await options.history.load()).run()
}

/** What a line asks for: nothing yet, the end of the session, or work that takes time. */
type Work = 'none' | 'exit' | (() => Promise<void>)

class Repl {
  readonly #options: ReplOptions
  readonly #reader: readline.Interface
  /** Readline's own list, newest first: statements of several lines are put together in it. */
  #recalled: string[]
  /** Lines that came while another was at work, such as those of a paste. */
  readonly #waiting: string[] = []
  #view: ScriptOptions['view']
  /** The statement that is not complete yet, and all lines typed since it began. */
  #gathered = ''
  #typed: string[] = []
  #isBusy = false
  #running: AbortController | undefined
  #isClosed = false
  #end: () => void = () => undefined

  constructor(options: ReplOptions, recalled: string[]) {
    this.#options = options
    this.#view = options.script.view
    this.#recalled = recalled
    this.#reader = readline.createInterface({
      input: options.input,
      output: options.terminal,
      prompt: PROMPT,
      history: recalled,
      historySize: HISTORY_LIMIT,
      removeHistoryDuplicates: true,
      terminal: true,
    })
  }

  run(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#end = resolve
      this.#reader.on('history', (lines) => (this.#recalled = lines))
      this.#reader.on('SIGINT', () => this.#interrupt())
      this.#reader.on('line', (line) => {
        if (this.#isBusy) this.#waiting.push(line)
        else this.#accept(line).catch(reject)
      })
      this.#reader.on('close', () => {
        this.#isClosed = true
        this.#running?.abort(cancelled('the prompt was closed'))
        if (!this.#isBusy) resolve()
      })
      this.#prompt()
    }).finally(() => this.#options.terminal.write('\n'))
  }

  /**
   * Takes a line in, and then those that came meanwhile. A line that only adds to a statement is done before this returns, so
   * that a paste of several lines shows a prompt before each.
   */
  async #accept(line: string): Promise<void> {
    let work = this.#take(line)
    this.#isBusy = work !== 'none'
    while (this.#isBusy) {
      if (work === 'exit') this.#reader.close()
      else if (work !== 'none') {
        await this.#startLine()
        await work()
      }
      const next = this.#isClosed ? undefined : this.#waiting.shift()
      this.#isBusy = next !== undefined
      if (next === undefined) break
      // It was echoed when it came, above the results that have been written since.
      this.#options.terminal.write(`${this.#promptText}${next}\n`)
      work = this.#take(next)
    }
    if (this.#isClosed) this.#end()
    else this.#prompt()
  }

  /** Lets the rest of a paste come in, and keeps what is written next apart from a line that has been begun. */
  async #startLine(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    if (this.#reader.line !== '') this.#options.terminal.write('\n')
  }

  get #promptText(): string {
    return this.#gathered === '' ? PROMPT : CONTINUATION
  }

  /** Shows the prompt, with what has been typed ahead meanwhile. */
  #prompt(): void {
    this.#reader.setPrompt(this.#promptText)
    this.#reader.prompt(true)
  }

  #interrupt(): void {
    if (this.#isBusy) {
      // Lines of the same paste must not go on as if nothing had happened.
      this.#waiting.length = 0
      this.#running?.abort(cancelled('interrupted'))
      return
    }
    this.#gathered = ''
    this.#typed = []
    // Leaves the dropped line readable, as shells do, and empties the one that is edited.
    this.#reader.write(null, { ctrl: true, name: 'e' })
    this.#options.terminal.write('^C\n')
    this.#reader.write(null, { ctrl: true, name: 'u' })
    this.#prompt()
  }

  #take(line: string): Work {
    if (this.#gathered === '') {
      if (line.trim() === '') return 'none'
      const command = dotCommand(line)
      if (command?.kind === 'exit') return 'exit'
      if (command !== undefined) return () => this.#command(line, command)
    }
    const text = this.#gathered === '' ? line : `${this.#gathered}\n${line}`
    this.#typed.push(line)
    // What is complete runs now; the rest of the line waits for its semicolon.
    const last = statementPieces(text).at(-1)
    this.#gathered = last === undefined || last.isComplete || isComplete(last.text) ? '' : last.text
    const complete = text.slice(0, text.length - this.#gathered.length)
    const typed = this.#typed
    if (this.#gathered === '') this.#typed = []
    if (complete.trim() === '') return 'none'
    return async () => {
      if (this.#gathered === '') await this.#remember(typed)
      await this.#run({ name: '', isFile: false, text: complete })
    }
  }

  /** Keeps what was typed: as one line when that means the same. */
  async #remember(typed: readonly string[]): Promise<void> {
    const line = asOneLine(typed.join('\n'))
    if (line !== undefined && typed.length > 1) {
      for (const part of typed.toReversed()) if (this.#recalled[0] === part) this.#recalled.shift()
      this.#recalled.unshift(line)
    }
    await this.#options.history.add(line === undefined ? typed : [line])
  }

  async #command(line: string, command: Exclude<DotCommand, { kind: 'exit' }>): Promise<void> {
    await this.#options.history.add([line])
    switch (command.kind) {
      case 'message':
        this.#options.terminal.write(`${command.text}\n`)
        break
      case 'view':
        this.#view = { ...this.#view, ...command.view }
        break
      case 'sql':
        await this.#run({ name: '', isFile: false, text: command.sql })
        break
      case 'read':
        await this.#read(command.path)
        break
    }
  }

  async #read(path: string): Promise<void> {
    try {
      await this.#run(await readScriptFile(path))
    } catch (error) {
      if (!(error instanceof ArtemisError)) throw error
      this.#reportError(renderError(error))
    }
  }

  async #run(script: Script): Promise<void> {
    const controller = new AbortController()
    this.#running = controller
    try {
      await runScript(script, {
        ...this.#options.script,
        view: this.#view,
        bail: true,
        signal: controller.signal,
        reportError: (text) => this.#reportError(text),
      })
    } finally {
      this.#running = undefined
    }
  }

  #reportError(text: string): void {
    this.#options.terminal.write(`${this.#options.usesColor ? colorError(text) : text}\n`)
  }
}
