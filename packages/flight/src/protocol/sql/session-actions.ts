/** SetSessionOptions, GetSessionOptions and CloseSession. */

import { create } from '@bufbuild/protobuf'
import { ArtemisError, unreachable } from '@artemis/errors'
import type { CallContext } from '../flight/call-context.js'
import type { CloseSessionResult, GetSessionOptionsResult, SessionOptionValue, SetSessionOptionsResult } from '../generated/Flight_pb.js'
import {
  CloseSessionRequestSchema,
  CloseSessionResult_Status,
  CloseSessionResultSchema,
  GetSessionOptionsRequestSchema,
  GetSessionOptionsResultSchema,
  SessionOptionValue_StringListValueSchema,
  SessionOptionValueSchema,
  SetSessionOptionsRequestSchema,
  SetSessionOptionsResult_ErrorSchema,
  SetSessionOptionsResult_ErrorValue as ErrorValue,
  SetSessionOptionsResultSchema,
} from '../generated/Flight_pb.js'
import type { SessionOption } from './backend.js'
import { decodeMessage } from './commands.js'
import type { ServiceState } from './service-state.js'

/** Sets each option for itself: one that fails does not keep the others from being set, and has its error in the answer. */
export async function setSessionOptions(state: ServiceState, context: CallContext, body: Uint8Array): Promise<SetSessionOptionsResult> {
  const { sessionOptions } = decodeMessage(SetSessionOptionsRequestSchema, body)
  const { backend } = await state.sessions.sessionOf(context)
  const result = create(SetSessionOptionsResultSchema)
  for (const [name, value] of Object.entries(sessionOptions)) {
    try {
      await backend.setOption(name, optionOf(value))
    } catch (error) {
      result.errors[name] = create(SetSessionOptionsResult_ErrorSchema, { value: errorValue(error) })
    }
  }
  return result
}

export async function getSessionOptions(state: ServiceState, context: CallContext, body: Uint8Array): Promise<GetSessionOptionsResult> {
  decodeMessage(GetSessionOptionsRequestSchema, body)
  const { backend } = await state.sessions.sessionOf(context)
  const sessionOptions = Object.fromEntries(Object.entries(await backend.options()).map(([name, value]) => [name, messageOf(value)]))
  return create(GetSessionOptionsResultSchema, { sessionOptions })
}

export async function closeSession(state: ServiceState, context: CallContext, body: Uint8Array): Promise<CloseSessionResult> {
  decodeMessage(CloseSessionRequestSchema, body)
  const session = state.sessions.existing(context)
  if (session !== undefined) await state.sessions.close(context, session)
  return create(CloseSessionResultSchema, { status: CloseSessionResult_Status.CLOSED })
}

function errorValue(error: unknown): ErrorValue {
  if (!(error instanceof ArtemisError)) return ErrorValue.ERROR
  if (error.code === 'UNKNOWN_SETTING') return ErrorValue.INVALID_NAME
  return error.kind === 'config' ? ErrorValue.INVALID_VALUE : ErrorValue.ERROR
}

/** Null for a value that is not set, which resets the option. */
function optionOf({ optionValue }: SessionOptionValue): SessionOption | null {
  switch (optionValue.case) {
    case undefined:
      return null
    case 'stringValue':
    case 'boolValue':
    case 'int64Value':
    case 'doubleValue':
      return optionValue.value
    case 'stringListValue':
      return optionValue.value.values
    default:
      return unreachable(optionValue, 'session option')
  }
}

function messageOf(value: SessionOption): SessionOptionValue {
  return create(SessionOptionValueSchema, { optionValue: optionValue(value) })
}

function optionValue(value: SessionOption): SessionOptionValue['optionValue'] {
  switch (typeof value) {
    case 'string':
      return { case: 'stringValue', value }
    case 'boolean':
      return { case: 'boolValue', value }
    case 'bigint':
      return { case: 'int64Value', value }
    case 'number':
      return { case: 'doubleValue', value }
    default:
      return { case: 'stringListValue', value: create(SessionOptionValue_StringListValueSchema, { values: [...value] }) }
  }
}
