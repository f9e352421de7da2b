/** Calls of functions: arguments, and all that may follow them. */
import type { Argument, Call, Expression, Identifier, ObjectName, OrderBy, SortKey, WindowSpecification } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { parseLambda, startsLambda } from './lambda.js'
import { toIdentifier } from './name.js'
import { node } from './node.js'
import { parseOrderBy } from './order-by.js'
import { Precedence } from './precedence.js'
import { parseStar, startsStar } from './star.js'
import { parseOver } from './window.js'

/** A name that the parser gives itself, such as that of the call that EXTRACT becomes. */
export function nameNode(name: string, span: { readonly start: number; readonly end: number }): ObjectName {
  const place = { start: span.start, end: span.end }
  const part = node<Identifier>({ kind: 'identifier', name, quoted: false, span: place })
  return node<ObjectName>({ kind: 'object_name', parts: [part], span: place })
}

/** A call with nothing but arguments. */
export function makeCall(name: ObjectName, values: readonly Expression[], span: Call['span']): Call {
  const args = values.map((value) => node<Argument>({ kind: 'argument', name: undefined, value, span: value.span }))
  return node<Call>({
    kind: 'call',
    name,
    arguments: args,
    distinct: false,
    orderBy: undefined,
    withinGroup: [],
    filter: undefined,
    nulls: undefined,
    countFrom: undefined,
    over: undefined,
    span,
  })
}

/** From the opening parenthesis to the end of OVER. `first` holds arguments that are already parsed (a method's object). */
export function parseCallArguments(cursor: Cursor, name: ObjectName, start: number, first: readonly Expression[] = []): Call {
  cursor.expect('(')
  cursor.enter()
  const distinct = cursor.accept('DISTINCT')
  if (!distinct && cursor.at('ALL') && cursor.peek().text !== ')') cursor.advance()
  const before = first.map((value) => node<Argument>({ kind: 'argument', name: undefined, value, span: value.span }))
  const args = cursor.at(')') || cursor.at('ORDER', 'BY') ? before : [...before, ...parseArgumentList(cursor, name)]
  return finishCall(cursor, name, start, args, distinct)
}

/** From behind the last argument on; the caller has entered the parentheses. */
export function finishCall(cursor: Cursor, name: ObjectName, start: number, args: readonly Argument[], distinct: boolean): Call {
  const orderBy = cursor.at('ORDER', 'BY') ? parseOrderBy(cursor) : undefined
  const nullsInside = parseNullTreatment(cursor)
  cursor.leave()
  cursor.expect(')')
  const withinGroup = parseWithinGroup(cursor)
  let filter = parseFilter(cursor)
  const countFrom = parseCountFrom(cursor)
  const nulls = nullsInside ?? parseNullTreatment(cursor)
  filter ??= parseFilter(cursor)
  const over: WindowSpecification | undefined = parseOver(cursor)
  return node<Call>({
    kind: 'call', name, arguments: args, distinct, orderBy, withinGroup, filter, nulls, countFrom, over, span: cursor.spanFrom(start),
  })
}

/** Arguments up to the closing parenthesis, which stays. */
export function parseArgumentList(cursor: Cursor, name: ObjectName | undefined): Argument[] {
  const args = [parseArgument(cursor, name)]
  while (cursor.accept(',')) args.push(parseArgument(cursor, name))
  return args
}

export function parseArgument(cursor: Cursor, callee: ObjectName | undefined): Argument {
  const { start } = cursor.token
  let name: Identifier | undefined
  const arrow = cursor.peek().text
  if ((cursor.token.kind === 'word' || cursor.token.kind === 'quoted') && (arrow === '=>' || arrow === ':=')) {
    name = toIdentifier(cursor.advance())
    cursor.advance()
  }
  const value = parseArgumentValue(cursor, callee)
  return node<Argument>({ kind: 'argument', name, value, span: cursor.spanFrom(start) })
}

function parseArgumentValue(cursor: Cursor, callee: ObjectName | undefined): Expression {
  if (startsStar(cursor)) return parseStar(cursor)
  if (startsLambda(cursor, callee)) return parseLambda(cursor)
  return cursor.rules.expression(cursor, Precedence.lowest)
}

/** `f(a, name => b)` as CALL, EXECUTE and table functions have it: only the parentheses and arguments. */
export function parsePlainArguments(cursor: Cursor, callee: ObjectName | undefined): Argument[] {
  cursor.expect('(')
  cursor.enter()
  const args = cursor.at(')') ? [] : parseArgumentList(cursor, callee)
  cursor.leave()
  cursor.expect(')')
  return args
}

function parseNullTreatment(cursor: Cursor): 'ignore' | 'respect' | undefined {
  if (cursor.accept('IGNORE', 'NULLS')) return 'ignore'
  return cursor.accept('RESPECT', 'NULLS') ? 'respect' : undefined
}

function parseWithinGroup(cursor: Cursor): readonly SortKey[] {
  if (!cursor.accept('WITHIN', 'GROUP')) return []
  cursor.expect('(')
  const orderBy: OrderBy = parseOrderBy(cursor)
  cursor.expect(')')
  return orderBy.keys
}

function parseFilter(cursor: Cursor): Expression | undefined {
  if (!cursor.accept('FILTER', '(')) return undefined
  cursor.enter()
  cursor.accept('WHERE')
  const condition = cursor.rules.expression(cursor, Precedence.lowest)
  cursor.leave()
  cursor.expect(')')
  return condition
}

/** `nth_value(x, 2) FROM LAST OVER …`. Without what must follow, FROM is the clause and `last` a table. */
function parseCountFrom(cursor: Cursor): 'first' | 'last' | undefined {
  if (!cursor.at('FROM', 'FIRST') && !cursor.at('FROM', 'LAST')) return undefined
  const after = cursor.peek(2).text
  const nulls = (after === 'IGNORE' || after === 'RESPECT') && cursor.peek(3).text === 'NULLS'
  const over = after === 'OVER' && (cursor.peek(3).text === '(' || cursor.peek(3).kind === 'word')
  if (!nulls && !over) return undefined
  cursor.advance()
  return cursor.advance().text === 'LAST' ? 'last' : 'first'
}
