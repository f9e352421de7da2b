/** SET, USE, prepared statements, transactions, COPY, CALL, ANALYZE, VACUUM. */
import type {
  Analyze,
  CallProcedure,
  Copy,
  Deallocate,
  Execute,
  Expression,
  Identifier,
  ObjectName,
  Prepare,
  ResetVariable,
  SetVariable,
  Statement,
  Transaction,
  Use,
  Vacuum,
} from '../ast/index.js'
import { nameNode, parseArgument, parsePlainArguments } from './call.js'
import type { Cursor } from './cursor.js'
import { parseCommaSeparated, parseIdentifier, parseIdentifierList, parseObjectName } from './name.js'
import { node } from './node.js'
import { parseOptions, parseSettingValue } from './option.js'
import { Precedence } from './precedence.js'
import { unsupportedStatement } from './unsupported.js'
import { valueOrDefault } from './value.js'

const scopes = { SESSION: 'session', GLOBAL: 'global', LOCAL: 'local', VARIABLE: 'variable' } as const

/** A scope is one only when a name follows: `SET session = 1` sets a setting of that name. */
function parseScope(cursor: Cursor): SetVariable['scope'] {
  if (cursor.peek().kind !== 'word' || cursor.peek().text === 'TO') return undefined
  const word = cursor.acceptOneOf(['SESSION', 'GLOBAL', 'LOCAL', 'VARIABLE'])
  return word === undefined ? undefined : scopes[word]
}

export function parseSet(cursor: Cursor): SetVariable {
  const { start } = cursor.advance()
  const scope = parseScope(cursor)
  const zone = cursor.token
  if (cursor.accept('TIME', 'ZONE')) {
    const value = valueOrDefault(cursor)
    return node<SetVariable>({ kind: 'set', scope, name: nameNode('TimeZone', zone), values: [value], span: cursor.spanFrom(start) })
  }
  const name = parseObjectName(cursor, 'the name of a setting')
  if (!cursor.accept('=') && !cursor.accept('TO')) throw cursor.unexpected('"=" or TO')
  const values = parseCommaSeparated(cursor, () => (cursor.at('DEFAULT') ? valueOrDefault(cursor) : parseSettingValue(cursor)))
  return node<SetVariable>({ kind: 'set', scope, name, values, span: cursor.spanFrom(start) })
}

export function parseReset(cursor: Cursor): ResetVariable {
  const { start } = cursor.advance()
  const scope = parseScope(cursor)
  const name = cursor.accept('ALL') ? undefined : parseObjectName(cursor, 'the name of a setting or ALL')
  return node<ResetVariable>({ kind: 'reset', scope, name, span: cursor.spanFrom(start) })
}

export function parseUse(cursor: Cursor): Use {
  const { start } = cursor.advance()
  if (cursor.peek().kind === 'word' || cursor.peek().kind === 'quoted') cursor.acceptOneOf(['SCHEMA', 'CATALOG', 'DATABASE', 'NAMESPACE'])
  const name = parseObjectName(cursor, 'the name of a catalog or schema')
  return node<Use>({ kind: 'use', name, span: cursor.spanFrom(start) })
}

export function parsePrepare(cursor: Cursor): Prepare {
  const { start } = cursor.advance()
  const name = parseIdentifier(cursor, 'the name of the statement')
  const types = []
  if (cursor.accept('(')) {
    types.push(...parseCommaSeparated(cursor, () => cursor.rules.type(cursor)))
    cursor.expect(')')
  }
  cursor.expectOneOf(['AS', 'FROM'])
  const statement: Statement = cursor.nested(() => cursor.rules.statement(cursor))
  return node<Prepare>({ kind: 'prepare', name, types, statement, span: cursor.spanFrom(start) })
}

export function parseExecute(cursor: Cursor): Execute {
  const { start } = cursor.advance()
  if (cursor.at('IMMEDIATE')) throw cursor.unexpected('the name of a prepared statement')
  const name = parseIdentifier(cursor, 'the name of a prepared statement')
  const args = cursor.accept('USING')
    ? parseCommaSeparated(cursor, () => parseArgument(cursor, undefined))
    : cursor.at('(')
      ? parsePlainArguments(cursor, undefined)
      : []
  return node<Execute>({ kind: 'execute', name, arguments: args, span: cursor.spanFrom(start) })
}

