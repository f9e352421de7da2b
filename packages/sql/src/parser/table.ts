/** What stands in FROM: tables, subqueries, functions, joins. */
import type {
  DerivedTable,
  FileTable,
  Identifier,
  Join,
  NamedTable,
  Query,
  TableAlias,
  TableFunction,
  TableReference,
  TableSample,
  TimeTravel,
} from '../ast/index.js'
import { parsePlainArguments } from './call.js'
import type { Cursor } from './cursor.js'
import { acceptJoin, startsJoin } from './join.js'
import { finishTableAlias, isBareAlias, isName, parseAliasAfterAs, parseBareAlias, parseObjectName, toIdentifier } from './name.js'
import { node } from './node.js'
import { startsQuery } from './parentheses.js'
import { parsePivotSuffix, startsPivotSuffix } from './pivot-suffix.js'
import { acceptTableSample } from './sample.js'
import { parseTimeTravel, startsTimeTravel } from './time-travel.js'
import { parseValuesQuery } from './value.js'

/** One element of FROM, with all its joins. */
export function parseTableReference(cursor: Cursor): TableReference {
  const { start } = cursor.token
  return continueJoins(cursor, parseTableFactor(cursor), start)
}

function continueJoins(cursor: Cursor, first: TableReference, start: number): TableReference {
  let left = first
  let length = 0
  for (;;) {
    const joined = acceptJoin(cursor, left, start, parseJoinOperand)
    if (joined === undefined) break
    left = joined
    length++
  }
  cursor.noteChain(length)
  return left
}

/**
 * The right side of a join that needs a condition. When another join stands where the condition should, the condition of
 * that one comes first: `a JOIN b JOIN c ON … ON …`.
 */
function parseJoinOperand(cursor: Cursor, needsCondition: boolean): TableReference {
  const { start } = cursor.token
  let right = parseTableFactor(cursor)
  if (!needsCondition) return right
  cursor.enter()
  while (startsJoin(cursor)) right = acceptJoin(cursor, right, start, parseJoinOperand) ?? right
  cursor.leave()
  return right
}

/** A table without joins, with PIVOT and UNPIVOT behind it. */
export function parseTableFactor(cursor: Cursor): TableReference {
  const { start } = cursor.token
  let table = parsePlainTable(cursor)
  let length = 0
  while (startsPivotSuffix(cursor)) {
    table = parsePivotSuffix(cursor, table, start, parseAlias)
    length++
  }
  cursor.noteChain(length)
  return table
}

function parsePlainTable(cursor: Cursor): TableReference {
  const { start, kind } = cursor.token
  const prefix = isName(cursor.token) && cursor.peek().text === ':' ? parsePrefixAlias(cursor) : undefined
  if (cursor.at('(')) return parseTableParentheses(cursor, start, prefix)
  if (cursor.at('LATERAL')) return parseLateral(cursor, start, prefix)
  if (cursor.at('VALUES', '(')) return derived(cursor, parseValuesQuery(cursor), false, start, prefix)
  if (cursor.at('TABLE', '(')) return parseTableCall(cursor, start, prefix)
  if (cursor.token.kind === 'string') return parseFile(cursor, start, prefix)
  if (kind !== 'word' && kind !== 'quoted') throw cursor.unexpected('a table')
  return parseNamed(cursor, start, false, prefix)
}

/** DuckDB's `FROM x: table`. */
function parsePrefixAlias(cursor: Cursor): TableAlias {
  const name = toIdentifier(cursor.advance())
  cursor.expect(':')
  return node<TableAlias>({ kind: 'table_alias', name, columns: [], span: name.span })
}

function parseNamed(cursor: Cursor, start: number, lateral: boolean, prefix: TableAlias | undefined): NamedTable | TableFunction {
  cursor.accept('ONLY')
  const name = parseObjectName(cursor, 'a table')
  if (cursor.at('(') || lateral) {
    const args = parsePlainArguments(cursor, name)
    const ordinality = cursor.accept('WITH', 'ORDINALITY')
    const suffix = parseSuffix(cursor, prefix)
    return node<TableFunction>({
      kind: 'table_function',
      name,
      arguments: args,
      lateral,
      ordinality,
      ...suffix,
      span: cursor.spanFrom(start),
    })
  }
  return node<NamedTable>({ kind: 'named_table', name, ...parseSuffix(cursor, prefix), span: cursor.spanFrom(start) })
}

/** The standard's `TABLE(f(x))`. */
function parseTableCall(cursor: Cursor, start: number, prefix: TableAlias | undefined): TableFunction {
  cursor.expectAll('TABLE', '(')
  if (cursor.at('VALUES')) throw cursor.unexpected('the name of a function')
  const name = parseObjectName(cursor, 'the name of a function')
  const args = parsePlainArguments(cursor, name)
  cursor.expect(')')
  const suffix = parseSuffix(cursor, prefix)
  return node<TableFunction>({
    kind: 'table_function',
    name,
    arguments: args,
    lateral: false,
    ordinality: false,
    ...suffix,
    span: cursor.spanFrom(start),
  })
}

