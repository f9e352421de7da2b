/** ALTER TABLE, ALTER VIEW and ALTER SCHEMA. */
import type {
  AddColumn,
  AlterAction,
  AlterColumn,
  AlterOther,
  AlterTable,
  ColumnPosition,
  DropColumn,
  DropReference,
  ObjectName,
  Option,
  RenameColumn,
  RenameTo,
  SetProperties,
  SetSortOrder,
  Statement,
  UnsetProperties,
} from '../ast/index.js'
import { parseColumnDefinition } from './column-definition.js'
import type { Cursor } from './cursor.js'
import { parseBehavior } from './definition.js'
import { parseCommaSeparated, parseIdentifier, parseObjectName } from './name.js'
import { node } from './node.js'
import { parseOption, parseOptionName, parseOptions } from './option.js'
import { parseSortKey } from './order-by.js'
import { Precedence } from './precedence.js'
import {
  parseAddPartitionField,
  parseCreateReference,
  parseDropPartitionField,
  parseReplacePartitionField,
  parseReferenceName,
} from './table-evolution.js'
import { unsupportedObjects, unsupportedStatement } from './unsupported.js'

export function parseAlter(cursor: Cursor): Statement {
  const { start } = cursor.advance()
  const unsupported = unsupportedObjects.find((word) => cursor.at(word))
  if (unsupported !== undefined) return unsupportedStatement(cursor, start, `ALTER ${unsupported}`)
  const object = cursor.expectOneOf(['TABLE', 'VIEW', 'SCHEMA', 'NAMESPACE'])
  const ifExists = cursor.accept('IF', 'EXISTS')
  const name = parseObjectName(cursor, 'a name')
  if (object !== 'TABLE') return parseAlterOther(cursor, object === 'VIEW' ? 'view' : 'schema', name, ifExists, start)
  const actions: AlterAction[] = []
  do {
    const refused = unsupportedAction(cursor)
    if (refused !== undefined) return unsupportedStatement(cursor, start, refused)
    actions.push(...parseAction(cursor))
  } while (cursor.accept(','))
  return node<AlterTable>({ kind: 'alter_table', name, ifExists, actions, span: cursor.spanFrom(start) })
}

/** The changes that other databases have, by name. */
function unsupportedAction(cursor: Cursor): string | undefined {
  for (const verb of ['ADD', 'DROP', 'RENAME']) {
    for (const object of ['CONSTRAINT', 'PRIMARY', 'FOREIGN', 'CHECK', 'UNIQUE']) {
      if (cursor.at(verb, object)) return `ALTER TABLE ${verb} CONSTRAINT`
    }
  }
  if (cursor.at('SET', 'SCHEMA')) return 'ALTER TABLE SET SCHEMA'
  if (cursor.at('OWNER', 'TO')) return 'ALTER TABLE OWNER TO'
  return undefined
}

function parseAlterOther(cursor: Cursor, object: 'view' | 'schema', name: ObjectName, ifExists: boolean, start: number): AlterOther {
  const from = cursor.token.start
  const word = cursor.expectOneOf(['RENAME', 'SET', 'UNSET'])
  const action =
    word === 'RENAME' ? parseRenameTo(cursor, from) : word === 'SET' ? parseSetProperties(cursor, from) : parseUnsetProperties(cursor, from)
  return node<AlterOther>({ kind: 'alter_other', object, name, ifExists, action, span: cursor.spanFrom(start) })
}

const actionWords = ['ADD', 'DROP', 'RENAME', 'ALTER', 'CHANGE', 'SET', 'UNSET', 'REPLACE', 'CREATE', 'WRITE'] as const

function parseAction(cursor: Cursor): AlterAction[] {
  const { start } = cursor.token
  switch (cursor.expectOneOf(actionWords)) {
    case 'ADD':
      return cursor.accept('PARTITION', 'FIELD') ? [parseAddPartitionField(cursor, start)] : parseAddColumns(cursor, start)
    case 'DROP':
      return parseDropAction(cursor, start)
    case 'RENAME':
      return [parseRename(cursor, start)]
    case 'ALTER':
    case 'CHANGE':
      return [parseAlterColumn(cursor, start)]
    case 'SET':
      return [cursor.at('SORTED') ? parseSortOrder(cursor, start) : parseSetProperties(cursor, start)]
    case 'UNSET':
      return [parseUnsetProperties(cursor, start)]
    case 'REPLACE':
      return [
        cursor.accept('PARTITION', 'FIELD') ? parseReplacePartitionField(cursor, start) : parseCreateReference(cursor, start, false, true),
      ]
    case 'CREATE':
      return [parseCreateReference(cursor, start, cursor.accept('OR', 'REPLACE'), false)]
    case 'WRITE':
      return [parseSortOrder(cursor, start)]
    default:
      throw cursor.unexpected('a change of the table', actionWords)
  }
}

