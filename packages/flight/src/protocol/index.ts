/** The protocol alone: for servers with a backend of their own. */
export type { Principal } from './principal.js'
export { ANONYMOUS } from './principal.js'
export type { CallContext, FlightMethod } from './flight/call-context.js'
export type { CallHooks, CallOutcome } from './flight/call-hooks.js'
export type { Authenticator, Credentials, HandshakeGrant } from './flight/authenticator.js'
export type { FlightService, IncomingStream } from './flight/flight-service.js'
export type { FlightPayload } from './flight/payload.js'
export { decodeFlightData, encodeFlightData, flightDataSize } from './flight/flight-data-codec.js'
export type { FlightDataMessage } from './flight/flight-data-codec.js'
export { FLIGHT_SERVICE_NAME, flightServiceDefinition } from './flight/service-definition.js'
export type { FlightMethodDefinition } from './flight/service-definition.js'
export { FlightServer } from './flight/flight-server.js'
export type { FlightLogger, FlightServerOptions, KeepaliveOptions } from './flight/flight-server.js'
export { statusOf, withSql } from './flight/status.js'
export type { CallStatus } from './flight/status.js'
export { decodePayloads, encodePayloads, metadataPayload, PayloadEncoder, schemaMessage, schemaPayload } from './flight/record-batches.js'
export type { DecodedPayload, DecodedPayloads, PayloadOptions } from './flight/record-batches.js'
export { FlightError } from './flight/flight-error.js'
export type {
  Backend,
  BackendResult,
  BackendSession,
  BackendStatement,
  Dataset,
  DbSchemaEntry,
  DbSchemaFilter,
  IngestRequest,
  JsonParameters,
  ParameterRow,
  SessionOption,
  SqlInfoValue,
  StatementOptions,
  TableEntry,
  TableFilter,
  TransactionControl,
  XdbcTypeInfo,
} from './sql/backend.js'
export { FlightSqlService } from './sql/flight-sql-service.js'
export type { FlightSqlServiceOptions } from './sql/flight-sql-service.js'
export type { ExecutionGate, ExecutionOutcome, ExecutionRequest } from './sql/execution-gate.js'
