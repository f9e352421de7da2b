/** JSON made of values: to_json, json_object, json_array. */

import type { DataType, Datum, Scalar } from '@artemis/arrow'
import { formatFloat64, formatValue, scalarAt, utf8 } from '@artemis/arrow'
import { resolvingFunction } from '../definition/scalar.js'
import type { KernelInput } from '../kernel/input.js'
import { textResult } from '../kernel/results.js'
import { zoneOf } from '../kernel/time-zone.js'
import { invalidInput } from '../kernel/errors.js'

/** A value as JSON: numbers and booleans as they are, nested values recursively, everything else as a string. */
function toJson(type: DataType, value: Scalar, timeZone: string): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
      return String(value)
    case 'float32':
    case 'float64':
      return Number.isFinite(value) ? formatFloat64(value as number) : JSON.stringify(formatFloat64(value as number))
    case 'decimal':
      return formatValue(type, value).replace(/^(-?)\./, '$10.')
    case 'list':
      return `[${(value as readonly Scalar[]).map((element) => toJson(type.element.type, element, timeZone)).join(',')}]`
    case 'struct': {
      const values = value as readonly Scalar[]
      return `{${type.fields.map((f, i) => `${JSON.stringify(f.name)}:${toJson(f.type, values[i] ?? null, timeZone)}`).join(',')}}`
    }
    case 'map':
      return `{${(value as readonly (readonly Scalar[])[]).map((entry) => mapEntry(type, entry, timeZone)).join(',')}}`
    default: {
      const zone = zoneOf(timeZone)
      return JSON.stringify(formatValue(type, value, { zone: (seconds) => zone.offsetAt(seconds) }))
    }
  }
}

function mapEntry(type: Extract<DataType, { kind: 'map' }>, entry: readonly Scalar[], timeZone: string): string {
  const key = JSON.stringify(formatValue(type.key.type, entry[0] ?? null))
  return `${key}:${toJson(type.value.type, entry[1] ?? null, timeZone)}`
}

function typeOf(datum: Datum): DataType {
  return datum.kind === 'vector' ? datum.vector.type : datum.type
}

function valueAt(datum: Datum, row: number): Scalar {
  return datum.kind === 'vector' ? scalarAt(datum.vector, row) : datum.value
}

function jsonAt(input: KernelInput, index: number, row: number): string {
  const datum = input.args[index]!
  return toJson(typeOf(datum), valueAt(datum, row), input.context.timeZone)
}

export const toJsonFunction = resolvingFunction({
  name: 'to_json',
  category: 'json',
  description: 'A value as JSON; moments, intervals and the like become strings.',
  example: 'to_json([1, 2])',
  result: '[1,2]',
  signatures: ['to_json(value ANY) -> VARCHAR'],
  resolve(types) {
    if (types.length !== 1) return undefined
    return {
      argumentTypes: types,
      returnType: utf8,
      volatility: 'stable',
      kernel: (input) => textResult(input, (row) => jsonAt(input, 0, row)),
    }
  },
})

export const jsonArray = resolvingFunction({
  name: 'json_array',
  category: 'json',
  description: 'A JSON array of the arguments.',
  example: "json_array(1, 'x', NULL)",
  result: '[1,"x",null]',
  signatures: ['json_array(value ANY, …) -> VARCHAR'],
  resolve: (types) => ({
    argumentTypes: types,
    returnType: utf8,
    volatility: 'stable',
    nullHandling: 'custom',
    canReturnNull: false,
    kernel: (input) => textResult(input, (row) => `[${input.args.map((_, i) => jsonAt(input, i, row)).join(',')}]`),
  }),
})

export const jsonObject = resolvingFunction({
  name: 'json_object',
  category: 'json',
  description: 'A JSON object of the arguments, which are keys and values in turn.',
  example: "json_object('a', 1, 'b', 'x')",
  result: '{"a":1,"b":"x"}',
  signatures: ['json_object(key VARCHAR, value ANY, …) -> VARCHAR'],
  resolve(types) {
    if (types.length % 2 !== 0) return undefined
    return {
      argumentTypes: types.map((type, i) => (i % 2 === 0 ? utf8 : type)),
      returnType: utf8,
      volatility: 'stable',
      nullHandling: 'custom',
      canReturnNull: false,
      canThrow: true,
      kernel: (input) => textResult(input, (row) => objectAt(input, row)),
    }
  },
})

function objectAt(input: KernelInput, row: number): string {
  const entries: string[] = []
  for (let i = 0; i < input.args.length; i += 2) {
    const key = valueAt(input.args[i]!, row)
    if (typeof key !== 'string') throw invalidInput('a key of json_object must not be NULL')
    entries.push(`${JSON.stringify(key)}:${jsonAt(input, i + 1, row)}`)
  }
  return `{${entries.join(',')}}`
}
