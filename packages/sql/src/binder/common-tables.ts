/** WITH: entries are kept as written and bound anew at each use, so every use has columns of its own. */

import type { Span } from '@artemis/errors'
import type { Column, LogicalPlan } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { Binder, CommonTables, QueryEnvironment } from './binder.js'
import { bindError, unsupported } from './errors.js'

/** The entry that a name without a qualifier means, the innermost first; null when there is none. */
export function findCommonTable(tables: CommonTables | null, name: ast.ObjectName): CommonTables | null {
  const [only] = name.parts
  if (only === undefined || name.parts.length !== 1) return null
  const wanted = only.name.toLowerCase()
  for (let entry = tables; entry !== null; entry = entry.next) {
    if (entry.table.name.name.toLowerCase() === wanted) return entry
  }
  return null
}

/** The environment of a query with these entries: each sees those before it. */
export function withCommonTables(clause: ast.With | undefined, environment: QueryEnvironment): QueryEnvironment {
  if (clause === undefined) return environment
  const seen = new Set<string>()
  let current = environment
  for (const table of clause.tables) {
    const key = table.name.name.toLowerCase()
    if (seen.has(key)) throw bindError('DUPLICATE_COMMON_TABLE', `WITH defines "${table.name.name}" twice`, table.name.span)
    seen.add(key)
    const itself: CommonTables = { table, environment: current, inside: true, next: current.commonTables }
    const definition = clause.recursive ? { ...current, commonTables: itself } : current
    current = { ...current, commonTables: { table, environment: definition, inside: false, next: current.commonTables } }
  }
  return current
}

/** The rows of an entry, under the names that it gives them. */
export function bindCommonTable(binder: Binder, entry: CommonTables, span: Span): LogicalPlan {
  const { table } = entry
  if (entry.inside) throw unsupported('a recursive common table expression', span)
  binder.usedCommonTables.add(table)
  binder.countExpansion(span)
  const { statement } = table
  if (statement.kind !== 'query') throw unsupported('a common table expression that changes data', statement.span)
  const plan = binder.query(statement, entry.environment)
  return table.columns.length === 0 ? plan : { ...plan, columns: renamedColumns(plan.columns, table.columns, `"${table.name.name}"`) }
}

/** Binds the entries that nothing refers to as well, so that their mistakes do not go unnoticed. */
export function checkUnusedCommonTables(binder: Binder, clause: ast.With | undefined, environment: QueryEnvironment): void {
  if (clause === undefined) return
  const names = new Set(clause.tables)
  for (let entry = environment.commonTables; entry !== null; entry = entry.next) {
    if (names.has(entry.table) && !binder.usedCommonTables.has(entry.table)) bindCommonTable(binder, entry, entry.table.span)
  }
}

/** The columns with the first ones renamed: `AS x (a, b)`. */
export function renamedColumns(columns: readonly Column[], names: readonly ast.Identifier[], what: string): readonly Column[] {
  if (names.length > columns.length) {
    const extra = names[columns.length]!
    throw bindError('TOO_MANY_COLUMN_NAMES', `${what} has ${columns.length} columns, but ${names.length} names were given`, extra.span)
  }
  return columns.map((column, i) => ({ ...column, name: names[i]?.name ?? column.name }))
}