export function parseDeallocate(cursor: Cursor): Deallocate {
  const { start } = cursor.advance()
  if (cursor.peek().kind === 'word' || cursor.peek().kind === 'quoted') cursor.accept('PREPARE')
  const name = cursor.accept('ALL') ? undefined : parseIdentifier(cursor, 'the name of a prepared statement or ALL')
  return node<Deallocate>({ kind: 'deallocate', name, span: cursor.spanFrom(start) })
}

const transactionActions: Readonly<Record<string, Transaction['action']>> = {
  BEGIN: 'begin',
  START: 'begin',
  COMMIT: 'commit',
  END: 'commit',
  ROLLBACK: 'rollback',
  ABORT: 'rollback',
}

export function parseTransaction(cursor: Cursor): Statement {
  const first = cursor.advance()
  if (first.text === 'START') cursor.expect('TRANSACTION')
  else if (!cursor.accept('TRANSACTION')) cursor.accept('WORK')
  if (first.text === 'ROLLBACK' && cursor.at('TO')) return unsupportedStatement(cursor, first.start, 'ROLLBACK TO SAVEPOINT')
  const modes: string[] = []
  if (transactionActions[first.text] === 'begin') {
    while (cursor.token.kind === 'word') {
      modes.push(parseMode(cursor))
      cursor.accept(',')
    }
  }
  return node<Transaction>({ kind: 'transaction', action: transactionActions[first.text]!, modes, span: cursor.spanFrom(first.start) })
}

const modeWords = [
  'READ',
  'ONLY',
  'WRITE',
  'ISOLATION',
  'LEVEL',
  'SERIALIZABLE',
  'REPEATABLE',
  'COMMITTED',
  'UNCOMMITTED',
  'SNAPSHOT',
  'NOT',
  'DEFERRABLE',
  'DEFERRED',
  'IMMEDIATE',
  'EXCLUSIVE',
] as const

function parseMode(cursor: Cursor): string {
  const words: string[] = []
  while (cursor.token.kind === 'word') words.push(cursor.expectOneOf(modeWords).toLowerCase())
  return words.join(' ')
}

/** `COPY t (a, b) FROM 'file' (FORMAT csv)`, `COPY (SELECT …) TO 'file'`. */
export function parseCopy(cursor: Cursor): Copy {
  const { start } = cursor.advance()
  let table: ObjectName | undefined
  let columns: readonly Identifier[] = []
  let statement: Statement | undefined
  if (cursor.accept('(')) {
    statement = cursor.rules.query(cursor)
    cursor.expect(')')
  } else {
    table = parseObjectName(cursor, 'the name of a table or a query in parentheses')
    if (cursor.at('(')) columns = parseIdentifierList(cursor, 'a column name')
  }
  const direction = statement === undefined ? (cursor.expectOneOf(['TO', 'FROM']) === 'TO' ? 'to' : 'from') : (cursor.expect('TO'), 'to')
  const location: Expression = cursor.rules.expression(cursor, Precedence.other)
  cursor.accept('WITH')
  const options = cursor.at('(') ? parseOptions(cursor) : []
  return node<Copy>({ kind: 'copy', direction, table, columns, statement, location, options, span: cursor.spanFrom(start) })
}

export function parseCall(cursor: Cursor): CallProcedure {
  const { start } = cursor.advance()
  const name = parseObjectName(cursor, 'the name of a procedure')
  const args = parsePlainArguments(cursor, name)
  return node<CallProcedure>({ kind: 'call_procedure', name, arguments: args, span: cursor.spanFrom(start) })
}

export function parseAnalyze(cursor: Cursor): Analyze {
  const { start } = cursor.advance()
  if (cursor.peek().kind === 'word' || cursor.peek().kind === 'quoted') cursor.accept('TABLE')
  const table = endsStatement(cursor) ? undefined : parseObjectName(cursor, 'the name of a table')
  const columns = cursor.at('(') ? parseIdentifierList(cursor, 'a column name') : []
  return node<Analyze>({ kind: 'analyze', table, columns, span: cursor.spanFrom(start) })
}

export function parseVacuum(cursor: Cursor): Vacuum {
  const { start } = cursor.advance()
  const analyze = cursor.accept('ANALYZE')
  const table = endsStatement(cursor) ? undefined : parseObjectName(cursor, 'the name of a table')
  return node<Vacuum>({ kind: 'vacuum', analyze, table, span: cursor.spanFrom(start) })
}

function endsStatement(cursor: Cursor): boolean {
  return cursor.atEnd || cursor.at(';')
}
