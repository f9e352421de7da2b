/** PIVOT and UNPIVOT behind a table, as the standard's dialects write them. */
import type { Expression, Identifier, Pivot, PivotColumn, Query, SelectItem, TableAlias, TableReference, Unpivot } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { isBareAlias, parseAliasAfterAs, parseBareAlias, parseCommaSeparated, parseIdentifier, parseIdentifierList } from './name.js'
import { node } from './node.js'
import { startsQuery } from './parentheses.js'
import { Precedence } from './precedence.js'
import { parseStar, startsStar } from './star.js'

type ParseAlias = (cursor: Cursor) => TableAlias | undefined

export function startsPivotSuffix(cursor: Cursor): boolean {
  if (cursor.at('PIVOT', '(') || cursor.at('UNPIVOT', '(')) return true
  return cursor.at('UNPIVOT', 'INCLUDE', 'NULLS') || cursor.at('UNPIVOT', 'EXCLUDE', 'NULLS')
}

export function parsePivotSuffix(cursor: Cursor, input: TableReference, start: number, parseAlias: ParseAlias): Pivot | Unpivot {
  return cursor.accept('PIVOT') ? parsePivot(cursor, input, start, parseAlias) : parseUnpivot(cursor, input, start, parseAlias)
}

/** `(sum(x) AS s FOR year IN (2023, 2024) quarter IN (1, 2) GROUP BY k)`; without an aggregate it counts rows. */
function parsePivot(cursor: Cursor, input: TableReference, start: number, parseAlias: ParseAlias): Pivot {
  cursor.expect('(')
  cursor.enter()
  const aggregates = cursor.at('FOR') ? [] : parseCommaSeparated(cursor, () => parseTurnedItem(cursor))
  cursor.expect('FOR')
  const columns: PivotColumn[] = [parsePivotColumn(cursor, true)]
  while (!cursor.at(')') && !cursor.at('GROUP')) columns.push(parsePivotColumn(cursor, true))
  const groupBy = parsePivotGroups(cursor)
  cursor.leave()
  cursor.expect(')')
  const alias = parseAlias(cursor)
  return node<Pivot>({ kind: 'pivot', input, aggregates, columns, groupBy, alias, span: cursor.spanFrom(start) })
}

export function parsePivotGroups(cursor: Cursor): readonly Expression[] | undefined {
  if (!cursor.accept('GROUP', 'BY')) return undefined
  return parseCommaSeparated(cursor, () => cursor.rules.expression(cursor, Precedence.lowest))
}

/** `year IN (2023, 2024)`, `year IN (SELECT …)`, `year IN (ANY)`; in DuckDB's statement also `year` alone. */
export function parsePivotColumn(cursor: Cursor, needsValues: boolean): PivotColumn {
  const { start } = cursor.token
  const expression = cursor.rules.expression(cursor, Precedence.other)
  let values: readonly SelectItem[] | undefined
  let query: Query | undefined
  if (needsValues ? cursor.expect('IN') : cursor.accept('IN')) {
    cursor.expect('(')
    cursor.enter()
    if (startsQuery(cursor)) query = cursor.rules.query(cursor)
    else if (!cursor.accept('ANY')) values = parseCommaSeparated(cursor, () => parseTurnedItem(cursor))
    cursor.leave()
    cursor.expect(')')
  }
  return node<PivotColumn>({ kind: 'pivot_column', expression, values, query, span: cursor.spanFrom(start) })
}

/** An expression or star with an optional alias. */
export function parseTurnedItem(cursor: Cursor): SelectItem {
  const { start } = cursor.token
  const expression = startsStar(cursor) ? parseStar(cursor) : cursor.rules.expression(cursor, Precedence.lowest)
  const alias = cursor.accept('AS') ? parseAliasAfterAs(cursor) : isBareAlias(cursor.token) ? parseBareAlias(cursor) : undefined
  return node<SelectItem>({ kind: 'select_item', expression, alias, span: cursor.spanFrom(start) })
}

/** `[INCLUDE NULLS] (value FOR name IN (a, b AS 'x'))`. */
function parseUnpivot(cursor: Cursor, input: TableReference, start: number, parseAlias: ParseAlias): Unpivot {
  cursor.expect('UNPIVOT')
  const includeNulls = acceptNulls(cursor)
  cursor.expect('(')
  cursor.enter()
  const values = parseValueNames(cursor)
  cursor.expect('FOR')
  const name = parseIdentifier(cursor, 'the name of a column')
  cursor.expectAll('IN', '(')
  const columns = parseCommaSeparated(cursor, () => parseTurnedItem(cursor))
  cursor.expect(')')
  cursor.leave()
  cursor.expect(')')
  const alias = parseAlias(cursor)
  return node<Unpivot>({ kind: 'unpivot', input, includeNulls, values, name, columns, alias, span: cursor.spanFrom(start) })
}

function parseValueNames(cursor: Cursor): Identifier[] {
  return cursor.at('(') ? parseIdentifierList(cursor, 'the name of a column') : [parseIdentifier(cursor, 'the name of a column')]
}

/** INCLUDE NULLS or EXCLUDE NULLS, which is the default. */
export function acceptNulls(cursor: Cursor): boolean {
  if (cursor.accept('INCLUDE', 'NULLS')) return true
  cursor.accept('EXCLUDE', 'NULLS')
  return false
}
