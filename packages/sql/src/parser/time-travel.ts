/** Which state of a table to read: the spellings of Artemis, Trino, Spark, DuckDB and Snowflake. */
import type { Expression, StringLiteral, TimeTravel } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { isName } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'

type Point = TimeTravel['by']

const afterAsOf: Readonly<Record<string, Point>> = {
  TIMESTAMP: 'timestamp',
  SNAPSHOT: 'snapshot',
  VERSION: 'version',
  BRANCH: 'branch',
  TAG: 'tag',
}
const beforeAsOf: Readonly<Record<string, Point>> = {
  SYSTEM_TIME: 'timestamp',
  TIMESTAMP: 'timestamp',
  SYSTEM_VERSION: 'version',
  VERSION: 'version',
}

/** Whether time travel begins here; `AS OF` does so only before one of its five words, otherwise `of` is an alias. */
export function startsTimeTravel(cursor: Cursor): boolean {
  if (cursor.at('AS', 'OF')) return Object.hasOwn(afterAsOf, cursor.peek(2).text)
  if (cursor.at('FOR')) return Object.hasOwn(beforeAsOf, cursor.peek().text) && cursor.peek(2).text === 'AS' && cursor.peek(3).text === 'OF'
  if (cursor.at('AT', '(')) return Object.hasOwn(afterAsOf, cursor.peek(2).text) && cursor.peek(3).text === '=>'
  return Object.hasOwn(beforeAsOf, cursor.token.text) && cursor.peek().text === 'AS' && cursor.peek(2).text === 'OF'
}

export function parseTimeTravel(cursor: Cursor): TimeTravel {
  const { start } = cursor.token
  if (cursor.accept('AS', 'OF')) return parsePoint(cursor, afterAsOf[cursor.advance().text]!, start)
  if (cursor.accept('AT', '(')) {
    const by = afterAsOf[cursor.advance().text]!
    cursor.expect('=>')
    const point = cursor.rules.expression(cursor, Precedence.lowest)
    cursor.expect(')')
    return node<TimeTravel>({ kind: 'time_travel', by, point, span: cursor.spanFrom(start) })
  }
  cursor.accept('FOR')
  const by = beforeAsOf[cursor.advance().text]!
  cursor.expectAll('AS', 'OF')
  return parsePoint(cursor, by, start)
}

function parsePoint(cursor: Cursor, by: Point, start: number): TimeTravel {
  const point =
    (by === 'branch' || by === 'tag') && isName(cursor.token) ? bareReference(cursor) : cursor.rules.expression(cursor, Precedence.other)
  return node<TimeTravel>({ kind: 'time_travel', by, point, span: cursor.spanFrom(start) })
}

/** `AS OF TAG release`: a name without the quotes of a string. */
function bareReference(cursor: Cursor): Expression {
  const { value, start, end } = cursor.advance()
  return node<StringLiteral>({ kind: 'string', value, span: { start, end } })
}
