/** SHOW, DESCRIBE and SUMMARIZE. */
import type { Describe, ObjectName, Query, Show, ShowPattern, Statement, Summarize } from '../ast/index.js'
import { nameNode } from './call.js'
import type { Cursor } from './cursor.js'
import { parseObjectName } from './name.js'
import { node } from './node.js'
import { startsQuery } from './parentheses.js'
import { selectStarFrom } from './select.js'
import { parseTableFactor } from './table.js'

const listings: Readonly<Record<string, Show['object']>> = {
  TABLES: 'tables',
  VIEWS: 'views',
  SCHEMAS: 'schemas',
  NAMESPACES: 'schemas',
  DATABASES: 'catalogs',
  CATALOGS: 'catalogs',
  COLUMNS: 'columns',
  FUNCTIONS: 'functions',
  SETTINGS: 'settings',
  SESSION: 'settings',
  PARTITIONS: 'partitions',
  SNAPSHOTS: 'snapshots',
  BRANCHES: 'branches',
  TAGS: 'tags',
  TBLPROPERTIES: 'properties',
}

export function parseShow(cursor: Cursor): Show {
  const { start } = cursor.advance()
  if (cursor.accept('CREATE', 'TABLE')) return show(cursor, start, 'create table', parseObjectName(cursor, 'the name of a table'))
  if (cursor.accept('CREATE', 'VIEW')) return show(cursor, start, 'create view', parseObjectName(cursor, 'the name of a view'))
  if (cursor.at('ALL') && cursor.peek().text !== 'TABLES') {
    cursor.advance()
    return show(cursor, start, 'settings', undefined)
  }
  const zone = cursor.token
  if (cursor.accept('TIME', 'ZONE')) return show(cursor, start, 'setting', nameNode('TimeZone', zone))
  const next = cursor.peek()
  const full =
    (next.text === 'TABLES' || next.text === 'COLUMNS') && (cursor.accept('ALL') || cursor.accept('EXTENDED') || cursor.accept('FULL'))
  const object = Object.hasOwn(listings, cursor.token.text) && cursor.peek().text !== '.' ? listings[cursor.token.text] : undefined
  if (object === undefined) return show(cursor, start, 'setting', parseObjectName(cursor, 'what to show'))
  cursor.advance()
  return parseListing(cursor, start, object, full)
}

/** `[IN | FROM] name` and `LIKE 'pattern'`. */
function parseListing(cursor: Cursor, start: number, object: Show['object'], full: boolean): Show {
  const inside = cursor.accept('IN') || cursor.accept('FROM')
  const isPattern = cursor.at('LIKE') || cursor.at('ILIKE') || cursor.token.kind === 'string'
  if (object === 'settings' && (inside || cursor.token.kind === 'word') && !isPattern) throw cursor.unexpected('LIKE or the end', ['LIKE'])
  const name = inside || !(cursor.atEnd || cursor.at(';') || isPattern) ? parseObjectName(cursor, 'a name') : undefined
  return node<Show>({ kind: 'show', object, full, name, pattern: parsePattern(cursor), span: cursor.spanFrom(start) })
}

function parsePattern(cursor: Cursor): ShowPattern | undefined {
  const { start } = cursor.token
  const word = cursor.acceptOneOf(['LIKE', 'ILIKE'])
  if (word === undefined && cursor.token.kind !== 'string') return undefined
  if (cursor.token.kind !== 'string') throw cursor.unexpected('a pattern as a string')
  const pattern = cursor.advance().value
  return node<ShowPattern>({ kind: 'show_pattern', operator: word === 'ILIKE' ? 'ilike' : 'like', pattern, span: cursor.spanFrom(start) })
}

function show(cursor: Cursor, start: number, object: Show['object'], name: ObjectName | undefined): Show {
  return node<Show>({ kind: 'show', object, full: false, name, pattern: undefined, span: cursor.spanFrom(start) })
}

const describedObjects: Readonly<Record<string, Describe['object']>> = {
  TABLE: 'table',
  VIEW: 'table',
  SCHEMA: 'schema',
  NAMESPACE: 'schema',
  DATABASE: 'catalog',
  CATALOG: 'catalog',
  FUNCTION: 'function',
}

/** `DESCRIBE t`, `DESC SCHEMA s`, `DESCRIBE SELECT …`; DESCRIBE alone is SHOW TABLES. */
export function parseDescribe(cursor: Cursor): Describe | Show {
  const { start } = cursor.advance()
  if (cursor.atEnd || cursor.at(';')) return show(cursor, start, 'tables', undefined)
  let object: Describe['object'] = 'table'
  if (
    Object.hasOwn(describedObjects, cursor.token.text) &&
    (cursor.peek().kind === 'word' || cursor.peek().kind === 'quoted' || cursor.peek().kind === 'string')
  ) {
    object = describedObjects[cursor.advance().text]!
  }
  const followed = cursor.peek().kind === 'word' || cursor.peek().kind === 'quoted'
  const extended = followed && (cursor.accept('EXTENDED') || cursor.accept('FORMATTED'))
  const { name, statement } = object === 'table' ? parseTarget(cursor) : { name: parseObjectName(cursor, 'a name'), statement: undefined }
  return node<Describe>({ kind: 'describe', object, extended, name, statement, span: cursor.spanFrom(start) })
}

export function parseSummarize(cursor: Cursor): Summarize {
  const { start } = cursor.advance()
  return node<Summarize>({ kind: 'summarize', ...parseTarget(cursor), span: cursor.spanFrom(start) })
}

interface Target {
  readonly name: ObjectName | undefined
  readonly statement: Statement | undefined
}

/** A plain table by its name; anything else that has rows as the query that reads it. */
function parseTarget(cursor: Cursor): Target {
  if (startsQuery(cursor) || cursor.at('(')) return { name: undefined, statement: cursor.rules.query(cursor) }
  const { start } = cursor.token
  const table = parseTableFactor(cursor)
  const isPlain = table.kind === 'named_table' && table.alias === undefined && table.timeTravel === undefined && table.sample === undefined
  if (isPlain) return { name: table.name, statement: undefined }
  const body = selectStarFrom(cursor, table, start)
  const query = node<Query>({
    kind: 'query',
    with: undefined,
    body,
    orderBy: undefined,
    limit: undefined,
    offset: undefined,
    span: body.span,
  })
  return { name: undefined, statement: query }
}
