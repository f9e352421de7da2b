/** The command `artemis-sql`. */

import { createRequire } from 'node:module'
import { text as readAll } from 'node:stream/consumers'
import { SessionContext, openWarehouse } from '@artemis/engine'
import { ArtemisError, cancelled, renderError } from '@artemis/errors'
import type { CliOptions } from './command/options.js'
import { parseArguments } from './command/options.js'
import type { Script } from './command/syntax-check.js'
import { readScripts, syntaxErrors } from './command/syntax-check.js'
import type { Output } from './output.js'
import { StreamOutput } from './output.js'
import { History } from './shell/history.js'
import { runRepl } from './shell/repl.js'
import type { ScriptOptions } from './shell/run-script.js'
import { runScript } from './shell/run-script.js'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/** Runs the command. Exit code 0, 1 after an error in a query, 2 for wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args, version)
  if (parsed.kind === 'exit') return parsed.code
  try {
    return await run(parsed.options)
  } catch (error) {
    reportError(error instanceof ArtemisError ? renderError(error) : `error: ${error instanceof Error ? error.message : String(error)}`)
    return 2
  }
}

function reportError(message: string): void {
  process.stderr.write(`${message}\n`)
}

async function run(options: CliOptions): Promise<number> {
  const isPrompt = options.queries.length === 0 && options.files.length === 0 && process.stdin.isTTY
  const scripts = await readScripts(options.queries, options.files)
  if (scripts.length === 0 && !isPrompt) scripts.push({ name: '<stdin>', text: await readAll(process.stdin) })
  if (options.syntaxCheck) return checkSyntaxOf(scripts)

  const session = await openSession(options)
  const output = options.output === undefined ? StreamOutput.stdout() : StreamOutput.file(options.output)
  try {
    const script = scriptOptions(session, output, options)
    const succeeded = isPrompt ? await prompt(session, script, options) : await runScripts(scripts, script, options)
    await output.close()
    return succeeded ? 0 : 1
  } catch (error) {
    await output.abort()
    throw error
  } finally {
    await session.close()
  }
}

function checkSyntaxOf(scripts: readonly Script[]): number {
  const errors = syntaxErrors(scripts)
  for (const error of errors) process.stdout.write(`${error}\n`)
  return errors.length === 0 ? 0 : 1
}

async function openSession(options: CliOptions): Promise<SessionContext> {
  const session = new SessionContext()
  for (const [name, value] of options.settings) session.set(name, value)
  if (options.warehouse === undefined) return session
  session.registerCatalog('artemis', await openWarehouse(options.warehouse, session.runtime))
  session.set('artemis.catalog', 'artemis')
  return session
}

function scriptOptions(session: SessionContext, output: Output, options: CliOptions): Omit<ScriptOptions, 'signal' | 'bail' | 'reportError'> {
  return {
    session,
    output,
    format: options.format ?? 'table',
    render: { nullText: options.nullText, header: options.header, maxRows: options.maxRows, maxWidth: options.maxWidth },
  }
}

async function runScripts(scripts: readonly Script[], script: ReturnType<typeof scriptOptions>, options: CliOptions): Promise<boolean> {
  const controller = new AbortController()
  const interrupt = (): void => controller.abort(cancelled('interrupted'))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    let succeeded = true
    for (const { text } of scripts) {
      const ok = await runScript(text, { ...script, bail: options.bail, signal: controller.signal, reportError })
      succeeded &&= ok
      if (!ok && (options.bail || controller.signal.aborted)) break
    }
    return succeeded
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

async function prompt(session: SessionContext, script: ReturnType<typeof scriptOptions>, options: CliOptions): Promise<boolean> {
  await runRepl({
    session,
    script,
    history: new History(options.history),
    input: process.stdin,
    terminal: process.stdout,
    banner: `Artemis ${version}. Statements end with ";", .help helps, Ctrl-D leaves.`,
  })
  return true
}
