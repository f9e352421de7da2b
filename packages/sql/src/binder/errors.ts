/** The mistakes that the binder reports: each names the thing, its place, and where it can, the way out. */

import type { Span } from '@artemis/errors'
import { ArtemisError, BindError, UnsupportedError } from '@artemis/errors'

/** A mistake in the statement. `code` is upper snake case. */
export function bindError(code: string, message: string, span: Span | undefined, hint?: string): BindError {
  return new BindError({ code, message, span, hint })
}

/** Valid SQL that the engine does not have: `what` reads before "… is not supported yet". */
export function unsupported(what: string, span: Span | undefined, hint?: string): UnsupportedError {
  return new UnsupportedError({ code: 'NOT_SUPPORTED', message: `${what} is not supported yet`, span, hint })
}

/** As {@link unsupported}, for a subject in the plural. */
export function unsupportedPlural(what: string, span: Span | undefined, hint?: string): UnsupportedError {
  return new UnsupportedError({ code: 'NOT_SUPPORTED', message: `${what} are not supported yet`, span, hint })
}

/**
 * An error that came from computing a constant, as the binder reports it: what a value broke is a mistake in the text
 * here, since the value stands in it.
 */
export function constantError(error: unknown, span: Span | undefined): unknown {
  if (!(error instanceof ArtemisError)) return error
  if (error.kind !== 'execution') return error.at(span)
  return new BindError({ code: error.code, message: error.message, span: span ?? error.span, hint: error.hint, cause: error })
}
