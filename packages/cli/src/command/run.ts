/** What artemis-sql does with its options: check syntax, run scripts, or open the prompt. */

import { ArtemisError, cancelled, renderError } from '@artemis/errors'
import { FileOutput } from '../output/file-output.js'
import type { Output } from '../output/output.js'
import { OutputClosed, StreamOutput } from '../output/output.js'
import { openLocalSession } from '../session/local-session.js'
import type { ShellSession } from '../session/shell-session.js'
import { History } from '../shell/history.js'
import { runRepl } from '../shell/repl.js'
import type { Outcome, ScriptOptions } from '../shell/run-script.js'
import { runScript } from '../shell/run-script.js'
import { colorError, grey, usesColor } from '../terminal/color.js'
import { progressOn } from '../terminal/progress.js'
import type { Streams } from '../terminal/streams.js'
import { isTerminal } from '../terminal/streams.js'
import type { CliOptions } from './options.js'
import type { Script } from './scripts.js'
import { readScripts } from './scripts.js'
import { syntaxErrors } from './syntax-check.js'

/** What a shell returns for a process that a signal ended. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** Returns the exit code: see {@link main}. */
export async function run(options: CliOptions, version: string, streams: Streams): Promise<number> {
  const reportError = errorReporter(options, streams)
  try {
    const isPrompt = options.sources.length === 0 && isTerminal(streams.stdin) && !options.syntaxCheck
    if (isPrompt) return await openPrompt(options, version, streams, reportError)
    const scripts = await readScripts(options.sources.length === 0 ? [{ kind: 'stdin' }] : options.sources, streams.stdin)
    if (options.syntaxCheck) return checkSyntaxOf(scripts, streams)
    return await runScripts(scripts, options, streams, reportError)
  } catch (error) {
    // What goes wrong outside of queries: files, folders and settings that were named wrongly.
    reportError(error instanceof ArtemisError ? renderError(error) : `error: ${error instanceof Error ? error.message : String(error)}`)
    return 2
  }
}

function errorReporter({ color }: CliOptions, { stderr, env }: Streams): (text: string) => void {
  const colored = usesColor(color, stderr, env)
  return (text) => void stderr.write(`${colored ? colorError(text) : text}\n`)
}

/** Notes are for people: what is written to a file or a pipe has none. */
function noteWriter({ color }: CliOptions, { stderr, env }: Streams): (text: string) => void {
  const colored = usesColor(color, stderr, env)
  return (text) => void (isTerminal(stderr) && stderr.write(`${colored ? grey(`note: ${text}`) : `note: ${text}`}\n`))
}

function checkSyntaxOf(scripts: readonly Script[], { stdout }: Streams): number {
  const errors = syntaxErrors(scripts)
  for (const error of errors) stdout.write(`${error}\n`)
  return errors.length === 0 ? 0 : 1
}

async function openSession({ remote, warehouse, settings }: CliOptions, note: (text: string) => void): Promise<ShellSession> {
  if (remote === undefined) return openLocalSession({ warehouse, settings })
  // gRPC is only loaded by those who need it: a local shell starts without.
  const { openRemoteSession } = await import('../session/remote-session.js')
  return openRemoteSession({ target: remote, settings, note })
}

function scriptOptions(
  session: ShellSession,
  output: Output,
  options: CliOptions,
  streams: Streams,
): Omit<ScriptOptions, 'signal' | 'bail' | 'reportError'> {
  const { stderr } = streams
  const { format, nullText, header, maxRows, maxWidth } = options
  // Rows that stream to the terminal tell their own progress.
  const showsProgress = options.progress && isTerminal(stderr) && (format === 'table' || !output.isTerminal)
  return {
    session,
    output,
    note: noteWriter(options, streams),
    view: { format, nullText, header, maxRows, maxWidth },
    showProgress: showsProgress ? progressOn(stderr) : undefined,
  }
}

async function runScripts(
  scripts: readonly Script[],
  options: CliOptions,
  streams: Streams,
  reportError: (text: string) => void,
): Promise<number> {
  const session = await openSession(options, noteWriter(options, streams))
  const output = options.output === undefined ? new StreamOutput(streams.stdout, 'standard output') : await FileOutput.open(options.output)
  const interrupts = new Interrupts()
  try {
    const outcome = await runAll(scripts, {
      ...scriptOptions(session, output, options, streams),
      bail: options.bail,
      signal: interrupts.signal,
      reportError,
    })
    const { code } = interrupts
    const isKept = code === undefined && !(outcome === 'failed' && options.bail)
    const isWritten = isKept && (await closeOutput(output, reportError))
    if (!isWritten) await output.abort()
    return code ?? (outcome === 'failed' || !isWritten ? 1 : 0)
  } catch (error) {
    await output.abort()
    throw error
  } finally {
    interrupts.dispose()
    await session.close()
  }
}

async function runAll(scripts: readonly Script[], options: ScriptOptions): Promise<Outcome> {
  let all: Outcome = 'succeeded'
  for (const script of scripts) {
    const outcome = await runScript(script, options)
    if (outcome === 'failed') all = outcome
    if (outcome === 'closed' || (outcome === 'failed' && (options.bail || options.signal.aborted))) break
  }
  return all
}

/** Returns whether all is written. A reader that has gone before the last row wanted no more: that is no failure. */
async function closeOutput(output: Output, reportError: (text: string) => void): Promise<boolean> {
  try {
    await output.close()
    return true
  } catch (error) {
    if (error instanceof OutputClosed) return true
    reportError(renderError(error))
    return false
  }
}

/** Turns the first SIGINT or SIGTERM into an abort, so that files are closed and spill is removed; a second one kills. */
class Interrupts {
  readonly #controller = new AbortController()
  #code: number | undefined

  constructor() {
    process.once('SIGINT', this.#interrupt)
    process.once('SIGTERM', this.#interrupt)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The exit code of the signal that came, if one did. */
  get code(): number | undefined {
    return this.#code
  }

  dispose(): void {
    process.off('SIGINT', this.#interrupt)
    process.off('SIGTERM', this.#interrupt)
  }

  readonly #interrupt = (signal: 'SIGINT' | 'SIGTERM'): void => {
    this.#code ??= SIGNAL_CODES[signal]
    this.#controller.abort(cancelled(signal))
  }
}

async function openPrompt(options: CliOptions, version: string, streams: Streams, reportError: (text: string) => void): Promise<number> {
  const session = await openSession(options, noteWriter(options, streams))
  // Results may go to a file or a pipe; the prompt itself needs a terminal.
  const terminal = isTerminal(streams.stdout) ? streams.stdout : streams.stderr
  const output = options.output === undefined ? new StreamOutput(streams.stdout, 'standard output') : await FileOutput.open(options.output)
  try {
    await runRepl({
      script: scriptOptions(session, output, options, streams),
      history: new History(options.history ? historyFile(streams) : undefined),
      input: streams.stdin,
      terminal,
      usesColor: usesColor(options.color, terminal, streams.env),
      banner: banner(version, session.title),
    })
    return (await closeOutput(output, reportError)) ? 0 : 1
  } catch (error) {
    await output.abort()
    throw error
  } finally {
    await session.close()
  }
}

function historyFile({ env }: Streams): string | undefined {
  const home = env['HOME'] ?? env['USERPROFILE']
  return env['ARTEMIS_HISTORY'] ?? (home === undefined ? undefined : `${home}/.artemis_history`)
}

function banner(version: string, title: string): string {
  return `Artemis ${version}, ${title}.\nStatements end with ";". Type .help for help; Ctrl-D leaves.`
}
