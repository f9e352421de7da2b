/** JavaScript values as parameters of a query. */

import type { DataType, Scalar } from '@artemis/arrow'
import { binary, bool, decimal, float64, int32, int64, nullType, timestamptz, utf8 } from '@artemis/arrow'
import { ConfigError } from '@artemis/errors'
import { wellFormed } from './well-formed.js'

/** A value with the SQL type that it stands for, where the JavaScript type does not tell: `{ type, value }`. */
export interface TypedParameter {
  readonly type: DataType
  readonly value: Scalar
}

export type ParameterInput = null | undefined | boolean | number | bigint | string | Date | Uint8Array | TypedParameter

/** By position (`?`, `$1`) as an array, by name (`$name`) as an object. */
export type Parameters = readonly ParameterInput[] | Readonly<Record<string, ParameterInput>>

export function parameterValues(parameters: Parameters | undefined): Map<string, TypedParameter> {
  if (parameters === undefined) return new Map()
  const entries: (readonly [string, ParameterInput])[] = Array.isArray(parameters)
    ? parameters.map((value: ParameterInput, i) => [String(i + 1), value] as const)
    : Object.entries(parameters as Readonly<Record<string, ParameterInput>>).map(([name, value]) => [name.toLowerCase(), value] as const)
  return new Map(entries.map(([name, value]) => [name, typed(name, value)]))
}

function typed(name: string, value: ParameterInput): TypedParameter {
  if (value === null || value === undefined) return { type: nullType, value: null }
  switch (typeof value) {
    case 'boolean':
      return { type: bool, value }
    case 'string':
      return { type: utf8, value: wellFormed(value) }
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? { type: int64, value } : { type: decimal(38, 0), value }
    case 'number':
      if (Number.isInteger(value) && !Object.is(value, -0)) {
        if (value >= -2147483648 && value <= 2147483647) return { type: int32, value }
        if (Number.isSafeInteger(value)) return { type: int64, value: BigInt(value) }
      }
      return { type: float64, value }
    default:
  }
  if (value instanceof Date && !Number.isNaN(value.getTime())) return { type: timestamptz(), value: BigInt(value.getTime()) * 1000n }
  if (value instanceof Uint8Array) return { type: binary, value }
  if (typeof value === 'object' && 'type' in value && 'value' in value) return value
  const what = value instanceof Date ? 'an invalid Date' : 'of a JavaScript type that SQL has no type for'
  throw new ConfigError({ code: 'INVALID_PARAMETER', message: `parameter ${name} is ${what}` })
}
