import type { TypedLiteral } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { node } from './node.js'

/**
 * `DATE '2024-03-01'`, `TIMESTAMP WITH TIME ZONE '…'`, `TIMESTAMP(3) '…'`, `DOUBLE PRECISION '1'`: a type before a
 * string. Any name directly before a string is a type, as in Postgres; undefined, and nothing taken, when it is none.
 */
export function acceptTypedLiteral(cursor: Cursor): TypedLiteral | undefined {
  if (!startsTypedLiteral(cursor)) return undefined
  const { start } = cursor.token
  const type = cursor.rules.type(cursor)
  if (cursor.token.kind !== 'string') throw cursor.unexpected('a string after the type')
  const { value } = cursor.advance()
  return node<TypedLiteral>({ kind: 'typed_literal', type, value, span: cursor.spanFrom(start) })
}

function startsTypedLiteral(cursor: Cursor): boolean {
  const next = cursor.peek()
  if (next.kind === 'string') return true
  switch (cursor.token.text) {
    case 'TIME':
    case 'TIMESTAMP':
      if (next.text === '(') return cursor.peek(2).kind === 'number' && cursor.peek(3).text === ')' && followsTimeType(cursor, 4)
      return followsTimeType(cursor, 1) && cursor.peek(4).kind === 'string'
    case 'DOUBLE':
      return next.text === 'PRECISION' && cursor.peek(2).kind === 'string'
    case 'CHAR':
    case 'CHARACTER':
      return next.text === 'VARYING' && cursor.peek(2).kind === 'string'
    default:
      return false
  }
}

/** A string, or WITH or WITHOUT TIME ZONE, at the distance. */
function followsTimeType(cursor: Cursor, distance: number): boolean {
  const first = cursor.peek(distance)
  if (first.kind === 'string') return true
  return (
    (first.text === 'WITH' || first.text === 'WITHOUT') &&
    cursor.peek(distance + 1).text === 'TIME' &&
    cursor.peek(distance + 2).text === 'ZONE'
  )
}
