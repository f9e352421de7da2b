/** INSERT, UPDATE, DELETE, MERGE and TRUNCATE as canonical text. */
import type { Assignment, ConflictClause, Delete, Insert, Merge, MergeAction, MergeClause, SelectItem, Update, With } from '../ast/index.js'
import { unreachable } from '@artemis/errors'
import { Precedence } from '../parser/precedence.js'
import { joinWords } from './call.js'
import type { Printers } from './context.js'
import { printList } from './expression.js'
import { printName, printNames } from './name.js'
import { printItems, printWith } from './query.js'
import { printAlias, printTable } from './table.js'

export function printInsert(printers: Printers, insert: Insert): string {
  return joinWords([
    printLeadingWith(printers, insert.with),
    'INSERT',
    insert.onConflict === undefined ? '' : `OR ${insert.onConflict.toUpperCase()}`,
    insert.overwrite ? 'OVERWRITE' : 'INTO',
    printName(insert.table),
    printAlias(insert.alias),
    insert.columns.length === 0 ? '' : printNames(insert.columns),
    insert.byName ? 'BY NAME' : '',
    insert.source === undefined ? 'DEFAULT VALUES' : printers.query(insert.source),
    insert.conflict === undefined ? '' : printConflict(printers, insert.conflict),
    printReturning(printers, insert.returning),
  ])
}

function printConflict(printers: Printers, conflict: ConflictClause): string {
  const columns = conflict.columns.length === 0 ? '' : `(${printList(printers, conflict.columns)})`
  const action = conflict.assignments.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${printAssignments(printers, conflict.assignments)}`
  const where = conflict.where === undefined ? '' : `WHERE ${printers.expression(conflict.where, Precedence.lowest)}`
  return joinWords(['ON CONFLICT', columns, action, where])
}

export function printUpdate(printers: Printers, update: Update): string {
  return joinWords([
    printLeadingWith(printers, update.with),
    'UPDATE',
    printName(update.table),
    printAlias(update.alias),
    `SET ${printAssignments(printers, update.assignments)}`,
    update.from.length === 0 ? '' : `FROM ${update.from.map((table) => printTable(printers, table)).join(', ')}`,
    update.where === undefined ? '' : `WHERE ${printers.expression(update.where, Precedence.lowest)}`,
    printReturning(printers, update.returning),
  ])
}

export function printDelete(printers: Printers, statement: Delete): string {
  return joinWords([
    printLeadingWith(printers, statement.with),
    'DELETE FROM',
    printName(statement.table),
    printAlias(statement.alias),
    statement.using.length === 0 ? '' : `USING ${statement.using.map((table) => printTable(printers, table)).join(', ')}`,
    statement.where === undefined ? '' : `WHERE ${printers.expression(statement.where, Precedence.lowest)}`,
    printReturning(printers, statement.returning),
  ])
}

export function printMerge(printers: Printers, merge: Merge): string {
  return joinWords([
    printLeadingWith(printers, merge.with),
    'MERGE INTO',
    printName(merge.table),
    printAlias(merge.alias),
    `USING ${printTable(printers, merge.source)}`,
    `ON ${printers.expression(merge.on, Precedence.lowest)}`,
    ...merge.clauses.map((clause) => printMergeClause(printers, clause)),
    printReturning(printers, merge.returning),
  ])
}

function printMergeClause(printers: Printers, clause: MergeClause): string {
  const condition = clause.condition === undefined ? '' : `AND ${printers.expression(clause.condition, Precedence.lowest)}`
  return joinWords(['WHEN', clause.match.toUpperCase(), condition, 'THEN', printMergeAction(printers, clause.action)])
}

function printMergeAction(printers: Printers, action: MergeAction): string {
  switch (action.kind) {
    case 'merge_delete':
      return 'DELETE'
    case 'merge_nothing':
      return 'DO NOTHING'
    case 'merge_update':
      return `UPDATE SET ${action.all ? '*' : printAssignments(printers, action.assignments)}`
    case 'merge_insert':
      if (action.all) return 'INSERT *'
      return joinWords([
        'INSERT',
        action.columns.length === 0 ? '' : printNames(action.columns),
        `VALUES (${printList(printers, action.values)})`,
      ])
    default:
      return unreachable(action, 'action of MERGE')
  }
}

function printAssignments(printers: Printers, assignments: readonly Assignment[]): string {
  return assignments
    .map(({ targets, value }) => {
      const names = targets.map(printName).join(', ')
      return `${targets.length === 1 ? names : `(${names})`} = ${printers.expression(value, Precedence.lowest)}`
    })
    .join(', ')
}

function printLeadingWith(printers: Printers, withClause: With | undefined): string {
  return withClause === undefined ? '' : printWith(printers, withClause)
}

function printReturning(printers: Printers, items: readonly SelectItem[]): string {
  return items.length === 0 ? '' : `RETURNING ${printItems(printers, items)}`
}
