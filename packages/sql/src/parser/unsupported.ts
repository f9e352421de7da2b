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

/** What may have a body with statements of its own, between BEGIN and END. */
const withBody: ReadonlySet<string> = new Set(['CREATE FUNCTION', 'CREATE PROCEDURE', 'CREATE TRIGGER', 'DO'])

/** Takes the rest of the statement, with the semicolons inside its body if it may have one. */
export function unsupportedStatement(cursor: Cursor, start: number, name: string): UnsupportedStatement {
  const mayHaveBody = withBody.has(name)
  let blocks = 0
  while (!cursor.atEnd && !(cursor.at(';') && blocks === 0)) {
    if (mayHaveBody && (cursor.at('BEGIN') || (cursor.at('CASE') && blocks > 0))) blocks++
    else if (cursor.at('END') && blocks > 0) blocks--
    cursor.advance()
  }
  if (blocks > 0) throw cursor.unexpected('END')
  const span = cursor.spanFrom(start)
  return node<UnsupportedStatement>({ kind: 'unsupported_statement', name, text: cursor.text.slice(span.start, span.end), span })
}
