/** Readable partition values and the folder names of data files, such as `mission_id=apollo-7/day=2024-03-15`. */
import { unreachable } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { PartitionSpec, Transform } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import { civilDate, dateText, floorDivide, pad, yearText } from './calendar.js'
import { isTimestamp, unitsPerHour } from './transform.js'

/** A partition value for people: `2024`, `2024-03`, `2024-03-15`, `2024-03-15-10`, bucket numbers, plain values; `null` for null. */
export function partitionValueText(transform: Transform, sourceType: IcebergType, value: Literal): string {
  if (value === null) return 'null'
  switch (transform.kind) {
    case 'year':
      return yearText((value as number) + 1970)
    case 'month': {
      const years = Math.floor((value as number) / 12)
      return `${yearText(years + 1970)}-${pad((value as number) - years * 12 + 1, 2)}`
    }
    case 'day':
      return dateText(value as number)
    case 'hour': {
      const days = Math.floor((value as number) / 24)
      return `${dateText(days)}-${pad((value as number) - days * 24, 2)}`
    }
    case 'bucket':
      return String(value)
    case 'identity':
    case 'truncate':
    case 'void':
    case 'unknown':
      return valueText(sourceType, value)
    default:
      return unreachable(transform, 'transform')
  }
}

/** One value as text that a person can read: ISO dates and times, plain decimals, hexadecimal uuids, base64 bytes. */
export function valueText(type: IcebergType, value: Literal): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'date':
      return dateText(value as number)
    case 'time':
      return timeOfDayText(value as bigint, 6)
    case 'decimal':
      return decimalText(value as bigint, type.scale)
    case 'uuid':
      return uuidText(value as Uint8Array)
    default:
      if (isTimestamp(type)) return timestampText(type, value as bigint)
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value)
  }
}

/** The folders of a partition, joined by `/`, each name and value escaped like a form field; empty for an unpartitioned spec. */
export function partitionPath(schema: Schema, spec: PartitionSpec, partition: readonly Literal[]): string {
  return spec.fields
    .map((field, i) => {
      const sourceType = fieldById(schema, field.sourceId)?.field.type ?? { kind: 'string' }
      return `${escapePath(field.name)}=${escapePath(partitionValueText(field.transform, sourceType, partition[i] ?? null))}`
    })
    .join('/')
}

/** Escapes as `application/x-www-form-urlencoded` does: letters, digits and `.-*_` stay, a space becomes `+`. */
function escapePath(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function timestampText(type: IcebergType, value: bigint): string {
  const nanoseconds = type.kind === 'timestamp_ns' || type.kind === 'timestamptz_ns'
  const perDay = unitsPerHour(type) * 24n
  const day = floorDivide(value, perDay)
  const { year, month, day: dayOfMonth } = civilDate(Number(day))
  const time = timeOfDayText(value - day * perDay, nanoseconds ? 9 : 6)
  const zone = type.kind === 'timestamptz' || type.kind === 'timestamptz_ns' ? '+00:00' : ''
  return `${yearText(year)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}T${time}${zone}`
}

/** `10:12:55` or, with a fraction, `10:12:55.038194`, of a time in units of 10^-digits seconds. */
function timeOfDayText(value: bigint, digits: number): string {
  const perSecond = 10n ** BigInt(digits)
  const seconds = Number(value / perSecond)
  const fraction = value % perSecond
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
  return fraction === 0n ? clock : `${clock}.${String(fraction).padStart(digits, '0')}`
}
