/** The Avro schemas of manifests and manifest lists that we write: format v2, with the field ids of the spec. */
import { unreachable } from '@artemis/errors'
import type { PartitionSpec } from '../model/partition.js'
import type { IcebergType, PrimitiveType } from '../model/type.js'
import { isPrimitive } from '../model/type.js'
import { sanitizedName } from './partition-types.js'

type Json = Readonly<Record<string, unknown>>

function required(id: number, name: string, type: unknown): Json {
  return { name, type, 'field-id': id }
}

function optional(id: number, name: string, type: unknown): Json {
  return { name, type: ['null', type], default: null, 'field-id': id }
}

function fieldMap(keyId: number, valueId: number, value: string): Json {
  return {
    type: 'array',
    logicalType: 'map',
    items: { type: 'record', name: `k${keyId}_v${valueId}`, fields: [required(keyId, 'key', 'int'), required(valueId, 'value', value)] },
  }
}

/** The schema of manifest entries for a spec whose fields have these result types. */
export function manifestEntrySchema(spec: PartitionSpec, partitionTypes: readonly (IcebergType | undefined)[]): Json {
  const partition = {
    type: 'record',
    name: 'r102',
    fields: spec.fields.map((field, i) => optional(field.fieldId, sanitizedName(field.name), avroTypeOf(partitionTypes[i], field.fieldId))),
  }
  const dataFile = {
    type: 'record',
    name: 'r2',
    fields: [
      required(134, 'content', 'int'),
      required(100, 'file_path', 'string'),
      required(101, 'file_format', 'string'),
      required(102, 'partition', partition),
      required(103, 'record_count', 'long'),
      required(104, 'file_size_in_bytes', 'long'),
      optional(108, 'column_sizes', fieldMap(117, 118, 'long')),
      optional(109, 'value_counts', fieldMap(119, 120, 'long')),
      optional(110, 'null_value_counts', fieldMap(121, 122, 'long')),
      optional(137, 'nan_value_counts', fieldMap(138, 139, 'long')),
      optional(125, 'lower_bounds', fieldMap(126, 127, 'bytes')),
      optional(128, 'upper_bounds', fieldMap(129, 130, 'bytes')),
      optional(131, 'key_metadata', 'bytes'),
      optional(132, 'split_offsets', { type: 'array', items: 'long', 'element-id': 133 }),
      optional(135, 'equality_ids', { type: 'array', items: 'int', 'element-id': 136 }),
      optional(140, 'sort_order_id', 'int'),
      optional(143, 'referenced_data_file', 'string'),
    ],
  }
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      required(0, 'status', 'int'),
      optional(1, 'snapshot_id', 'long'),
      optional(3, 'sequence_number', 'long'),
      optional(4, 'file_sequence_number', 'long'),
      required(2, 'data_file', dataFile),
    ],
  }
}

export const MANIFEST_LIST_SCHEMA: Json = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    required(500, 'manifest_path', 'string'),
    required(501, 'manifest_length', 'long'),
    required(502, 'partition_spec_id', 'int'),
    required(517, 'content', 'int'),
    required(515, 'sequence_number', 'long'),
    required(516, 'min_sequence_number', 'long'),
    required(503, 'added_snapshot_id', 'long'),
    required(504, 'added_files_count', 'int'),
    required(505, 'existing_files_count', 'int'),
    required(506, 'deleted_files_count', 'int'),
    required(512, 'added_rows_count', 'long'),
    required(513, 'existing_rows_count', 'long'),
    required(514, 'deleted_rows_count', 'long'),
    optional(507, 'partitions', {
      type: 'array',
      'element-id': 508,
      items: {
        type: 'record',
        name: 'r508',
        fields: [
          required(509, 'contains_null', 'boolean'),
          optional(518, 'contains_nan', 'boolean'),
          optional(510, 'lower_bound', 'bytes'),
          optional(511, 'upper_bound', 'bytes'),
        ],
      },
    }),
    optional(519, 'key_metadata', 'bytes'),
  ],
}

/** How Avro holds a partition value. Named types carry the field id, as Avro allows a name only once in a schema. */
function avroTypeOf(type: IcebergType | undefined, fieldId: number): unknown {
  if (type === undefined || !isPrimitive(type)) return 'string'
  return avroPrimitive(type, fieldId)
}

function avroPrimitive(type: PrimitiveType, fieldId: number): unknown {
  switch (type.kind) {
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'string':
      return type.kind
    case 'date':
      return { type: 'int', logicalType: 'date' }
    case 'time':
      return { type: 'long', logicalType: 'time-micros' }
    case 'timestamp':
    case 'timestamptz':
      return { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': type.kind === 'timestamptz' }
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return { type: 'long', logicalType: 'timestamp-nanos', 'adjust-to-utc': type.kind === 'timestamptz_ns' }
    case 'uuid':
      return { type: 'fixed', name: `uuid_${fieldId}`, size: 16, logicalType: 'uuid' }
    case 'fixed':
      return { type: 'fixed', name: `fixed_${fieldId}`, size: type.length }
    case 'decimal':
      return {
        type: 'fixed',
        name: `decimal_${fieldId}`,
        size: decimalSize(type.precision),
        logicalType: 'decimal',
        precision: type.precision,
        scale: type.scale,
      }
    case 'binary':
    case 'unknown':
    case 'variant':
    case 'geometry':
    case 'geography':
      return 'bytes'
    default:
      return unreachable(type, 'type')
  }
}

/** The fewest bytes that hold every unscaled value of a precision. */
export function decimalSize(precision: number): number {
  const largest = 10n ** BigInt(precision) - 1n
  let size = 1
  while (BigInt.asIntN(8 * size, largest) !== largest) size++
  return size
}
