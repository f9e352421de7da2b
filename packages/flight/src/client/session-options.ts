/** The values of session options as JavaScript has them. */

import { create } from '@bufbuild/protobuf'
import { ConfigError } from '@artemis/errors'
import {
  SessionOptionValueSchema,
  SessionOptionValue_StringListValueSchema,
  SetSessionOptionsResult_ErrorValue,
} from '../protocol/generated/Flight_pb.js'
import type { SessionOptionValue, SetSessionOptionsResult } from '../protocol/generated/Flight_pb.js'
import type { SessionOption } from '../protocol/sql/backend.js'

/** Null is the value that resets an option: the protocol writes it as a value of no kind. */
export function optionMessage(value: SessionOption | null): SessionOptionValue {
  const message = create(SessionOptionValueSchema)
  if (value === null) return message
  switch (typeof value) {
    case 'string':
      return create(SessionOptionValueSchema, { optionValue: { case: 'stringValue', value } })
    case 'boolean':
      return create(SessionOptionValueSchema, { optionValue: { case: 'boolValue', value } })
    case 'bigint':
      return create(SessionOptionValueSchema, { optionValue: { case: 'int64Value', value } })
    case 'number':
      return Number.isSafeInteger(value)
        ? create(SessionOptionValueSchema, { optionValue: { case: 'int64Value', value: BigInt(value) } })
        : create(SessionOptionValueSchema, { optionValue: { case: 'doubleValue', value } })
    default: {
      const list = create(SessionOptionValue_StringListValueSchema, { values: [...value] })
      return create(SessionOptionValueSchema, { optionValue: { case: 'stringListValue', value: list } })
    }
  }
}

export function optionValue({ optionValue: option }: SessionOptionValue): SessionOption | null {
  if (option.case === undefined) return null
  return option.case === 'stringListValue' ? option.value.values : option.value
}

/** Throws a ConfigError that names what the server refused. */
export function checkOptionsSet({ errors }: SetSessionOptionsResult): void {
  const refused = Object.entries(errors).map(([name, { value }]) => {
    if (value === SetSessionOptionsResult_ErrorValue.INVALID_NAME) return `there is no option "${name}"`
    if (value === SetSessionOptionsResult_ErrorValue.INVALID_VALUE) return `the value of "${name}" is not valid`
    return `"${name}" cannot be set`
  })
  if (refused.length > 0) throw new ConfigError({ code: 'SESSION_OPTION', message: `the server refused options: ${refused.join('; ')}` })
}
