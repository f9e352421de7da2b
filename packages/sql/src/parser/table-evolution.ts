/** What ALTER TABLE has for Iceberg alone: partition fields, branches and tags. */
import type {
  AddPartitionField,
  CreateReference,
  DropPartitionField,
  Expression,
  Identifier,
  ReplacePartitionField,
  RetainFor,
} from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { intervalUnit } from './interval.js'
import { parseIdentifier, toIdentifier } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'

/** From behind `ADD PARTITION FIELD`. */
export function parseAddPartitionField(cursor: Cursor, start: number): AddPartitionField {
  const transform = parseTransform(cursor)
  const name = cursor.accept('AS') ? parseIdentifier(cursor, 'the name of the field') : undefined
  return node<AddPartitionField>({ kind: 'add_partition_field', transform, name, span: cursor.spanFrom(start) })
}

export function parseDropPartitionField(cursor: Cursor, start: number): DropPartitionField {
  const transform = parseTransform(cursor)
  return node<DropPartitionField>({ kind: 'drop_partition_field', transform, span: cursor.spanFrom(start) })
}

export function parseReplacePartitionField(cursor: Cursor, start: number): ReplacePartitionField {
  const from = parseTransform(cursor)
  cursor.expect('WITH')
  const to = parseTransform(cursor)
  const name = cursor.accept('AS') ? parseIdentifier(cursor, 'the name of the field') : undefined
  return node<ReplacePartitionField>({ kind: 'replace_partition_field', from, to, name, span: cursor.spanFrom(start) })
}

function parseTransform(cursor: Cursor): Expression {
  return cursor.rules.expression(cursor, Precedence.postfix)
}

/** The name of a branch or tag: a name or a string. */
export function parseReferenceName(cursor: Cursor): Identifier {
  if (cursor.token.kind === 'string') return toIdentifier(cursor.advance())
  return parseIdentifier(cursor, 'the name of a branch or tag')
}

/** From behind CREATE [OR REPLACE] or REPLACE. */
export function parseCreateReference(cursor: Cursor, start: number, orReplace: boolean, replaceOnly: boolean): CreateReference {
  const reference = cursor.expectOneOf(['BRANCH', 'TAG']) === 'BRANCH' ? 'branch' : 'tag'
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = parseReferenceName(cursor)
  let snapshot: Expression | undefined
  if (cursor.accept('AS', 'OF')) {
    cursor.expectOneOf(['VERSION', 'SNAPSHOT'])
    snapshot = cursor.rules.expression(cursor, Precedence.other)
  }
  const retain = cursor.accept('RETAIN') ? parseRetain(cursor) : undefined
  let minSnapshotsToKeep: number | undefined
  let maxSnapshotAge: RetainFor | undefined
  if (cursor.accept('WITH', 'SNAPSHOT', 'RETENTION')) {
    if (cursor.peek().text === 'SNAPSHOTS') {
      minSnapshotsToKeep = parseAmount(cursor)
      cursor.expect('SNAPSHOTS')
    }
    if (minSnapshotsToKeep === undefined || cursor.token.kind === 'number') maxSnapshotAge = parseRetain(cursor)
  }
  return node<CreateReference>({
    kind: 'create_reference',
    reference,
    name,
    orReplace,
    replaceOnly,
    ifNotExists,
    snapshot,
    retain,
    minSnapshotsToKeep,
    maxSnapshotAge,
    span: cursor.spanFrom(start),
  })
}

function parseRetain(cursor: Cursor): RetainFor {
  const { start } = cursor.token
  const amount = parseAmount(cursor)
  const unit = intervalUnit(cursor.token)
  if (unit !== 'day' && unit !== 'hour' && unit !== 'minute')
    throw cursor.unexpected('DAYS, HOURS or MINUTES', ['DAYS', 'HOURS', 'MINUTES'])
  cursor.advance()
  return node<RetainFor>({ kind: 'retain_for', amount, unit, span: cursor.spanFrom(start) })
}

function parseAmount(cursor: Cursor): number {
  const { token } = cursor
  const amount = Number(token.value)
  if (token.kind !== 'number' || !Number.isSafeInteger(amount)) throw cursor.unexpected('a whole number')
  cursor.advance()
  return amount
}
