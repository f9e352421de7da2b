import type { DataType, Scalar } from '@artemis/arrow'
import { formatValue } from '@artemis/arrow'
import { sqlTypeName } from './coercion.js'

/**
 * A value as a SQL literal: numbers bare, text quoted, the rest typed: `DATE '2024-03-15'`. Unicode stays as it is. For
 * people: a bare number does not tell INTEGER from BIGINT or DOUBLE.
 */
export function formatLiteral(type: DataType, value: Scalar): string {
  if (value === null) return 'NULL'
  switch (type.kind) {
    case 'bool':
      return value === true ? 'TRUE' : 'FALSE'
    case 'utf8':
      return quoted(String(value))
    case 'date32':
    case 'time64':
    case 'interval':
    case 'uuid':
      return `${sqlTypeName(type)} ${quoted(formatValue(type, value))}`
    case 'timestamp':
      return `${type.timezone === null ? sqlTypeName(type) : 'TIMESTAMPTZ'} ${quoted(formatValue(type, value))}`
    case 'binary':
    case 'fixed_size_binary':
      return `X'${Buffer.from(value as Uint8Array).toString('hex')}'`
    case 'list':
    case 'struct':
    case 'map':
      return `${quoted(formatValue(type, value))}::${sqlTypeName(type)}`
    case 'float32':
    case 'float64':
      if (!Number.isFinite(value)) return `${quoted(formatValue(type, value))}::${sqlTypeName(type)}`
      if (Object.is(value, -0)) return '-0.0'
      return Number.isInteger(value) ? String(value) : formatValue(type, value)
    case 'decimal':
      return formatValue(type, value)
    default:
      return String(value)
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
