/** DoAction and ListActions: every action by its name, with what it is for. */

import { create, toBinary } from '@bufbuild/protobuf'
import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import type { CallContext } from '../flight/call-context.js'
import { unimplemented } from '../flight/flight-error.js'
import type { Action, ActionType, Result } from '../generated/Flight_pb.js'
import {
  ActionTypeSchema,
  CancelFlightInfoResultSchema,
  CloseSessionResultSchema,
  FlightEndpointSchema,
  GetSessionOptionsResultSchema,
  ResultSchema,
  SetSessionOptionsResultSchema,
} from '../generated/Flight_pb.js'
import {
  ActionBeginSavepointResultSchema,
  ActionBeginTransactionResultSchema,
  ActionCancelQueryResultSchema,
  ActionCreatePreparedStatementResultSchema,
} from '../generated/FlightSql_pb.js'
import { cancelFlightInfo, cancelQuery, renewFlightEndpoint } from './cancel-actions.js'
import { packAny } from './commands.js'
import { closePreparedStatement, createPreparedStatement, createPreparedSubstraitPlan } from './prepared-actions.js'
import type { ServiceState } from './service-state.js'
import { closeSession, getSessionOptions, setSessionOptions } from './session-actions.js'
import { beginSavepoint, beginTransaction, endSavepoint, endTransaction } from './transaction-actions.js'

interface ActionHandler {
  readonly description: string
  /** The bodies of the results. */
  run(state: ServiceState, context: CallContext, body: Uint8Array): Promise<readonly Uint8Array[]>
}

const ACTIONS: ReadonlyMap<string, ActionHandler> = new Map([
  action('CreatePreparedStatement', 'Plans a statement for later executions', wrapped(ActionCreatePreparedStatementResultSchema, createPreparedStatement)),
  action(
    'CreatePreparedSubstraitPlan',
    'Plans a Substrait plan for later executions',
    wrapped(ActionCreatePreparedStatementResultSchema, createPreparedSubstraitPlan),
  ),
  action('ClosePreparedStatement', 'Forgets a prepared statement', silent(closePreparedStatement)),
  action('BeginTransaction', 'Begins a transaction', wrapped(ActionBeginTransactionResultSchema, beginTransaction)),
  action('EndTransaction', 'Commits or rolls back a transaction', silent(endTransaction)),
  action('BeginSavepoint', 'Makes a savepoint in a transaction', wrapped(ActionBeginSavepointResultSchema, beginSavepoint)),
  action('EndSavepoint', 'Releases a savepoint or rolls back to it', silent(endSavepoint)),
  action('CancelFlightInfo', 'Cancels what runs or would run by the tickets of a FlightInfo', plain(CancelFlightInfoResultSchema, cancelFlightInfo)),
  action('CancelQuery', 'The older form of CancelFlightInfo', wrapped(ActionCancelQueryResultSchema, cancelQuery)),
  action('RenewFlightEndpoint', 'Gives a ticket more time', plain(FlightEndpointSchema, renewFlightEndpoint)),
  action('SetSessionOptions', 'Sets options of the session', plain(SetSessionOptionsResultSchema, setSessionOptions)),
  action('GetSessionOptions', 'Gives the options of the session', plain(GetSessionOptionsResultSchema, getSessionOptions)),
  action('CloseSession', 'Ends the session and cancels what runs in it', plain(CloseSessionResultSchema, closeSession)),
])

export async function* doAction(state: ServiceState, context: CallContext, { type, body }: Action): AsyncGenerator<Result, void, undefined> {
  const handler = ACTIONS.get(type)
  if (handler === undefined) throw unimplemented(`The action ${JSON.stringify(type.slice(0, 100))}`)
  for (const result of await handler.run(state, context, body)) yield create(ResultSchema, { body: result })
}

export function* listActions(): Generator<ActionType, void, undefined> {
  for (const [type, { description }] of ACTIONS) yield create(ActionTypeSchema, { type, description })
}

type Run<Reply> = (state: ServiceState, context: CallContext, body: Uint8Array) => Promise<Reply> | Reply

function action(type: string, purpose: string, { run, reply }: Pick<ActionHandler, 'run'> & { readonly reply: string }): [string, ActionHandler] {
  return [type, { description: `${purpose}. Replies with ${reply}.`, run }]
}

/** An action of Flight itself, whose result is not wrapped. */
function plain<Desc extends DescMessage>(schema: Desc, run: Run<MessageShape<Desc>>): Pick<ActionHandler, 'run'> & { readonly reply: string } {
  return { reply: `a ${schema.name}`, run: async (...call) => [toBinary(schema, await run(...call))] }
}

/** An action of Flight SQL, whose result is wrapped in an `Any`. */
function wrapped<Desc extends DescMessage>(schema: Desc, run: Run<MessageShape<Desc>>): Pick<ActionHandler, 'run'> & { readonly reply: string } {
  return { reply: `a ${schema.name} in an Any`, run: async (...call) => [packAny(schema, await run(...call))] }
}

function silent(run: Run<void>): Pick<ActionHandler, 'run'> & { readonly reply: string } {
  return {
    reply: 'nothing',
    run: async (...call) => {
      await run(...call)
      return []
    },
  }
}
