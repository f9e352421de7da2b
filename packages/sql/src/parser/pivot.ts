/** DuckDB's statements PIVOT and UNPIVOT: each is a SELECT of everything from the table turned. */
import type { Identifier, Pivot, Select, SelectItem, Unpivot } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { parseCommaSeparated, parseIdentifier } from './name.js'
import { node } from './node.js'
import { acceptNulls, parsePivotColumn, parsePivotGroups, parseTurnedItem } from './pivot-suffix.js'
import { selectStarFrom } from './select.js'
import { parseTableReference } from './table.js'

/** `PIVOT t ON year IN (2023, 2024) USING sum(x) AS s GROUP BY k`. */
export function parsePivotStatement(cursor: Cursor): Select {
  const { start } = cursor.advance()
  const input = parseTableReference(cursor)
  cursor.expect('ON')
  const columns = parseCommaSeparated(cursor, () => parsePivotColumn(cursor, false))
  const aggregates: readonly SelectItem[] = cursor.accept('USING') ? parseCommaSeparated(cursor, () => parseTurnedItem(cursor)) : []
  const groupBy = parsePivotGroups(cursor)
  const pivot = node<Pivot>({ kind: 'pivot', input, aggregates, columns, groupBy, alias: undefined, span: cursor.spanFrom(start) })
  return selectStarFrom(cursor, pivot, start)
}

/** `UNPIVOT t ON a, (b, c) AS bc INTO NAME n VALUE v, w`. */
export function parseUnpivotStatement(cursor: Cursor): Select {
  const { start } = cursor.advance()
  const input = parseTableReference(cursor)
  let includeNulls = acceptNulls(cursor)
  cursor.expect('ON')
  const columns = parseCommaSeparated(cursor, () => parseTurnedItem(cursor))
  let name = defaultName('name', cursor.previousEnd)
  let values = [defaultName('value', cursor.previousEnd)]
  if (cursor.accept('INTO')) {
    cursor.expect('NAME')
    name = parseIdentifier(cursor, 'the name of a column')
    cursor.expect('VALUE')
    values = parseCommaSeparated(cursor, () => parseIdentifier(cursor, 'the name of a column'))
  }
  includeNulls = acceptNulls(cursor) || includeNulls
  const unpivot = node<Unpivot>({
    kind: 'unpivot', input, includeNulls, values, name, columns, alias: undefined, span: cursor.spanFrom(start),
  })
  return selectStarFrom(cursor, unpivot, start)
}

function defaultName(name: string, at: number): Identifier {
  return node<Identifier>({ kind: 'identifier', name, quoted: false, span: { start: at, end: at } })
}
