/** Values as text, in the forms that DuckDB gives when it casts to VARCHAR. */

import { unreachable } from '@artemis/errors'
import { formatDate, formatInterval, formatTime, formatTimestamp } from './format-temporal.js'
import type { ZoneOffset } from './format-temporal.js'
import type { IntervalValue, Scalar } from './scalar.js'
import type { DataType, Field } from './types.js'

export interface FormatOptions {
  /** The zone that instants (timestamps with a time zone) are shown in; UTC when absent. */
  readonly zone?: ZoneOffset | undefined
}

const UTC: ZoneOffset = () => 0

/** The text of a value; `NULL` for a null. */
export function formatValue(type: DataType, value: Scalar, options: FormatOptions = {}): string {
  if (value === null) return 'NULL'
  switch (type.kind) {
    case 'null':
      return 'NULL'
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
      return String(value)
    case 'float32':
      return formatFloat32(value as number)
    case 'float64':
      return formatFloat64(value as number)
    case 'decimal':
      return formatDecimal(value as bigint, type.precision, type.scale)
    case 'utf8':
      return value as string
    case 'binary':
    case 'fixed_size_binary':
      return formatBytes(value as Uint8Array)
    case 'uuid':
      return formatUuid(value as Uint8Array)
    case 'date32':
      return formatDate(value as number)
    case 'time64':
      return formatTime(value as bigint)
    case 'timestamp':
      return formatTimestamp(value as bigint, type.unit, zoneOf(type, options))
    case 'interval':
      return formatInterval(value as IntervalValue)
    case 'list':
      return `[${(value as readonly Scalar[]).map((element) => formatNested(type.element.type, element, options)).join(', ')}]`
    case 'struct':
      return formatStruct(type.fields, value as readonly Scalar[], options)
    case 'map':
      return `{${(value as readonly (readonly Scalar[])[]).map((entry) => formatEntry(type.key, type.value, entry, options)).join(', ')}}`
    default:
      return unreachable(type, 'data type')
  }
}

/** The zone for a timestamp type: none for a wall-clock time. */
export function zoneOf(type: Extract<DataType, { kind: 'timestamp' }>, options: FormatOptions): ZoneOffset | null {
  return type.timezone === null ? null : (options.zone ?? UTC)
}

/** The fewest digits that read back as the same double: `1.0`, `0.1`, `1e+16`, `1e-05`, `inf`, `nan`. */
export function formatFloat64(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (size >= 1e16 || (size < 1e-4 && size > 0)) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

/**
 * The fewest digits that read back as the same 32-bit float. Two ties are written in full, as DuckDB does: a shorter
 * number just half way to the next float, and a value just half way between two shorter numbers.
 */
export function formatFloat32(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatFloat64(value)
  // Six digits always survive in a normal float, so fewer need no attempt; denormals have less precision.
  for (let digits = Math.abs(value) < 1.2e-38 ? 1 : 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    const beyond = value + (shorter - value) * (1 + 1e-7)
    if (Math.fround(beyond) !== value) {
      const halfWay = Math.fround(value + (shorter - value) * (1 - 1e-7)) === value
      if (halfWay) return formatFloat64(value)
      continue
    }
    const longer = value.toPrecision(digits + 1)
    return formatFloat64(longer.endsWith('5') && Number(longer) === value ? value : shorter)
  }
  return formatFloat64(Number(value.toPrecision(9)))
}

/** An unscaled decimal with its point. A type that is all fraction has no zero before the point, as in DuckDB. */
export function formatDecimal(unscaled: bigint, precision: number, scale: number): string {
  if (scale === 0) return String(unscaled)
  const negative = unscaled < 0n
  const digits = String(negative ? -unscaled : unscaled).padStart(precision === scale ? scale : scale + 1, '0')
  const point = digits.length - scale
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Printable ASCII as it is, other bytes, quotes and backslashes as `\xNN`. */
export function formatBytes(value: Uint8Array): string {
  let text = ''
  for (const byte of value) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x27 && byte !== 0x5c
    text += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}

export function formatUuid(value: Uint8Array): string {
  const hex = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function formatStruct(fields: readonly Field[], values: readonly Scalar[], options: FormatOptions): string {
  return `{${fields.map((f, i) => `${quote(f.name)}: ${formatNested(f.type, values[i] ?? null, options)}`).join(', ')}}`
}

function formatEntry(key: Field, value: Field, entry: readonly Scalar[], options: FormatOptions): string {
  return `${formatNested(key.type, entry[0] ?? null, options)}=${formatNested(value.type, entry[1] ?? null, options)}`
}

/** A value inside a list, struct or map: quoted where its text could be read as something else. */
function formatNested(type: DataType, value: Scalar, options: FormatOptions): string {
  const text = formatValue(type, value, options)
  if (value === null || type.kind === 'list' || type.kind === 'struct' || type.kind === 'map') return text
  const ambiguous = text === '' || /^\s|\s$|["'(),:=[\]{}]/.test(text) || text.toUpperCase() === 'NULL'
  return ambiguous ? quote(text) : text
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
