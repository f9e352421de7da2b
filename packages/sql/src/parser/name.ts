import type { Identifier, ObjectName, TableAlias } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { isReserved, stopsAlias } from './keywords.js'
import { node } from './node.js'
import type { Token } from './token.js'

/** Whether the token can be a name where any name may stand. */
export function isName(token: Token): boolean {
  return token.kind === 'quoted' || (token.kind === 'word' && !isReserved(token.text))
}

/** A name; `what` completes "expected …". */
export function parseIdentifier(cursor: Cursor, what: string): Identifier {
  if (!isName(cursor.token)) throw cursor.unexpected(what)
  return toIdentifier(cursor.advance())
}

/** A name after a dot or AS, where reserved words are names too. */
export function parseAnyIdentifier(cursor: Cursor, what: string): Identifier {
  const { kind } = cursor.token
  if (kind !== 'quoted' && kind !== 'word') throw cursor.unexpected(what)
  return toIdentifier(cursor.advance())
}

export function toIdentifier(token: Token): Identifier {
  return node<Identifier>({
    kind: 'identifier',
    name: token.value,
    quoted: token.kind !== 'word',
    span: { start: token.start, end: token.end },
  })
}

/** `a.b.c`. */
export function parseObjectName(cursor: Cursor, what: string): ObjectName {
  const start = cursor.token.start
  const parts = [parseIdentifier(cursor, what)]
  while (cursor.at('.') && isNamePart(cursor.peek())) {
    cursor.advance()
    parts.push(parseAnyIdentifier(cursor, 'a name'))
  }
  if (cursor.at('.')) {
    cursor.advance()
    throw cursor.unexpected('a name after the dot')
  }
  return node<ObjectName>({ kind: 'object_name', parts, span: cursor.spanFrom(start) })
}

function isNamePart(token: Token): boolean {
  return token.kind === 'word' || token.kind === 'quoted'
}

/** `(a, b)`. */
export function parseIdentifierList(cursor: Cursor, what: string): Identifier[] {
  cursor.expect('(')
  const names = parseCommaSeparated(cursor, () => parseIdentifier(cursor, what))
  cursor.expect(')')
  return names
}

export function parseCommaSeparated<T>(cursor: Cursor, parse: () => T): T[] {
  const items = [parse()]
  while (cursor.accept(',')) items.push(parse())
  return items
}

/** An alias after AS: any word, a quoted name, or a string as SQLite and MySQL allow. */
export function parseAliasAfterAs(cursor: Cursor): Identifier {
  if (cursor.token.kind === 'string') return toIdentifier(cursor.advance())
  return parseAnyIdentifier(cursor, 'an alias')
}

/** Whether the token may be an alias without AS. */
export function isBareAlias(token: Token): boolean {
  return token.kind === 'quoted' || (token.kind === 'word' && !stopsAlias(token.text))
}

export function parseBareAlias(cursor: Cursor): Identifier {
  cursor.noteBareAlias(cursor.token)
  return toIdentifier(cursor.advance())
}

/** The columns of `AS x (a, b)`. */
export function finishTableAlias(cursor: Cursor, name: Identifier): TableAlias {
  const columns = cursor.at('(') ? parseIdentifierList(cursor, 'a column name') : []
  return node<TableAlias>({ kind: 'table_alias', name, columns, span: cursor.spanFrom(name.span.start) })
}
