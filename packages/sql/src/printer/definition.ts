/** CREATE, DROP and ALTER as canonical text. */
import type {
  AlterAction,
  AlterColumn,
  AlterOther,
  AlterTable,
  ColumnDefinition,
  ColumnPosition,
  CreateReference,
  CreateSchema,
  CreateTable,
  CreateView,
  Drop,
  RetainFor,
  TableConstraint,
} from '../ast/index.js'
import { unreachable } from '@artemis/errors'
import { Precedence } from '../parser/precedence.js'
import { joinWords, printSortKeys } from './call.js'
import type { Printers } from './context.js'
import { printList } from './expression.js'
import { printIdentifier, printName, printNames, printType, quoteString } from './name.js'
import { printOptionName, printOptions } from './option.js'

export function printCreateTable(printers: Printers, table: CreateTable): string {
  const elements = [
    ...table.columns.map((column) => printColumn(printers, printIdentifier(column.name), column)),
    ...table.constraints.map((constraint) => printConstraint(printers, constraint)),
  ]
  return joinWords([
    'CREATE',
    table.orReplace ? 'OR REPLACE' : '',
    table.temporary ? 'TEMPORARY' : '',
    'TABLE',
    table.ifNotExists ? 'IF NOT EXISTS' : '',
    printName(table.name),
    elements.length === 0 ? '' : `(${elements.join(', ')})`,
    table.format === undefined ? '' : `USING ${printIdentifier(table.format)}`,
    table.partitionedBy.length === 0 ? '' : `PARTITIONED BY (${printList(printers, table.partitionedBy)})`,
    table.sortedBy.length === 0 ? '' : `SORTED BY (${printSortKeys(printers, table.sortedBy)})`,
    table.location === undefined ? '' : `LOCATION ${quoteString(table.location)}`,
    table.comment === undefined ? '' : `COMMENT ${quoteString(table.comment)}`,
    table.properties.length === 0 ? '' : `TBLPROPERTIES ${printOptions(printers, table.properties)}`,
    table.query === undefined ? '' : `AS ${printers.query(table.query)}`,
    table.withData ? '' : 'WITH NO DATA',
  ])
}

function printColumn(printers: Printers, name: string, column: ColumnDefinition): string {
  return joinWords([
    name,
    column.type === undefined ? '' : printType(column.type),
    column.notNull ? 'NOT NULL' : '',
    column.default === undefined ? '' : `DEFAULT ${printers.expression(column.default, Precedence.other)}`,
    column.comment === undefined ? '' : `COMMENT ${quoteString(column.comment)}`,
    ...column.constraints.map((constraint) => printConstraint(printers, constraint)),
  ])
}

function printConstraint(printers: Printers, constraint: TableConstraint): string {
  const name = constraint.name === undefined ? '' : `CONSTRAINT ${printIdentifier(constraint.name)}`
  const columns = constraint.columns.length === 0 ? '' : printNames(constraint.columns)
  const condition = constraint.expression === undefined ? '' : `(${printers.expression(constraint.expression, Precedence.lowest)})`
  switch (constraint.type) {
    case 'primary key':
      return joinWords([name, 'PRIMARY KEY', columns])
    case 'unique':
      return joinWords([name, 'UNIQUE', columns])
    case 'check':
      return joinWords([name, 'CHECK', condition])
    case 'generated':
      return joinWords([name, 'GENERATED ALWAYS AS', condition])
    case 'collate':
      return joinWords([name, 'COLLATE', constraint.references === undefined ? '' : printName(constraint.references)])
    case 'foreign key': {
      const referenced = constraint.referencedColumns.length === 0 ? '' : printNames(constraint.referencedColumns)
      const key = columns === '' ? '' : `FOREIGN KEY ${columns}`
      return joinWords([name, key, 'REFERENCES', constraint.references === undefined ? '' : printName(constraint.references), referenced])
    }
    default:
      return unreachable(constraint.type, 'constraint')
  }
}

export function printCreateSchema(printers: Printers, schema: CreateSchema): string {
  return joinWords([
    'CREATE SCHEMA',
    schema.ifNotExists ? 'IF NOT EXISTS' : '',
    printName(schema.name),
    schema.location === undefined ? '' : `LOCATION ${quoteString(schema.location)}`,
    schema.comment === undefined ? '' : `COMMENT ${quoteString(schema.comment)}`,
    schema.properties.length === 0 ? '' : `WITH ${printOptions(printers, schema.properties)}`,
  ])
}

export function printCreateView(printers: Printers, view: CreateView): string {
  return joinWords([
    'CREATE',
    view.orReplace ? 'OR REPLACE' : '',
    view.temporary ? 'TEMPORARY' : '',
    view.materialized ? 'MATERIALIZED' : '',
    view.recursive ? 'RECURSIVE' : '',
    'VIEW',
    view.ifNotExists ? 'IF NOT EXISTS' : '',
    printName(view.name),
    view.columns.length === 0 ? '' : printNames(view.columns),
    view.comment === undefined ? '' : `COMMENT ${quoteString(view.comment)}`,
    `AS ${printers.query(view.query)}`,
  ])
}

