/** The errors that values raise. Every message holds the value, so that a person can find the row. */

import { ExecutionError } from '@artemis/errors'

export function outOfRange(message: string, hint?: string): ExecutionError {
  return new ExecutionError({ code: 'OUT_OF_RANGE', message, hint })
}

export function invalidInput(message: string, hint?: string): ExecutionError {
  return new ExecutionError({ code: 'INVALID_INPUT', message, hint })
}

export function castFailed(message: string, hint?: string): ExecutionError {
  return new ExecutionError({ code: 'CAST_FAILED', message, hint })
}
