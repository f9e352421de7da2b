/** The texts to run, and what errors call them. */

import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { ConfigError } from '@artemis/errors'
import type { InputStream } from '../terminal/streams.js'

export type ScriptSource =
  { readonly kind: 'query'; readonly text: string } | { readonly kind: 'file'; readonly path: string } | { readonly kind: 'stdin' }

export interface Script {
  /** A file's path, `--query`, `<stdin>`. */
  readonly name: string
  /** Whether errors say the name: those of a file do. */
  readonly isFile: boolean
  readonly text: string
}

/** Reads all sources. Throws a ConfigError for a file that cannot be read. */
export async function readScripts(sources: readonly ScriptSource[], stdin: InputStream): Promise<Script[]> {
  const queryCount = sources.filter((source) => source.kind === 'query').length
  const scripts: Script[] = []
  let query = 0
  for (const source of sources) {
    switch (source.kind) {
      case 'query':
        query++
        scripts.push({ name: queryCount === 1 ? '--query' : `--query ${query}`, isFile: false, text: source.text })
        break
      case 'file':
        scripts.push(await readScriptFile(source.path))
        break
      case 'stdin':
        scripts.push({ name: '<stdin>', isFile: false, text: withoutByteOrderMark(await readAll(stdin)) })
        break
    }
  }
  return scripts
}

export async function readScriptFile(path: string): Promise<Script> {
  try {
    return { name: path, isFile: true, text: withoutByteOrderMark(await readFile(path, 'utf8')) }
  } catch (error) {
    throw new ConfigError({ code: 'SCRIPT', message: `cannot read ${path}: ${reasonOf(error)}`, cause: error })
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  switch ('code' in error ? error.code : undefined) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EISDIR':
      return 'it is a folder'
    case 'EACCES':
      return 'no permission'
    default:
      return error.message
  }
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text
}
