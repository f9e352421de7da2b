/** CAST and TRY_CAST over vectors: which pairs of types there are, and the kernel of each. */

import type { DataType, Vector } from '@artemis/arrow'
import { bytesVector, decodeDictionary, formatVector, nullsOf, typeEquals } from '@artemis/arrow'
import { BindError, ExecutionError, unreachable } from '@artemis/errors'
import { isFloat, isInteger, isNumeric, sqlTypeName } from '@artemis/plan'
import { encodeEntries, spreadEntries } from '../definition/dictionary-results.js'
import { textVector } from '../kernel/results.js'
import { zoneOf } from '../kernel/time-zone.js'
import type { CastOptions } from './cast-run.js'
import { CastRun } from './cast-run.js'
import {
  booleanToDecimal,
  decimalToBoolean,
  decimalToDecimal,
  decimalToFloat,
  decimalToInteger,
  floatToDecimal,
  integerToDecimal,
} from './decimals.js'
import {
  textToBinary,
  textToBoolean,
  textToDate,
  textToDecimal,
  textToFloat,
  textToInteger,
  textToInterval,
  textToTime,
  textToTimestamp,
  textToUuid,
} from './from-text.js'
import { castList, castStruct, matchFields } from './nested.js'
import { booleanToNumber, castNumber, numberToBoolean } from './numbers.js'
import { dateToTimestamp, timestampToDateOrTime, timestampToTimestamp } from './temporal-values.js'
import { textToList, textToMap, textToStruct } from './text-to-nested.js'

/** Whether values of one type can be cast to another at all; single values may still fail. */
export function canCast(from: DataType, to: DataType): boolean {
  if (typeEquals(from, to) || from.kind === 'null' || to.kind === 'utf8') return true
  if (to.kind === 'null') return false
  if (from.kind === 'utf8') return canCastText(to)
  const numberLike = (type: DataType): boolean => isNumeric(type) || type.kind === 'bool'
  if (numberLike(from) && numberLike(to)) return true
  const bytes = (type: DataType): boolean => type.kind === 'binary' || type.kind === 'fixed_size_binary' || type.kind === 'uuid'
  if (bytes(from) && to.kind === 'binary') return true
  if (from.kind === 'date32') return to.kind === 'timestamp'
  if (from.kind === 'timestamp') return to.kind === 'timestamp' || to.kind === 'date32' || to.kind === 'time64'
  if (from.kind === 'list' && to.kind === 'list') return canCast(from.element.type, to.element.type)
  if (from.kind === 'map' && to.kind === 'map') return canCast(from.key.type, to.key.type) && canCast(from.value.type, to.value.type)
  if (from.kind === 'struct' && to.kind === 'struct') {
    const matches = matchFields(from.fields, to.fields)
    return (
      matches !== undefined && matches.every((source, i) => source === undefined || canCast(from.fields[source]!.type, to.fields[i]!.type))
    )
  }
  return false
}

function canCastText(to: DataType): boolean {
  if (to.kind === 'fixed_size_binary') return false
  if (to.kind === 'list') return canCastText(to.element.type)
  if (to.kind === 'struct') return to.fields.every((f) => canCastText(f.type))
  if (to.kind === 'map') return canCastText(to.key.type) && canCastText(to.value.type)
  return true
}

/**
 * Every row as a value of `to`. Throws an ExecutionError of code CAST_FAILED or OUT_OF_RANGE for the first row that
 * cannot be cast, or makes such rows NULL when `options.try` is set; a BindError when the types cannot be cast at all.
 * A dictionary is cast once and stays one where its values stay distinct.
 */
export function castVector(vector: Vector, to: DataType, options: CastOptions): Vector {
  if (typeEquals(vector.type, to)) return vector
  if (vector.nullCount === vector.length || vector.layout === 'null') return nullsOf(to, vector.length)
  if (vector.layout === 'dictionary') return castDictionary(vector, to, options)
  const run = new CastRun(vector, to, options)
  const nested = (child: Vector, type: DataType): Vector => castVector(child, type, options)
  if (to.kind === 'utf8') return toText(vector, options)
  const result = castPlain(vector, run, nested)
  if (result !== undefined) return result
  throw unsupportedCast(vector.type, to).at(options.span)
}

