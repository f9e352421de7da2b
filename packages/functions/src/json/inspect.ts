/** What JSON holds: its type, length, keys, and whether it is JSON at all. */

import type { DataType, Vector } from '@artemis/arrow'
import { bool, int64, list, uint64, utf8 } from '@artemis/arrow'
import { ExecutionError } from '@artemis/errors'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import type { KernelInput } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { booleanResult, int64Result, textListResult, textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import { pathReader } from './extract.js'
import { findOne } from './json-path.js'
import type { JsonRange } from './json-scan.js'
import { decodeString, elements, members, minify, scanDocument } from './json-scan.js'

/** The value of each row, or what lies at the path in the second argument. */
function placeReader(input: KernelInput): (row: number) => { readonly text: string; readonly place: JsonRange | undefined } {
  const json = new TextColumn(argument(input, 0))
  const path = input.args.length > 1 ? pathReader(argument(input, 1), input.rowCount) : undefined
  return (row) => {
    const text = json.at(row)
    const root = scanDocument(text)
    return { text, place: path === undefined ? root : findOne(text, root, path(row)) }
  }
}

function ofPlaces(
  name: string,
  documentation: { readonly description: string; readonly example: string; readonly result: string },
  returns: DataType,
  kernel: (input: KernelInput) => Vector,
): ScalarFunctionDefinition {
  return scalarFunction({
    name,
    category: 'json',
    ...documentation,
    canThrow: true,
    canReturnNull: true,
    overloads: [
      overload({ json: utf8 }, returns, kernel),
      overload({ json: utf8, path: utf8 }, returns, kernel),
      overload({ json: utf8, index: int64 }, returns, kernel),
    ],
  })
}

function countElements(text: string, place: JsonRange): number {
  let count = 0
  if (text[place.start] === '[') for (const element of elements(text, place.start)) if (element.close < 0) count++
  return count
}

export const jsonArrayLength = ofPlaces(
  'json_array_length',
  {
    description: 'The number of elements of an array (at a path); 0 of other values.',
    example: "json_array_length('[1, 2, 3]')",
    result: '3',
  },
  uint64,
  (input) => {
    const read = placeReader(input)
    return int64Result(input, uint64, (row) => {
      const { text, place } = read(row)
      return place === undefined ? null : countElements(text, place)
    })
  },
)

function typeOf(text: string, place: JsonRange): string {
  switch (text[place.start]) {
    case '{':
      return 'OBJECT'
    case '[':
      return 'ARRAY'
    case '"':
      return 'VARCHAR'
    case 't':
    case 'f':
      return 'BOOLEAN'
    case 'n':
      return 'NULL'
    default:
      return numberType(text.slice(place.start, place.end))
  }
}

/** Whole numbers count as integers while they fit 64 bits. */
function numberType(text: string): string {
  if (/[.eE]/.test(text)) return 'DOUBLE'
  const value = BigInt(text)
  if (value < 0n) return BigInt.asIntN(64, value) === value ? 'BIGINT' : 'DOUBLE'
  return BigInt.asUintN(64, value) === value ? 'UBIGINT' : 'DOUBLE'
}

export const jsonType = ofPlaces(
  'json_type',
  {
    description: 'The type of a value (at a path): OBJECT, ARRAY, VARCHAR, BIGINT, UBIGINT, DOUBLE, BOOLEAN or NULL.',
    example: "json_type('[1]')",
    result: 'ARRAY',
  },
  utf8,
  (input) => {
    const read = placeReader(input)
    return textResult(input, (row) => {
      const { text, place } = read(row)
      return place === undefined ? null : typeOf(text, place)
    })
  },
)

function keysOf(text: string, place: JsonRange): string[] {
  const keys: string[] = []
  if (text[place.start] === '{') for (const member of members(text, place.start)) if (member.close < 0) keys.push(decodeString(member.key))
  return keys
}

export const jsonKeys = ofPlaces(
  'json_keys',
  { description: 'The keys of an object (at a path) as a list.', example: `json_keys('{"a": 1, "b": 2}')`, result: '[a, b]' },
  list(utf8),
  (input) => {
    const read = placeReader(input)
    return textListResult(input, (row) => {
      const { text, place } = read(row)
      return place === undefined ? null : keysOf(text, place)
    })
  },
)

export const jsonValid = scalarFunction({
  name: 'json_valid',
  category: 'json',
  description: 'Whether a text is JSON.',
  example: "json_valid('{')",
  result: 'false',
  overloads: [
    overload({ text: utf8 }, bool, (input) => {
      const json = new TextColumn(argument(input, 0))
      return booleanResult(input, (row) => isJson(json.at(row)))
    }),
  ],
})

function isJson(text: string): boolean {
  try {
    scanDocument(text)
    return true
  } catch (error) {
    if (error instanceof ExecutionError) return false
    throw error
  }
}

export const jsonMinify = scalarFunction({
  name: 'json',
  category: 'json',
  description: 'The JSON without blanks. Fails for text that is no JSON.',
  example: `json('{ "a" : 1 }')`,
  result: '{"a":1}',
  canThrow: true,
  overloads: [
    overload({ text: utf8 }, utf8, (input) => {
      const json = new TextColumn(argument(input, 0))
      return textResult(input, (row) => minify(json.at(row), scanDocument(json.at(row))))
    }),
  ],
})
