/** The parameters of a prepared statement: which there are, and the values of one execution. */

import type { Batch, DataType, Field, Scalar } from '@artemis/arrow'
import { field, list, nullType, scalarAt, typeEquals } from '@artemis/arrow'
import { ConfigError } from '@artemis/errors'
import { commonType } from '@artemis/plan'
import type { BoundParameter, Parameter, Statement } from '@artemis/sql'
import { walk } from '@artemis/sql'
import type { ParameterInput, Parameters, TypedParameter } from './parameters.js'
import { parameterValues } from './parameters.js'

/** One field for each parameter: by position, then those with names in the order of the text. Type NULL where nothing gives one. */
export function parameterFields(statement: Statement, bound: readonly BoundParameter[]): Field[] {
  let positions = 0
  const named: Parameter[] = []
  walk(statement, (node) => {
    // The parameters inside PREPARE are of the statement that it names.
    if (node.kind === 'prepare') return false
    if (node.kind !== 'parameter') return true
    const parameter = node as Parameter
    if (parameter.style === 'named') named.push(parameter)
    else positions = Math.max(positions, parameter.index)
    return true
  })
  const types = new Map(bound.map(({ name, type }) => [name, type]))
  const inOrder = named.toSorted((a, b) => a.span.start - b.span.start).map((parameter) => parameter.name.toLowerCase())
  const names = [...Array.from({ length: positions }, (_, i) => String(i + 1)), ...new Set(inOrder)]
  return names.map((name) => field(name, types.get(name) ?? nullType))
}

/**
 * The values of one execution by the parameters' names. A list gives them in the order of the fields, an object by name.
 * Throws a ConfigError PARAMETER_COUNT or UNKNOWN_PARAMETER when they are not those of the statement.
 */
export function valuesForFields(fields: readonly Field[], parameters: Parameters | undefined): Map<string, TypedParameter> {
  const given = parameterValues(parameters)
  const isList = parameters === undefined || Array.isArray(parameters)
  if (isList && given.size !== fields.length) throw wrongCount(fields, given.size)
  const values = new Map<string, TypedParameter>()
  fields.forEach(({ name, type }, i) => {
    const value = given.get(isList ? String(i + 1) : name)
    // A NULL without a type takes the one that its place has, so that the result's columns stay as announced.
    if (value !== undefined) values.set(name, value.type.kind === 'null' ? { type, value: null } : value)
  })
  const unknown = isList ? undefined : [...given.keys()].find((name) => !values.has(name))
  if (unknown !== undefined) throw new ConfigError({ code: 'UNKNOWN_PARAMETER', message: `the statement has no parameter $${unknown}` })
  if (values.size !== fields.length) throw wrongCount(fields, values.size)
  return values
}

function wrongCount(fields: readonly Field[], given: number): ConfigError {
  const names = fields.length === 0 ? '' : `: ${fields.map(({ name }) => `$${name}`).join(', ')}`
  const message = `the statement has ${count(fields.length, 'parameter')}${names}, but ${count(given, 'value')} ${given === 1 ? 'was' : 'were'} given`
  return new ConfigError({ code: 'PARAMETER_COUNT', message })
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`
}

/**
 * One row of an Arrow batch as parameters. The columns are taken by name when the statement's parameters have names and
 * all of them are there, else by position.
 */
export function parametersOfRow(batch: Batch, row: number, fields: readonly Field[]): Parameters {
  const columns = batch.schema.fields
  const value = (index: number): TypedParameter => ({ type: columns[index]!.type, value: scalarAt(batch.column(index), row) })
  const places = fields.map(({ name }) => columns.findIndex((column) => column.name.replace(/^[$:@]/, '').toLowerCase() === name))
  const byName = columns.length === fields.length && places.every((place) => place >= 0) && fields.some(({ name }) => !/^\d+$/.test(name))
  if (byName) return Object.fromEntries(fields.map(({ name }, i) => [name, value(places[i]!)]))
  return columns.map((_, i) => value(i))
}

/**
 * Values of JSON as parameters: numbers (large ones as bigint), text, booleans and null stand for themselves, a list for a list. Throws a
 * ConfigError INVALID_PARAMETER for objects, which SQL has no type for.
 */
export function parametersOfJson(values: readonly unknown[] | Readonly<Record<string, unknown>>): Parameters {
  if (Array.isArray(values)) return values.map((value: unknown, i) => fromJson(value, String(i + 1)))
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name.replace(/^[$:@]/, ''), fromJson(value, name)]))
}

function fromJson(value: unknown, name: string): ParameterInput {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return value
  if (Array.isArray(value)) return listOf(value.map((item) => fromJson(item, name)), name)
  const message = `parameter ${name} is a JSON object: parameters are numbers, text, true, false, null and lists of these`
  throw new ConfigError({ code: 'INVALID_PARAMETER', message })
}

function listOf(items: readonly ParameterInput[], name: string): TypedParameter {
  const typed = [...parameterValues(items).values()]
  const element = typed.reduce<DataType | undefined>((type, item) => (type === undefined ? undefined : commonType(type, item.type)), nullType)
  const sameKind = element !== undefined && typed.every((item) => item.type.kind === 'null' || numeric(item.type) === numeric(element))
  if (!sameKind) throw new ConfigError({ code: 'INVALID_PARAMETER', message: `parameter ${name} is a list of values of different types` })
  return { type: list(element), value: typed.map((item) => convert(item, element)) }
}

function numeric(type: DataType): boolean {
  return type.kind === 'int32' || type.kind === 'int64' || type.kind === 'float64'
}

/** JSON has three types of numbers here: int32, int64 and float64. */
function convert({ type, value }: TypedParameter, wanted: DataType): Scalar {
  if (value === null || typeEquals(type, wanted)) return value
  if (wanted.kind === 'int64') return BigInt(value as number)
  return wanted.kind === 'float64' ? Number(value as number | bigint) : value
}