/** The error for types that cannot be cast. */
export function unsupportedCast(from: DataType, to: DataType): BindError {
  return new BindError({ code: 'CANNOT_CAST', message: `${sqlTypeName(from)} cannot be cast to ${sqlTypeName(to)}` })
}

function castDictionary(vector: Extract<Vector, { layout: 'dictionary' }>, to: DataType, options: CastOptions): Vector {
  if (vector.dictionary.length > vector.length) return castVector(decodeDictionary(vector), to, options)
  try {
    return spreadEntries(vector, encodeEntries(castVector(vector.dictionary, to, options)))
  } catch (error) {
    // An entry that no row refers to may be the one that failed.
    if (!(error instanceof ExecutionError)) throw error
    return castVector(decodeDictionary(vector), to, options)
  }
}

function toText(vector: Vector, options: CastOptions): Vector {
  if (vector.layout === 'bytes' && vector.type.kind === 'utf8') return vector
  const zone = zoneOf(options.timeZone)
  const texts = formatVector(vector, { zone: (seconds) => zone.offsetAt(seconds) })
  return textVector(
    texts.map((text) => text ?? ''),
    vector.validity,
  )
}

function castPlain(vector: Vector, run: CastRun, nested: (vector: Vector, to: DataType) => Vector): Vector | undefined {
  const { from, to } = run
  switch (vector.layout) {
    case 'boolean':
      if (to.kind === 'decimal') return booleanToDecimal(vector, run)
      return isNumeric(to) ? booleanToNumber(vector, to, run) : undefined
    case 'primitive':
      if (isNumeric(from)) {
        if (to.kind === 'bool') return numberToBoolean(vector, run)
        if (to.kind === 'decimal') return isFloat(from) ? floatToDecimal(vector, run) : integerToDecimal(vector, run)
        return isNumeric(to) ? castNumber(vector, run) : undefined
      }
      if (from.kind === 'date32') return to.kind === 'timestamp' ? dateToTimestamp(vector, run) : undefined
      if (from.kind !== 'timestamp') return undefined
      if (to.kind === 'timestamp') return timestampToTimestamp(vector, run)
      return to.kind === 'date32' || to.kind === 'time64' ? timestampToDateOrTime(vector, run) : undefined
    case 'fixed':
      if (from.kind === 'decimal') {
        if (to.kind === 'decimal') return decimalToDecimal(vector, run)
        if (to.kind === 'bool') return decimalToBoolean(vector, run)
        if (isInteger(to)) return decimalToInteger(vector, run)
        return isFloat(to) ? decimalToFloat(vector, run) : undefined
      }
      return to.kind === 'binary' && from.kind !== 'interval' ? fixedToBinary(vector, run) : undefined
    case 'bytes':
      if (from.kind === 'binary') return undefined
      return castText(vector, run, nested)
    case 'list':
      return from.kind === to.kind && canCast(from, to) ? castList(vector, run, nested) : undefined
    case 'struct':
      return canCast(from, to) ? castStruct(vector, run, nested) : undefined
    case 'null':
    case 'dictionary':
      return undefined
    default:
      return unreachable(vector, 'vector layout')
  }
}

function castText(
  vector: Extract<Vector, { layout: 'bytes' }>,
  run: CastRun,
  nested: (vector: Vector, to: DataType) => Vector,
): Vector | undefined {
  const { to } = run
  if (isInteger(to)) return textToInteger(vector, run)
  if (isFloat(to)) return textToFloat(vector, run)
  switch (to.kind) {
    case 'bool':
      return textToBoolean(vector, run)
    case 'decimal':
      return textToDecimal(vector, run)
    case 'date32':
      return textToDate(vector, run)
    case 'time64':
      return textToTime(vector, run)
    case 'timestamp':
      return textToTimestamp(vector, run)
    case 'interval':
      return textToInterval(vector, run)
    case 'uuid':
      return textToUuid(vector, run)
    case 'binary':
      return textToBinary(vector, run)
    case 'list':
      return textToList(vector, run, nested)
    case 'struct':
      return textToStruct(vector, run, nested)
    case 'map':
      return textToMap(vector, run, nested)
    default:
      return undefined
  }
}

function fixedToBinary(vector: Extract<Vector, { layout: 'fixed' }>, run: CastRun): Vector {
  const offsets = Int32Array.from({ length: vector.length + 1 }, (_, i) => i * vector.byteWidth)
  return bytesVector(run.to, offsets, vector.values, { validity: run.validity })
}
