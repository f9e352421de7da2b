/** Types as written. */
import type {
  Identifier,
  ListType,
  MapType,
  NamedType,
  ObjectName,
  StructType,
  TypeField,
  TypeModifier,
  TypeName,
  UnionType,
} from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { intervalUnit } from './interval.js'
import { isName, parseAnyIdentifier, parseCommaSeparated, parseIdentifier, parseObjectName } from './name.js'
import { node } from './node.js'

export function parseType(cursor: Cursor): TypeName {
  const { start } = cursor.token
  cursor.enter()
  let type = parseElementType(cursor)
  let length = 0
  for (;;) {
    if (cursor.at('[')) type = parseListSuffix(cursor, type, start)
    else if (cursor.at('ARRAY')) {
      cursor.advance()
      type = cursor.at('[') ? parseListSuffix(cursor, type, start) : list(cursor, type, undefined, start)
    } else break
    length++
  }
  cursor.leave()
  cursor.noteChain(length)
  return type
}

function parseListSuffix(cursor: Cursor, element: TypeName, start: number): ListType {
  cursor.expect('[')
  const size = cursor.token.kind === 'number' ? parseSize(cursor) : undefined
  cursor.expect(']')
  return list(cursor, element, size, start)
}

function list(cursor: Cursor, element: TypeName, size: number | undefined, start: number): ListType {
  return node<ListType>({ kind: 'list_type', element, size, span: cursor.spanFrom(start) })
}

function parseSize(cursor: Cursor): number {
  const token = cursor.advance()
  const size = Number(token.value)
  if (!Number.isSafeInteger(size) || size < 1) throw cursor.error('INVALID_SIZE', 'the size of an array must be a positive integer', token)
  return size
}

function parseElementType(cursor: Cursor): TypeName {
  const { start, text } = cursor.token
  const bracket = cursor.peek().text
  if (bracket === '(' || bracket === '<') {
    switch (text) {
      case 'STRUCT':
      case 'ROW':
        cursor.advance()
        return node<StructType>({ kind: 'struct_type', fields: parseFields(cursor), span: cursor.spanFrom(start) })
      case 'UNION':
        cursor.advance()
        return node<UnionType>({ kind: 'union_type', members: parseFields(cursor), span: cursor.spanFrom(start) })
      case 'MAP':
        return parseMapType(cursor)
      case 'LIST':
      case 'ARRAY':
        return parseListType(cursor)
      default:
    }
  }
  return parseNamedType(cursor)
}

/** Takes the opening bracket of `struct(…)` or `struct<…>`; returns what takes the closing one. */
function openBracket(cursor: Cursor): () => void {
  if (cursor.accept('<')) return () => cursor.expectAngle()
  cursor.expect('(')
  return () => void cursor.expect(')')
}

function parseFields(cursor: Cursor): TypeField[] {
  const close = openBracket(cursor)
  const fields = parseCommaSeparated(cursor, () => parseField(cursor))
  close()
  return fields
}

/** `name type`, `name: type`, or only a type. */
function parseField(cursor: Cursor): TypeField {
  const { start } = cursor.token
  const next = cursor.peek()
  const named = next.text === ':' || ((cursor.token.kind === 'word' || cursor.token.kind === 'quoted') && startsFieldType(cursor))
  const name: Identifier | undefined = named ? parseAnyIdentifier(cursor, 'the name of a field') : undefined
  if (named) cursor.accept(':')
  const type = parseType(cursor)
  return node<TypeField>({ kind: 'type_field', name, type, span: cursor.spanFrom(start) })
}

/** Whether a type follows the word here, so that the word is a field's name. `double precision` alone is a type. */
function startsFieldType(cursor: Cursor): boolean {
  const next = cursor.peek()
  if (next.kind !== 'word' && next.kind !== 'quoted') return false
  if (cursor.at('DOUBLE', 'PRECISION') || cursor.token.text.startsWith('CHAR')) return !['PRECISION', 'VARYING'].includes(next.text)
  return next.text !== 'WITH' && next.text !== 'WITHOUT' && next.text !== 'ARRAY'
}

