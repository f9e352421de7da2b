import type { ColumnReference, Expression, Identifier, Option } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { parseAnyIdentifier, parseCommaSeparated, toIdentifier } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'

/** `(FORMAT json, 'write.format.default' = 'parquet')`. */
export function parseOptions(cursor: Cursor): Option[] {
  cursor.expect('(')
  cursor.enter()
  const options = cursor.at(')') ? [] : parseCommaSeparated(cursor, () => parseOption(cursor))
  cursor.leave()
  cursor.expect(')')
  return options
}

export function parseOption(cursor: Cursor): Option {
  const { start } = cursor.token
  const name = parseOptionName(cursor)
  const assigned = cursor.accept('=') || cursor.accept('=>') || cursor.accept(':=')
  const ends = cursor.at(',') || cursor.at(')') || cursor.at(';') || cursor.atEnd
  const value = ends && !assigned ? undefined : parseSettingValue(cursor)
  return node<Option>({ kind: 'option', name, value, span: cursor.spanFrom(start) })
}

/** A word, a string, or words with dots, which count as one quoted name. */
export function parseOptionName(cursor: Cursor): Identifier {
  const { start } = cursor.token
  if (cursor.token.kind === 'string') return toIdentifier(cursor.advance())
  const first = parseAnyIdentifier(cursor, 'the name of an option')
  if (!cursor.at('.')) return first
  let name = first.name
  while (cursor.accept('.')) name += `.${parseAnyIdentifier(cursor, 'a name after the dot').name}`
  return node<Identifier>({ kind: 'identifier', name, quoted: true, span: cursor.spanFrom(start) })
}

/** A value of SET or of an option: an expression, where the word ON is a value too. */
export function parseSettingValue(cursor: Cursor): Expression {
  if (!cursor.at('ON')) return cursor.rules.expression(cursor, Precedence.lowest)
  const name = toIdentifier(cursor.advance())
  return node<ColumnReference>({ kind: 'column', parts: [name], span: name.span })
}
