/**
 * Whole columns as text, for the writers of CSV, tables and the like: straight from the buffers, without a value object
 * per row. Days are formatted once per run of equal days, dictionary entries once, ASCII text is cut from one string.
 */

import { formatDate, formatSeconds, TICKS_PER_SECOND } from './format-temporal.js'
import type { ZoneOffset } from './format-temporal.js'
import { formatFloat32, formatFloat64, formatValue, zoneOf } from './format.js'
import type { FormatOptions } from './format.js'
import { scalarAt } from './scalar-at.js'
import type { TimeUnit } from './types.js'
import type { BooleanVector, BytesVector, DictionaryVector, FixedVector, PrimitiveVector, Vector } from './vector.js'
import { alignedWords, int32Words, isValid } from './vector.js'

/** The text of every row as {@link formatValue} gives it, and null for a null. */
export function formatVector(vector: Vector, options: FormatOptions = {}): (string | null)[] {
  const out = formatRows(vector, options)
  const { validity, length } = vector
  if (validity !== null) for (let i = 0; i < length; i++) if (((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) out[i] = null
  return out
}

/** The text of every row, whatever it is for those that are null. */
function formatRows(vector: Vector, options: FormatOptions): (string | null)[] {
  switch (vector.layout) {
    case 'boolean':
      return formatBits(vector)
    case 'primitive':
      return formatPrimitives(vector, options)
    case 'bytes':
      return vector.type.kind === 'utf8' ? formatTexts(vector) : formatEach(vector, options)
    case 'dictionary':
      return formatDictionary(vector, options)
    case 'fixed':
      return vector.type.kind === 'decimal' ? formatDecimals(vector, options) : formatEach(vector, options)
    default:
      return formatEach(vector, options)
  }
}

function formatEach(vector: Vector, options: FormatOptions): (string | null)[] {
  const out = new Array<string | null>(vector.length)
  for (let i = 0; i < out.length; i++) out[i] = isValid(vector, i) ? formatValue(vector.type, scalarAt(vector, i), options) : null
  return out
}

function formatBits(vector: BooleanVector): string[] {
  const out = new Array<string>(vector.length)
  for (let i = 0; i < out.length; i++) out[i] = ((vector.values[i >>> 3]! >>> (i & 7)) & 1) === 1 ? 'true' : 'false'
  return out
}

function formatDictionary(vector: DictionaryVector, options: FormatOptions): (string | null)[] {
  if (vector.dictionary.length > vector.length) return formatEach(vector, options)
  const entries = formatVector(vector.dictionary, options)
  const out = new Array<string | null>(vector.length)
  for (let i = 0; i < out.length; i++) out[i] = entries[vector.codes[i]!] ?? null
  return out
}

function formatPrimitives(vector: PrimitiveVector, options: FormatOptions): (string | null)[] {
  const { type, values, length } = vector
  const out = new Array<string>(length)
  if (type.kind === 'float64') for (let i = 0; i < length; i++) out[i] = formatFloat64(values[i] as number)
  else if (type.kind === 'float32') for (let i = 0; i < length; i++) out[i] = formatFloat32(values[i] as number)
  else if (type.kind === 'date32') formatDates(values as Int32Array, out)
  else if (type.kind === 'time64') return formatEach(vector, options)
  else if (type.kind === 'timestamp') formatTimestamps(vector, type.unit, zoneOf(type, options), options, out)
  else if (values instanceof BigInt64Array || values instanceof BigUint64Array) formatWide(values, out)
  else for (let i = 0; i < length; i++) out[i] = String(values[i])
  return out
}

/** Up to 2^53 a double holds the integer exactly, and writes it faster than a BigInt does. */
function formatWide(values: BigInt64Array | BigUint64Array, out: string[]): void {
  const words = int32Words(values)
  const least = values instanceof BigInt64Array ? -0x20_0000 : 0
  for (let i = 0; i < values.length; i++) {
    const high = words[2 * i + 1]!
    const exact = high >= least && high < 0x20_0000
    out[i] = exact ? String(high * 4294967296 + (words[2 * i]! >>> 0)) : String(values[i])
  }
}

function formatDates(values: Int32Array, out: string[]): void {
  let lastDay = 0
  let text = formatDate(0)
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== lastDay) {
      lastDay = values[i]!
      text = formatDate(lastDay)
    }
    out[i] = text
  }
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))

