/** CREATE and DROP. */
import type {
  CreateSchema,
  CreateTable,
  CreateView,
  Drop,
  Expression,
  Identifier,
  Option,
  Query,
  SortKey,
  Statement,
  TableConstraint,
} from '../ast/index.js'
import type { ColumnDefinition } from '../ast/index.js'
import { parseColumnDefinition, parseTableConstraint, startsTableConstraint } from './column-definition.js'
import type { Cursor } from './cursor.js'
import { parseCommaSeparated, parseIdentifier, parseIdentifierList, parseObjectName } from './name.js'
import { node } from './node.js'
import { parseOptions } from './option.js'
import { parseSortKey } from './order-by.js'
import { Precedence } from './precedence.js'
import { unsupportedObjects, unsupportedStatement } from './unsupported.js'

const createObjects = ['TABLE', 'VIEW', 'SCHEMA', 'NAMESPACE', 'INDEX', 'FUNCTION', 'TRIGGER', 'MATERIALIZED', 'TEMPORARY']

interface Prefix {
  readonly start: number
  readonly orReplace: boolean
  readonly temporary: boolean
}

export function parseCreate(cursor: Cursor): Statement {
  const { start } = cursor.advance()
  const orReplace = cursor.accept('OR', 'REPLACE')
  if (!cursor.accept('LOCAL', 'TEMPORARY')) cursor.accept('GLOBAL', 'TEMPORARY')
  const temporary = cursor.accept('TEMP') || cursor.accept('TEMPORARY')
  const prefix = { start, orReplace, temporary }
  if (cursor.accept('TABLE')) return parseCreateTable(cursor, prefix)
  if (cursor.at('VIEW') || cursor.at('MATERIALIZED', 'VIEW') || cursor.at('RECURSIVE', 'VIEW')) return parseCreateView(cursor, prefix)
  if (cursor.accept('SCHEMA') || cursor.accept('NAMESPACE')) return parseCreateSchema(cursor, start)
  const object = unsupportedObjects.find((word) => cursor.at(word))
  if (object !== undefined) return unsupportedStatement(cursor, start, object === 'UNIQUE' ? 'CREATE UNIQUE INDEX' : `CREATE ${object}`)
  throw cursor.unexpected('TABLE, VIEW or SCHEMA', createObjects)
}

function parseIfNotExists(cursor: Cursor): boolean {
  return cursor.accept('IF', 'NOT', 'EXISTS')
}

interface TableClauses {
  partitionedBy: readonly Expression[]
  sortedBy: readonly SortKey[]
  format: Identifier | undefined
  location: string | undefined
  comment: string | undefined
  properties: readonly Option[]
}

function parseCreateTable(cursor: Cursor, prefix: Prefix): CreateTable {
  const ifNotExists = parseIfNotExists(cursor)
  const name = parseObjectName(cursor, 'the name of a table')
  const columns: ColumnDefinition[] = []
  const constraints: TableConstraint[] = []
  if (cursor.accept('(')) {
    cursor.enter()
    do {
      if (startsTableConstraint(cursor)) constraints.push(parseTableConstraint(cursor))
      else columns.push(parseColumnDefinition(cursor, parseIdentifier(cursor, 'a column name')))
    } while (cursor.accept(','))
    cursor.leave()
    cursor.expect(')')
  }
  const clauses = parseTableClauses(cursor)
  let query: Query | undefined
  let withData = true
  if (cursor.accept('AS')) {
    query = cursor.rules.query(cursor)
    if (cursor.accept('WITH', 'NO', 'DATA')) withData = false
    else cursor.accept('WITH', 'DATA')
  } else if (columns.length === 0) {
    throw cursor.unexpected('the columns in parentheses, or AS and a query', ['AS'])
  }
  const { start, orReplace, temporary } = prefix
  return node<CreateTable>({
    kind: 'create_table',
    name,
    orReplace,
    temporary,
    ifNotExists,
    columns,
    constraints,
    query,
    withData,
    ...clauses,
    span: cursor.spanFrom(start),
  })
}