/** `ADD [COLUMN] a integer`, Spark's `ADD COLUMNS (a integer, b text)`. */
function parseAddColumns(cursor: Cursor, start: number): AddColumn[] {
  if (!cursor.accept('COLUMNS')) {
    cursor.accept('COLUMN')
    return [parseAddColumn(cursor, start)]
  }
  if (!cursor.accept('(')) return [parseAddColumn(cursor, start)]
  const columns = parseCommaSeparated(cursor, () => parseAddColumn(cursor, cursor.token.start))
  cursor.expect(')')
  return columns
}

function parseAddColumn(cursor: Cursor, start: number): AddColumn {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const path = parseObjectName(cursor, 'a column name')
  const column = parseColumnDefinition(cursor, path.parts.at(-1)!)
  if (column.type === undefined) throw cursor.unexpected('the type of the column')
  const position = parsePosition(cursor)
  return node<AddColumn>({ kind: 'add_column', path, column, ifNotExists, position, span: cursor.spanFrom(start) })
}

function parsePosition(cursor: Cursor): ColumnPosition | undefined {
  const { start } = cursor.token
  if (cursor.accept('FIRST')) return node<ColumnPosition>({ kind: 'column_position', after: undefined, span: cursor.spanFrom(start) })
  if (!cursor.accept('AFTER')) return undefined
  const after = parseIdentifier(cursor, 'a column name')
  return node<ColumnPosition>({ kind: 'column_position', after, span: cursor.spanFrom(start) })
}

function parseDropAction(cursor: Cursor, start: number): AlterAction[] {
  if (cursor.accept('PARTITION', 'FIELD')) return [parseDropPartitionField(cursor, start)]
  if ((cursor.at('BRANCH') || cursor.at('TAG')) && cursor.peek().kind !== 'end' && cursor.peek().kind !== 'symbol')
    return [parseDropReference(cursor, start)]
  if (cursor.accept('COLUMNS', '(')) {
    const columns = parseCommaSeparated(cursor, () => parseDropColumn(cursor, cursor.token.start))
    cursor.expect(')')
    return columns
  }
  cursor.accept('COLUMN')
  return [parseDropColumn(cursor, start)]
}

function parseDropReference(cursor: Cursor, start: number): DropReference {
  const reference = cursor.expectOneOf(['BRANCH', 'TAG']) === 'BRANCH' ? 'branch' : 'tag'
  const ifExists = cursor.accept('IF', 'EXISTS')
  const name = parseReferenceName(cursor)
  return node<DropReference>({ kind: 'drop_reference', reference, name, ifExists, span: cursor.spanFrom(start) })
}

function parseDropColumn(cursor: Cursor, start: number): DropColumn {
  const ifExists = cursor.accept('IF', 'EXISTS')
  const path = parseObjectName(cursor, 'a column name')
  const behavior = parseBehavior(cursor)
  return node<DropColumn>({ kind: 'drop_column', path, ifExists, behavior, span: cursor.spanFrom(start) })
}

function parseRename(cursor: Cursor, start: number): RenameTo | RenameColumn {
  if (cursor.at('TO')) return parseRenameTo(cursor, start)
  cursor.accept('COLUMN')
  const path = parseObjectName(cursor, 'a column name')
  cursor.expect('TO')
  const newName = parseIdentifier(cursor, 'the new name')
  return node<RenameColumn>({ kind: 'rename_column', path, newName, span: cursor.spanFrom(start) })
}

function parseRenameTo(cursor: Cursor, start: number): RenameTo {
  cursor.expect('TO')
  const newName = parseObjectName(cursor, 'the new name')
  return node<RenameTo>({ kind: 'rename_to', newName, span: cursor.spanFrom(start) })
}

