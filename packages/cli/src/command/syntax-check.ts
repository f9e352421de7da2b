/** `--syntax-check`: parses and tells the first error of each statement, with its place. */

import { checkSyntax } from '@artemis/engine'
import { placeOf, renderError } from '@artemis/errors'
import type { Script } from './scripts.js'

/** What to print: one block for each error. Empty when all parse. */
export function syntaxErrors(scripts: readonly Script[]): string[] {
  return scripts.flatMap(({ name, text }) =>
    checkSyntax(text).map((error) => {
      const { line, column } = placeOf(text, error.span?.start ?? 0)
      return `${name}:${line}:${column}: ${renderError(error, text)}`
    }),
  )
}
