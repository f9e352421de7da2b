/** INSERT, UPDATE, DELETE, MERGE, TRUNCATE. */
import type {
  Assignment,
  ConflictClause,
  Delete,
  Expression,
  Identifier,
  Insert,
  Merge,
  MergeAction,
  MergeClause,
  ObjectName,
  Query,
  SelectItem,
  TableAlias,
  Truncate,
  Update,
  With,
} from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { parseAliasAfterAs, parseCommaSeparated, parseIdentifierList, parseObjectName } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'
import { parseFrom, parseSelectItems } from './select.js'
import { parseAlias, parseTableReference } from './table.js'
import { valueOrDefault } from './value.js'

/** `INSERT [OR REPLACE | OR IGNORE] INTO t (a, b) [BY NAME] source …`, `INSERT OVERWRITE`, `REPLACE INTO`. */
export function parseInsert(cursor: Cursor, withClause: With | undefined): Insert {
  const start = withClause?.span.start ?? cursor.token.start
  const replaceInto = cursor.advance().text === 'REPLACE'
  let onConflict: Insert['onConflict'] = replaceInto ? 'replace' : undefined
  if (!replaceInto && cursor.accept('OR')) onConflict = cursor.expectOneOf(['REPLACE', 'IGNORE']) === 'REPLACE' ? 'replace' : 'ignore'
  const overwrite = !replaceInto && cursor.accept('OVERWRITE')
  if (overwrite) cursor.accept('INTO')
  else cursor.expect('INTO')
  if (cursor.at('TABLE') && cursor.peek().kind !== 'symbol') cursor.advance()
  const table = parseObjectName(cursor, 'the name of a table')
  let alias: TableAlias | undefined
  if (cursor.accept('AS')) alias = insertAlias(cursor)
  const columns = cursor.at('(') && !startsSource(cursor) ? parseIdentifierList(cursor, 'a column name') : []
  const byName = cursor.accept('BY', 'NAME')
  if (!byName) cursor.accept('BY', 'POSITION')
  const source = cursor.accept('DEFAULT', 'VALUES') ? undefined : parseSource(cursor)
  const conflict = cursor.at('ON', 'CONFLICT') ? parseConflict(cursor) : undefined
  const returning = parseReturning(cursor)
  return node<Insert>({
    kind: 'insert',
    with: withClause,
    table,
    alias,
    columns,
    byName,
    onConflict,
    overwrite,
    source,
    conflict,
    returning,
    span: cursor.spanFrom(start),
  })
}

/** The alias alone: names in parentheses after it are the columns to fill. */
function insertAlias(cursor: Cursor): TableAlias {
  const name = parseAliasAfterAs(cursor)
  return node<TableAlias>({ kind: 'table_alias', name, columns: [], span: name.span })
}

/** Whether the parenthesis after the table opens a query and not the list of columns. */
function startsSource(cursor: Cursor): boolean {
  return ['SELECT', 'WITH', 'VALUES', 'FROM', 'TABLE', '('].includes(cursor.peek().text)
}

function parseSource(cursor: Cursor): Query {
  if (cursor.token.kind === 'word' || cursor.at('(')) return cursor.rules.query(cursor)
  throw cursor.unexpected('VALUES or a query', ['VALUES', 'SELECT', 'WITH'])
}

function parseConflict(cursor: Cursor): ConflictClause {
  const { start } = cursor.token
  cursor.expectAll('ON', 'CONFLICT')
  const columns: Expression[] = []
  if (cursor.accept('(')) {
    columns.push(...parseCommaSeparated(cursor, () => expression(cursor)))
    cursor.expect(')')
  }
  cursor.expect('DO')
  let assignments: readonly Assignment[] = []
  let where: Expression | undefined
  if (!cursor.accept('NOTHING')) {
    cursor.expectAll('UPDATE', 'SET')
    assignments = parseAssignments(cursor)
    where = cursor.accept('WHERE') ? expression(cursor) : undefined
  }
  return node<ConflictClause>({ kind: 'conflict', columns, assignments, where, span: cursor.spanFrom(start) })
}

export function parseUpdate(cursor: Cursor, withClause: With | undefined): Update {
  const start = withClause?.span.start ?? cursor.token.start
  cursor.advance()
  const table = parseObjectName(cursor, 'the name of a table')
  const alias = parseAlias(cursor)
  cursor.expect('SET')
  const assignments = parseAssignments(cursor)
  const from = cursor.at('FROM') ? parseFrom(cursor) : []
  const where = cursor.accept('WHERE') ? expression(cursor) : undefined
  const returning = parseReturning(cursor)
  return node<Update>({ kind: 'update', with: withClause, table, alias, assignments, from, where, returning, span: cursor.spanFrom(start) })
}

