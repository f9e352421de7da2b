/** DoPut: updates, parameters, and batches for a table. */

import { create, toBinary } from '@bufbuild/protobuf'
import { unreachable } from '@artemis/errors'
import type { CallContext } from '../flight/call-context.js'
import { invalidArgument, unimplemented } from '../flight/flight-error.js'
import type { IncomingStream } from '../flight/flight-service.js'
import { decodePayloads } from '../flight/record-batches.js'
import type { PutResult } from '../generated/Flight_pb.js'
import { PutResultSchema } from '../generated/Flight_pb.js'
import type { CommandStatementIngest } from '../generated/FlightSql_pb.js'
import {
  CommandStatementIngest_TableDefinitionOptions_TableExistsOption as IfExists,
  CommandStatementIngest_TableDefinitionOptions_TableNotExistOption as IfNotExist,
  DoPutPreparedStatementResultSchema,
  DoPutUpdateResultSchema,
} from '../generated/FlightSql_pb.js'
import type { BackendStatement, IngestRequest, ParameterRow } from './backend.js'
import type { StatementCommand } from './commands.js'
import { commandName } from './commands.js'
import { execute } from './gated-execution.js'
import { parameterBatches, parameterRows, rowsOf } from './parameter-rows.js'
import { handleBytes } from './prepared-statements.js'
import { readDescriptor } from './requests.js'
import type { ServiceState } from './service-state.js'
import type { Session } from './session.js'
import { planStatement, planSubstrait, runForEffect, transactionOptions } from './statements.js'

export async function* doPut(state: ServiceState, context: CallContext, stream: IncomingStream): AsyncGenerator<PutResult, void, undefined> {
  const request = readDescriptor(stream.descriptor)
  switch (request.kind) {
    case 'statement':
      return yield await put(state, context, await state.sessions.sessionOf(context), request.command, stream)
    case 'metadata':
      throw invalidArgument(`${commandName(request.command)} is not for DoPut`)
    case 'text':
      throw unimplemented('DoPut of a statement that is not a Flight SQL command')
    case 'path':
      throw unimplemented('DoPut of a path; use CommandStatementIngest')
    default:
      return unreachable(request, 'request')
  }
}

async function put(state: ServiceState, context: CallContext, own: Session, command: StatementCommand, stream: IncomingStream): Promise<PutResult> {
  switch (command.$typeName) {
    case 'arrow.flight.protocol.sql.CommandStatementUpdate': {
      const session = state.transactions.sessionFor(context.principal, command.transactionId, own)
      const text = { sql: command.query, options: transactionOptions(command.transactionId) }
      return runOnce(state, context, session, text.sql, await planStatement(state, context, session, text))
    }
    case 'arrow.flight.protocol.sql.CommandStatementSubstraitPlan': {
      const session = state.transactions.sessionFor(context.principal, command.transactionId, own)
      const statement = await planSubstrait(state, context, session, command.plan, transactionOptions(command.transactionId))
      return runOnce(state, context, session, undefined, statement)
    }
    case 'arrow.flight.protocol.sql.CommandPreparedStatementUpdate': {
      const { session, text, statement, rows } = state.prepared.get(context.principal, command.preparedStatementHandle)
      state.sessions.byKey(session.key)
      const sent = await parameterBatches(stream)
      return execute(state, context, { session, request: { kind: statement.kind, sql: text?.sql } }, (signal, progress) =>
        runForRows(sent === undefined ? (rows ?? [undefined]) : eachRow(sent), (row) => runForEffect(statement, row, signal, progress)),
      )
    }
    case 'arrow.flight.protocol.sql.CommandPreparedStatementQuery': {
      const prepared = state.prepared.get(context.principal, command.preparedStatementHandle)
      state.sessions.byKey(prepared.session.key)
      state.prepared.bind(prepared, await parameterRows(stream, state.maxParameterBytes))
      const result = create(DoPutPreparedStatementResultSchema, { preparedStatementHandle: handleBytes(prepared) })
      return create(PutResultSchema, { appMetadata: toBinary(DoPutPreparedStatementResultSchema, result) })
    }
    case 'arrow.flight.protocol.sql.CommandStatementIngest':
      return ingest(state, context, state.transactions.sessionFor(context.principal, command.transactionId, own), command, stream)
    case 'arrow.flight.protocol.sql.CommandStatementQuery':
    case 'arrow.flight.protocol.sql.TicketStatementQuery':
      throw invalidArgument(`${commandName(command)} is not for DoPut`)
    default:
      return unreachable(command, 'statement command')
  }
}

