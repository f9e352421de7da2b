/** Lists, structs and maps: making them, and reaching into them. */

import type { Span } from '@artemis/errors'
import { didYouMean } from '@artemis/errors'
import type { Expression } from '@artemis/plan'
import { int64, isInteger, literal, sqlTypeName, utf8 } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { coerce, isStringLiteral, unify } from './coerce.js'
import { bindError, unsupported } from './errors.js'
import { callFunction } from './function-call.js'

/** The field of a struct by name, in any case. */
export function structField(binder: Binder, value: Expression, name: string, span: Span): Expression {
  if (value.type.kind !== 'struct') {
    const what = value.kind === 'column' ? `"${value.name}"` : 'this value'
    throw bindError('NOT_A_STRUCT', `${what} is ${sqlTypeName(value.type)}, so it has no field "${name}"`, span)
  }
  const { fields } = value.type
  const found = fields.find((field) => field.name === name) ?? fields.find((field) => field.name.toLowerCase() === name.toLowerCase())
  if (found === undefined) {
    const names = fields.map((field) => field.name)
    throw bindError('FIELD_NOT_FOUND', `the struct has no field "${name}"`, span, didYouMean(name, names) ?? `It has ${names.join(', ')}.`)
  }
  return callFunction(binder, 'struct_extract', [value, literal(utf8, found.name, span)], span, 'access to the fields of a struct')
}

export function bindList(binder: Binder, node: ast.List, scope: ExpressionScope): Expression {
  const elements = node.elements.map((element) => binder.expression(element, scope))
  return makeList(binder, elements, node.span)
}

function makeList(binder: Binder, elements: readonly Expression[], span: Span): Expression {
  const unified = elements.length === 0 ? [] : unify(binder, elements, 'the elements of the list').expressions
  return callFunction(binder, 'list_value', unified, span, 'a list in an expression')
}

/** `{'a': 1}` and `struct_pack(a := 1)`: names and values by turns, the names literals. */
export function makeStruct(
  binder: Binder,
  fields: readonly { readonly name: ast.Identifier; readonly value: Expression }[],
  span: Span,
): Expression {
  const seen = new Set<string>()
  for (const { name } of fields) {
    if (seen.has(name.name.toLowerCase())) throw bindError('DUPLICATE_FIELD', `the field "${name.name}" occurs twice`, name.span)
    seen.add(name.name.toLowerCase())
  }
  const args = fields.flatMap(({ name, value }) => [literal(utf8, name.name, name.span), value])
  return callFunction(binder, 'named_struct', args, span, 'a struct in an expression')
}

export function bindStruct(binder: Binder, node: ast.Struct, scope: ExpressionScope): Expression {
  return makeStruct(
    binder,
    node.fields.map((field) => ({ name: field.name, value: binder.expression(field.value, scope) })),
    node.span,
  )
}

export function bindMap(binder: Binder, node: ast.MapConstructor, scope: ExpressionScope): Expression {
  const keys = makeList(
    binder,
    node.entries.map((entry) => binder.expression(entry.key, scope)),
    node.span,
  )
  const values = makeList(
    binder,
    node.entries.map((entry) => binder.expression(entry.value, scope)),
    node.span,
  )
  return callFunction(binder, 'map', [keys, values], node.span, 'a map in an expression')
}

/** `x[i]`: of a list from 1, of a map by key, of a struct by name or place, of text by character. */
export function bindSubscript(binder: Binder, node: ast.Subscript, scope: ExpressionScope): Expression {
  const value = binder.expression(node.operand, scope)
  const index = binder.expression(node.index, scope)
  switch (value.type.kind) {
    case 'list':
    case 'null':
      return callFunction(binder, 'list_extract', [value, index], node.span, 'an element of a list')
    case 'map':
      return callFunction(binder, 'map_extract', [value, coerce(binder, index, value.type.key.type)], node.span, 'an entry of a map')
    case 'utf8':
      return callFunction(binder, 'substring', [value, index, literal(int64, 1n, node.span)], node.span, 'a character of a text')
    case 'struct':
      return bindStructSubscript(binder, value, index, node.span)
    default:
      throw bindError('NOT_SUBSCRIPTABLE', `${sqlTypeName(value.type)} has no elements`, node.span)
  }
}

function bindStructSubscript(binder: Binder, value: Expression, index: Expression, span: Span): Expression {
  if (isStringLiteral(index)) return structField(binder, value, index.value, index.span ?? span)
  if (value.type.kind === 'struct' && index.kind === 'literal' && isInteger(index.type) && index.value !== null) {
    const field = value.type.fields[Number(index.value) - 1]
    if (field === undefined) throw bindError('FIELD_NOT_FOUND', `the struct has ${value.type.fields.length} fields`, index.span)
    return structField(binder, value, field.name, span)
  }
  throw bindError('INVALID_SUBSCRIPT', 'the field of a struct must be a literal', index.span ?? span)
}

export function bindSlice(binder: Binder, node: ast.Slice, scope: ExpressionScope): Expression {
  const value = binder.expression(node.operand, scope)
  if (value.type.kind !== 'list' && value.type.kind !== 'utf8' && value.type.kind !== 'null') {
    throw bindError('NOT_SUBSCRIPTABLE', `${sqlTypeName(value.type)} cannot be sliced`, node.span)
  }
  if (node.step !== undefined) throw unsupported('a slice with a step', node.step.span)
  const bound = (part: ast.Expression | undefined): Expression =>
    part === undefined ? literal(int64, null, node.span) : binder.expression(part, scope)
  return callFunction(binder, 'list_slice', [value, bound(node.lower), bound(node.upper)], node.span, 'a slice')
}

export function bindFieldAccess(binder: Binder, node: ast.FieldAccess, scope: ExpressionScope): Expression {
  return structField(binder, binder.expression(node.operand, scope), node.name.name, node.name.span)
}
