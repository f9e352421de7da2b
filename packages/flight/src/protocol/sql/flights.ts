/** GetFlightInfo, GetSchema and ListFlights: statements are planned here and run nowhere. */

import { create } from '@bufbuild/protobuf'
import type { Schema } from '@artemis/arrow'
import { unreachable } from '@artemis/errors'
import type { CallContext } from '../flight/call-context.js'
import { invalidArgument } from '../flight/flight-error.js'
import { schemaMessage } from '../flight/record-batches.js'
import { withSql } from '../flight/status.js'
import type { Criteria, FlightDescriptor, FlightInfo } from '../generated/Flight_pb.js'
import { FlightDescriptor_DescriptorType, FlightDescriptorSchema } from '../generated/Flight_pb.js'
import type { Dataset } from './backend.js'
import type { StatementCommand } from './commands.js'
import { commandName } from './commands.js'
import type { Planned } from './flight-infos.js'
import { metadataInfo, statementInfo, unplannedInfo } from './flight-infos.js'
import { execute } from './gated-execution.js'
import { metadataSchemaMessage } from './metadata-commands.js'
import type { StatementText } from './plain-tickets.js'
import { readDescriptor, tableQuery } from './requests.js'
import type { FlightRequest } from './requests.js'
import type { ServiceState } from './service-state.js'
import type { Session } from './session.js'
import { announcedSchema, jsonRows, planStatement, planSubstrait, transactionOptions } from './statements.js'

export async function getFlightInfo(state: ServiceState, context: CallContext, descriptor: FlightDescriptor): Promise<FlightInfo> {
  const request = readDescriptor(descriptor)
  const session = await state.sessions.sessionOf(context)
  if (request.kind === 'metadata') {
    return execute(state, context, { session, request: { kind: 'metadata', sql: undefined } }, () =>
      Promise.resolve(metadataInfo(state, descriptor, session, request.command)),
    )
  }
  const planned = await plan(state, context, session, request)
  return statementInfo(state, descriptor, planned, await announce(context, planned))
}

export async function getSchema(state: ServiceState, context: CallContext, descriptor: FlightDescriptor): Promise<Uint8Array> {
  const request = readDescriptor(descriptor)
  const session = await state.sessions.sessionOf(context)
  if (request.kind === 'metadata') {
    return execute(state, context, { session, request: { kind: 'metadata', sql: undefined } }, () =>
      Promise.resolve(metadataSchemaMessage(request.command)),
    )
  }
  return schemaMessage(await announce(context, await plan(state, context, session, request)))
}

async function announce({ signal }: CallContext, planned: Planned): Promise<Schema> {
  try {
    return await announcedSchema(planned, signal)
  } catch (error) {
    throw planned.text === undefined ? error : withSql(error, planned.text.sql)
  }
}

/** The statement of a request, planned in the session that it belongs to. */
export async function plan(
  state: ServiceState,
  context: CallContext,
  session: Session,
  request: Exclude<FlightRequest, { kind: 'metadata' }>,
): Promise<Planned> {
  switch (request.kind) {
    case 'text':
      return planText(state, context, session, request.text)
    case 'path':
      return planText(state, context, session, { sql: await pathQuery(state, context, request.path), options: {} })
    case 'statement':
      return planCommand(state, context, session, request.command)
    default:
      return unreachable(request, 'request')
  }
}

async function planText(state: ServiceState, context: CallContext, session: Session, text: StatementText): Promise<Planned> {
  return { session, text, statement: await planStatement(state, context, session, text), rows: jsonRows(text) }
}

async function planCommand(state: ServiceState, context: CallContext, own: Session, command: StatementCommand): Promise<Planned> {
  switch (command.$typeName) {
    case 'arrow.flight.protocol.sql.CommandStatementQuery':
    case 'arrow.flight.protocol.sql.CommandStatementUpdate': {
      const session = state.transactions.sessionFor(context.principal, command.transactionId, own)
      return planText(state, context, session, { sql: command.query, options: transactionOptions(command.transactionId) })
    }
    case 'arrow.flight.protocol.sql.CommandStatementSubstraitPlan': {
      const session = state.transactions.sessionFor(context.principal, command.transactionId, own)
      const statement = await planSubstrait(state, context, session, command.plan, transactionOptions(command.transactionId))
      return { session, text: undefined, statement, rows: undefined }
    }
    case 'arrow.flight.protocol.sql.CommandPreparedStatementQuery':
    case 'arrow.flight.protocol.sql.CommandPreparedStatementUpdate': {
      const { session, text, statement, rows } = state.prepared.get(context.principal, command.preparedStatementHandle)
      state.sessions.byKey(session.key)
      return execute(state, context, { session, request: { kind: 'metadata', sql: text?.sql } }, () => Promise.resolve({ session, text, statement, rows }))
    }
    case 'arrow.flight.protocol.sql.CommandStatementIngest':
    case 'arrow.flight.protocol.sql.TicketStatementQuery':
      throw invalidArgument(`${commandName(command)} has no flight`)
    default:
      return unreachable(command, 'statement command')
  }
}

/** A path names a data set of the backend, or else a table. */
async function pathQuery({ backend }: ServiceState, context: CallContext, path: readonly string[]): Promise<string> {
  for await (const dataset of backend.listDatasets?.(context.principal) ?? []) {
    if (dataset.path.length === path.length && dataset.path.every((part, i) => part === path[i])) return dataset.sql
  }
  return tableQuery(path)
}

/** What ListFlights lists: the backend's data sets, or its tables. A criterion is a LIKE pattern for the path with dots. */
export async function* listFlights(state: ServiceState, context: CallContext, { expression }: Criteria): AsyncGenerator<FlightInfo, void, undefined> {
  const isListed = pathFilter(expression)
  const session = await state.sessions.sessionOf(context)
  const datasets = await execute(state, context, { session, request: { kind: 'metadata', sql: undefined } }, () =>
    Promise.resolve(state.backend.listDatasets?.(context.principal) ?? tableDatasets(session)),
  )
  for await (const { path, schema, sql, rows } of datasets) {
    if (!isListed(path.join('.'))) continue
    const descriptor = create(FlightDescriptorSchema, { type: FlightDescriptor_DescriptorType.PATH, path: [...path] })
    yield unplannedInfo(state, descriptor, session, { schema: schemaMessage(schema), sql, rows })
  }
}

const NO_COLUMNS: Schema = { fields: [] }

async function* tableDatasets(session: Session): AsyncGenerator<Dataset, void, undefined> {
  for (const { catalog, dbSchema, table, schema } of await session.backend.tables({ tableTypes: [], includeSchema: true })) {
    const path = [...(catalog === null ? [] : [catalog]), dbSchema, table]
    yield { path, schema: schema ?? NO_COLUMNS, sql: tableQuery(path), rows: -1 }
  }
}

function pathFilter(expression: Uint8Array): (path: string) => boolean {
  if (expression.length === 0) return () => true
  let pattern: string
  try {
    pattern = new TextDecoder('utf-8', { fatal: true }).decode(expression)
  } catch (error) {
    throw invalidArgument('the criteria of ListFlights must be a LIKE pattern in UTF-8', error)
  }
  return (path) => matchesLike(path, pattern)
}

/** SQL's LIKE without an escape, in time that grows with the product of both lengths at most. */
export function matchesLike(text: string, pattern: string): boolean {
  let t = 0
  let p = 0
  let star = -1
  let from = 0
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '%') {
      star = p++
      from = t
    } else if (p < pattern.length && (pattern[p] === '_' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++from
    } else return false
  }
  while (pattern[p] === '%') p++
  return p === pattern.length
}
