/** Casts from text. Plain integers are read from the bytes; everything else goes through a string per row. */

import type { BytesVector, Vector } from '@artemis/arrow'
import {
  allocatePrimitive,
  bitmapBytes,
  booleanVector,
  bytesVector,
  fixedVector,
  int32Words,
  primitiveVector,
  tooLarge,
  MAX_OFFSET,
  vectorDatum,
} from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { bigPowerOfTen, decimalVector, EXACT, POWERS_OF_TEN, writeBig, writeSmall } from '../kernel/decimal-words.js'
import { bufferOf, TextColumn } from '../kernel/text-columns.js'
import { zoneOf } from '../kernel/time-zone.js'
import { intervalVector, writeInterval } from '../temporal/interval-words.js'
import type { CastRun } from './cast-run.js'
import { parseInterval } from './parse-interval.js'
import { parseBoolean, parseFloating, parseInteger, parseScaled } from './parse-number.js'
import { parseDate, parseTime, parseTimestamp } from './parse-temporal.js'

const TWO_32 = 4294967296

/** An integer of at most 15 digits with an optional minus and nothing else, or NaN. */
function plainInteger(data: Uint8Array, start: number, end: number): number {
  const negative = data[start] === 0x2d
  let i = negative ? start + 1 : start
  if (i >= end || end - i > 15) return Number.NaN
  let value = 0
  for (; i < end; i++) {
    const digit = data[i]! - 48
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return negative ? -value : value
}

export function textToInteger(vector: BytesVector, run: CastRun): Vector {
  const data = bufferOf(vector)
  const { offsets, length } = vector
  const out = allocatePrimitive(run.to, length)
  const wide = out instanceof BigInt64Array || out instanceof BigUint64Array
  const words = wide ? int32Words(out) : undefined
  const unsigned = out instanceof BigUint64Array
  for (let i = 0; i < length; i++) {
    const plain = plainInteger(data, offsets[i]!, offsets[i + 1]!)
    if (Number.isNaN(plain) || (unsigned && plain < 0)) {
      if (run.isValid(i)) parseRow(i, data.toString('utf8', offsets[i]!, offsets[i + 1]!), out, run)
    } else if (words !== undefined) {
      words[2 * i] = plain
      words[2 * i + 1] = Math.floor(plain / TWO_32)
    } else {
      out[i] = plain
      if (out[i] !== plain) run.outOfRange(i, `'${plain}'`)
    }
  }
  return primitiveVector(run.to, out, { validity: run.validity })
}

function parseRow(row: number, text: string, out: ReturnType<typeof allocatePrimitive>, run: CastRun): void {
  const value = parseInteger(text)
  if (value === undefined) return run.invalid(row, text)
  if (out instanceof BigInt64Array || out instanceof BigUint64Array) {
    out[row] = value
    if (out[row] !== value) run.outOfRange(row, `'${text}'`)
  } else {
    out[row] = Number(value)
    if (out[row] !== Number(value)) run.outOfRange(row, `'${text}'`)
  }
}

/** What {@link scanDecimal} found: the digits as one integer, and how many of them stand after the point. */
const scanned = { digits: 0, scale: 0 }

/** Reads `-12.50` and the like, of at most 15 digits and nothing else; false for all other text. */
function scanDecimal(data: Uint8Array, start: number, end: number): boolean {
  const negative = data[start] === 0x2d
  let i = negative ? start + 1 : start
  if (i >= end || end - i > 16) return false
  let digits = 0
  let point = -1
  let count = 0
  for (; i < end; i++) {
    const digit = data[i]! - 48
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit
      count++
    } else if (digit === -2 && point < 0) point = i
    else return false
  }
  if (count === 0 || count > 15) return false
  scanned.digits = negative ? -digits : digits
  scanned.scale = point < 0 ? 0 : end - point - 1
  return true
}

export function textToFloat(vector: BytesVector, run: CastRun): Vector {
  const data = bufferOf(vector)
  const { offsets } = vector
  const out = run.to.kind === 'float32' ? new Float32Array(vector.length) : new Float64Array(vector.length)
  for (let i = 0; i < vector.length; i++) {
    if (!run.isValid(i)) continue
    // A quotient of two integers that doubles hold exactly is the nearest double. Zero goes the long way for its sign.
    if (scanDecimal(data, offsets[i]!, offsets[i + 1]!) && scanned.digits !== 0) {
      out[i] = scanned.digits / POWERS_OF_TEN[scanned.scale]!
      continue
    }
    const text = data.toString('utf8', offsets[i]!, offsets[i + 1]!)
    const value = parseFloating(text)
    if (value === undefined) run.invalid(i, text)
    else out[i] = value
  }
  return primitiveVector(run.to, out, { validity: run.validity })
}

export function textToDecimal(vector: BytesVector, run: CastRun): Vector {
  const { to } = run
  assert(to.kind === 'decimal', 'a decimal type')
  const data = bufferOf(vector)
  const { offsets } = vector
  const out = new Int32Array(vector.length * 4)
  const limit = bigPowerOfTen(to.precision)
  const bound = to.precision <= 15 ? POWERS_OF_TEN[to.precision]! : EXACT
  for (let i = 0; i < vector.length; i++) {
    if (!run.isValid(i)) continue
    if (scanDecimal(data, offsets[i]!, offsets[i + 1]!) && scanned.scale <= to.scale && to.scale - scanned.scale <= 15) {
      const unscaled = scanned.digits * POWERS_OF_TEN[to.scale - scanned.scale]!
      if (unscaled < bound && unscaled > -bound) {
        writeSmall(out, 4 * i, unscaled)
        continue
      }
    }
    const text = data.toString('utf8', offsets[i]!, offsets[i + 1]!)
    const value = parseScaled(text, to.scale)
    if (value === undefined) run.invalid(i, text)
    else if (value >= limit || value <= -limit) run.outOfRange(i, `'${text}'`)
    else writeBig(out, 4 * i, value)
  }
  return decimalVector(to, out, { validity: run.validity })
}

