/** Single values as JSON (spec, Appendix D "JSON Single-Value Serialization"): how schemas hold default values. */
import { DataError, UnsupportedError, unreachable } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { PrimitiveType } from '../model/type.js'
import { typeName } from '../model/type.js'

const MICROS_PER_DAY = 86_400_000_000n
const NANOS_PER_DAY = 86_400_000_000_000n

export function literalFromJson(type: PrimitiveType, json: unknown): Literal {
  if (json === null) return null
  switch (type.kind) {
    case 'boolean':
      return typeof json === 'boolean' ? json : wrong(type, json)
    case 'int':
      return typeof json === 'number' && Number.isInteger(json) ? json : wrong(type, json)
    case 'long':
      return typeof json === 'bigint' || (typeof json === 'number' && Number.isInteger(json)) ? BigInt(json) : wrong(type, json)
    case 'float':
    case 'double':
      return typeof json === 'number' || typeof json === 'bigint' ? Number(json) : wrong(type, json)
    case 'decimal':
      return typeof json === 'string' ? parseDecimal(json, type.scale) : wrong(type, json)
    case 'date':
      return typeof json === 'string' ? Number(parseDays(type, json)) : wrong(type, json)
    case 'time':
      return typeof json === 'string' ? parseTime(type, json, 6) : wrong(type, json)
    case 'timestamp':
    case 'timestamptz':
      return typeof json === 'string' ? parseTimestamp(type, json, 6) : wrong(type, json)
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return typeof json === 'string' ? parseTimestamp(type, json, 9) : wrong(type, json)
    case 'string':
      return typeof json === 'string' ? json : wrong(type, json)
    case 'uuid':
      return typeof json === 'string' ? parseHex(type, json.replaceAll('-', ''), 16) : wrong(type, json)
    case 'fixed':
      return typeof json === 'string' ? parseHex(type, json, type.length) : wrong(type, json)
    case 'binary':
      return typeof json === 'string' ? parseHex(type, json, undefined) : wrong(type, json)
    case 'unknown':
    case 'variant':
    case 'geometry':
    case 'geography':
      throw new UnsupportedError({ code: 'UNSUPPORTED_DEFAULT', message: `default values of type ${type.kind} are not supported` })
    default:
      return unreachable(type, 'type')
  }
}

export function literalToJson(type: PrimitiveType, value: Literal): unknown {
  if (value === null) return null
  switch (type.kind) {
    case 'decimal':
      return decimalText(value as bigint, type.scale)
    case 'date':
      return dateText(BigInt(value as number))
    case 'time':
      return timeText(value as bigint, 6)
    case 'timestamp':
      return timestampText(value as bigint, 6)
    case 'timestamptz':
      return `${timestampText(value as bigint, 6)}+00:00`
    case 'timestamp_ns':
      return timestampText(value as bigint, 9)
    case 'timestamptz_ns':
      return `${timestampText(value as bigint, 9)}+00:00`
    case 'uuid': {
      const hex = Buffer.from(value as Uint8Array).toString('hex')
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
    }
    case 'fixed':
    case 'binary':
      return Buffer.from(value as Uint8Array).toString('hex')
    default:
      return value
  }
}

function parseDecimal(text: string, scale: number): bigint {
  const match = /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text)
  const digits = match === null ? '' : `${match[2]}${match[3] ?? ''}`
  if (match === null || digits === '') throw new DataError({ code: 'INVALID_DEFAULT', message: `"${text}" is not a decimal` })
  const shift = scale - (match[3]?.length ?? 0) + Number(match[4] ?? 0)
  if (shift < 0 || shift > 76) throw new DataError({ code: 'INVALID_DEFAULT', message: `"${text}" does not have the scale ${scale}` })
  const magnitude = BigInt(digits) * 10n ** BigInt(shift)
  return match[1] === '-' ? -magnitude : magnitude
}

function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : ''
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function parseDays(type: PrimitiveType, text: string): bigint {
  const match = /^([+-]?\d{4,6})-(\d{2})-(\d{2})$/.exec(text)
  if (match === null) return wrong(type, text)
  const date = new Date(0)
  date.setUTCFullYear(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
  if (date.getUTCMonth() !== Number(match[2]) - 1) return wrong(type, text)
  return BigInt(date.getTime() / 86_400_000)
}

function parseTime(type: PrimitiveType, text: string, digits: 6 | 9): bigint {
  const match = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/.exec(text)
  if (match === null) return wrong(type, text)
  const seconds = BigInt(Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0))
  return seconds * 10n ** BigInt(digits) + BigInt((match[4] ?? '').padEnd(digits, '0').slice(0, digits))
}

function parseTimestamp(type: PrimitiveType, text: string, digits: 6 | 9): bigint {
  const match = /^(.+?)T([^Z+-]+)(?:Z|\+00:00|-00:00)?$/.exec(text)
  if (match === null) return wrong(type, text)
  return parseDays(type, match[1]!) * (digits === 6 ? MICROS_PER_DAY : NANOS_PER_DAY) + parseTime(type, match[2]!, digits)
}

function dateText(days: bigint): string {
  return new Date(Number(days) * 86_400_000).toISOString().replace(/T.*$/, '')
}

function timeText(value: bigint, digits: 6 | 9): string {
  const unit = 10n ** BigInt(digits)
  const seconds = value / unit
  const two = (part: bigint) => part.toString().padStart(2, '0')
  const fraction = (value % unit).toString().padStart(digits, '0')
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}.${fraction}`
}

function timestampText(value: bigint, digits: 6 | 9): string {
  const perDay = digits === 6 ? MICROS_PER_DAY : NANOS_PER_DAY
  const withinDay = ((value % perDay) + perDay) % perDay
  return `${dateText((value - withinDay) / perDay)}T${timeText(withinDay, digits)}`
}

function parseHex(type: PrimitiveType, text: string, length: number | undefined): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text) || (length !== undefined && text.length !== 2 * length)) return wrong(type, text)
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

function wrong(type: PrimitiveType, json: unknown): never {
  throw new DataError({ code: 'INVALID_DEFAULT', message: `${String(json)} is not a value of type ${typeName(type)}` })
}
