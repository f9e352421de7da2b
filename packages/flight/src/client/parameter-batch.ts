/** JavaScript values as the one row of parameters that a statement is bound to. */

import { Batch, binary, bool, decimal, field, float64, int32, int64, nullType, schema, timestamptz, utf8, vectorFromScalars } from '@artemis/arrow'
import type { DataType, Scalar, Schema } from '@artemis/arrow'
import { ConfigError } from '@artemis/errors'

/** A value with the type that it stands for, where the JavaScript type does not tell. */
export interface TypedValue {
  readonly type: DataType
  readonly value: Scalar
}

export type ParameterValue = null | undefined | boolean | number | bigint | string | Date | Uint8Array | TypedValue

/** By position as an array, by name as an object. */
export type ParameterValues = readonly ParameterValue[] | Readonly<Record<string, ParameterValue>>

/**
 * The row. `expected` are the parameters that the server told of: their names, and their types where it knows them. Throws a
 * ConfigError for a wrong number of values, a name that is missing or unknown, and a value that no SQL type takes.
 */
export function parameterBatch(expected: Schema, values: ParameterValues): Batch {
  const ordered = isList(values) ? values : byName(expected, values)
  if (expected.fields.length > 0 && ordered.length !== expected.fields.length) {
    const count = expected.fields.length
    throw invalid(`the statement takes ${count} ${count === 1 ? 'parameter' : 'parameters'}, not ${ordered.length}`)
  }
  const typed = ordered.map((value, i) => typedValue(value, expected.fields[i]?.type ?? nullType, i))
  const fields = typed.map(({ type }, i) => field(expected.fields[i]?.name ?? `$${i + 1}`, type))
  return new Batch(
    schema(fields),
    1,
    typed.map(({ type, value }) => vectorFromScalars(type, [value])),
  )
}

function isList(values: ParameterValues): values is readonly ParameterValue[] {
  return Array.isArray(values)
}

function byName(expected: Schema, values: Readonly<Record<string, ParameterValue>>): readonly ParameterValue[] {
  const left = new Map(Object.entries(values).map(([name, value]) => [plainName(name), value]))
  const ordered = expected.fields.map(({ name }) => {
    const key = plainName(name)
    if (!left.has(key)) throw invalid(`parameter "${name}" has no value`)
    const value = left.get(key)
    left.delete(key)
    return value
  })
  const [excess] = left.keys()
  if (excess !== undefined) throw invalid(`the statement has no parameter "${excess}"`)
  return ordered
}

/** `$name` and `:name` are `name`. */
function plainName(name: string): string {
  return name.replace(/^[$:@]/, '').toLowerCase()
}

function typedValue(value: ParameterValue, expected: DataType, index: number): TypedValue {
  if (value === null || value === undefined) return { type: expected, value: null }
  switch (typeof value) {
    case 'boolean':
      return { type: bool, value }
    case 'string':
      return { type: utf8, value }
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? { type: int64, value } : { type: decimal(38, 0), value }
    case 'number':
      return numberValue(value, expected)
    default:
  }
  if (value instanceof Date && !Number.isNaN(value.getTime())) return { type: timestamptz(), value: BigInt(value.getTime()) * 1000n }
  if (value instanceof Uint8Array) return { type: binary, value }
  if (typeof value === 'object' && 'type' in value && 'value' in value) return value
  throw invalid(`parameter ${index + 1} is ${value instanceof Date ? 'an invalid Date' : 'of a JavaScript type that SQL has no type for'}`)
}

/** The least type that holds a number, unless the server wants a wider one. */
function numberValue(value: number, expected: DataType): TypedValue {
  const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0)
  if (!isInteger || expected.kind === 'float64') return { type: float64, value }
  const isSmall = value >= -2147483648 && value <= 2147483647
  return isSmall && expected.kind !== 'int64' ? { type: int32, value } : { type: int64, value: BigInt(value) }
}

function invalid(message: string): ConfigError {
  return new ConfigError({ code: 'INVALID_PARAMETER', message })
}
