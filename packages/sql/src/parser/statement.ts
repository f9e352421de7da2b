/** One statement: its first words say which. */
import type { Explain, Option, Statement, With } from '../ast/index.js'
import { parseAlter } from './alter.js'
import { parseDelete, parseInsert, parseMerge, parseTruncate, parseUpdate } from './change.js'
import { parseCreate, parseDrop } from './definition.js'
import type { Cursor } from './cursor.js'
import { statementWords } from './keywords.js'
import { parseOptions } from './option.js'
import { node } from './node.js'
import { startsQuery } from './parentheses.js'
import { parseQuery, parseQueryAfterWith, parseWith } from './query.js'
import {
  parseAnalyze,
  parseCall,
  parseCopy,
  parseDeallocate,
  parseExecute,
  parsePrepare,
  parseReset,
  parseSet,
  parseTransaction,
  parseUse,
  parseVacuum,
} from './session.js'
import { parseDescribe, parseShow, parseSummarize } from './show.js'
import { unsupportedStatement, unsupportedWords } from './unsupported.js'

export function parseStatement(cursor: Cursor): Statement {
  const { start, text } = cursor.token
  if (text === 'WITH') return parseAfterWith(cursor, start)
  if (startsQuery(cursor) || text === '(') return parseQuery(cursor)
  const parse = statements.get(text)
  if (parse !== undefined) return parse(cursor)
  if (unsupportedWords.has(text)) return unsupportedStatement(cursor, start, text)
  throw cursor.unexpected('a statement', statementWords)
}

const statements: ReadonlyMap<string, (cursor: Cursor) => Statement> = new Map<string, (cursor: Cursor) => Statement>([
  ['INSERT', (cursor) => parseInsert(cursor, undefined)],
  ['REPLACE', (cursor) => parseInsert(cursor, undefined)],
  ['UPDATE', (cursor) => parseUpdate(cursor, undefined)],
  ['DELETE', (cursor) => parseDelete(cursor, undefined)],
  ['MERGE', (cursor) => parseMerge(cursor, undefined)],
  ['TRUNCATE', parseTruncate],
  ['CREATE', parseCreate],
  ['DROP', parseDrop],
  ['ALTER', parseAlter],
  ['EXPLAIN', parseExplain],
  ['DESCRIBE', parseDescribe],
  ['DESC', parseDescribe],
  ['SUMMARIZE', parseSummarize],
  ['SHOW', parseShow],
  ['SET', parseSet],
  ['RESET', parseReset],
  ['USE', parseUse],
  ['PREPARE', parsePrepare],
  ['EXECUTE', parseExecute],
  ['DEALLOCATE', parseDeallocate],
  ['BEGIN', parseTransaction],
  ['START', parseTransaction],
  ['COMMIT', parseTransaction],
  ['END', parseTransaction],
  ['ROLLBACK', parseTransaction],
  ['ABORT', parseTransaction],
  ['COPY', parseCopy],
  ['CALL', parseCall],
  ['ANALYZE', parseAnalyze],
  ['VACUUM', parseVacuum],
  ['VALUES', parseQuery],
  ['PIVOT', parseQuery],
  ['UNPIVOT', parseQuery],
  ['TABLE', parseQuery],
])

/** WITH may stand before a query and before a change of rows. */
function parseAfterWith(cursor: Cursor, start: number): Statement {
  const withClause: With = parseWith(cursor)
  switch (cursor.token.text) {
    case 'INSERT':
    case 'REPLACE':
      return parseInsert(cursor, withClause)
    case 'UPDATE':
      return parseUpdate(cursor, withClause)
    case 'DELETE':
      return parseDelete(cursor, withClause)
    case 'MERGE':
      return parseMerge(cursor, withClause)
    default:
      return parseQueryAfterWith(cursor, withClause, start)
  }
}

/** `EXPLAIN [ANALYZE] [VERBOSE] [(FORMAT json, …)] statement`. */
function parseExplain(cursor: Cursor): Explain {
  const { start } = cursor.advance()
  let analyze = cursor.at('ANALYZE') && !endsStatement(cursor, 1)
  if (analyze) cursor.advance()
  const options: Option[] = []
  if (cursor.at('VERBOSE')) {
    const { value, ...place } = cursor.advance()
    const span = { start: place.start, end: place.end }
    options.push(
      node<Option>({
        kind: 'option',
        name: node({ kind: 'identifier' as const, name: value, quoted: false, span }),
        value: undefined,
        span,
      }),
    )
  }
  for (const option of startsOptions(cursor) ? parseOptions(cursor) : []) {
    if (option.name.name.toLowerCase() === 'analyze') analyze = isOn(option)
    else options.push(option)
  }
  const statement = cursor.nested(() => parseStatement(cursor))
  return node<Explain>({ kind: 'explain', analyze, options, statement, span: cursor.spanFrom(start) })
}

function endsStatement(cursor: Cursor, distance: number): boolean {
  const token = cursor.peek(distance)
  return token.kind === 'end' || token.text === ';'
}

/** Parentheses after EXPLAIN hold options, unless a query begins in them. */
function startsOptions(cursor: Cursor): boolean {
  return cursor.at('(') && cursor.peek().text !== '(' && !['SELECT', 'WITH', 'VALUES', 'FROM'].includes(cursor.peek().text)
}

function isOn(option: Option): boolean {
  if (option.value === undefined) return true
  if (option.value.kind === 'boolean') return option.value.value
  return option.value.kind === 'column' && option.value.parts[0]?.name.toLowerCase() === 'on'
}
