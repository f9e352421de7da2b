/** The limit of Arrow's 32-bit offsets, which text, binary and list columns keep to. */

import { ResourceError } from '@artemis/errors'
import type { DataType } from './types.js'

/** The largest number of bytes or child rows that int32 offsets can address. */
export const MAX_OFFSET = 0x7fff_ffff

/** The error for a column that int32 offsets cannot address. */
export function tooLarge(type: DataType): ResourceError {
  return new ResourceError({
    code: 'VECTOR_TOO_LARGE',
    message: `a column of type ${type.kind} holds more than 2 GiB in one batch`,
    hint: 'Use smaller batches.',
  })
}
