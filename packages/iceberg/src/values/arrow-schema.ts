/**
 * Iceberg schemas to Arrow schemas and back. The field id travels in the Arrow field's metadata under the key that
 * Parquet readers and writers of the Arrow family use.
 */
import type { DataType, Field, Schema as ArrowSchema } from '@artemis/arrow'
import { UnsupportedError } from '@artemis/errors'
import type { Schema } from '../model/schema.js'
import type { IcebergType, NestedField } from '../model/type.js'
import { nestedField, typeName } from '../model/type.js'

/** Metadata key of the field id, a decimal number as text. */
export const FIELD_ID_KEY = 'PARQUET:field_id'

/** The Arrow schema of an Iceberg schema: same order, names and nullability, field ids at every depth. */
export function arrowSchemaOf(schema: Schema | { readonly fields: readonly NestedField[] }): ArrowSchema {
  return { fields: schema.fields.map(arrowFieldOf) }
}

export function arrowFieldOf(field: NestedField): Field {
  return withId(field.name, arrowTypeOf(field.type), !field.required, field.id)
}

/** The Arrow type that holds an Iceberg type's values. Variant and geometry types are an {@link UnsupportedError}. */
export function arrowTypeOf(type: IcebergType): DataType {
  switch (type.kind) {
    case 'boolean':
      return { kind: 'bool' }
    case 'int':
      return { kind: 'int32' }
    case 'long':
      return { kind: 'int64' }
    case 'float':
      return { kind: 'float32' }
    case 'double':
      return { kind: 'float64' }
    case 'date':
      return { kind: 'date32' }
    case 'time':
      return { kind: 'time64' }
    case 'timestamp':
      return { kind: 'timestamp', unit: 'us', timezone: null }
    case 'timestamptz':
      return { kind: 'timestamp', unit: 'us', timezone: 'UTC' }
    case 'timestamp_ns':
      return { kind: 'timestamp', unit: 'ns', timezone: null }
    case 'timestamptz_ns':
      return { kind: 'timestamp', unit: 'ns', timezone: 'UTC' }
    case 'string':
      return { kind: 'utf8' }
    case 'uuid':
      return { kind: 'uuid' }
    case 'binary':
      return { kind: 'binary' }
    case 'unknown':
      return { kind: 'null' }
    case 'decimal':
      return { kind: 'decimal', precision: type.precision, scale: type.scale }
    case 'fixed':
      return { kind: 'fixed_size_binary', byteWidth: type.length }
    case 'struct':
      return { kind: 'struct', fields: type.fields.map(arrowFieldOf) }
    case 'list':
      return { kind: 'list', element: withId('element', arrowTypeOf(type.element), !type.elementRequired, type.elementId) }
    case 'map':
      return {
        kind: 'map',
        key: withId('key', arrowTypeOf(type.key), false, type.keyId),
        value: withId('value', arrowTypeOf(type.value), !type.valueRequired, type.valueId),
      }
    default:
      throw new UnsupportedError({
        code: 'UNSUPPORTED_ICEBERG_TYPE',
        message: `columns of the Iceberg type ${typeName(type)} cannot be read or written yet`,
      })
  }
}

/** The field id that an Arrow field carries, if any. */
export function fieldIdOf(field: Field): number | undefined {
  const text = field.metadata?.[FIELD_ID_KEY]
  if (text === undefined) return undefined
  const id = Number(text)
  return Number.isInteger(id) && id >= 0 ? id : undefined
}

/**
 * The Iceberg fields of an Arrow schema. Ids in the metadata are kept when every field has one; otherwise all fields get
 * fresh ids from 1, a level at a time as other writers number them.
 */
export function icebergFieldsOf(schema: ArrowSchema): readonly NestedField[] {
  const keep = schema.fields.every(hasIdsThroughout)
  const next = counter()
  return keep ? schema.fields.map((field) => convertField(field, fieldIdOf(field)!, takeOwnId)) : convertLevel(schema.fields, next)
}

/** Assigns the id of a nested field. */
type IdOf = (field: Field) => number

const takeOwnId: IdOf = (field) => fieldIdOf(field)!

function counter(): () => number {
  let last = 0
  return () => ++last
}

function convertLevel(fields: readonly Field[], next: () => number): NestedField[] {
  const ids = fields.map(() => next())
  return fields.map((field, i) => convertField(field, ids[i]!, next))
}

function convertField(field: Field, id: number, idOf: IdOf): NestedField {
  return nestedField({ id, name: field.name, required: !field.nullable, type: icebergTypeOf(field.type, idOf) })
}

/** The Iceberg type of an Arrow type; `idOf` numbers nested fields. Small integers widen to int or long. */
export function icebergTypeOf(type: DataType, idOf: IdOf): IcebergType {
  switch (type.kind) {
    case 'bool':
      return { kind: 'boolean' }
    case 'int8':
    case 'int16':
    case 'uint8':
    case 'uint16':
    case 'int32':
      return { kind: 'int' }
    case 'uint32':
    case 'int64':
      return { kind: 'long' }
    case 'float32':
      return { kind: 'float' }
    case 'float64':
      return { kind: 'double' }
    case 'decimal':
      return { kind: 'decimal', precision: type.precision, scale: type.scale }
    case 'utf8':
      return { kind: 'string' }
    case 'binary':
      return { kind: 'binary' }
    case 'fixed_size_binary':
      return { kind: 'fixed', length: type.byteWidth }
    case 'uuid':
      return { kind: 'uuid' }
    case 'date32':
      return { kind: 'date' }
    case 'time64':
      return { kind: 'time' }
    case 'timestamp':
      if (type.unit === 'ns') return { kind: type.timezone === null ? 'timestamp_ns' : 'timestamptz_ns' }
      return { kind: type.timezone === null ? 'timestamp' : 'timestamptz' }
    case 'list': {
      const elementId = idOf(type.element)
      return { kind: 'list', elementId, elementRequired: !type.element.nullable, element: icebergTypeOf(type.element.type, idOf) }
    }
    case 'struct': {
      const ids = type.fields.map(idOf)
      return { kind: 'struct', fields: type.fields.map((field, i) => convertField(field, ids[i]!, idOf)) }
    }
    case 'map': {
      const keyId = idOf(type.key)
      const valueId = idOf(type.value)
      const key = icebergTypeOf(type.key.type, idOf)
      return { kind: 'map', keyId, key, valueId, valueRequired: !type.value.nullable, value: icebergTypeOf(type.value.type, idOf) }
    }
    case 'null':
    case 'uint64':
    case 'interval':
      throw new UnsupportedError({
        code: 'UNSUPPORTED_ARROW_TYPE',
        message: `Iceberg has no type for the Arrow type ${type.kind}`,
        hint: type.kind === 'uint64' ? 'cast the column to decimal(20, 0) or to int64' : 'cast the column to another type',
      })
  }
}

function hasIdsThroughout(field: Field): boolean {
  if (fieldIdOf(field) === undefined) return false
  switch (field.type.kind) {
    case 'struct':
      return field.type.fields.every(hasIdsThroughout)
    case 'list':
      return hasIdsThroughout(field.type.element)
    case 'map':
      return hasIdsThroughout(field.type.key) && hasIdsThroughout(field.type.value)
    default:
      return true
  }
}

function withId(name: string, type: DataType, nullable: boolean, id: number): Field {
  return { name, type, nullable, metadata: { [FIELD_ID_KEY]: String(id) } }
}
