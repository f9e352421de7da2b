/**
 * Whole columns as text, for the writers of CSV, tables and the like: straight from the buffers, without a value object
 * per row. Days are formatted once per run of equal days, dictionary entries once, ASCII text is cut from one string.
 */

import { AsciiWriter } from './ascii-writer.js'
import { formatDate, formatOffset, TICKS_PER_SECOND } from './format-temporal.js'
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
  if (type.kind === 'time64') return formatEach(vector, options)
  if (type.kind === 'timestamp') return formatTimestamps(vector, type.unit, zoneOf(type, options), options)
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return formatWide(vector, options)
  const out = new Array<string>(length)
  if (type.kind === 'float64') for (let i = 0; i < length; i++) out[i] = formatFloat64(values[i] as number)
  else if (type.kind === 'float32') for (let i = 0; i < length; i++) out[i] = formatFloat32(values[i] as number)
  else if (type.kind === 'date32') formatDates(values as Int32Array, out)
  else for (let i = 0; i < length; i++) out[i] = String(values[i])
  return out
}

/** Up to 2^53 a double holds an integer exactly; the rest, which is rare, is written through BigInt. */
const MAX_HIGH_WORD = 0x20_0000

function formatWide(vector: PrimitiveVector, options: FormatOptions): (string | null)[] {
  const { values, length } = vector
  const words = int32Words(values)
  const least = values instanceof BigInt64Array ? -MAX_HIGH_WORD : 0
  const writer = new AsciiWriter(length, 12)
  const others: number[] = []
  for (let i = 0; i < length; i++) {
    const high = words[2 * i + 1]!
    if (high >= least && high < MAX_HIGH_WORD) writer.writeInteger(high * 4294967296 + (words[2 * i]! >>> 0))
    else others.push(i)
    writer.endText()
  }
  return withOthers(writer, others, vector, options)
}

/** The texts of a writer, with those rows that it could not write made one by one. */
function withOthers(writer: AsciiWriter, others: readonly number[], vector: Vector, options: FormatOptions): (string | null)[] {
  const out: (string | null)[] = writer.texts()
  for (const i of others) out[i] = isValid(vector, i) ? formatValue(vector.type, scalarAt(vector, i), options) : null
  return out
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

const DOT = 46
const COLON = 58

/** The common case, UTC or no zone and a value that a double holds exactly, keeps the text of the last day. */
function formatTimestamps(vector: PrimitiveVector, unit: TimeUnit, zone: ZoneOffset | null, options: FormatOptions): (string | null)[] {
  const words = int32Words(vector.values)
  const ticks = TICKS_PER_SECOND[unit]
  const digits = String(ticks).length - 1
  const writer = new AsciiWriter(vector.length, 24)
  const others: number[] = []
  let lastDay = Number.NaN
  let dayText = ''
  for (let i = 0; i < vector.length; i++) {
    const high = words[2 * i + 1]!
    if (high < -MAX_HIGH_WORD || high >= MAX_HIGH_WORD) {
      others.push(i)
      writer.endText()
      continue
    }
    const value = high * 4294967296 + (words[2 * i]! >>> 0)
    const seconds = Math.floor(value / ticks)
    const offset = zone === null || options.zone === undefined ? 0 : zone(seconds)
    const local = seconds + offset
    const day = Math.floor(local / 86_400)
    if (day !== lastDay) {
      lastDay = day
      dayText = `${formatDate(day)} `
    }
    writer.writeText(dayText)
    writeClock(writer, local - day * 86_400, value - seconds * ticks, digits)
    if (zone !== null) writer.writeText(offset === 0 ? '+00' : formatOffset(offset))
    writer.endText()
  }
  return withOthers(writer, others, vector, options)
}

function writeClock(writer: AsciiWriter, second: number, fraction: number, digits: number): void {
  const minute = (second / 60) | 0
  const hour = (minute / 60) | 0
  writer.writeDigits(hour, 2)
  writer.writeByte(COLON)
  writer.writeDigits(minute - hour * 60, 2)
  writer.writeByte(COLON)
  writer.writeDigits(second - minute * 60, 2)
  if (fraction === 0) return
  let width = digits
  let value = fraction
  while (value % 10 === 0) {
    value /= 10
    width--
  }
  writer.writeByte(DOT)
  writer.writeDigits(value, width)
}

function formatDecimals(vector: FixedVector, options: FormatOptions): (string | null)[] {
  const words = alignedWords(vector.values)
  const { type, length } = vector
  const precision = type.kind === 'decimal' ? type.precision : 0
  const scale = type.kind === 'decimal' ? type.scale : 0
  // Up to nine digits of fraction are written as one number; wider scales are left to BigInt.
  const unit = 10 ** scale
  const writer = new AsciiWriter(length, 16)
  const others: number[] = []
  for (let i = 0; i < length; i++) {
    const high = words[4 * i + 1]!
    const sign = high >> 31
    const exact = words[4 * i + 2] === sign && words[4 * i + 3] === sign && high >= -MAX_HIGH_WORD && high < MAX_HIGH_WORD
    if (exact && scale <= 9) writeDecimal(writer, high * 4294967296 + (words[4 * i]! >>> 0), unit, precision, scale)
    else others.push(i)
    writer.endText()
  }
  return withOthers(writer, others, vector, options)
}

function writeDecimal(writer: AsciiWriter, value: number, unit: number, precision: number, scale: number): void {
  if (scale === 0) return writer.writeInteger(value)
  const size = Math.abs(value)
  const whole = Math.floor(size / unit)
  if (value < 0) writer.writeText('-')
  if (precision > scale) writer.writeInteger(whole)
  writer.writeByte(DOT)
  writer.writeDigits(size - whole * unit, scale)
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
