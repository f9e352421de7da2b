/** The types of partition tuples, and their values as Avro holds them. */
import { DataError } from '@artemis/errors'
import type { ProjectedField } from '../avro/reader.js'
import type { Literal } from '../model/literal.js'
import type { PartitionSpec } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import type { TableMetadata } from '../model/table-metadata.js'
import type { IcebergType } from '../model/type.js'
import { transformResultType } from '../transform/transform.js'

const MICROS_PER_DAY = 86_400_000_000n

/**
 * The result type of each field of a spec, in its order. A source column that the current schema dropped is looked up in
 * the older ones, newest first; undefined when no schema has it.
 */
export function partitionTypesOf(metadata: TableMetadata, spec: PartitionSpec): readonly (IcebergType | undefined)[] {
  const current = metadata.schemas.find((schema) => schema.schemaId === metadata.currentSchemaId)
  const schemas = [...(current === undefined ? [] : [current]), ...metadata.schemas.toReversed()]
  return partitionTypesIn(schemas, spec)
}

export function partitionTypesIn(schemas: readonly Schema[], spec: PartitionSpec): readonly (IcebergType | undefined)[] {
  return spec.fields.map((field) => {
    for (const schema of schemas) {
      const source = fieldById(schema, field.sourceId)
      if (source !== undefined) return transformResultType(field.transform, source.field.type)
    }
    return undefined
  })
}

/** How to read the tuple of a spec: by field id; a field that the writer did not have is null. */
export function partitionProjection(spec: PartitionSpec): readonly ProjectedField[] {
  return spec.fields.map((field) => ({ fieldId: field.fieldId, name: sanitizedName(field.name), as: 'value' }))
}

/** Turns what the Avro reader gave into the literal of the field's type, widened when the column has been since. */
export function partitionLiteral(value: unknown, type: IcebergType | undefined): Literal {
  if (value === undefined || value === null) return null
  switch (type?.kind) {
    case 'long':
    case 'time':
      return typeof value === 'number' ? BigInt(value) : checked(value, typeof value === 'bigint')
    case 'timestamp':
    case 'timestamptz':
      return typeof value === 'number' ? BigInt(value) * MICROS_PER_DAY : checked(value, typeof value === 'bigint')
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return typeof value === 'number' ? BigInt(value) * MICROS_PER_DAY * 1000n : checked(value, typeof value === 'bigint')
    case 'int':
    case 'date':
      return typeof value === 'bigint' ? Number(value) : checked(value, typeof value === 'number')
    case 'float':
    case 'double':
      return checked(value, typeof value === 'number')
    case 'boolean':
      return checked(value, typeof value === 'boolean')
    case 'string':
      return checked(value, typeof value === 'string')
    case 'decimal':
      return checked(value, typeof value === 'bigint')
    case 'uuid':
      return typeof value === 'string' ? Uint8Array.from(Buffer.from(value.replaceAll('-', ''), 'hex')) : checked(value, value instanceof Uint8Array)
    case 'binary':
    case 'fixed':
      return checked(value, value instanceof Uint8Array)
    default:
      return checked(value, isLiteral(value))
  }
}

function isLiteral(value: unknown): value is Literal {
  const kind = typeof value
  return kind === 'boolean' || kind === 'number' || kind === 'bigint' || kind === 'string' || value instanceof Uint8Array
}

/** A tuple that does not fit the column's type comes of damaged metadata or of another table's manifest. */
function checked(value: unknown, fits: boolean): Literal {
  if (fits) return value as Literal
  throw new DataError({ code: 'INVALID_MANIFEST', message: `a partition tuple holds ${typeof value}` })
}

/** The name of a partition field in Avro, which only allows letters, digits and underscores (as Java's `AvroSchemaUtil.sanitize`). */
export function sanitizedName(name: string): string {
  let sanitized = ''
  for (let i = 0; i < name.length; i++) {
    const character = name[i]!
    if (/[A-Za-z_]/.test(character)) sanitized += character
    else if (/[0-9]/.test(character)) sanitized += i === 0 ? `_${character}` : character
    else sanitized += `_x${character.charCodeAt(0).toString(16).toUpperCase()}`
  }
  return sanitized
}
