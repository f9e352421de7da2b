/** One SELECT and its clauses. */
import type {
  Distinct,
  Expression,
  GroupBy,
  GroupingElement,
  GroupingExpression,
  GroupingSets,
  GroupingTuple,
  NamedWindow,
  Select,
  SelectItem,
  Star,
  TableReference,
} from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { isReserved } from './keywords.js'
import { isBareAlias, isName, parseAliasAfterAs, parseBareAlias, parseCommaSeparated, toIdentifier } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'
import { parseSampleClause } from './sample.js'
import { parseStar, startsStar } from './star.js'
import { parseTableReference } from './table.js'
import { parseNamedWindows } from './window.js'

/** From SELECT, or from FROM: `FROM t`, `FROM t SELECT a WHERE …`. */
export function parseSelect(cursor: Cursor): Select {
  const { start } = cursor.token
  const fromFirst = cursor.at('FROM')
  let from: readonly TableReference[] = fromFirst ? parseFrom(cursor) : []
  let distinct: Distinct | undefined
  let items: readonly SelectItem[]
  if (fromFirst && !cursor.at('SELECT')) {
    items = [starItem(cursor.previousEnd)]
  } else {
    cursor.expect('SELECT')
    if (!cursor.accept('ALL')) distinct = parseDistinct(cursor)
    items = parseSelectItems(cursor)
  }
  if (!fromFirst && cursor.at('FROM')) from = parseFrom(cursor)
  const where = cursor.accept('WHERE') ? expression(cursor) : undefined
  const groupBy = cursor.at('GROUP') ? parseGroupBy(cursor) : undefined
  const having = cursor.accept('HAVING') ? expression(cursor) : undefined
  let windows: readonly NamedWindow[] = cursor.accept('WINDOW') ? parseNamedWindows(cursor) : []
  const qualify = cursor.accept('QUALIFY') ? expression(cursor) : undefined
  if (windows.length === 0 && cursor.accept('WINDOW')) windows = parseNamedWindows(cursor)
  const sample = cursor.at('USING', 'SAMPLE') ? parseSampleClause(cursor) : undefined
  return node<Select>({
    kind: 'select',
    distinct,
    items,
    from,
    where,
    groupBy,
    having,
    windows,
    qualify,
    sample,
    span: cursor.spanFrom(start),
  })
}

/** `SELECT * FROM table`, for the spellings that mean it. */
export function selectStarFrom(cursor: Cursor, table: TableReference, start: number): Select {
  return node<Select>({
    kind: 'select',
    distinct: undefined,
    items: [starItem(table.span.start)],
    from: [table],
    where: undefined,
    groupBy: undefined,
    having: undefined,
    windows: [],
    qualify: undefined,
    sample: undefined,
    span: cursor.spanFrom(start),
  })
}

function starItem(at: number): SelectItem {
  const span = { start: at, end: at }
  const star = node<Star>({ kind: 'star', qualifier: undefined, exclude: [], replace: [], rename: [], filter: undefined, span })
  return node<SelectItem>({ kind: 'select_item', expression: star, alias: undefined, span })
}

function parseDistinct(cursor: Cursor): Distinct | undefined {
  const { start } = cursor.token
  if (!cursor.accept('DISTINCT')) return undefined
  let on: readonly Expression[] = []
  if (cursor.accept('ON', '(')) {
    on = parseCommaSeparated(cursor, () => expression(cursor))
    cursor.expect(')')
  }
  return node<Distinct>({ kind: 'distinct', on, span: cursor.spanFrom(start) })
}

/** Items with commas between them; one comma too many before FROM is forgiven, as in DuckDB. */
export function parseSelectItems(cursor: Cursor): SelectItem[] {
  const items = [parseSelectItem(cursor)]
  while (cursor.accept(',')) {
    if (cursor.at('FROM')) break
    items.push(parseSelectItem(cursor))
  }
  return items
}

export function parseSelectItem(cursor: Cursor): SelectItem {
  const { start } = cursor.token
  if (isName(cursor.token) && cursor.peek().text === ':') {
    const alias = toIdentifier(cursor.advance())
    cursor.expect(':')
    const value = expression(cursor)
    return node<SelectItem>({ kind: 'select_item', expression: value, alias, span: cursor.spanFrom(start) })
  }
  const isStar = startsStar(cursor)
  const value = isStar ? parseStar(cursor) : expression(cursor)
  const mayHaveAlias = value.kind !== 'star'
  const alias = cursor.accept('AS')
    ? parseAliasAfterAs(cursor)
    : mayHaveAlias && isBareAlias(cursor.token)
      ? parseBareAlias(cursor)
      : undefined
  return node<SelectItem>({ kind: 'select_item', expression: value, alias, span: cursor.spanFrom(start) })
}

export function parseFrom(cursor: Cursor): TableReference[] {
  cursor.expect('FROM')
  return parseCommaSeparated(cursor, () => parseTableReference(cursor))
}

function parseGroupBy(cursor: Cursor): GroupBy {
  const { start } = cursor.token
  cursor.expectAll('GROUP', 'BY')
  const distinct = cursor.accept('DISTINCT')
  const all = !distinct && cursor.accept('ALL') && endsClause(cursor)
  const elements = all ? [] : parseCommaSeparated(cursor, () => parseGroupingElement(cursor))
  return node<GroupBy>({ kind: 'group_by', all, distinct, elements, span: cursor.spanFrom(start) })
}

/** Whether no grouping element follows ALL, so that it means all columns. */
function endsClause(cursor: Cursor): boolean {
  const { kind, text } = cursor.token
  return kind === 'end' || text === ')' || text === ';' || (kind === 'word' && isReserved(text))
}

function parseGroupingElement(cursor: Cursor): GroupingElement {
  const { start } = cursor.token
  if (cursor.at('ROLLUP', '(')) return parseGroupingSets(cursor, 'rollup', start)
  if (cursor.at('CUBE', '(')) return parseGroupingSets(cursor, 'cube', start)
  if (cursor.accept('GROUPING', 'SETS')) return parseGroupingSets(cursor, 'sets', start)
  if (cursor.accept('(', ')')) return node<GroupingTuple>({ kind: 'grouping_tuple', expressions: [], span: cursor.spanFrom(start) })
  const inParentheses = cursor.at('(')
  const value = expression(cursor)
  const span = cursor.spanFrom(start)
  if (value.kind === 'row' && inParentheses) return node<GroupingTuple>({ kind: 'grouping_tuple', expressions: value.elements, span })
  return node<GroupingExpression>({ kind: 'grouping_expression', expression: value, span })
}

function parseGroupingSets(cursor: Cursor, form: GroupingSets['form'], start: number): GroupingSets {
  if (form !== 'sets') cursor.advance()
  cursor.expect('(')
  cursor.enter()
  const elements = parseCommaSeparated(cursor, () => parseGroupingElement(cursor))
  cursor.leave()
  cursor.expect(')')
  return node<GroupingSets>({ kind: 'grouping_sets', form, elements, span: cursor.spanFrom(start) })
}

function expression(cursor: Cursor): Expression {
  return cursor.rules.expression(cursor, Precedence.lowest)
}
