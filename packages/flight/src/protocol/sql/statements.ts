/** Planning and running statements: what GetFlightInfo, DoGet and DoPut have in common. */

import type { Batch, Schema } from '@artemis/arrow'
import { typeEquals } from '@artemis/arrow'
import { ExecutionError, throwIfAborted } from '@artemis/errors'
import type { CallContext } from '../flight/call-context.js'
import { invalidArgument, unimplemented } from '../flight/flight-error.js'
import type { FlightPayload } from '../flight/payload.js'
import { encodePayloads } from '../flight/record-batches.js'
import type { SubstraitPlan } from '../generated/FlightSql_pb.js'
import type { BackendResult, BackendStatement, ParameterRow, StatementOptions } from './backend.js'
import type { Progress } from './gated-execution.js'
import { execute } from './gated-execution.js'
import type { StatementText } from './plain-tickets.js'
import type { ServiceState } from './service-state.js'
import type { Session } from './session.js'

/** Plans a text in a session. Costs the gate a metadata call. */
export function planStatement(state: ServiceState, context: CallContext, session: Session, { sql, options }: StatementText): Promise<BackendStatement> {
  if (sql.trim() === '') throw invalidArgument('the statement is empty')
  const bytes = Buffer.byteLength(sql)
  if (bytes > state.maxQueryBytes) throw invalidArgument(`the statement has ${bytes} bytes, more than the ${state.maxQueryBytes} that are allowed`)
  return execute(state, context, { session, request: { kind: 'metadata', sql } }, (signal) => session.backend.prepare(sql, options, signal))
}

/** @throws FlightError UNIMPLEMENTED when the backend has no Substrait. */
export function planSubstrait(
  state: ServiceState,
  context: CallContext,
  session: Session,
  plan: SubstraitPlan | undefined,
  options: StatementOptions,
): Promise<BackendStatement> {
  const { backend } = session
  if (backend.prepareSubstrait === undefined) throw unimplemented('Substrait')
  if (plan === undefined || plan.plan.length === 0) throw invalidArgument('the Substrait plan is empty')
  if (plan.plan.length > state.maxQueryBytes) throw invalidArgument(`the Substrait plan has more than the ${state.maxQueryBytes} bytes that are allowed`)
  const prepare = backend.prepareSubstrait.bind(backend)
  return execute(state, context, { session, request: { kind: 'metadata', sql: undefined } }, (signal) => prepare(plan.plan, plan.version, options, signal))
}

/** The transaction of a command as the backend is told of it. */
export function transactionOptions(transactionId: Uint8Array | undefined): StatementOptions {
  return transactionId === undefined || transactionId.length === 0 ? {} : { transactionId }
}

/** The parameters of a JSON ticket as the rows of an execution. */
export function jsonRows({ parameters }: StatementText): readonly ParameterRow[] | undefined {
  return parameters === undefined ? undefined : [{ kind: 'json', values: parameters }]
}

/** The columns of a result, which the values of parameters may decide: then the query is planned with the first of them. */
export async function announcedSchema(
  { statement, rows }: { readonly statement: BackendStatement; readonly rows: readonly ParameterRow[] | undefined },
  signal: AbortSignal,
): Promise<Schema> {
  const [first] = rows ?? []
  const isOpen = first?.kind === 'json' || statement.parameters.fields.some(({ type }) => type.kind === 'null')
  if (first === undefined || !isOpen || statement.kind !== 'query') return statement.schema
  return (await statement.execute(first, signal)).schema
}

/** The results of all parameter rows, one after another, as one stream: schema first, also when there is no row. */
export async function* resultPayloads(
  statement: BackendStatement,
  rows: readonly ParameterRow[] | undefined,
  signal: AbortSignal,
  progress: Progress,
): AsyncGenerator<FlightPayload, void, undefined> {
  const [firstRow, ...otherRows] = rows ?? [undefined]
  if (rows?.length === 0) return yield* encodePayloads(statement.schema, [])
  const first = await statement.execute(firstRow, signal)
  yield* encodePayloads(first.schema, resultBatches(statement, first, otherRows, signal, progress))
}

async function* resultBatches(
  statement: BackendStatement,
  first: BackendResult,
  otherRows: readonly (ParameterRow | undefined)[],
  signal: AbortSignal,
  progress: Progress,
): AsyncGenerator<Batch, void, undefined> {
  progress.queryId = first.queryId
  yield* countedBatches(first, signal, progress)
  for (const row of otherRows) {
    const result = await statement.execute(row, signal)
    if (!sameColumns(first.schema, result.schema)) {
      throw new ExecutionError({ code: 'RESULTS_DIFFER', message: 'the parameter rows give results of different types, which cannot be sent as one' })
    }
    yield* countedBatches(result, signal, progress)
  }
}

async function* countedBatches(result: BackendResult, signal: AbortSignal, progress: Progress): AsyncGenerator<Batch, void, undefined> {
  if (result.updatedRows > 0) progress.rows += result.updatedRows
  for await (const batch of result.batches()) {
    if (result.updatedRows < 0) progress.rows += batch.rowCount
    throwIfAborted(signal)
    yield batch
  }
}

function sameColumns(a: Schema, b: Schema): boolean {
  return a.fields.length === b.fields.length && a.fields.every((field, i) => typeEquals(field.type, b.fields[i]!.type))
}

/** Runs a statement for its effect. Returns the rows that it changed, or -1 when that is not known. */
export async function runForEffect(
  statement: BackendStatement,
  row: ParameterRow | undefined,
  signal: AbortSignal,
  progress: Progress,
): Promise<number> {
  const result = await statement.execute(row, signal)
  progress.queryId = result.queryId
  for await (const _ of result.batches()) throwIfAborted(signal)
  if (result.updatedRows > 0) progress.rows += result.updatedRows
  return result.updatedRows
}
