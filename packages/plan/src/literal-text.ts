import type { DataType, Scalar } from '@artemis/arrow'
import { sqlTypeName } from './coercion.js'

const MICROSECONDS = { s: 1_000_000n, ms: 1000n, us: 1n, ns: 1n }

/** A value as a SQL literal: numbers bare, text quoted, the rest typed: `DATE '2024-03-15'`. Unicode stays as it is. */
export function formatLiteral(type: DataType, value: Scalar): string {
  if (value === null) return 'NULL'
  switch (type.kind) {
    case 'bool':
      return value === true ? 'TRUE' : 'FALSE'
    case 'utf8':
      return quoted(String(value))
    case 'decimal':
      return decimalText(value as bigint, type.scale)
    case 'date32':
      return `DATE '${isoDate(Number(value))}'`
    case 'time64':
      return `TIME '${clock(value as bigint)}'`
    case 'timestamp': {
      const micros = type.unit === 'ns' ? floorDivide(value as bigint, 1000n) : (value as bigint) * MICROSECONDS[type.unit]
      const days = floorDivide(micros, 86_400_000_000n)
      const text = `${isoDate(Number(days))} ${clock(micros - days * 86_400_000_000n)}`
      return type.timezone === null ? `TIMESTAMP '${text}'` : `TIMESTAMPTZ '${text}+00'`
    }
    case 'binary':
    case 'fixed_size_binary':
    case 'uuid':
      return `X'${Buffer.from(value as Uint8Array).toString('hex')}'`
    case 'interval': {
      const { months, days, nanoseconds } = value as { months: number; days: number; nanoseconds: bigint }
      return `INTERVAL '${months} months ${days} days ${decimalText(nanoseconds, 9)} seconds'`
    }
    case 'list':
    case 'struct':
    case 'map':
      return `${sqlTypeName(type)} ${JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item))}`
    default:
      return Object.is(value, -0) ? '-0.0' : String(value)
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Civil date of a day number, proleptic Gregorian (H. Hinnant's days algorithms). */
function isoDate(days: number): string {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const pad = (value: number, width: number): string => String(value).padStart(width, '0')
  return `${year < 1 ? `${pad(1 - year, 4)}` : pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}${year < 1 ? ' (BC)' : ''}`
}

function clock(microseconds: bigint): string {
  const total = Number(microseconds)
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0')
  const seconds = Math.floor(total / 1_000_000)
  const fraction = total % 1_000_000
  const text = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
  return fraction === 0 ? text : `${text}.${pad(fraction, 6).replace(/0+$/, '')}`
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}