export function printDrop(drop: Drop): string {
  return joinWords([
    'DROP',
    drop.object.toUpperCase(),
    drop.ifExists ? 'IF EXISTS' : '',
    drop.names.map(printName).join(', '),
    drop.behavior?.toUpperCase() ?? '',
    drop.purge ? 'PURGE' : '',
  ])
}

export function printAlterTable(printers: Printers, alter: AlterTable): string {
  const actions = alter.actions.map((action) => printAction(printers, action)).join(', ')
  return joinWords(['ALTER TABLE', alter.ifExists ? 'IF EXISTS' : '', printName(alter.name), actions])
}

export function printAlterOther(printers: Printers, alter: AlterOther): string {
  return joinWords([
    'ALTER',
    alter.object.toUpperCase(),
    alter.ifExists ? 'IF EXISTS' : '',
    printName(alter.name),
    printAction(printers, alter.action),
  ])
}

function printAction(printers: Printers, action: AlterAction): string {
  const transform = (expression: Parameters<Printers['expression']>[0]): string => printers.expression(expression, Precedence.postfix)
  switch (action.kind) {
    case 'add_column':
      return joinWords([
        'ADD COLUMN',
        action.ifNotExists ? 'IF NOT EXISTS' : '',
        printColumn(printers, printName(action.path), action.column),
        printPosition(action.position),
      ])
    case 'drop_column':
      return joinWords(['DROP COLUMN', action.ifExists ? 'IF EXISTS' : '', printName(action.path), action.behavior?.toUpperCase() ?? ''])
    case 'rename_column':
      return `RENAME COLUMN ${printName(action.path)} TO ${printIdentifier(action.newName)}`
    case 'alter_column':
      return `ALTER COLUMN ${printName(action.path)} ${printColumnChange(printers, action)}`
    case 'rename_to':
      return `RENAME TO ${printName(action.newName)}`
    case 'set_properties':
      return `SET TBLPROPERTIES ${printOptions(printers, action.properties)}`
    case 'unset_properties':
      return joinWords(['UNSET TBLPROPERTIES', action.ifExists ? 'IF EXISTS' : '', `(${action.names.map(printOptionName).join(', ')})`])
    case 'add_partition_field':
      return `ADD PARTITION FIELD ${transform(action.transform)}${action.name === undefined ? '' : ` AS ${printIdentifier(action.name)}`}`
    case 'drop_partition_field':
      return `DROP PARTITION FIELD ${transform(action.transform)}`
    case 'replace_partition_field': {
      const name = action.name === undefined ? '' : ` AS ${printIdentifier(action.name)}`
      return `REPLACE PARTITION FIELD ${transform(action.from)} WITH ${transform(action.to)}${name}`
    }
    case 'set_sort_order':
      return `SET SORTED BY (${printSortKeys(printers, action.keys)})`
    case 'create_reference':
      return printCreateReference(printers, action)
    case 'drop_reference':
      return joinWords(['DROP', action.reference.toUpperCase(), action.ifExists ? 'IF EXISTS' : '', printIdentifier(action.name)])
    default:
      return unreachable(action, 'change of a table')
  }
}

function printPosition(position: ColumnPosition | undefined): string {
  if (position === undefined) return ''
  return position.after === undefined ? 'FIRST' : `AFTER ${printIdentifier(position.after)}`
}

function printColumnChange(printers: Printers, action: AlterColumn): string {
  switch (action.change) {
    case 'set type':
      return `SET DATA TYPE ${action.type === undefined ? '' : printType(action.type)}`
    case 'set default':
      return `SET DEFAULT ${action.default === undefined ? '' : printers.expression(action.default, Precedence.lowest)}`
    case 'comment':
      return `COMMENT ${quoteString(action.comment ?? '')}`
    case 'move':
      return printPosition(action.position)
    case 'set not null':
    case 'drop not null':
    case 'drop default':
      return action.change.toUpperCase()
    default:
      return unreachable(action.change, 'change of a column')
  }
}

function printCreateReference(printers: Printers, action: CreateReference): string {
  const retention = joinWords([
    action.minSnapshotsToKeep === undefined ? '' : `${action.minSnapshotsToKeep} SNAPSHOTS`,
    action.maxSnapshotAge === undefined ? '' : printRetain(action.maxSnapshotAge),
  ])
  return joinWords([
    action.replaceOnly ? 'REPLACE' : action.orReplace ? 'CREATE OR REPLACE' : 'CREATE',
    action.reference.toUpperCase(),
    action.ifNotExists ? 'IF NOT EXISTS' : '',
    printIdentifier(action.name),
    action.snapshot === undefined ? '' : `AS OF VERSION ${printers.expression(action.snapshot, Precedence.other)}`,
    action.retain === undefined ? '' : `RETAIN ${printRetain(action.retain)}`,
    retention === '' ? '' : `WITH SNAPSHOT RETENTION ${retention}`,
  ])
}

function printRetain(retain: RetainFor): string {
  return `${retain.amount} ${retain.unit.toUpperCase()}S`
}
