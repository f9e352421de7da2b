import type { Expression, Identifier, Join, TableReference } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { parseIdentifierList } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'

interface JoinWords {
  readonly type: Join['type']
  readonly asof: boolean
  readonly natural: boolean
}

/** Whether a join begins at the cursor. SEMI, ANTI, ASOF and POSITIONAL are names unless JOIN follows. */
export function startsJoin(cursor: Cursor): boolean {
  switch (cursor.token.text) {
    case 'JOIN':
    case 'INNER':
    case 'LEFT':
    case 'RIGHT':
    case 'FULL':
    case 'CROSS':
    case 'NATURAL':
      return true
    case 'SEMI':
    case 'ANTI':
    case 'POSITIONAL':
      return cursor.peek().text === 'JOIN'
    case 'ASOF':
      return ['JOIN', 'LEFT', 'INNER', 'RIGHT', 'FULL', 'SEMI', 'ANTI'].includes(cursor.peek().text)
    default:
      return false
  }
}

/** Takes one join when there is one; `parseRight` parses its right side. */
export function acceptJoin(
  cursor: Cursor,
  left: TableReference,
  start: number,
  parseRight: (cursor: Cursor, needsCondition: boolean) => TableReference,
): Join | undefined {
  if (!startsJoin(cursor)) return undefined
  const words = parseJoinWords(cursor)
  const needsCondition = !words.natural && words.type !== 'cross' && words.type !== 'positional'
  const right = parseRight(cursor, needsCondition)
  let on: Expression | undefined
  let using: readonly Identifier[] = []
  if (needsCondition) {
    if (cursor.accept('ON')) on = cursor.rules.expression(cursor, Precedence.lowest)
    else if (cursor.accept('USING')) using = parseIdentifierList(cursor, 'a column name')
    else throw cursor.unexpected('ON or USING', ['USING'])
  }
  return node<Join>({ kind: 'join', ...words, left, right, on, using, alias: undefined, span: cursor.spanFrom(start) })
}

function parseJoinWords(cursor: Cursor): JoinWords {
  const natural = cursor.accept('NATURAL')
  const asof = !natural && cursor.accept('ASOF')
  const type = parseJoinType(cursor)
  cursor.expect('JOIN')
  return { type, asof, natural }
}

function parseJoinType(cursor: Cursor): Join['type'] {
  switch (cursor.token.text) {
    case 'INNER':
      cursor.advance()
      return 'inner'
    case 'LEFT':
      cursor.advance()
      // Spark writes LEFT SEMI JOIN.
      if (cursor.accept('SEMI')) return 'semi'
      if (cursor.accept('ANTI')) return 'anti'
      cursor.accept('OUTER')
      return 'left'
    case 'RIGHT':
      cursor.advance()
      cursor.accept('OUTER')
      return 'right'
    case 'FULL':
      cursor.advance()
      cursor.accept('OUTER')
      return 'full'
    case 'CROSS':
      cursor.advance()
      return 'cross'
    case 'SEMI':
      cursor.advance()
      return 'semi'
    case 'ANTI':
      cursor.advance()
      return 'anti'
    case 'POSITIONAL':
      cursor.advance()
      return 'positional'
    default:
      return 'inner'
  }
}
