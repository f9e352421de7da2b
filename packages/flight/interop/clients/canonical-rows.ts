/**
 * Values as every client can write them, so that results compare exactly whatever holds them: a cell is null or a text.
 * Integers, days, and microseconds (or a type's own unit) in decimal; floats by their bits as a double; decimals with all
 * their digits; bytes in hex; nested values as arrays of cells.
 */
import type { Batch, DataType, IntervalValue, Scalar } from '@artemis/arrow'
import { scalarAt } from '@artemis/arrow'

export type Cell = null | string | readonly Cell[]
export type CanonicalRow = readonly Cell[]

export async function canonicalRows(batches: AsyncIterable<Batch>): Promise<CanonicalRow[]> {
  const rows: CanonicalRow[] = []
  for await (const batch of batches) {
    const columns = batch.schema.fields.map((_, index) => batch.column(index))
    for (let row = 0; row < batch.rowCount; row++) rows.push(columns.map((column) => cell(column.type, scalarAt(column, row))))
  }
  return rows
}

export function cell(type: DataType, value: Scalar): Cell {
  if (value === null) return null
  switch (type.kind) {
    case 'float32':
    case 'float64':
      return floatBits(value as number)
    case 'decimal':
      return decimalText(value as bigint, type.scale)
    case 'binary':
    case 'fixed_size_binary':
    case 'uuid':
      return Buffer.from(value as Uint8Array).toString('hex')
    case 'interval': {
      const { months, days, nanoseconds } = value as IntervalValue
      return `${months} ${days} ${nanoseconds}`
    }
    case 'list':
      return (value as readonly Scalar[]).map((element) => cell(type.element.type, element))
    case 'struct':
      return (value as readonly Scalar[]).map((element, index) => cell(type.fields[index]!.type, element))
    case 'map':
      return (value as readonly (readonly Scalar[])[]).map(([key, item]) => [cell(type.key.type, key!), cell(type.value.type, item!)])
    default:
      return String(value)
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? '.' : ''}${digits.slice(point)}`
}

export function floatBits(value: number): string {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return view.getBigUint64(0).toString(16).padStart(16, '0')
}

/** A type as pyarrow writes it. */
export function pyarrowType(type: DataType): string {
  switch (type.kind) {
    case 'float32':
      return 'float'
    case 'float64':
      return 'double'
    case 'utf8':
      return 'string'
    case 'decimal':
      return `decimal128(${type.precision}, ${type.scale})`
    case 'fixed_size_binary':
      return `fixed_size_binary[${type.byteWidth}]`
    case 'uuid':
      return 'extension<arrow.uuid>'
    case 'date32':
      return 'date32[day]'
    case 'time64':
      return 'time64[us]'
    case 'timestamp':
      return type.timezone === null ? `timestamp[${type.unit}]` : `timestamp[${type.unit}, tz=${type.timezone}]`
    case 'interval':
      return 'month_day_nano_interval'
    case 'list':
      return `list<${type.element.name}: ${pyarrowType(type.element.type)}${type.element.nullable ? '' : ' not null'}>`
    case 'struct':
      return `struct<${type.fields.map((f) => `${f.name}: ${pyarrowType(f.type)}${f.nullable ? '' : ' not null'}`).join(', ')}>`
    case 'map':
      return `map<${pyarrowType(type.key.type)}, ${pyarrowType(type.value.type)}>`
    default:
      return type.kind
  }
}
