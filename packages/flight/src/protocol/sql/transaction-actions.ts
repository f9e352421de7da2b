/** Transactions and savepoints, as far as the backend has them. */

import { create } from '@bufbuild/protobuf'
import type { CallContext } from '../flight/call-context.js'
import { invalidArgument, unimplemented } from '../flight/flight-error.js'
import type { ActionBeginSavepointResult, ActionBeginTransactionResult } from '../generated/FlightSql_pb.js'
import {
  ActionBeginSavepointRequestSchema,
  ActionBeginSavepointResultSchema,
  ActionBeginTransactionRequestSchema,
  ActionBeginTransactionResultSchema,
  ActionEndSavepointRequest_EndSavepoint as EndSavepoint,
  ActionEndSavepointRequestSchema,
  ActionEndTransactionRequest_EndTransaction as EndTransaction,
  ActionEndTransactionRequestSchema,
} from '../generated/FlightSql_pb.js'
import { unpackAction } from './commands.js'
import type { ServiceState } from './service-state.js'
import { transactionsOf } from './transaction-registry.js'

export async function beginTransaction(state: ServiceState, context: CallContext, body: Uint8Array): Promise<ActionBeginTransactionResult> {
  unpackAction(ActionBeginTransactionRequestSchema, body)
  const session = await state.sessions.sessionOf(context)
  const transactionId = await transactionsOf(session).begin()
  state.transactions.begun(transactionId, session)
  return create(ActionBeginTransactionResultSchema, { transactionId })
}

export async function endTransaction(state: ServiceState, context: CallContext, body: Uint8Array): Promise<void> {
  const { transactionId, action } = unpackAction(ActionEndTransactionRequestSchema, body)
  if (transactionId.length === 0) throw invalidArgument('EndTransaction names no transaction')
  const session = state.transactions.sessionFor(context.principal, transactionId, await state.sessions.sessionOf(context))
  switch (action) {
    case EndTransaction.COMMIT:
      await transactionsOf(session).end(transactionId, 'commit')
      break
    case EndTransaction.ROLLBACK:
      await transactionsOf(session).end(transactionId, 'rollback')
      break
    default:
      throw invalidArgument('EndTransaction must say whether to commit or to roll back')
  }
  state.transactions.ended(transactionId)
}

export async function beginSavepoint(state: ServiceState, context: CallContext, body: Uint8Array): Promise<ActionBeginSavepointResult> {
  const { transactionId, name } = unpackAction(ActionBeginSavepointRequestSchema, body)
  if (transactionId.length === 0) throw invalidArgument('BeginSavepoint names no transaction')
  const session = state.transactions.sessionFor(context.principal, transactionId, await state.sessions.sessionOf(context))
  const transactions = transactionsOf(session)
  if (transactions.beginSavepoint === undefined) throw unimplemented('BeginSavepoint')
  const savepointId = await transactions.beginSavepoint(transactionId, name)
  state.transactions.begun(savepointId, session)
  return create(ActionBeginSavepointResultSchema, { savepointId })
}

export async function endSavepoint(state: ServiceState, context: CallContext, body: Uint8Array): Promise<void> {
  const { savepointId, action } = unpackAction(ActionEndSavepointRequestSchema, body)
  if (savepointId.length === 0) throw invalidArgument('EndSavepoint names no savepoint')
  const session = state.transactions.sessionFor(context.principal, savepointId, await state.sessions.sessionOf(context))
  const transactions = transactionsOf(session)
  if (transactions.endSavepoint === undefined) throw unimplemented('EndSavepoint')
  switch (action) {
    case EndSavepoint.RELEASE:
      await transactions.endSavepoint(savepointId, 'release')
      state.transactions.ended(savepointId)
      return
    case EndSavepoint.ROLLBACK:
      return transactions.endSavepoint(savepointId, 'rollback')
    default:
      throw invalidArgument('EndSavepoint must say whether to release or to roll back')
  }
}