/** `ALTER COLUMN a SET DATA TYPE bigint`, `… SET NOT NULL`, `… COMMENT 'x'`, `… AFTER b` and the like. */
function parseAlterColumn(cursor: Cursor, start: number): AlterColumn {
  cursor.accept('COLUMN')
  const path = parseObjectName(cursor, 'a column name')
  const change = parseColumnChange(cursor)
  return node<AlterColumn>({ kind: 'alter_column', path, ...change, span: cursor.spanFrom(start) })
}

type ColumnChange = Pick<AlterColumn, 'change' | 'type' | 'default' | 'comment' | 'position'>

const noChange = { type: undefined, default: undefined, comment: undefined, position: undefined } as const

function parseColumnChange(cursor: Cursor): ColumnChange {
  if (cursor.accept('SET', 'NOT', 'NULL')) return { ...noChange, change: 'set not null' }
  if (cursor.accept('DROP', 'NOT', 'NULL')) return { ...noChange, change: 'drop not null' }
  if (cursor.accept('DROP', 'DEFAULT')) return { ...noChange, change: 'drop default' }
  if (cursor.accept('SET', 'DEFAULT'))
    return { ...noChange, change: 'set default', default: cursor.rules.expression(cursor, Precedence.lowest) }
  if (cursor.accept('SET', 'DATA', 'TYPE') || cursor.accept('SET', 'TYPE') || cursor.accept('TYPE')) {
    return { ...noChange, change: 'set type', type: cursor.rules.type(cursor) }
  }
  if (cursor.accept('COMMENT')) {
    if (cursor.token.kind !== 'string') throw cursor.unexpected('a string')
    return { ...noChange, change: 'comment', comment: cursor.advance().value }
  }
  const position = parsePosition(cursor)
  if (position === undefined)
    throw cursor.unexpected('TYPE, SET, DROP, COMMENT, FIRST or AFTER', ['TYPE', 'SET', 'DROP', 'COMMENT', 'FIRST', 'AFTER'])
  return { ...noChange, change: 'move', position }
}

/** Spark's `SET TBLPROPERTIES ('a' = 'b')`, Trino's `SET PROPERTIES a = 'b'`. */
function parseSetProperties(cursor: Cursor, start: number): SetProperties {
  if (!cursor.at('(')) cursor.expectOneOf(['TBLPROPERTIES', 'PROPERTIES', 'DBPROPERTIES'])
  const properties: Option[] = cursor.at('(') ? parseOptions(cursor) : parseCommaSeparated(cursor, () => parseOption(cursor))
  return node<SetProperties>({ kind: 'set_properties', properties, span: cursor.spanFrom(start) })
}

function parseUnsetProperties(cursor: Cursor, start: number): UnsetProperties {
  cursor.expectOneOf(['TBLPROPERTIES', 'PROPERTIES', 'DBPROPERTIES'])
  const ifExists = cursor.accept('IF', 'EXISTS')
  cursor.expect('(')
  const names = parseCommaSeparated(cursor, () => parseOptionName(cursor))
  cursor.expect(')')
  return node<UnsetProperties>({ kind: 'unset_properties', names, ifExists, span: cursor.spanFrom(start) })
}

/** `WRITE ORDERED BY a DESC, b`, `WRITE UNORDERED`, `SET SORTED BY (a)`, `SET SORTED BY ()`. */
function parseSortOrder(cursor: Cursor, start: number): SetSortOrder {
  if (cursor.accept('UNORDERED')) return node<SetSortOrder>({ kind: 'set_sort_order', keys: [], span: cursor.spanFrom(start) })
  const inParentheses = cursor.expectOneOf(['ORDERED', 'SORTED']) === 'SORTED'
  cursor.expect('BY')
  if (inParentheses && cursor.accept('(', ')'))
    return node<SetSortOrder>({ kind: 'set_sort_order', keys: [], span: cursor.spanFrom(start) })
  if (inParentheses) cursor.expect('(')
  const keys = parseCommaSeparated(cursor, () => parseSortKey(cursor))
  if (inParentheses) cursor.expect(')')
  return node<SetSortOrder>({ kind: 'set_sort_order', keys, span: cursor.spanFrom(start) })
}
