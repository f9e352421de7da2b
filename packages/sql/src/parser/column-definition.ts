/** Columns and constraints of CREATE TABLE and ALTER TABLE. */
import type { ColumnDefinition, Expression, Identifier, ObjectName, TableConstraint, TypeName } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { isName, parseIdentifier, parseIdentifierList, parseObjectName } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'

interface ColumnClauses {
  notNull: boolean
  default: Expression | undefined
  comment: string | undefined
  readonly constraints: TableConstraint[]
}

/** What follows the column's name: a type, if any, and constraints in any order. */
export function parseColumnDefinition(cursor: Cursor, name: Identifier): ColumnDefinition {
  const type: TypeName | undefined = isName(cursor.token) && !startsConstraint(cursor) ? cursor.rules.type(cursor) : undefined
  const clauses: ColumnClauses = { notNull: false, default: undefined, comment: undefined, constraints: [] }
  while (acceptColumnClause(cursor, clauses));
  return node<ColumnDefinition>({ kind: 'column_definition', name, type, ...clauses, span: cursor.spanFrom(name.span.start) })
}

/** Constraint words that are not reserved, and the places of ALTER TABLE … ADD COLUMN. */
function startsConstraint(cursor: Cursor): boolean {
  return cursor.at('PRIMARY', 'KEY') || ['UNIQUE', 'REFERENCES', 'GENERATED', 'COMMENT', 'FIRST', 'AFTER'].some((word) => cursor.at(word))
}

function acceptColumnClause(cursor: Cursor, clauses: ColumnClauses): boolean {
  const { start } = cursor.token
  if (cursor.accept('NOT', 'NULL')) clauses.notNull = true
  else if (cursor.accept('DEFAULT')) clauses.default = cursor.rules.expression(cursor, Precedence.other)
  else if (cursor.accept('COMMENT')) clauses.comment = parseComment(cursor)
  else if (cursor.accept('NULL')) return true
  else {
    const name = cursor.accept('CONSTRAINT') ? parseIdentifier(cursor, 'the name of a constraint') : undefined
    if (name !== undefined && cursor.accept('NOT', 'NULL')) clauses.notNull = true
    else {
      const constraint = acceptColumnConstraint(cursor, name, start)
      if (constraint === undefined && name !== undefined)
        throw cursor.unexpected('a constraint', ['PRIMARY', 'UNIQUE', 'CHECK', 'REFERENCES'])
      if (constraint === undefined) return false
      clauses.constraints.push(constraint)
    }
  }
  return true
}

function parseComment(cursor: Cursor): string {
  if (cursor.token.kind !== 'string') throw cursor.unexpected('a string')
  return cursor.advance().value
}

function acceptColumnConstraint(cursor: Cursor, name: Identifier | undefined, start: number): TableConstraint | undefined {
  if (cursor.accept('PRIMARY', 'KEY')) {
    cursor.acceptOneOf(['ASC', 'DESC'])
    cursor.accept('AUTOINCREMENT')
    return constraint(cursor, { name, type: 'primary key' }, start)
  }
  if (cursor.accept('UNIQUE')) return constraint(cursor, { name, type: 'unique' }, start)
  if (cursor.accept('CHECK')) return constraint(cursor, { name, type: 'check', expression: parseCondition(cursor) }, start)
  if (cursor.at('REFERENCES')) return parseReferences(cursor, name, [], start)
  if (cursor.accept('COLLATE'))
    return constraint(cursor, { name, type: 'collate', references: parseObjectName(cursor, 'a collation') }, start)
  if (cursor.at('GENERATED') || cursor.at('AS', '(')) {
    if (cursor.accept('GENERATED')) cursor.expect('ALWAYS')
    cursor.expect('AS')
    const expression = parseCondition(cursor)
    if (!cursor.accept('STORED')) cursor.accept('VIRTUAL')
    return constraint(cursor, { name, type: 'generated', expression }, start)
  }
  return undefined
}

export function startsTableConstraint(cursor: Cursor): boolean {
  if (cursor.at('CONSTRAINT') || cursor.at('CHECK')) return true
  return cursor.at('PRIMARY', 'KEY') || cursor.at('FOREIGN', 'KEY') || cursor.at('UNIQUE', '(')
}

export function parseTableConstraint(cursor: Cursor): TableConstraint {
  const { start } = cursor.token
  const name = cursor.accept('CONSTRAINT') ? parseIdentifier(cursor, 'the name of a constraint') : undefined
  if (cursor.accept('PRIMARY', 'KEY')) {
    return constraint(cursor, { name, type: 'primary key', columns: parseIdentifierList(cursor, 'a column name') }, start)
  }
  if (cursor.accept('UNIQUE'))
    return constraint(cursor, { name, type: 'unique', columns: parseIdentifierList(cursor, 'a column name') }, start)
  if (cursor.accept('CHECK')) return constraint(cursor, { name, type: 'check', expression: parseCondition(cursor) }, start)
  if (!cursor.accept('FOREIGN', 'KEY'))
    throw cursor.unexpected('PRIMARY KEY, UNIQUE, CHECK or FOREIGN KEY', ['PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'])
  return parseReferences(cursor, name, parseIdentifierList(cursor, 'a column name'), start)
}

function parseReferences(cursor: Cursor, name: Identifier | undefined, columns: readonly Identifier[], start: number): TableConstraint {
  cursor.expect('REFERENCES')
  const references = parseObjectName(cursor, 'the name of a table')
  const referencedColumns = cursor.at('(') ? parseIdentifierList(cursor, 'a column name') : []
  while (cursor.accept('ON', 'DELETE') || cursor.accept('ON', 'UPDATE')) {
    if (!cursor.accept('SET', 'NULL') && !cursor.accept('NO', 'ACTION')) cursor.expectOneOf(['CASCADE', 'RESTRICT'])
  }
  return constraint(cursor, { name, type: 'foreign key', columns, references, referencedColumns }, start)
}

function parseCondition(cursor: Cursor): Expression {
  cursor.expect('(')
  cursor.enter()
  const condition = cursor.rules.expression(cursor, Precedence.lowest)
  cursor.leave()
  cursor.expect(')')
  return condition
}

interface ConstraintParts {
  readonly name: Identifier | undefined
  readonly type: TableConstraint['type']
  readonly columns?: readonly Identifier[]
  readonly expression?: Expression
  readonly references?: ObjectName
  readonly referencedColumns?: readonly Identifier[]
}

function constraint(cursor: Cursor, parts: ConstraintParts, start: number): TableConstraint {
  return node<TableConstraint>({
    kind: 'constraint',
    name: parts.name,
    type: parts.type,
    columns: parts.columns ?? [],
    expression: parts.expression,
    references: parts.references,
    referencedColumns: parts.referencedColumns ?? [],
    span: cursor.spanFrom(start),
  })
}
