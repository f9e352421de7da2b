/** Errors inside a view speak of the view's text: they are reported at the reference, in the view's name. */

import type { Span } from '@artemis/errors'
import { BindError, CatalogError, SyntaxError, UnsupportedError } from '@artemis/errors'

export function viewError(error: unknown, view: string, span: Span): unknown {
  if (!(error instanceof BindError || error instanceof SyntaxError || error instanceof UnsupportedError || error instanceof CatalogError)) return error
  const options = { code: error.code, message: `in the view "${view}": ${error.message}`, span, hint: error.hint, cause: error }
  if (error instanceof CatalogError) return new CatalogError(options)
  return error instanceof UnsupportedError ? new UnsupportedError(options) : new BindError(options)
}