function parseMapType(cursor: Cursor): MapType {
  const { start } = cursor.advance()
  const close = openBracket(cursor)
  const key = parseType(cursor)
  cursor.expect(',')
  const value = parseType(cursor)
  close()
  return node<MapType>({ kind: 'map_type', key, value, span: cursor.spanFrom(start) })
}

function parseListType(cursor: Cursor): ListType {
  const { start } = cursor.advance()
  const close = openBracket(cursor)
  const element = parseType(cursor)
  const size = cursor.accept(',') ? parseSize(cursor) : undefined
  close()
  return list(cursor, element, size, start)
}

function parseNamedType(cursor: Cursor): NamedType {
  const { start, text } = cursor.token
  if (!isName(cursor.token)) throw cursor.unexpected('a type')
  switch (text) {
    case 'TIME':
    case 'TIMESTAMP':
      return parseTimeType(cursor)
    case 'DOUBLE':
      if (cursor.accept('DOUBLE', 'PRECISION')) return words(cursor, 'double precision', start)
      break
    case 'CHAR':
    case 'CHARACTER':
    case 'BIT':
      if (cursor.accept(text, 'VARYING')) return words(cursor, `${text.toLowerCase()} varying`, start)
      break
    case 'INTERVAL':
      return parseIntervalType(cursor)
    default:
  }
  const name = parseObjectName(cursor, 'a type')
  return node<NamedType>({ kind: 'named_type', name, modifiers: parseModifiers(cursor), span: cursor.spanFrom(start) })
}

/** `timestamp(3) with time zone`: the number stands in the middle of the name. */
function parseTimeType(cursor: Cursor): NamedType {
  const token = cursor.advance()
  const modifiers = parseModifiers(cursor)
  const zone = cursor.accept('WITH', 'TIME', 'ZONE')
    ? ' with time zone'
    : cursor.accept('WITHOUT', 'TIME', 'ZONE')
      ? ' without time zone'
      : ''
  const written = zone === '' ? token.value : token.value.toLowerCase() + zone
  return node<NamedType>({
    kind: 'named_type',
    name: name(written, token.start, cursor.previousEnd),
    modifiers,
    span: cursor.spanFrom(token.start),
  })
}

/** `interval`, `interval day to second`. */
function parseIntervalType(cursor: Cursor): NamedType {
  const token = cursor.advance()
  let written = token.value
  if (intervalUnit(cursor.token) !== undefined) {
    written = `interval ${intervalUnit(cursor.token)!}`
    cursor.advance()
    if (cursor.at('TO') && intervalUnit(cursor.peek()) !== undefined) {
      cursor.advance()
      written += ` to ${intervalUnit(cursor.token)!}`
      cursor.advance()
    }
  }
  return node<NamedType>({
    kind: 'named_type',
    name: name(written, token.start, cursor.previousEnd),
    modifiers: [],
    span: cursor.spanFrom(token.start),
  })
}

function words(cursor: Cursor, written: string, start: number): NamedType {
  const typeName = name(written, start, cursor.previousEnd)
  return node<NamedType>({ kind: 'named_type', name: typeName, modifiers: parseModifiers(cursor), span: cursor.spanFrom(start) })
}

function name(written: string, start: number, end: number): ObjectName {
  const part = node<Identifier>({ kind: 'identifier', name: written, quoted: false, span: { start, end } })
  return node<ObjectName>({ kind: 'object_name', parts: [part], span: { start, end } })
}

function parseModifiers(cursor: Cursor): TypeModifier[] {
  if (!cursor.accept('(')) return []
  const modifiers = parseCommaSeparated(cursor, () => parseModifier(cursor))
  cursor.expect(')')
  return modifiers
}

function parseModifier(cursor: Cursor): TypeModifier {
  const { token } = cursor
  const span = { start: token.start, end: token.end }
  if (token.kind === 'number' || token.kind === 'string') {
    cursor.advance()
    return node<TypeModifier>({ kind: 'type_modifier', form: token.kind, text: token.value, span })
  }
  const word = parseIdentifier(cursor, 'a number or a string')
  return node<TypeModifier>({ kind: 'type_modifier', form: 'name', text: word.name, span })
}
