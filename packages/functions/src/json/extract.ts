/** json_extract (`->`), json_extract_string (`->>`), json_value and json_exists. JSON is text here: there is no type of its own. */

import type { DataType, Datum, Scalar, Vector } from '@artemis/arrow'
import { bool, int64, list, utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { isInteger } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { overload, resolvingFunction, scalarFunction } from '../definition/scalar.js'
import type { KernelInput } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { booleanResult, textListResult, textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import type { JsonPath } from './json-path.js'
import { findAll, findOne, isWild, parsePath } from './json-path.js'
import type { JsonRange } from './json-scan.js'
import { decodeString, minify, scanDocument } from './json-scan.js'

/** How a place in JSON becomes text; null is NULL. */
type Render = (text: string, place: JsonRange) => string | null

/** A string without its quotes, null as NULL, all else as JSON. */
export const asText: Render = (text, place) => {
  const character = text[place.start]
  if (character === '"') return decodeString(text.slice(place.start, place.end))
  return character === 'n' ? null : minify(text, place)
}

const asScalar: Render = (text, place) => ('{[n'.includes(text[place.start]!) ? null : minify(text, place))

/** The path of each row. An integer is an index. */
export function pathReader(datum: Datum, rowCount: number): (row: number) => JsonPath {
  const isNumber = datum.kind === 'scalar' ? typeof datum.value !== 'string' : datum.vector.type.kind !== 'utf8'
  if (isNumber) {
    const indices = doublesOf(datum, rowCount)
    return (row) => [{ kind: 'index', index: indices[row]! }]
  }
  const paths = new TextColumn(datum)
  return (row) => parsePath(paths.at(row))
}

function one(render: Render, input: KernelInput): Vector {
  const json = new TextColumn(argument(input, 0))
  const path = pathReader(argument(input, 1), input.rowCount)
  return textResult(input, (row) => {
    const text = json.at(row)
    const place = findOne(text, scanDocument(text), path(row))
    return place === undefined ? null : render(text, place)
  })
}

function several(render: Render, input: KernelInput, paths: readonly JsonPath[]): Vector {
  const json = new TextColumn(argument(input, 0))
  return textListResult(input, (row) => {
    const text = json.at(row)
    const root = scanDocument(text)
    return paths.flatMap((path) => {
      const places = findAll(text, root, path)
      if (isWild(path)) return places.map((place) => render(text, place))
      return [places[0] === undefined ? null : render(text, places[0])]
    })
  })
}

function resolveExtract(render: Render, types: readonly DataType[], constants: readonly (Scalar | undefined)[]): Resolved | undefined {
  const [json, path] = types
  if (types.length !== 2 || path === undefined || (json?.kind !== 'utf8' && json?.kind !== 'null')) return undefined
  const constant = constants[1]
  const shared = { canThrow: true, canReturnNull: true }
  if (path.kind === 'list' && Array.isArray(constant)) {
    const paths = (constant as readonly Scalar[]).map((item) => parsePath(String(item)))
    return { ...shared, argumentTypes: [utf8, list(utf8)], returnType: list(utf8), kernel: (input) => several(render, input, paths) }
  }
  if (isInteger(path)) return { ...shared, argumentTypes: [utf8, int64], returnType: utf8, kernel: (input) => one(render, input) }
  if (path.kind !== 'utf8' && path.kind !== 'null') return undefined
  const known = typeof constant === 'string' ? parsePath(constant) : undefined
  if (known !== undefined && isWild(known)) {
    return { ...shared, argumentTypes: [utf8, utf8], returnType: list(utf8), kernel: (input) => several(render, input, [known]) }
  }
  return { ...shared, argumentTypes: [utf8, utf8], returnType: utf8, kernel: (input) => one(render, input) }
}

function extraction(
  name: string,
  aliases: readonly string[],
  render: Render,
  documentation: { readonly description: string; readonly example: string; readonly result: string },
): ScalarFunctionDefinition {
  return resolvingFunction({
    name,
    aliases,
    category: 'json',
    ...documentation,
    signatures: [
      `${name}(json VARCHAR, path VARCHAR) -> VARCHAR`,
      `${name}(json VARCHAR, index BIGINT) -> VARCHAR`,
      `${name}(json VARCHAR, paths VARCHAR[]) -> VARCHAR[]`,
    ],
    resolve: (types, constants) => resolveExtract(render, types, constants),
  })
}

export const jsonExtract = extraction('json_extract', ['->', 'json_extract_path'], minify, {
  description: 'The JSON at a path: $.a[0], /a/0, a key or an index. A path with * gives a list. NULL where there is nothing.',
  example: `json_extract('{"family": ["anatidae"]}', '$.family[0]')`,
  result: '"anatidae"',
})

export const jsonExtractString = extraction('json_extract_string', ['->>', 'json_extract_path_text'], asText, {
  description: 'The JSON at a path as text: strings without quotes, null as NULL.',
  example: `json_extract_string('{"family": "anatidae"}', '$.family')`,
  result: 'anatidae',
})

export const jsonValue = extraction('json_value', [], asScalar, {
  description: 'The JSON at a path when it is a string, number or boolean, else NULL.',
  example: `json_value('{"duck": 42}', '$.duck')`,
  result: '42',
})

export const jsonExists = scalarFunction({
  name: 'json_exists',
  category: 'json',
  description: 'Whether there is something at a path, null included.',
  example: `json_exists('{"duck": null}', '$.duck')`,
  result: 'true',
  canThrow: true,
  overloads: [utf8, int64].map((pathType) =>
    overload({ json: utf8, path: pathType }, bool, (input) => {
      const json = new TextColumn(argument(input, 0))
      const path = pathReader(argument(input, 1), input.rowCount)
      return booleanResult(input, (row) => findOne(json.at(row), scanDocument(json.at(row)), path(row)) !== undefined)
    }),
  ),
})