function runOnce(state: ServiceState, context: CallContext, session: Session, sql: string | undefined, statement: BackendStatement): Promise<PutResult> {
  return execute(state, context, { session, request: { kind: statement.kind, sql } }, async (signal, progress) =>
    updateResult(await runForEffect(statement, undefined, signal, progress)),
  )
}

async function* eachRow(batches: Awaited<ReturnType<typeof parameterBatches>> & object): AsyncGenerator<ParameterRow, void, undefined> {
  for await (const batch of batches) yield* rowsOf(batch)
}

/** Runs once for each row, as the rows come. The sum of the changed rows, or -1 when one of them is not known. */
async function runForRows(
  rows: AsyncIterable<ParameterRow> | Iterable<ParameterRow | undefined>,
  run: (row: ParameterRow | undefined) => Promise<number>,
): Promise<PutResult> {
  let changed = 0
  let isKnown = true
  for await (const row of rows) {
    const count = await run(row)
    if (count < 0) isKnown = false
    else changed += count
  }
  return updateResult(isKnown ? changed : -1)
}

function updateResult(count: number): PutResult {
  const result = create(DoPutUpdateResultSchema, { recordCount: BigInt(count) })
  return create(PutResultSchema, { appMetadata: toBinary(DoPutUpdateResultSchema, result) })
}

async function ingest(
  state: ServiceState,
  context: CallContext,
  session: Session,
  command: CommandStatementIngest,
  stream: IncomingStream,
): Promise<PutResult> {
  const { backend } = session
  if (backend.ingest === undefined) throw unimplemented('CommandStatementIngest')
  const write = backend.ingest.bind(backend)
  const target = ingestTarget(command)
  return execute(state, context, { session, request: { kind: 'ingest', sql: undefined } }, async (signal, progress) => {
    const { schema, batches } = await decodePayloads(stream.payloads)
    progress.rows = await write({ ...target, schema }, batches, signal)
    return updateResult(progress.rows)
  })
}

function ingestTarget(command: CommandStatementIngest): Omit<IngestRequest, 'schema'> {
  if (command.table === '') throw invalidArgument('CommandStatementIngest names no table')
  const { ifNotExist, ifExists } = command.tableDefinitionOptions ?? {}
  return {
    catalog: command.catalog,
    dbSchema: command.schema,
    table: command.table,
    temporary: command.temporary,
    ifNotExists: ifNotExistsOf(ifNotExist),
    ifExists: ifExistsOf(ifExists),
    transactionId: command.transactionId,
    options: command.options,
  }
}

function ifNotExistsOf(option: IfNotExist | undefined): IngestRequest['ifNotExists'] {
  switch (option) {
    case IfNotExist.CREATE:
      return 'create'
    case IfNotExist.FAIL:
      return 'fail'
    default:
      throw invalidArgument('CommandStatementIngest does not say what to do when the table does not exist')
  }
}

function ifExistsOf(option: IfExists | undefined): IngestRequest['ifExists'] {
  switch (option) {
    case IfExists.FAIL:
      return 'fail'
    case IfExists.APPEND:
      return 'append'
    case IfExists.REPLACE:
      return 'replace'
    default:
      throw invalidArgument('CommandStatementIngest does not say what to do when the table exists')
  }
}
