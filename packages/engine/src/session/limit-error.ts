/** JavaScript's own limits as errors of the engine: a text, an array or a nesting that the runtime cannot make is no bug of ours. */

import { ResourceError } from '@artemis/errors'

const TOO_LARGE =
  /^(?:Invalid (?:string|array|typed array|array buffer) length|Array buffer allocation failed|Cannot create a string longer|Cannot create a Buffer larger)/
const TOO_LARGE_CODES: ReadonlySet<unknown> = new Set(['ERR_STRING_TOO_LONG', 'ERR_BUFFER_TOO_LARGE'])
const TOO_DEEP = /^Maximum call stack size exceeded/

/** The error as a ResourceError when it says that a limit of the runtime was reached, and otherwise itself. */
export function asLimitError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (TOO_LARGE.test(error.message) || ('code' in error && TOO_LARGE_CODES.has(error.code))) {
    return new ResourceError({ code: 'VALUE_TOO_LARGE', message: 'a value would be larger than the engine can hold', cause: error })
  }
  if (error instanceof RangeError && TOO_DEEP.test(error.message)) {
    return new ResourceError({ code: 'NESTED_TOO_DEEPLY', message: 'an expression or a value is nested too deeply', cause: error })
  }
  return error
}
