/** Runs the statements of a script one after the other and writes each result. */

import { ArtemisError, placeOf, renderError } from '@artemis/errors'
import type { Script } from '../command/scripts.js'
import type { Output } from '../output/output.js'
import { OutputClosed } from '../output/output.js'
import { RENDERERS } from '../render/index.js'
import { linesRenderer } from '../render/lines.js'
import type { Format, RenderOptions } from '../render/renderer.js'
import type { ShellSession, StatementResult } from '../session/shell-session.js'
import type { ShowProgress } from '../terminal/progress.js'
import { emptyListHint } from './empty-list.js'
import { statementPieces } from './statements.js'

/** How results are shown. The prompt changes it as it goes. */
export interface View extends Omit<RenderOptions, 'timeZone'> {
  readonly format: Format
}

export interface ScriptOptions {
  readonly session: ShellSession
  readonly output: Output
  readonly view: View
  readonly showProgress: ShowProgress | undefined
  /** Stop at the first error. */
  readonly bail: boolean
  readonly signal: AbortSignal
  readonly reportError: (text: string) => void
  /** Says what may help and is neither a result nor an error. */
  readonly note?: (text: string) => void
}

/** `closed`: the reader of the results has gone, which is no failure. */
export type Outcome = 'succeeded' | 'failed' | 'closed'

/** The event loop gets its turn this often while rows are written: timers, signals and keys wait for it. */
const TURN_MS = 50

export async function runScript(script: Script, options: ScriptOptions): Promise<Outcome> {
  let outcome: Outcome = 'succeeded'
  for (const { text, start } of statementPieces(script.text)) {
    try {
      await runStatement(text, options)
    } catch (error) {
      if (error instanceof OutputClosed) return 'closed'
      if (error instanceof ArtemisError && error.code === 'EMPTY_STATEMENT') continue
      options.reportError(options.signal.aborted ? 'the query was cancelled' : describeError(error, script, start))
      outcome = 'failed'
      if (options.bail || options.signal.aborted) return outcome
    }
  }
  return outcome
}

/** Statements are run on their own, so their errors count from their start: they are told with their place in the whole text. */
function describeError(error: unknown, script: Script, start: number): string {
  if (!(error instanceof ArtemisError) || error.span === undefined) return renderError(error)
  error.span = { start: error.span.start + start, end: error.span.end + start }
  const { line, column } = placeOf(script.text, error.span.start)
  return `${script.isFile ? `${script.name}:${line}:${column}: ` : ''}${renderError(error, script.text)}`
}

async function runStatement(statement: string, options: ScriptOptions): Promise<void> {
  const { session, showProgress, signal } = options
  const startMs = performance.now()
  let result: StatementResult | undefined
  let hint: string | undefined
  const endProgress = showProgress?.(() => result?.metrics)
  try {
    result = await session.run(statement, signal)
    const rowCount = await writeResult(result, startMs, options)
    if (rowCount === 0 && options.note !== undefined) hint = await emptyListHint(statement, session, signal)
  } finally {
    endProgress?.()
  }
  if (hint !== undefined) options.note?.(hint)
}

/** Returns the number of rows. */
async function writeResult(result: StatementResult, startMs: number, { output, view }: ScriptOptions): Promise<number> {
  // Statements that only do something, such as SET, have no columns and print nothing to a pipe.
  const isSilent = result.schema.fields.length === 0 && !(view.format === 'table' && output.isTerminal)
  const makeRenderer = view.format === 'table' && result.kind === 'plan' ? linesRenderer : RENDERERS[view.format]
  const renderer = makeRenderer(output, { ...view, timeZone: result.timeZone })
  let rowCount = 0
  let begun = isSilent
  let turnMs = startMs
  for await (const batch of result.batches()) {
    if (!begun) await renderer.begin(result.schema)
    begun = true
    rowCount += batch.rowCount
    if (!isSilent) await renderer.batch(batch)
    if (performance.now() - turnMs > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve))
      turnMs = performance.now()
    }
  }
  if (isSilent) return rowCount
  if (!begun) await renderer.begin(result.schema)
  await renderer.end({ rowCount, elapsedMs: performance.now() - startMs })
  return rowCount
}
