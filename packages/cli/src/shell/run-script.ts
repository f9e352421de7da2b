/** Runs the statements of a text one after the other and writes each result. */

import type { SessionContext } from '@artemis/engine'
import { splitStatements } from '@artemis/engine'
import { renderError } from '@artemis/errors'
import { OutputClosed } from '../output.js'
import type { Output } from '../output.js'
import { RENDERERS } from '../render/index.js'
import { linesRenderer } from '../render/lines.js'
import type { Format, RenderOptions } from '../render/renderer.js'

export interface ScriptOptions {
  readonly session: SessionContext
  readonly output: Output
  readonly format: Format
  readonly render: Omit<RenderOptions, 'timeZone'>
  /** Stop at the first error. */
  readonly bail: boolean
  readonly signal: AbortSignal
  readonly reportError: (text: string) => void
}

/** Returns whether all statements succeeded. A reader that has gone ends it without an error. */
export async function runScript(text: string, options: ScriptOptions): Promise<boolean> {
  const statements = tell(options, text, () => splitStatements(text))
  if (statements === undefined) return false
  let succeeded = true
  for (const statement of statements) {
    try {
      await runStatement(statement, options)
    } catch (error) {
      if (error instanceof OutputClosed) return succeeded
      options.reportError(renderError(error, statement))
      succeeded = false
      if (options.bail || options.signal.aborted) return false
    }
  }
  return succeeded
}

async function runStatement(statement: string, options: ScriptOptions): Promise<void> {
  const { session, output, format, signal } = options
  const start = performance.now()
  const result = await session.sql(statement, { signal })
  // Statements that only do something, such as SET, have no columns and print nothing to a pipe.
  const isSilent = result.fields.length === 0 && !(format === 'table' && output.isTerminal)
  const makeRenderer = format === 'table' && result.kind === 'plan' ? linesRenderer : RENDERERS[format]
  const renderer = makeRenderer(output, { ...options.render, timeZone: session.timeZone })
  let rowCount = 0
  let begun = isSilent
  for await (const batch of result.batches()) {
    if (!begun) await renderer.begin({ fields: result.fields })
    begun = true
    rowCount += batch.rowCount
    if (!isSilent) await renderer.batch(batch)
  }
  if (isSilent) return
  if (!begun) await renderer.begin({ fields: result.fields })
  await renderer.end({ rowCount, elapsedMs: performance.now() - start })
}

function tell<T>(options: ScriptOptions, text: string, act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    options.reportError(renderError(error, text))
    return undefined
  }
}
