/** OVER, WINDOW and frames. */
import type { Expression, FrameBound, Identifier, NamedWindow, WindowFrame, WindowSpecification } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { isName, parseCommaSeparated, parseIdentifier } from './name.js'
import { node } from './node.js'
import { parseOrderBy } from './order-by.js'
import { Precedence } from './precedence.js'

/** `OVER w` and `OVER (…)`; undefined without OVER. */
export function parseOver(cursor: Cursor): WindowSpecification | undefined {
  if (!cursor.at('OVER')) return undefined
  const next = cursor.peek()
  if (next.text === '(') {
    cursor.advance()
    return parseWindow(cursor)
  }
  if (!isName(next)) return undefined
  cursor.advance()
  const base = parseIdentifier(cursor, 'the name of a window')
  return node<WindowSpecification>({ kind: 'window', base, partitionBy: [], orderBy: undefined, frame: undefined, span: base.span })
}

/** `WINDOW w AS (…), v AS (…)`, from behind WINDOW. */
export function parseNamedWindows(cursor: Cursor): NamedWindow[] {
  return parseCommaSeparated(cursor, () => {
    const { start } = cursor.token
    const name = parseIdentifier(cursor, 'the name of a window')
    cursor.expect('AS')
    const window = parseWindow(cursor)
    return node<NamedWindow>({ kind: 'named_window', name, window, span: cursor.spanFrom(start) })
  })
}

function parseWindow(cursor: Cursor): WindowSpecification {
  const { start } = cursor.token
  cursor.expect('(')
  cursor.enter()
  const base = parseBase(cursor)
  const partitionBy = cursor.accept('PARTITION', 'BY')
    ? parseCommaSeparated(cursor, () => cursor.rules.expression(cursor, Precedence.lowest))
    : []
  const orderBy = cursor.at('ORDER', 'BY') ? parseOrderBy(cursor) : undefined
  const frame = parseFrame(cursor)
  cursor.leave()
  if (!cursor.at(')')) throw cursor.unexpected('PARTITION BY, ORDER BY, a frame or ")"', ['PARTITION', 'ORDER', 'ROWS', 'RANGE', 'GROUPS'])
  cursor.advance()
  return node<WindowSpecification>({ kind: 'window', base, partitionBy, orderBy, frame, span: cursor.spanFrom(start) })
}

function parseBase(cursor: Cursor): Identifier | undefined {
  const frameUnit = ['ROWS', 'RANGE', 'GROUPS'].some((word) => cursor.at(word)) && cursor.peek().text !== ')'
  if (!isName(cursor.token) || cursor.at('PARTITION', 'BY') || frameUnit) return undefined
  return parseIdentifier(cursor, 'the name of a window')
}

const frameUnits = { ROWS: 'rows', RANGE: 'range', GROUPS: 'groups' } as const

function parseFrame(cursor: Cursor): WindowFrame | undefined {
  const { start } = cursor.token
  const word = cursor.acceptOneOf(['ROWS', 'RANGE', 'GROUPS'])
  if (word === undefined) return undefined
  const between = cursor.accept('BETWEEN')
  const first = parseBound(cursor)
  if (between) cursor.expect('AND')
  const end = between ? parseBound(cursor) : currentRow(cursor.previousEnd)
  const exclude = cursor.accept('EXCLUDE') ? parseExclude(cursor) : undefined
  return node<WindowFrame>({ kind: 'window_frame', unit: frameUnits[word], start: first, end, exclude, span: cursor.spanFrom(start) })
}

function currentRow(at: number): FrameBound {
  return node<FrameBound>({ kind: 'frame_bound', bound: 'current row', offset: undefined, span: { start: at, end: at } })
}

function parseBound(cursor: Cursor): FrameBound {
  const { start } = cursor.token
  if (cursor.accept('CURRENT', 'ROW')) return bound(cursor, start, 'current row', undefined)
  if (cursor.accept('UNBOUNDED', 'PRECEDING')) return bound(cursor, start, 'unbounded preceding', undefined)
  if (cursor.accept('UNBOUNDED', 'FOLLOWING')) return bound(cursor, start, 'unbounded following', undefined)
  const offset = cursor.rules.expression(cursor, Precedence.other)
  const direction = cursor.expectOneOf(['PRECEDING', 'FOLLOWING']) === 'PRECEDING' ? 'preceding' : 'following'
  return bound(cursor, start, direction, offset)
}

function bound(cursor: Cursor, start: number, which: FrameBound['bound'], offset: Expression | undefined): FrameBound {
  return node<FrameBound>({ kind: 'frame_bound', bound: which, offset, span: cursor.spanFrom(start) })
}

function parseExclude(cursor: Cursor): WindowFrame['exclude'] {
  if (cursor.accept('CURRENT', 'ROW')) return 'current row'
  if (cursor.accept('GROUP')) return 'group'
  if (cursor.accept('TIES')) return 'ties'
  if (cursor.accept('NO', 'OTHERS')) return 'no others'
  throw cursor.unexpected('CURRENT ROW, GROUP, TIES or NO OTHERS', ['CURRENT', 'GROUP', 'TIES'])
}