/** The common case, UTC or no zone and a value that a double holds exactly, keeps the text of the last day. */
function formatTimestamps(vector: PrimitiveVector, unit: TimeUnit, zone: ZoneOffset | null, options: FormatOptions, out: string[]): void {
  const words = int32Words(vector.values)
  const ticks = TICKS_PER_SECOND[unit]
  const digits = String(ticks).length - 1
  const shifted = zone !== null && options.zone !== undefined
  const suffix = zone === null ? '' : '+00'
  let lastDay = Number.NaN
  let dayText = ''
  for (let i = 0; i < vector.length; i++) {
    const high = words[2 * i + 1]!
    if (high < -0x20_0000 || high >= 0x20_0000) {
      out[i] = formatValue(vector.type, scalarAt(vector, i) ?? 0n, options)
      continue
    }
    const value = high * 4294967296 + (words[2 * i]! >>> 0)
    const seconds = Math.floor(value / ticks)
    const fraction = value - seconds * ticks
    if (shifted) {
      out[i] = formatSeconds(seconds, fraction, digits, zone)
      continue
    }
    const day = Math.floor(seconds / 86_400)
    if (day !== lastDay) {
      lastDay = day
      dayText = `${formatDate(day)} `
    }
    const second = seconds - day * 86_400
    const minute = (second / 60) | 0
    const clock = `${TWO_DIGITS[(minute / 60) | 0]}:${TWO_DIGITS[minute % 60]}:${TWO_DIGITS[second % 60]}`
    out[i] = dayText + clock + (fraction === 0 ? '' : fractionText(fraction, digits)) + suffix
  }
}

function fractionText(fraction: number, digits: number): string {
  let value = fraction
  let width = digits
  while (value % 10 === 0) {
    value /= 10
    width--
  }
  return `.${String(value).padStart(width, '0')}`
}

/** Decimals below 2^53 are written from a double holding the unscaled integer, the rest through BigInt. */
function formatDecimals(vector: FixedVector, options: FormatOptions): string[] {
  const out = new Array<string>(vector.length)
  const words = alignedWords(vector.values)
  const { type } = vector
  const scale = type.kind === 'decimal' ? type.scale : 0
  const leading = type.kind === 'decimal' && type.precision === type.scale ? scale : scale + 1
  for (let i = 0; i < out.length; i++) {
    const high = words[4 * i + 1]!
    const sign = high >> 31
    if (words[4 * i + 2] !== sign || words[4 * i + 3] !== sign || high < -0x20_0000 || high >= 0x20_0000) {
      out[i] = isValid(vector, i) ? formatValue(type, scalarAt(vector, i), options) : ''
      continue
    }
    const value = high * 4294967296 + (words[4 * i]! >>> 0)
    if (scale === 0) {
      out[i] = String(value)
      continue
    }
    const text = String(Math.abs(value)).padStart(leading, '0')
    const point = text.length - scale
    out[i] = `${value < 0 ? '-' : ''}${text.slice(0, point)}.${text.slice(point)}`
  }
  return out
}

/**
 * ASCII text is one string of which the rows are substrings, which share its memory and cost a fifth of decoding each.
 */
function formatTexts(vector: BytesVector): string[] {
  const { offsets, data, length } = vector
  const out = new Array<string>(length)
  const start = offsets[0]!
  const size = offsets[length]! - start
  const buffer = Buffer.from(data.buffer, data.byteOffset + start, size)
  if (isAscii(buffer)) {
    const all = buffer.toString('latin1')
    for (let i = 0; i < length; i++) out[i] = all.substring(offsets[i]! - start, offsets[i + 1]! - start)
  } else {
    for (let i = 0; i < length; i++) out[i] = buffer.toString('utf8', offsets[i]! - start, offsets[i + 1]! - start)
  }
  return out
}

function isAscii(bytes: Uint8Array): boolean {
  let seen = 0
  for (let i = 0; i < bytes.length; i++) seen |= bytes[i]!
  return seen < 0x80
}
