/** Runs the statements of a script one after the other and writes each result. */

import type { QueryResult, SessionContext } from '@artemis/engine'
import { ArtemisError, placeOf, renderError } from '@artemis/errors'
import type { Script } from '../command/scripts.js'
import type { Output } from '../output/output.js'
import { OutputClosed } from '../output/output.js'
import { RENDERERS } from '../render/index.js'
import { linesRenderer } from '../render/lines.js'
import type { Format, RenderOptions } from '../render/renderer.js'
import type { ShowProgress } from '../terminal/progress.js'
import { statementPieces } from './statements.js'

/** How results are shown. The prompt changes it as it goes. */
export interface View extends Omit<RenderOptions, 'timeZone'> {
  readonly format: Format
}

export interface ScriptOptions {
  readonly session: SessionContext
  readonly output: Output
  readonly view: View
  readonly showProgress: ShowProgress | undefined
  /** Stop at the first error. */
  readonly bail: boolean
  readonly signal: AbortSignal
  readonly reportError: (text: string) => void
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
  let result: QueryResult | undefined
  const endProgress = showProgress?.(() => result?.metrics)
  try {
    result = await session.sql(statement, { signal })
    await writeResult(result, startMs, options)
  } finally {
    endProgress?.()
  }
}

async function writeResult(result: QueryResult, startMs: number, { session, output, view }: ScriptOptions): Promise<void> {
  // Statements that only do something, such as SET, have no columns and print nothing to a pipe.
  const isSilent = result.fields.length === 0 && !(view.format === 'table' && output.isTerminal)
  const makeRenderer = view.format === 'table' && result.kind === 'plan' ? linesRenderer : RENDERERS[view.format]
  const renderer = makeRenderer(output, { ...view, timeZone: session.timeZone })
  let rowCount = 0
  let begun = isSilent
  let turnMs = startMs
  for await (const batch of result.batches()) {
    if (!begun) await renderer.begin({ fields: result.fields })
    begun = true
    rowCount += batch.rowCount
    if (!isSilent) await renderer.batch(batch)
    if (performance.now() - turnMs > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve))
      turnMs = performance.now()
    }
  }
  if (isSilent) return
  if (!begun) await renderer.begin({ fields: result.fields })
  await renderer.end({ rowCount, elapsedMs: performance.now() - startMs })
}