export function textToBoolean(vector: BytesVector, run: CastRun): Vector {
  const text = new TextColumn(vectorDatum(vector))
  const bits = new Uint8Array(bitmapBytes(vector.length))
  for (let i = 0; i < vector.length; i++) {
    if (!run.isValid(i)) continue
    const value = parseBoolean(text.at(i))
    if (value === undefined) run.invalid(i, text.at(i))
    else if (value) bits[i >>> 3]! |= 1 << (i & 7)
  }
  return booleanVector(vector.length, bits, { validity: run.validity })
}

export function textToDate(vector: BytesVector, run: CastRun): Vector {
  const text = new TextColumn(vectorDatum(vector))
  const out = new Int32Array(vector.length)
  for (let i = 0; i < vector.length; i++) {
    if (!run.isValid(i)) continue
    const value = parseDate(text.at(i))
    if (value === undefined) run.invalid(i, text.at(i), 'A date is written YYYY-MM-DD.')
    else out[i] = value
  }
  return primitiveVector(run.to, out, { validity: run.validity })
}

export function textToTime(vector: BytesVector, run: CastRun): Vector {
  const text = new TextColumn(vectorDatum(vector))
  const out = new BigInt64Array(vector.length)
  for (let i = 0; i < vector.length; i++) {
    if (!run.isValid(i)) continue
    const value = parseTime(text.at(i))
    if (value === undefined) run.invalid(i, text.at(i), 'A time is written HH:MM:SS.')
    else out[i] = BigInt(value)
  }
  return primitiveVector(run.to, out, { validity: run.validity })
}

export function textToTimestamp(vector: BytesVector, run: CastRun): Vector {
  const { to } = run
  assert(to.kind === 'timestamp', 'a timestamp type')
  const text = new TextColumn(vectorDatum(vector))
  const zone = to.timezone === null ? undefined : zoneOf(run.options.timeZone)
  const out = new BigInt64Array(vector.length)
  for (let i = 0; i < vector.length; i++) {
    if (!run.isValid(i)) continue
    const value = parseTimestamp(text.at(i), to.unit, zone)
    if (value === undefined)
      run.invalid(i, text.at(i), 'A timestamp is written YYYY-MM-DD HH:MM:SS, with a time zone also an offset such as +02.')
    else out[i] = value
  }
  return primitiveVector(to, out, { validity: run.validity })
}

export function textToInterval(vector: BytesVector, run: CastRun): Vector {
  const text = new TextColumn(vectorDatum(vector))
  const out = new Int32Array(vector.length * 4)
  for (let i = 0; i < vector.length; i++) {
    if (!run.isValid(i)) continue
    const value = parseInterval(text.at(i))
    if (value === undefined) run.invalid(i, text.at(i), 'An interval is written as 1 year 2 days 03:04:05.')
    else writeInterval(out, 4 * i, value.months, value.days, value.nanoseconds)
  }
  return intervalVector(out, { validity: run.validity })
}

/** Sixteen bytes of 32 hexadecimal digits; hyphens may stand between pairs, braces around all. */
export function parseUuid(text: string): Uint8Array | undefined {
  const inner = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text
  const hex = inner.replaceAll('-', '')
  return /^[0-9a-f]{32}$/i.test(hex) ? Buffer.from(hex, 'hex') : undefined
}

export function textToUuid(vector: BytesVector, run: CastRun): Vector {
  const text = new TextColumn(vectorDatum(vector))
  const out = new Uint8Array(vector.length * 16)
  for (let i = 0; i < vector.length; i++) {
    if (!run.isValid(i)) continue
    const value = parseUuid(text.at(i))
    if (value === undefined) run.invalid(i, text.at(i))
    else out.set(value, i * 16)
  }
  return fixedVector(run.to, vector.length, out, { validity: run.validity })
}

/** ASCII stands for itself, `\xAA` for a byte. */
export function parseBlob(text: string): Uint8Array | undefined {
  // oxlint-disable-next-line no-control-regex -- ASCII without the backslash.
  if (!/^(?:[\x00-\x5b\x5d-\x7f]|\\x[0-9a-fA-F]{2})*$/.test(text)) return undefined
  return Buffer.from(
    text.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

export function textToBinary(vector: BytesVector, run: CastRun): Vector {
  const text = new TextColumn(vectorDatum(vector))
  const offsets = new Int32Array(vector.length + 1)
  const parts: Uint8Array[] = []
  let size = 0
  for (let i = 0; i < vector.length; i++) {
    const value = run.isValid(i) ? parseBlob(text.at(i)) : undefined
    if (value === undefined) run.invalid(i, text.at(i), 'Bytes beyond ASCII are written \\xAA.')
    else {
      parts.push(value)
      size += value.length
    }
    if (size > MAX_OFFSET) throw tooLarge(run.to)
    offsets[i + 1] = size
  }
  return bytesVector(run.to, offsets, Buffer.concat(parts, size), { validity: run.validity })
}