function parseAssignments(cursor: Cursor): Assignment[] {
  return parseCommaSeparated(cursor, () => {
    const { start } = cursor.token
    let targets: readonly ObjectName[]
    if (cursor.accept('(')) {
      targets = parseCommaSeparated(cursor, () => parseObjectName(cursor, 'a column name'))
      cursor.expect(')')
    } else {
      targets = [parseObjectName(cursor, 'a column name')]
    }
    cursor.expect('=')
    const value = valueOrDefault(cursor)
    return node<Assignment>({ kind: 'assignment', targets, value, span: cursor.spanFrom(start) })
  })
}

export function parseDelete(cursor: Cursor, withClause: With | undefined): Delete {
  const start = withClause?.span.start ?? cursor.token.start
  cursor.advance()
  cursor.expect('FROM')
  const table = parseObjectName(cursor, 'the name of a table')
  const alias = parseAlias(cursor)
  const using = cursor.accept('USING') ? parseCommaSeparated(cursor, () => parseTableReference(cursor)) : []
  const where = cursor.accept('WHERE') ? expression(cursor) : undefined
  const returning = parseReturning(cursor)
  return node<Delete>({ kind: 'delete', with: withClause, table, alias, using, where, returning, span: cursor.spanFrom(start) })
}

export function parseTruncate(cursor: Cursor): Truncate {
  const { start } = cursor.advance()
  if (cursor.peek().kind !== 'end' && cursor.peek().text !== ';') cursor.accept('TABLE')
  const table = parseObjectName(cursor, 'the name of a table')
  return node<Truncate>({ kind: 'truncate', table, span: cursor.spanFrom(start) })
}

function parseReturning(cursor: Cursor): SelectItem[] {
  return cursor.accept('RETURNING') ? parseSelectItems(cursor) : []
}

/** `MERGE INTO t USING source ON condition WHEN MATCHED THEN …`. */
export function parseMerge(cursor: Cursor, withClause: With | undefined): Merge {
  const start = withClause?.span.start ?? cursor.token.start
  cursor.advance()
  cursor.expect('INTO')
  const table = parseObjectName(cursor, 'the name of a table')
  const alias = parseAlias(cursor)
  cursor.expect('USING')
  const source = parseTableReference(cursor)
  cursor.expect('ON')
  const on = expression(cursor)
  const clauses: MergeClause[] = []
  while (cursor.at('WHEN')) clauses.push(parseMergeClause(cursor))
  if (clauses.length === 0) throw cursor.unexpected('WHEN', ['WHEN'])
  const returning = parseReturning(cursor)
  return node<Merge>({ kind: 'merge', with: withClause, table, alias, source, on, clauses, returning, span: cursor.spanFrom(start) })
}

function parseMergeClause(cursor: Cursor): MergeClause {
  const { start } = cursor.advance()
  const match = parseMatch(cursor)
  const condition = cursor.accept('AND') ? expression(cursor) : undefined
  cursor.expect('THEN')
  const action = parseMergeAction(cursor)
  return node<MergeClause>({ kind: 'merge_clause', match, condition, action, span: cursor.spanFrom(start) })
}

function parseMatch(cursor: Cursor): MergeClause['match'] {
  const not = cursor.accept('NOT')
  cursor.expect('MATCHED')
  if (!not) return 'matched'
  if (cursor.accept('BY', 'SOURCE')) return 'not matched by source'
  cursor.accept('BY', 'TARGET')
  return 'not matched'
}

function parseMergeAction(cursor: Cursor): MergeAction {
  const { start } = cursor.token
  switch (cursor.expectOneOf(['UPDATE', 'INSERT', 'DELETE', 'DO'])) {
    case 'DELETE':
      return node<MergeAction>({ kind: 'merge_delete', span: cursor.spanFrom(start) })
    case 'DO':
      cursor.expect('NOTHING')
      return node<MergeAction>({ kind: 'merge_nothing', span: cursor.spanFrom(start) })
    case 'UPDATE': {
      const all = !cursor.at('SET') || cursor.peek().text === '*'
      if (cursor.accept('SET') && all) cursor.expect('*')
      const assignments = all ? [] : parseAssignments(cursor)
      return node<MergeAction>({ kind: 'merge_update', all, assignments, span: cursor.spanFrom(start) })
    }
    default:
      return parseMergeInsert(cursor, start)
  }
}

/** `INSERT *`, `INSERT (a, b) VALUES (1, 2)`, and DuckDB's bare `INSERT`. */
function parseMergeInsert(cursor: Cursor, start: number): MergeAction {
  let columns: readonly Identifier[] = []
  const values: Expression[] = []
  const all = cursor.accept('*') || !(cursor.at('(') || cursor.at('VALUES'))
  if (!all) {
    if (cursor.at('(')) columns = parseIdentifierList(cursor, 'a column name')
    cursor.expect('VALUES')
    cursor.expect('(')
    values.push(...parseCommaSeparated(cursor, () => valueOrDefault(cursor)))
    cursor.expect(')')
  }
  return node<MergeAction>({ kind: 'merge_insert', all, columns, values, span: cursor.spanFrom(start) })
}

function expression(cursor: Cursor): Expression {
  return cursor.rules.expression(cursor, Precedence.lowest)
}