function parseTableClauses(cursor: Cursor): TableClauses {
  const clauses: TableClauses = {
    partitionedBy: [],
    sortedBy: [],
    format: undefined,
    location: undefined,
    comment: undefined,
    properties: [],
  }
  for (;;) {
    if (cursor.accept('PARTITIONED', 'BY') || cursor.accept('PARTITION', 'BY')) {
      clauses.partitionedBy = parseInParentheses(cursor, () => cursor.rules.expression(cursor, Precedence.lowest))
    } else if (cursor.accept('SORTED', 'BY') || cursor.accept('ORDER', 'BY')) {
      clauses.sortedBy = cursor.at('(')
        ? parseInParentheses(cursor, () => parseSortKey(cursor))
        : parseCommaSeparated(cursor, () => parseSortKey(cursor))
    } else if (cursor.accept('USING')) {
      clauses.format = parseIdentifier(cursor, 'the name of a format')
    } else if (cursor.accept('LOCATION')) {
      clauses.location = parseString(cursor)
    } else if (cursor.accept('COMMENT')) {
      cursor.accept('=')
      clauses.comment = parseString(cursor)
    } else if (cursor.accept('TBLPROPERTIES') || (cursor.at('WITH', '(') && cursor.accept('WITH'))) {
      clauses.properties = [...clauses.properties, ...parseOptions(cursor)]
    } else return clauses
  }
}

function parseInParentheses<T>(cursor: Cursor, parse: () => T): T[] {
  cursor.expect('(')
  cursor.enter()
  const items = parseCommaSeparated(cursor, parse)
  cursor.leave()
  cursor.expect(')')
  return items
}

function parseString(cursor: Cursor): string {
  if (cursor.token.kind !== 'string') throw cursor.unexpected('a string')
  return cursor.advance().value
}

function parseCreateView(cursor: Cursor, prefix: Prefix): CreateView {
  const materialized = cursor.accept('MATERIALIZED')
  const recursive = cursor.accept('RECURSIVE')
  cursor.expect('VIEW')
  const ifNotExists = parseIfNotExists(cursor)
  const name = parseObjectName(cursor, 'the name of a view')
  const columns = cursor.at('(') ? parseIdentifierList(cursor, 'a column name') : []
  const comment = cursor.accept('COMMENT') ? parseString(cursor) : undefined
  cursor.expect('AS')
  const query = cursor.rules.query(cursor)
  const { start, orReplace, temporary } = prefix
  return node<CreateView>({
    kind: 'create_view',
    name,
    orReplace,
    temporary,
    ifNotExists,
    materialized,
    recursive,
    columns,
    comment,
    query,
    span: cursor.spanFrom(start),
  })
}

function parseCreateSchema(cursor: Cursor, start: number): CreateSchema {
  const ifNotExists = parseIfNotExists(cursor)
  const name = parseObjectName(cursor, 'the name of a schema')
  let location: string | undefined
  let comment: string | undefined
  let properties: readonly Option[] = []
  for (;;) {
    if (cursor.accept('LOCATION')) location = parseString(cursor)
    else if (cursor.accept('COMMENT')) comment = parseString(cursor)
    else if (cursor.accept('WITH', 'DBPROPERTIES') || cursor.accept('WITH', 'PROPERTIES') || cursor.accept('WITH'))
      properties = parseOptions(cursor)
    else break
  }
  return node<CreateSchema>({ kind: 'create_schema', name, ifNotExists, location, comment, properties, span: cursor.spanFrom(start) })
}

const dropObjects = { TABLE: 'table', VIEW: 'view', SCHEMA: 'schema', NAMESPACE: 'schema', CATALOG: 'catalog' } as const

/** `DROP TABLE [IF EXISTS] a, b [CASCADE | RESTRICT] [PURGE]`. */
export function parseDrop(cursor: Cursor): Statement {
  const { start } = cursor.advance()
  const unsupported = unsupportedObjects.find((word) => cursor.at(word))
  if (unsupported !== undefined) return unsupportedStatement(cursor, start, `DROP ${unsupported}`)
  const object = cursor.accept('MATERIALIZED', 'VIEW')
    ? 'materialized view'
    : dropObjects[cursor.expectOneOf(['TABLE', 'VIEW', 'SCHEMA', 'NAMESPACE', 'CATALOG'])]
  const ifExists = cursor.accept('IF', 'EXISTS')
  const names = parseCommaSeparated(cursor, () => parseObjectName(cursor, 'a name'))
  const behavior = parseBehavior(cursor)
  const purge = cursor.accept('PURGE')
  return node<Drop>({ kind: 'drop', object, names, ifExists, behavior, purge, span: cursor.spanFrom(start) })
}

export function parseBehavior(cursor: Cursor): 'cascade' | 'restrict' | undefined {
  if (cursor.accept('CASCADE')) return 'cascade'
  return cursor.accept('RESTRICT') ? 'restrict' : undefined
}
