/** Lists, structs, maps, and what is taken out of them. */
import type {
  Expression,
  FieldAccess,
  Identifier,
  Lambda,
  List,
  MapConstructor,
  MapEntry,
  Slice,
  Struct,
  StructField,
  Subscript,
} from '../ast/index.js'
import { makeCall, nameNode, parseCallArguments } from './call.js'
import type { Cursor } from './cursor.js'
import { isReserved, mayNameFunction } from './keywords.js'
import { parseAnyIdentifier, parseCommaSeparated, parseIdentifier, toIdentifier } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'
import { parseStar, startsStar } from './star.js'

/** `[a, b]` from the bracket on; also a comprehension `[e FOR x IN list IF condition]`. */
export function parseListLiteral(cursor: Cursor, start: number): Expression {
  cursor.expect('[')
  cursor.enter()
  const elements: Expression[] = []
  if (!cursor.at(']')) {
    elements.push(parseElement(cursor))
    if (cursor.at('FOR')) return parseComprehension(cursor, elements[0]!, start)
    while (cursor.accept(',')) elements.push(parseElement(cursor))
  }
  cursor.leave()
  cursor.expect(']')
  return node<List>({ kind: 'list', elements, span: cursor.spanFrom(start) })
}

function parseElement(cursor: Cursor): Expression {
  if (cursor.at('*') && startsStar(cursor)) return parseStar(cursor)
  return cursor.rules.expression(cursor, Precedence.lowest)
}

function parseComprehension(cursor: Cursor, element: Expression, start: number): Expression {
  const word = cursor.advance()
  const parameters = parseCommaSeparated(cursor, () => parseIdentifier(cursor, 'the name of a variable'))
  cursor.expect('IN')
  const source = cursor.rules.expression(cursor, Precedence.lowest)
  const condition = cursor.accept('IF') ? cursor.rules.expression(cursor, Precedence.lowest) : undefined
  cursor.leave()
  cursor.expect(']')
  const span = cursor.spanFrom(start)
  const kept = condition === undefined ? source : makeCall(nameNode('list_filter', word), [source, lambda(parameters, condition)], span)
  return makeCall(nameNode('list_transform', word), [kept, lambda(parameters, element)], span)
}

function lambda(parameters: readonly Identifier[], body: Expression): Lambda {
  return node<Lambda>({ kind: 'lambda', parameters, body, span: body.span })
}

/** `{'a': 1, b: 2}`. */
export function parseBraces(cursor: Cursor, start: number): Struct {
  const fields = parseEntries(cursor, () => {
    const from = cursor.token.start
    const { kind } = cursor.token
    const name = kind === 'string' ? toIdentifier(cursor.advance()) : parseAnyIdentifier(cursor, 'the name of a field')
    cursor.expect(':')
    const value = cursor.rules.expression(cursor, Precedence.lowest)
    return node<StructField>({ kind: 'struct_field', name, value, span: cursor.spanFrom(from) })
  })
  return node<Struct>({ kind: 'struct', fields, span: cursor.spanFrom(start) })
}

/** `MAP {key: value}` from MAP on. */
export function parseMap(cursor: Cursor): MapConstructor {
  const { start } = cursor.advance()
  const entries = parseEntries(cursor, () => {
    const from = cursor.token.start
    const key = cursor.rules.expression(cursor, Precedence.lowest)
    cursor.expect(':')
    const value = cursor.rules.expression(cursor, Precedence.lowest)
    return node<MapEntry>({ kind: 'map_entry', key, value, span: cursor.spanFrom(from) })
  })
  return node<MapConstructor>({ kind: 'map', entries, span: cursor.spanFrom(start) })
}

function parseEntries<T>(cursor: Cursor, parse: () => T): T[] {
  cursor.expect('{')
  cursor.enter()
  const entries = cursor.at('}') ? [] : parseCommaSeparated(cursor, parse)
  cursor.leave()
  cursor.expect('}')
  return entries
}

/** `x[i]`, `x[a:b]`, `x[a:b:c]` from the bracket on. */
export function parseSubscript(cursor: Cursor, operand: Expression, start: number): Subscript | Slice {
  cursor.expect('[')
  cursor.enter()
  const lower = cursor.at(':') ? undefined : cursor.rules.expression(cursor, Precedence.lowest)
  const result = cursor.at(':') ? parseSlice(cursor, operand, lower, start) : parseIndex(cursor, operand, lower!, start)
  cursor.leave()
  return result
}

function parseIndex(cursor: Cursor, operand: Expression, index: Expression, start: number): Subscript {
  cursor.expect(']')
  return node<Subscript>({ kind: 'subscript', operand, index, span: cursor.spanFrom(start) })
}

function parseSlice(cursor: Cursor, operand: Expression, lower: Expression | undefined, start: number): Slice {
  cursor.expect(':')
  const upper = parseSliceBound(cursor)
  const step = cursor.accept(':') ? parseSliceBound(cursor) : undefined
  cursor.expect(']')
  return node<Slice>({ kind: 'slice', operand, lower, upper, step, span: cursor.spanFrom(start) })
}

/** A bound, nothing, or DuckDB's `-` for nothing. */
function parseSliceBound(cursor: Cursor): Expression | undefined {
  if (cursor.at(']') || cursor.at(':')) return undefined
  if (cursor.at('-', ']') || cursor.at('-', ':')) {
    cursor.advance()
    return undefined
  }
  return cursor.rules.expression(cursor, Precedence.lowest)
}

/** `.name` or `.name(arguments)` behind an operand that is no plain name. */
export function parseFieldOrMethod(cursor: Cursor, operand: Expression, start: number): Expression {
  cursor.expect('.')
  if (cursor.at('*')) {
    throw cursor.error(
      'STAR_NOT_ALLOWED',
      'the fields of an expression cannot be expanded with ".*"',
      cursor.token,
      'Use unnest(expression) instead.',
    )
  }
  const name = parseAnyIdentifier(cursor, 'the name of a field')
  if (!cursor.at('(')) return node<FieldAccess>({ kind: 'field', operand, name, span: cursor.spanFrom(start) })
  if (!name.quoted && (mayNotBeMethod.has(name.name.toUpperCase()) || isReservedName(name.name))) {
    throw cursor.error('NOT_A_METHOD', `"${name.name}" cannot be called behind a dot`, name.span)
  }
  const callee = node({ kind: 'object_name' as const, parts: [name], span: name.span })
  return parseCallArguments(cursor, callee, start, [operand])
}

function isReservedName(name: string): boolean {
  return isReserved(name.toUpperCase()) && !mayNameFunction(name.toUpperCase())
}

/** Words whose parentheses have a grammar of their own, so that `x.cast(y)` cannot mean `cast(x, y)`. */
const mayNotBeMethod: ReadonlySet<string> = new Set(['ARRAY', 'CAST', 'COLUMNS', 'EXISTS', 'INTERVAL', 'ROW', 'SAFE_CAST', 'TRY_CAST'])
