/** The select list: stars expanded, every item bound and named. */

import type { Span } from '@artemis/errors'
import { didYouMean } from '@artemis/errors'
import type { Expression } from '@artemis/plan'
import { columnReference, literal, utf8 } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, ExpressionScope } from './binder.js'
import { evaluateConstant } from './coerce.js'
import { findColumn } from './column-names.js'
import { bindError, unsupported } from './errors.js'
import { callFunction } from './function-call.js'
import { structField } from './nested-values.js'
import type { NamedExpression } from './project.js'
import type { Scope, ScopeColumn } from './scope.js'
import { aliasesBefore } from './select-aliases.js'

export interface BoundItem extends NamedExpression {
  /** The item of the text that it comes from; a star gives several. */
  readonly index: number
  readonly hasAlias: boolean
}

/** Binds the list. `scope` has the aggregates; each item sees the aliases of those before it. */
export function bindItems(binder: Binder, items: readonly ast.SelectItem[], scope: ExpressionScope): BoundItem[] {
  return items.flatMap((item, index): BoundItem[] => {
    const inner = { ...scope, aliases: aliasesBefore(binder, items, index, false) }
    if (item.expression.kind === 'star') {
      if (item.alias !== undefined) throw bindError('STAR_ALIAS', '* cannot have an alias', item.alias.span)
      return expandStar(binder, item.expression, inner).map((entry) => ({ ...entry, index, hasAlias: false }))
    }
    const expression = binder.expression(item.expression, inner)
    return [{ name: outputName(binder, item, expression), expression, index, hasAlias: item.alias !== undefined }]
  })
}

/** The alias, the column's own name, or the text of the item. */
function outputName(binder: Binder, item: ast.SelectItem, expression: Expression): string {
  if (item.alias !== undefined) return item.alias.name
  const node = item.expression
  if (node.kind === 'column') {
    const last = node.parts.at(-1)!.name
    return expression.kind === 'column' && expression.name.toLowerCase() === last.toLowerCase() ? expression.name : last
  }
  if (node.kind === 'field') return node.name.name
  return binder.text.slice(item.span.start, item.span.end).replace(/\s+/g, ' ').trim() || 'expression'
}

function expandStar(binder: Binder, star: ast.Star, scope: ExpressionScope): NamedExpression[] {
  const all = starColumns(binder, star, scope)
  const excluded = new Set(star.exclude.map((name) => matching(all, name, 'EXCLUDE')))
  const renamed = new Map(star.rename.map((rename) => [matching(all, rename.from, 'RENAME'), rename.to.name]))
  const replaced = new Map(
    star.replace.map((replacement) => {
      const name: ast.ObjectName = { kind: 'object_name', parts: [replacement.name], span: replacement.name.span }
      return [matching(all, name, 'REPLACE'), { name: replacement.name.name, expression: binder.expression(replacement.expression, scope) }]
    }),
  )
  const kept = all
    .filter((entry) => !excluded.has(entry) && (star.filter === undefined || matchesFilter(binder, star.filter, entry.name)))
    .map((entry) => replaced.get(entry) ?? { name: renamed.get(entry) ?? entry.name, expression: entry.expression })
  if (kept.length === 0) throw bindError('EMPTY_STAR', 'no column is left of *', star.span)
  return kept
}

interface StarColumn extends NamedExpression {
  /** Where the name is qualified: `EXCLUDE (t.a)`. */
  readonly qualifiers: readonly string[]
}

function starColumns(binder: Binder, star: ast.Star, scope: ExpressionScope): StarColumn[] {
  const { relation } = scope
  const { qualifier } = star
  const entry = ({ name, column }: ScopeColumn): StarColumn => {
    const expression = columnReference({ ...column, name }, star.span)
    return { name, expression, qualifiers: qualifiersOf(relation, column.id) }
  }
  if (qualifier === undefined) {
    if (relation.visible.length === 0) throw bindError('STAR_WITHOUT_TABLE', '* needs a FROM with columns', star.span)
    return relation.visible.map(entry)
  }
  const sources = relation.sourcesNamed(qualifier.parts.map((part) => part.name))
  const shown = qualifier.parts.map((part) => part.name).join('.')
  if (sources.length > 1)
    throw bindError('AMBIGUOUS_TABLE', `the table "${shown}" is ambiguous`, qualifier.span, 'Give the tables aliases.')
  if (sources[0] !== undefined) return sources[0].columns.map(entry)
  const struct = findColumn(binder, qualifier.parts, qualifier.span, scope)
  if (struct?.type.kind === 'struct') {
    return struct.type.fields.map((field) => ({
      name: field.name,
      expression: structField(binder, struct, field.name, star.span),
      qualifiers: [],
    }))
  }
  const names = relation.sources.flatMap((source) => source.path.slice(-1))
  throw bindError(
    'TABLE_NOT_IN_FROM',
    `there is no table "${shown}" in FROM`,
    qualifier.span,
    didYouMean(qualifier.parts.at(-1)!.name, names),
  )
}

function qualifiersOf(scope: Scope, id: number): string[] {
  return scope.sources
    .filter((source) => source.columns.some((entry) => entry.column.id === id))
    .map((source) => (source.path.at(-1) ?? '').toLowerCase())
}

/** The one column of the star that EXCLUDE, REPLACE or RENAME names. */
function matching(columns: readonly StarColumn[], name: ast.ObjectName, clause: string): StarColumn {
  const wanted = name.parts.at(-1)!.name
  const qualifier = name.parts.at(-2)?.name.toLowerCase()
  const found = columns.find(
    (column) => column.name.toLowerCase() === wanted.toLowerCase() && (qualifier === undefined || column.qualifiers.includes(qualifier)),
  )
  if (found !== undefined) return found
  throw bindError(
    'COLUMN_NOT_FOUND',
    `there is no column "${wanted}" for ${clause}`,
    name.span,
    didYouMean(
      wanted,
      columns.map((column) => column.name),
    ),
  )
}

const PATTERN_NAMES: Record<ast.PatternOperator, string> = {
  like: 'like',
  ilike: 'ilike',
  similar: 'similar_to',
  glob: 'glob',
  regexp: 'regexp_matches',
}

function matchesFilter(binder: Binder, filter: ast.StarFilter, name: string): boolean {
  if (filter.pattern.kind !== 'string') throw unsupported('a pattern after * that is not a literal', filter.pattern.span)
  return matchesPattern(binder, filter.operator, name, filter.pattern.value, filter.span) !== filter.negated
}

/** Whether a name matches, by the function that the operator stands for. */
export function matchesPattern(binder: Binder, operator: ast.PatternOperator, name: string, pattern: string, span: Span): boolean {
  const args = [literal(utf8, name), literal(utf8, pattern, span)]
  return evaluateConstant(binder, callFunction(binder, PATTERN_NAMES[operator], args, span, operator.toUpperCase()), span) === true
}