function parseFile(cursor: Cursor, start: number, prefix: TableAlias | undefined): FileTable {
  const path = cursor.advance().value
  const alias = prefix ?? parseAlias(cursor)
  const sample = acceptTableSample(cursor)
  return node<FileTable>({ kind: 'file_table', path, alias, sample, span: cursor.spanFrom(start) })
}

function parseLateral(cursor: Cursor, start: number, prefix: TableAlias | undefined): DerivedTable | TableFunction {
  cursor.expect('LATERAL')
  if (!cursor.accept('(')) return parseNamed(cursor, start, true, prefix) as TableFunction
  const query = cursor.nested(() => cursor.rules.query(cursor))
  cursor.expect(')')
  return derived(cursor, query, true, start, prefix)
}

function derived(cursor: Cursor, query: Query, lateral: boolean, start: number, prefix: TableAlias | undefined): DerivedTable {
  const alias = prefix ?? parseAlias(cursor)
  const sample = acceptTableSample(cursor)
  return node<DerivedTable>({ kind: 'derived_table', query, lateral, alias, sample, span: cursor.spanFrom(start) })
}

interface Inside {
  readonly query: Query | undefined
  readonly table: TableReference | undefined
}

/** A subquery, or joins in parentheses: `((SELECT 1) UNION SELECT 2) t` against `((SELECT 1) a JOIN b …)`. */
function parseTableParentheses(cursor: Cursor, start: number, prefix: TableAlias | undefined): TableReference {
  const inside = parseInside(cursor)
  if (inside.query !== undefined) return derived(cursor, inside.query, false, start, prefix)
  const table = inside.table!
  const alias = prefix ?? parseAlias(cursor)
  if (alias === undefined) return table
  return aliasJoin(cursor, table, alias, start)
}

function parseInside(cursor: Cursor): Inside {
  cursor.expect('(')
  cursor.enter()
  const result = parseInsideParentheses(cursor)
  cursor.leave()
  cursor.expect(')')
  return result
}

function parseInsideParentheses(cursor: Cursor): Inside {
  if (startsQuery(cursor)) return { query: cursor.rules.query(cursor), table: undefined }
  const { start } = cursor.token
  if (!cursor.at('(')) return { query: undefined, table: parseTableReference(cursor) }
  const inner = parseInside(cursor)
  if (inner.query !== undefined) {
    const query = cursor.rules.continueQuery(cursor, inner.query, start)
    if (cursor.at(')')) return { query, table: undefined }
    if (query !== inner.query) throw cursor.unexpected('")"')
    return { query: undefined, table: continueJoins(cursor, derived(cursor, query, false, start, undefined), start) }
  }
  const alias = parseAlias(cursor)
  const table = alias === undefined ? inner.table! : aliasJoin(cursor, inner.table!, alias, start)
  return { query: undefined, table: continueJoins(cursor, table, start) }
}

/** `(a JOIN b …) AS x`; a single table in parentheses takes the alias when it has none. */
function aliasJoin(cursor: Cursor, table: TableReference, alias: TableAlias, start: number): TableReference {
  const span = cursor.spanFrom(start)
  if (table.alias !== undefined)
    throw cursor.error('SECOND_ALIAS', `the table already has the alias "${table.alias.name.name}"`, alias.span)
  if (table.kind === 'join') return node<Join>({ ...table, alias, span })
  return node<TableReference>({ ...table, alias, span })
}

interface Suffix {
  readonly timeTravel: TimeTravel | undefined
  readonly alias: TableAlias | undefined
  readonly sample: TableSample | undefined
}

/** Time travel and the alias, in either order, and TABLESAMPLE. */
function parseSuffix(cursor: Cursor, prefix: TableAlias | undefined): Suffix {
  let timeTravel = startsTimeTravel(cursor) ? parseTimeTravel(cursor) : undefined
  const alias = prefix ?? parseAlias(cursor)
  if (timeTravel === undefined && startsTimeTravel(cursor)) timeTravel = parseTimeTravel(cursor)
  // SQLite's hint to use no index, which is all that can happen here.
  cursor.accept('NOT', 'INDEXED')
  return { timeTravel, alias, sample: acceptTableSample(cursor) }
}

/** `AS x (a, b)`, `x`; undefined when there is no alias. */
export function parseAlias(cursor: Cursor): TableAlias | undefined {
  if (cursor.at('AS') && !startsTimeTravel(cursor)) {
    cursor.advance()
    return finishTableAlias(cursor, parseAliasAfterAs(cursor))
  }
  if (!isBareAlias(cursor.token) || stopsTableAlias(cursor)) return undefined
  const name: Identifier = parseBareAlias(cursor)
  return finishTableAlias(cursor, name)
}

/** Words that are aliases elsewhere but go on with the table here. */
function stopsTableAlias(cursor: Cursor): boolean {
  switch (cursor.token.text) {
    case 'TABLESAMPLE':
    case 'SET':
      return true
    case 'PIVOT':
    case 'UNPIVOT':
      return startsPivotSuffix(cursor)
    case 'SEMI':
    case 'ANTI':
    case 'ASOF':
    case 'POSITIONAL':
      return startsJoin(cursor)
    default:
      return startsTimeTravel(cursor)
  }
}
