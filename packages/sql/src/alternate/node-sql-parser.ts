/**
 * A second opinion: node-sql-parser behind the same port as our own parser, for SELECT. It is loaded when asked for, and
 * it is never a fallback for text that ours rejects. What it cannot be trusted with is refused by name; see
 * docs/sql-parser.md for why.
 */
import { SyntaxError } from '@artemis/errors'
import type { Statement } from '../ast/index.js'
import type { SqlParser } from '../parser/sql-parser.js'
import type { Token } from '../parser/token.js'
import { tokenize } from '../parser/tokenizer.js'
import { convertQuery } from './convert-query.js'
import { Reading, isForeign } from './foreign.js'
import type { Foreign } from './foreign.js'
import { disguise } from './placeholders.js'
import type { Disguised } from './placeholders.js'
import { refusal, refuseTraps } from './traps.js'

/** The part of the package that is used. */
interface ForeignParser {
  astify(text: string, options: { readonly database: string }): unknown
}

/** Loads the package, which takes some 30 ms the first time, and puts it behind the port. */
export async function loadNodeSqlParser(): Promise<SqlParser> {
  const loaded: unknown = await import('node-sql-parser/build/postgresql.js')
  const parser = construct(loaded)
  return { name: 'node-sql-parser', parse: (text) => parseWith(parser, text) }
}

function construct(loaded: unknown): ForeignParser {
  const exported = isForeign(loaded) && isForeign(loaded['default']) ? loaded['default'] : loaded
  const Parser = isForeign(exported) ? exported['Parser'] : undefined
  if (typeof Parser !== 'function') throw refusal('the package has another form than expected', { start: 0, end: 0 })
  const parser: unknown = Reflect.construct(Parser, [])
  if (!isForeignParser(parser)) throw refusal('the package has another form than expected', { start: 0, end: 0 })
  return parser
}

function isForeignParser(value: unknown): value is ForeignParser {
  return isForeign(value) && typeof value['astify'] === 'function'
}

function parseWith(parser: ForeignParser, text: string): Statement[] {
  return splitStatements(text).map((tokens) => parseOne(parser, tokens))
}

/** The tokens of each statement; empty statements are left out. */
function splitStatements(text: string): Token[][] {
  const statements: Token[][] = [[]]
  for (const token of tokenize(text)) {
    if (token.kind === 'error')
      throw new SyntaxError({ code: token.text, message: token.value, span: { start: token.start, end: token.end } })
    if (token.text === ';') statements.push([])
    else if (token.kind !== 'comment' && token.kind !== 'end') statements.at(-1)!.push(token)
  }
  return statements.filter((tokens) => tokens.length > 0)
}

function parseOne(parser: ForeignParser, tokens: readonly Token[]): Statement {
  refuseTraps(tokens)
  const disguised = disguise(tokens)
  const reading = new Reading(disguised, { start: tokens[0]!.start, end: tokens.at(-1)!.end })
  const query = convertQuery(reading, askParser(parser, disguised, reading))
  reading.finish()
  return query
}

function askParser(parser: ForeignParser, disguised: Disguised, reading: Reading): Foreign {
  let answer: unknown
  try {
    answer = parser.astify(disguised.text, { database: 'Postgresql' })
  } catch (error) {
    throw syntaxError(error, disguised, reading)
  }
  const statement: unknown = Array.isArray(answer) ? (answer.length === 1 ? answer[0] : undefined) : answer
  if (!isForeign(statement)) throw reading.refuse('it found another number of statements')
  return statement
}

/** Its message lists every character that it would have taken; the place is what helps. */
function syntaxError(error: unknown, disguised: Disguised, reading: Reading): SyntaxError {
  const offset = offsetOf(error)
  const token = disguised.starts.findLast(({ at }) => offset !== undefined && at <= offset)?.token
  const message =
    token === undefined
      ? 'node-sql-parser does not accept this statement'
      : `node-sql-parser does not accept ${JSON.stringify(token.value)} here`
  const span = token === undefined ? reading.place : { start: token.start, end: token.end }
  return new SyntaxError({ code: 'ALTERNATE_PARSER_REJECTED', message, span, cause: error })
}

function offsetOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('location' in error)) return undefined
  const { location } = error
  if (!isForeign(location) || !isForeign(location['start'])) return undefined
  const { offset } = location['start']
  return typeof offset === 'number' ? offset : undefined
}
