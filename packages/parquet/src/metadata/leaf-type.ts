import type { DataType, TimeUnit } from '@artemis/arrow'
import {
  binary,
  bool,
  date32,
  decimal,
  fixedSizeBinary,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  interval,
  nullType,
  time64,
  timestamp,
  timestamptz,
  uint16,
  uint32,
  uint64,
  uint8,
  utf8,
  uuid,
} from '@artemis/arrow'
import type { RawLogicalType, RawSchemaElement } from './raw.js'
import type { PhysicalType } from './types.js'

const CONVERTED: readonly RawLogicalType[] = [
  { kind: 'string' },
  { kind: 'map' },
  { kind: 'map' },
  { kind: 'list' },
  { kind: 'enum' },
  { kind: 'decimal', scale: 0, precision: 0 },
  { kind: 'date' },
  { kind: 'time', utc: true, unit: 'ms' },
  { kind: 'time', utc: true, unit: 'us' },
  { kind: 'timestamp', utc: true, unit: 'ms' },
  { kind: 'timestamp', utc: true, unit: 'us' },
  { kind: 'integer', bitWidth: 8, signed: false },
  { kind: 'integer', bitWidth: 16, signed: false },
  { kind: 'integer', bitWidth: 32, signed: false },
  { kind: 'integer', bitWidth: 64, signed: false },
  { kind: 'integer', bitWidth: 8, signed: true },
  { kind: 'integer', bitWidth: 16, signed: true },
  { kind: 'integer', bitWidth: 32, signed: true },
  { kind: 'integer', bitWidth: 64, signed: true },
  { kind: 'json' },
  { kind: 'bson' },
]
const CONVERTED_INTERVAL = 21
const MAX_PRECISION = 38

export interface LeafType {
  readonly type: DataType
  /** The unit of TIME values in the file. */
  readonly timeUnit: TimeUnit | undefined
  readonly unsupported: string | undefined
}

/**
 * The Arrow type of a leaf. An annotation that does not fit the physical type is ignored, as the format asks; a type
 * that we cannot represent keeps its physical type and says so in `unsupported`.
 */
export function leafType(raw: RawSchemaElement, physical: PhysicalType): LeafType {
  const logical = raw.logicalType ?? (raw.convertedType === undefined ? undefined : CONVERTED[raw.convertedType])
  if (logical?.kind === 'decimal') return decimalType(raw, physical, logical)
  const type = annotatedType(raw, physical, logical) ?? plainType(raw, physical)
  return { type, timeUnit: logical?.kind === 'time' && type.kind === 'time64' ? logical.unit : undefined, unsupported: undefined }
}

function decimalType(raw: RawSchemaElement, physical: PhysicalType, logical: RawLogicalType & { kind: 'decimal' }): LeafType {
  const precision = logical.precision === 0 ? raw.precision : logical.precision
  const scale = logical.precision === 0 ? raw.scale : logical.scale
  const plain = plainType(raw, physical)
  if (physical === 'BOOLEAN' || physical === 'FLOAT' || physical === 'DOUBLE' || physical === 'INT96')
    return { type: plain, timeUnit: undefined, unsupported: undefined }
  const unsupported = `DECIMAL(${precision}, ${scale})`
  if (precision > MAX_PRECISION || precision < 1 || scale < 0 || scale > precision) return { type: plain, timeUnit: undefined, unsupported }
  return { type: decimal(precision, scale), timeUnit: undefined, unsupported: undefined }
}

function annotatedType(raw: RawSchemaElement, physical: PhysicalType, logical: RawLogicalType | undefined): DataType | undefined {
  switch (physical) {
    case 'INT32':
      if (logical?.kind === 'date') return date32
      if (logical?.kind === 'time' && logical.unit === 'ms') return time64
      if (logical?.kind === 'integer') return integerType(logical.bitWidth, logical.signed)
      return logical?.kind === 'unknown' ? nullType : undefined
    case 'INT64':
      if (logical?.kind === 'timestamp') return logical.utc ? timestamptz(logical.unit) : timestamp(logical.unit)
      if (logical?.kind === 'time' && logical.unit !== 'ms') return time64
      if (logical?.kind === 'integer' && logical.bitWidth === 64) return logical.signed ? int64 : uint64
      return logical?.kind === 'unknown' ? nullType : undefined
    case 'BYTE_ARRAY':
      if (logical?.kind === 'string' || logical?.kind === 'enum' || logical?.kind === 'json') return utf8
      return logical?.kind === 'unknown' ? nullType : undefined
    case 'FIXED_LEN_BYTE_ARRAY':
      if (logical?.kind === 'uuid' && raw.typeLength === 16) return uuid
      if (logical?.kind === 'float16' && raw.typeLength === 2) return float32
      if (raw.convertedType === CONVERTED_INTERVAL && raw.typeLength === 12) return interval
      return logical?.kind === 'unknown' ? nullType : undefined
    default:
      return logical?.kind === 'unknown' ? nullType : undefined
  }
}

function integerType(bitWidth: number, signed: boolean): DataType | undefined {
  if (bitWidth === 8) return signed ? int8 : uint8
  if (bitWidth === 16) return signed ? int16 : uint16
  if (bitWidth === 32) return signed ? int32 : uint32
  return undefined
}

function plainType(raw: RawSchemaElement, physical: PhysicalType): DataType {
  switch (physical) {
    case 'BOOLEAN':
      return bool
    case 'INT32':
      return int32
    case 'INT64':
      return int64
    case 'INT96':
      // Impala's and Spark's old timestamps: a Julian day and nanoseconds of the day, in no zone that the file tells.
      return timestamp('ns')
    case 'FLOAT':
      return float32
    case 'DOUBLE':
      return float64
    case 'BYTE_ARRAY':
      return binary
    case 'FIXED_LEN_BYTE_ARRAY':
      return fixedSizeBinary(raw.typeLength)
  }
}
