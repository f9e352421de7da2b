/** `*`, `t.*` and COLUMNS(…), which stand only as items and arguments. */
import type { Columns, Expression, Identifier, ObjectName, Star, StarFilter, StarRename, StarReplacement } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { parseLambda, startsLambda } from './lambda.js'
import { parseAnyIdentifier, parseObjectName, toIdentifier } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'
import { acceptPatternOperator } from './predicate.js'

/** Whether `*`, `*COLUMNS(…)` or `a.b.*` begins here. */
export function startsStar(cursor: Cursor): boolean {
  if (cursor.at('*')) return true
  const { kind } = cursor.token
  if ((kind !== 'word' && kind !== 'quoted') || cursor.peek().text !== '.') return false
  for (let distance = 1; cursor.peek(distance).text === '.'; distance += 2) {
    if (cursor.peek(distance + 1).text === '*') return true
  }
  return false
}

export function parseStar(cursor: Cursor): Expression {
  const { start } = cursor.token
  if (cursor.at('*', 'COLUMNS', '(')) {
    cursor.advance()
    return parseColumns(cursor, start, true)
  }
  return parsePlainStar(cursor, start)
}

function parsePlainStar(cursor: Cursor, start: number): Star {
  const qualifier = parseQualifier(cursor)
  cursor.expect('*')
  let exclude: readonly ObjectName[] = []
  let replace: readonly StarReplacement[] = []
  let rename: readonly StarRename[] = []
  let filter: StarFilter | undefined
  for (;;) {
    if (startsExclude(cursor)) exclude = [...exclude, ...parseExclude(cursor)]
    else if (cursor.accept('REPLACE')) replace = [...replace, ...parseModifier(cursor, () => parseReplacement(cursor))]
    else if (cursor.accept('RENAME')) rename = [...rename, ...parseModifier(cursor, () => parseRename(cursor))]
    else if (filter === undefined && startsFilter(cursor)) filter = parseFilter(cursor)
    else break
  }
  return node<Star>({ kind: 'star', qualifier, exclude, replace, rename, filter, span: cursor.spanFrom(start) })
}

function parseQualifier(cursor: Cursor): ObjectName | undefined {
  if (cursor.at('*')) return undefined
  const { start } = cursor.token
  const parts: Identifier[] = []
  while (!cursor.at('*')) {
    parts.push(parts.length === 0 ? toIdentifier(cursor.advance()) : parseAnyIdentifier(cursor, 'a name'))
    cursor.expect('.')
  }
  return node<ObjectName>({ kind: 'object_name', parts, span: { start, end: parts.at(-1)!.span.end } })
}

/** EXCLUDE, or BigQuery's EXCEPT, which is a set operation before a query. */
function startsExclude(cursor: Cursor): boolean {
  if (cursor.at('EXCLUDE')) return true
  return cursor.at('EXCEPT', '(') && !['SELECT', 'WITH', 'VALUES', 'FROM', 'TABLE', '('].includes(cursor.peek(2).text)
}

function parseExclude(cursor: Cursor): ObjectName[] {
  cursor.advance()
  return parseModifier(cursor, () => parseObjectName(cursor, 'the name of a column'))
}

/** One thing, or several in parentheses. */
function parseModifier<T>(cursor: Cursor, parse: () => T): T[] {
  if (!cursor.accept('(')) return [parse()]
  const all = [parse()]
  while (cursor.accept(',')) all.push(parse())
  cursor.expect(')')
  return all
}

function parseReplacement(cursor: Cursor): StarReplacement {
  const { start } = cursor.token
  const expression = cursor.rules.expression(cursor, Precedence.lowest)
  cursor.accept('AS')
  const name = parseAnyIdentifier(cursor, 'the name of the column to replace')
  return node<StarReplacement>({ kind: 'star_replacement', expression, name, span: cursor.spanFrom(start) })
}

function parseRename(cursor: Cursor): StarRename {
  const { start } = cursor.token
  const from = parseObjectName(cursor, 'the name of a column')
  cursor.expect('AS')
  const to = parseAnyIdentifier(cursor, 'the new name')
  return node<StarRename>({ kind: 'star_rename', from, to, span: cursor.spanFrom(start) })
}

const filterWords = ['LIKE', 'ILIKE', 'SIMILAR', 'GLOB', 'REGEXP', 'RLIKE']

function startsFilter(cursor: Cursor): boolean {
  return filterWords.some((word) => cursor.at(word) || cursor.at('NOT', word))
}

function parseFilter(cursor: Cursor): StarFilter {
  const { start } = cursor.token
  const not = cursor.accept('NOT')
  const spelling = acceptPatternOperator(cursor)
  if (spelling === undefined) throw cursor.unexpected('LIKE')
  const pattern = cursor.rules.expression(cursor, Precedence.other)
  return node<StarFilter>({ kind: 'star_filter', operator: spelling.operator, negated: not, pattern, span: cursor.spanFrom(start) })
}

/** From COLUMNS on. */
export function parseColumns(cursor: Cursor, start: number, unpacked: boolean): Columns {
  cursor.expectAll('COLUMNS', '(')
  cursor.enter()
  const selection = parseSelection(cursor)
  cursor.leave()
  cursor.expect(')')
  return node<Columns>({ kind: 'columns', selection, unpacked, span: cursor.spanFrom(start) })
}

function parseSelection(cursor: Cursor): Expression {
  if (startsStar(cursor)) return parseStar(cursor)
  if (startsLambda(cursor, undefined)) return parseLambda(cursor)
  return cursor.rules.expression(cursor, Precedence.lowest)
}
