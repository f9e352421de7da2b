/** `--syntax-check`: parses and tells the first error of each statement, with its place. */

import { readFile } from 'node:fs/promises'
import { checkSyntax } from '@artemis/engine'
import { placeOf, renderError } from '@artemis/errors'

export interface Script {
  /** What errors call it: a file's path, `--query`, `<stdin>`. */
  readonly name: string
  readonly text: string
}

export async function readScripts(queries: readonly string[], files: readonly string[]): Promise<Script[]> {
  const scripts: Script[] = queries.map((text, i) => ({ name: queries.length === 1 ? '--query' : `--query ${i + 1}`, text }))
  for (const file of files) scripts.push({ name: file, text: await readFile(file, 'utf8') })
  return scripts
}

/** Lines to print: one block for each error. Empty when all parse. */
export function syntaxErrors(scripts: readonly Script[]): string[] {
  return scripts.flatMap(({ name, text }) =>
    checkSyntax(text).map((error) => {
      const { line, column } = placeOf(text, error.span?.start ?? 0)
      return `${name}:${line}:${column}: ${renderError(error, text)}`
    }),
  )
}
