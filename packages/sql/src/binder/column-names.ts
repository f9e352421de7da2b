/**
 * What a name in an expression means. `a` is a column, an alias, or a column of a query around; `a.b` a column of a
 * table or a field of a struct, and so on for longer names: the longest table name that fits wins, inner queries
 * before outer ones.
 */

import type { Span } from '@artemis/errors'
import { didYouMean } from '@artemis/errors'
import type { Expression } from '@artemis/plan'
import { columnReference } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { bindError } from './errors.js'
import { structField } from './nested-values.js'
import type { Scope, ScopeColumn } from './scope.js'
import { columnsNamed } from './scope.js'

export function bindColumn(binder: Binder, node: ast.ColumnReference, scope: ExpressionScope): Expression {
  const found = findColumn(binder, node.parts, node.span, scope)
  if (found === undefined) throw columnNotFound(node, scope)
  return found
}

/** The column, alias or field that the name means; undefined when there is none. Ambiguous names are an error. */
export function findColumn(binder: Binder, parts: readonly ast.Identifier[], span: Span, scope: ExpressionScope): Expression | undefined {
  const [first] = parts
  if (first === undefined) return undefined
  if (scope.aliases?.first === true) {
    const alias = findAlias(binder, parts, scope)
    if (alias !== undefined) return alias
  }
  const local = findInScope(binder, parts, span, scope.relation)
  if (local !== undefined) return local
  if (scope.aliases?.first === false) {
    const alias = findAlias(binder, parts, scope)
    if (alias !== undefined) return alias
  }
  for (let outer = scope.environment.outer; outer !== null; outer = outer.next) {
    const found = findInScope(binder, parts, span, outer.scope)
    if (found !== undefined) return found
  }
  return undefined
}

function findAlias(binder: Binder, parts: readonly ast.Identifier[], scope: ExpressionScope): Expression | undefined {
  const alias = scope.aliases?.find(parts[0]!, scope)
  return alias === undefined ? undefined : accessFields(binder, alias, parts.slice(1))
}

function findInScope(binder: Binder, parts: readonly ast.Identifier[], span: Span, scope: Scope): Expression | undefined {
  for (let length = parts.length - 1; length >= 1; length--) {
    const qualifier = parts.slice(0, length).map((part) => part.name)
    const name = parts[length]!
    const matches = scope.sourcesNamed(qualifier).flatMap((source) => columnsNamed(source, name.name))
    const column = theOne(matches, parts.slice(0, length + 1), scope)
    if (column !== undefined && canAccess(column, parts.length - length - 1)) {
      return accessFields(binder, columnReference(column.column, span), parts.slice(length + 1))
    }
  }
  const column = theOne(scope.named(parts[0]!.name), parts.slice(0, 1), scope)
  if (column === undefined || !canAccess(column, parts.length - 1)) return undefined
  return accessFields(binder, columnReference(column.column, span), parts.slice(1))
}

/** A column that is no struct cannot be what stands before a dot: another reading of the name may fit. */
function canAccess(column: ScopeColumn, fields: number): boolean {
  return fields === 0 || column.column.type.kind === 'struct'
}

function theOne(matches: readonly ScopeColumn[], parts: readonly ast.Identifier[], scope: Scope): ScopeColumn | undefined {
  if (matches.length < 2) return matches[0]
  const name = parts.map((part) => part.name).join('.')
  const tables = scope.sources
    .filter((source) => matches.some((match) => source.columns.includes(match)))
    .map((source) => source.path.join('.'))
  const hint =
    tables.length > 1 ? `Say which one: ${[...new Set(tables)].map((table) => `${table}.${parts.at(-1)!.name}`).join(' or ')}.` : undefined
  throw bindError('AMBIGUOUS_COLUMN', `the column "${name}" is ambiguous`, spanOf(parts), hint)
}

function accessFields(binder: Binder, value: Expression, fields: readonly ast.Identifier[]): Expression {
  return fields.reduce((struct, field) => structField(binder, struct, field.name, field.span), value)
}

function spanOf(parts: readonly ast.Identifier[]): Span {
  return { start: parts[0]!.span.start, end: parts.at(-1)!.span.end }
}

function columnNotFound(node: ast.ColumnReference, scope: ExpressionScope): Error {
  const name = node.parts.map((part) => part.name).join('.')
  const last = node.parts.at(-1)!
  const scopes = [scope.relation]
  for (let outer = scope.environment.outer; outer !== null; outer = outer.next) scopes.push(outer.scope)
  if (node.parts.length > 1) {
    const qualifier = node.parts.slice(0, -1).map((part) => part.name)
    const sources = scopes.flatMap((candidate) => candidate.sourcesNamed(qualifier))
    if (sources.length > 0) {
      const names = sources.flatMap((source) => source.columns.map((column) => column.name))
      const table = qualifier.join('.')
      return bindError('COLUMN_NOT_FOUND', `the table "${table}" has no column "${last.name}"`, last.span, didYouMean(last.name, names))
    }
    const tables = scopes.flatMap((candidate) => candidate.sources.flatMap((source) => source.path.slice(-1)))
    return bindError(
      'TABLE_NOT_IN_FROM',
      `there is no table "${qualifier.join('.')}" in FROM`,
      { start: node.span.start, end: node.parts.at(-2)!.span.end },
      didYouMean(qualifier.at(-1)!, tables) ?? didYouMean(name, scopes.flatMap(visibleNames)),
    )
  }
  const candidates = [...scopes.flatMap(visibleNames), ...(scope.aliases?.names() ?? [])]
  if (candidates.length === 0) {
    const hint = /["']/.test(name) ? undefined : `Text is written in single quotes: '${name}'.`
    return bindError('COLUMN_NOT_FOUND', `${scope.clause} cannot use the column "${name}": there are no columns here`, node.span, hint)
  }
  return bindError('COLUMN_NOT_FOUND', `there is no column "${name}"`, node.span, didYouMean(last.name, candidates))
}

function visibleNames(scope: Scope): string[] {
  return scope.visible.map((column) => column.name)
}
