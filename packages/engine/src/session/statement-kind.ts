/** What can be told of a bound statement before it runs: whether it changes anything, its columns and its parameters. */

import type { Field, Schema } from '@artemis/arrow'
import { field, int64, schema, typeEquals, utf8 } from '@artemis/arrow'
import { ArtemisError, BindError, ConfigError, unreachable } from '@artemis/errors'
import { evaluateConstant } from '@artemis/execution'
import type { DataType, EvaluationContext } from '@artemis/plan'
import { cast, isExplicitCast, literal, sqlTypeName } from '@artemis/plan'
import type { BoundParameter, BoundStatement, Statement } from '@artemis/sql'
import type { TypedParameter } from './parameters.js'
import type { StatementKind } from './prepared-statement.js'
import { casts } from './query-planner.js'

export interface Announcement {
  readonly kind: StatementKind
  readonly schema: Schema
}

/** The result of INSERT and CREATE TABLE … AS. */
export const COUNT_SCHEMA: Schema = schema([field('count', int64, false)])
/** The result of EXPLAIN. */
export const PLAN_SCHEMA: Schema = schema([field('plan', utf8, false)])

const COMMAND: Announcement = { kind: 'update', schema: { fields: [] } }

/** The kind and the columns of a statement other than EXECUTE, which has those of another one. */
export function announcementOf(bound: BoundStatement): Announcement {
  switch (bound.kind) {
    case 'query':
      return { kind: 'query', schema: schema(bound.plan.columns.map(({ name, type, nullable }) => field(name, type, nullable))) }
    case 'explain':
      return { kind: 'query', schema: PLAN_SCHEMA }
    case 'show_setting':
      return { kind: 'query', schema: schema([field(bound.name, utf8)]) }
    case 'insert':
      return { kind: 'update', schema: COUNT_SCHEMA }
    case 'create_table':
      return bound.plan === null ? COMMAND : { kind: 'update', schema: COUNT_SCHEMA }
    case 'create_view':
    case 'create_schema':
    case 'drop':
    case 'set':
    case 'reset':
    case 'use':
    case 'prepare':
    case 'execute':
    case 'deallocate':
    case 'transaction':
      return COMMAND
    default:
      return unreachable(bound, 'statement')
  }
}

export function boundParameters(bound: BoundStatement): readonly BoundParameter[] {
  if (bound.kind === 'explain') return bound.statement.parameters
  return bound.kind === 'query' || bound.kind === 'insert' || bound.kind === 'create_table' ? bound.parameters : []
}

export function onlyStatement(statements: readonly Statement[]): Statement {
  const [statement, second] = statements
  if (statement === undefined) throw new BindError({ code: 'EMPTY_STATEMENT', message: 'there is no statement in the text' })
  if (second === undefined) return statement
  const message = `the text holds ${statements.length} statements, and one is prepared at a time`
  throw new BindError({ code: 'MULTIPLE_STATEMENTS', message, span: second.span, hint: 'Send each statement on its own.' })
}

export function haveTypesOf(columns: readonly { readonly type: DataType }[], announced: Schema): boolean {
  return columns.length === announced.fields.length && columns.every(({ type }, i) => typeEquals(type, announced.fields[i]!.type))
}

/** Values cast to the types that were inferred for their parameters. Throws a ConfigError INVALID_PARAMETER when one does not fit. */
export function valuesAs(values: ReadonlyMap<string, TypedParameter>, fields: readonly Field[], evaluation: EvaluationContext): Map<string, TypedParameter> {
  const types = new Map(fields.map(({ name, type }) => [name, type]))
  return new Map([...values].map(([name, value]) => [name, valueAs(name, value, types.get(name) ?? value.type, evaluation)]))
}

function valueAs(name: string, value: TypedParameter, type: DataType, evaluation: EvaluationContext): TypedParameter {
  if (type.kind === 'null' || typeEquals(type, value.type)) return value
  const message = `the value of parameter $${name} is no ${sqlTypeName(type)}`
  if (!isExplicitCast(value.type, type)) throw new ConfigError({ code: 'INVALID_PARAMETER', message })
  try {
    return { type, value: evaluateConstant(cast(literal(value.type, value.value), type), evaluation, casts) }
  } catch (error) {
    if (!(error instanceof ArtemisError)) throw error
    throw new ConfigError({ code: 'INVALID_PARAMETER', message: `${message}: ${error.message}`, cause: error })
  }
}
