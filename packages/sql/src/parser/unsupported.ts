/** Statements that SQL has and the engine has not: they parse into a node that names them, so the refusal is clear. */
import type { UnsupportedStatement } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { node } from './node.js'

/** The first words of statements that are unsupported whatever follows. */
export const unsupportedWords: ReadonlySet<string> = new Set([
  'ATTACH', 'CACHE', 'CHECKPOINT', 'CLOSE', 'CLUSTER', 'COMMENT', 'DECLARE', 'DETACH', 'DISCARD', 'DO', 'EXPORT', 'FETCH', 'GRANT',
  'IMPORT', 'INSTALL', 'KILL', 'LISTEN', 'LOAD', 'LOCK', 'MOVE', 'NOTIFY', 'OPTIMIZE', 'PRAGMA', 'REFRESH', 'REINDEX', 'RELEASE',
  'REVOKE', 'SAVEPOINT', 'UNCACHE', 'UNLISTEN',
])

/** What CREATE, DROP and ALTER may be followed by without being supported. */
export const unsupportedObjects: readonly string[] = [
  'AGGREGATE', 'CAST', 'COLLATION', 'CONNECTION', 'DATABASE', 'DOMAIN', 'EXTENSION', 'FOREIGN', 'FUNCTION', 'INDEX', 'LANGUAGE',
  'MACRO', 'OPERATOR', 'POLICY', 'PROCEDURE', 'PUBLICATION', 'ROLE', 'RULE', 'SECRET', 'SEQUENCE', 'SERVER', 'STATISTICS',
  'SUBSCRIPTION', 'TABLESPACE', 'TRIGGER', 'TYPE', 'UNIQUE', 'USER', 'VIRTUAL',
]

/** Takes the rest of the statement. The body of a trigger, between BEGIN and END, may hold semicolons. */
export function unsupportedStatement(cursor: Cursor, start: number, name: string): UnsupportedStatement {
  let blocks = 0
  while (!cursor.atEnd && !(cursor.at(';') && blocks === 0)) {
    if (cursor.at('BEGIN')) blocks++
    else if (cursor.at('CASE') && blocks > 0) blocks++
    else if (cursor.at('END') && blocks > 0) blocks--
    cursor.advance()
  }
  const span = cursor.spanFrom(start)
  return node<UnsupportedStatement>({ kind: 'unsupported_statement', name, text: cursor.text.slice(span.start, span.end), span })
}
