/** CreatePreparedStatement, CreatePreparedSubstraitPlan and ClosePreparedStatement. */

import type { Field, Schema } from '@artemis/arrow'
import { create } from '@bufbuild/protobuf'
import type { CallContext } from '../flight/call-context.js'
import { schemaMessage } from '../flight/record-batches.js'
import type { ActionCreatePreparedStatementResult } from '../generated/FlightSql_pb.js'
import {
  ActionClosePreparedStatementRequestSchema,
  ActionCreatePreparedStatementRequestSchema,
  ActionCreatePreparedStatementResultSchema,
  ActionCreatePreparedSubstraitPlanRequestSchema,
} from '../generated/FlightSql_pb.js'
import { unpackAction } from './commands.js'
import type { PreparedStatement } from './prepared-statements.js'
import { handleBytes } from './prepared-statements.js'
import type { ServiceState } from './service-state.js'
import { planStatement, planSubstrait, transactionOptions } from './statements.js'

export async function createPreparedStatement(state: ServiceState, context: CallContext, body: Uint8Array): Promise<ActionCreatePreparedStatementResult> {
  const { query, transactionId } = unpackAction(ActionCreatePreparedStatementRequestSchema, body)
  const session = state.transactions.sessionFor(context.principal, transactionId, await state.sessions.sessionOf(context))
  const text = { sql: query, options: transactionOptions(transactionId) }
  return describe(context, state.prepared.add(session, text, await planStatement(state, context, session, text)))
}

export async function createPreparedSubstraitPlan(state: ServiceState, context: CallContext, body: Uint8Array): Promise<ActionCreatePreparedStatementResult> {
  const { plan, transactionId } = unpackAction(ActionCreatePreparedSubstraitPlanRequestSchema, body)
  const session = state.transactions.sessionFor(context.principal, transactionId, await state.sessions.sessionOf(context))
  const statement = await planSubstrait(state, context, session, plan, transactionOptions(transactionId))
  return describe(context, state.prepared.add(session, undefined, statement))
}

export function closePreparedStatement(state: ServiceState, context: CallContext, body: Uint8Array): void {
  state.prepared.close(context.principal, unpackAction(ActionClosePreparedStatementRequestSchema, body).preparedStatementHandle)
}

/**
 * A statement with effects that also gives rows is told as a query, so that clients ask for the rows; it still runs only
 * once for each GetFlightInfo. Schemas without fields are left out, which is how clients know that there is none.
 */
function describe(context: CallContext, prepared: PreparedStatement): ActionCreatePreparedStatementResult {
  const { kind, schema } = prepared.statement
  const parameters = announcedParameters(context, prepared.statement.parameters)
  return create(ActionCreatePreparedStatementResultSchema, {
    preparedStatementHandle: handleBytes(prepared),
    datasetSchema: schema.fields.length === 0 ? new Uint8Array(0) : schemaMessage(schema),
    parameterSchema: parameters.fields.length === 0 ? new Uint8Array(0) : schemaMessage(parameters),
    isUpdate: kind === 'update' && schema.fields.length === 0,
  })
}

/**
 * The JDBC driver writes the milliseconds of a java.sql.Timestamp into whatever unit a timestamp parameter is announced in, so
 * an instant of this year would become one of 1970. Java is told of milliseconds, which it has no more than anyway; what
 * a client binds is taken by its own unit.
 */
function announcedParameters({ headers }: CallContext, parameters: Schema): Schema {
  if (!String(headers.get('user-agent')[0] ?? '').includes('grpc-java')) return parameters
  const inMilliseconds = (field: Field): Field => (field.type.kind === 'timestamp' ? { ...field, type: { ...field.type, unit: 'ms' } } : field)
  return { ...parameters, fields: parameters.fields.map(inMilliseconds) }
}
