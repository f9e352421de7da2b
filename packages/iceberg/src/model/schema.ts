/** A table schema and its lookups. Lookups are indexed once per schema object, so they are cheap to repeat. */
import { DataError } from '@artemis/errors'
import type { IcebergType, NestedField } from './type.js'

export interface Schema {
  readonly schemaId: number
  readonly fields: readonly NestedField[]
  readonly identifierFieldIds: readonly number[]
}

/**
 * A field found in a schema. List elements and map keys and values appear as fields named `element`, `key` and `value`,
 * as the spec names them.
 */
export interface SchemaField {
  readonly field: NestedField
  /** The dotted name from the root, such as `location.latitude` or `points.element.x`. */
  readonly path: string
  /** Field ids from the root down to the field itself. */
  readonly idPath: readonly number[]
  /** Whether the field lies within a list or a map, so that a row holds any number of its values. */
  readonly repeated: boolean
}

interface SchemaIndex {
  readonly byId: ReadonlyMap<number, SchemaField>
  readonly byName: ReadonlyMap<string, SchemaField>
  readonly byLowerName: ReadonlyMap<string, SchemaField | 'ambiguous'>
}

const indexes = new WeakMap<Schema, SchemaIndex>()

/** The field with this id at any depth. */
export function fieldById(schema: Schema, id: number): SchemaField | undefined {
  return indexOf(schema).byId.get(id)
}

/**
 * The field with this dotted name at any depth. When `caseSensitive` is false an exact match still wins, and a name that
 * only matches several fields in other cases is an error.
 */
export function fieldByName(schema: Schema, name: string, options?: { readonly caseSensitive?: boolean }): SchemaField | undefined {
  const index = indexOf(schema)
  const exact = index.byName.get(name)
  if (exact !== undefined || options?.caseSensitive !== false) return exact
  const found = index.byLowerName.get(name.toLowerCase())
  if (found === 'ambiguous') {
    throw new DataError({ code: 'AMBIGUOUS_COLUMN', message: `column "${name}" matches several columns that differ only in case` })
  }
  return found
}

/** Every field at every depth, parents before children. */
export function allFields(schema: Schema): Iterable<SchemaField> {
  return indexOf(schema).byId.values()
}

/** The highest field id of a schema, or 0 when it has no field. */
export function highestFieldId(schema: { readonly fields: readonly NestedField[] }): number {
  let highest = 0
  visitFields(schema.fields, '', [], false, (entry) => {
    highest = Math.max(highest, entry.field.id)
  })
  return highest
}

function indexOf(schema: Schema): SchemaIndex {
  let index = indexes.get(schema)
  if (index === undefined) {
    index = buildIndex(schema)
    indexes.set(schema, index)
  }
  return index
}

function buildIndex(schema: Schema): SchemaIndex {
  const byId = new Map<number, SchemaField>()
  const byName = new Map<string, SchemaField>()
  const byLowerName = new Map<string, SchemaField | 'ambiguous'>()
  visitFields(schema.fields, '', [], false, (entry) => {
    if (byId.has(entry.field.id)) {
      throw new DataError({ code: 'DUPLICATE_FIELD_ID', message: `schema ${schema.schemaId} has two fields with id ${entry.field.id}` })
    }
    byId.set(entry.field.id, entry)
    byName.set(entry.path, entry)
    const lower = entry.path.toLowerCase()
    byLowerName.set(lower, byLowerName.has(lower) ? 'ambiguous' : entry)
  })
  return { byId, byName, byLowerName }
}

function visitFields(
  fields: readonly NestedField[],
  prefix: string,
  parents: readonly number[],
  repeated: boolean,
  visit: (entry: SchemaField) => void,
): void {
  for (const field of fields) {
    const path = prefix === '' ? field.name : `${prefix}.${field.name}`
    const idPath = [...parents, field.id]
    visit({ field, path, idPath, repeated })
    visitType(field.type, path, idPath, repeated, visit)
  }
}

function visitType(
  type: IcebergType,
  path: string,
  idPath: readonly number[],
  repeated: boolean,
  visit: (entry: SchemaField) => void,
): void {
  if (type.kind === 'struct') visitFields(type.fields, path, idPath, repeated, visit)
  else if (type.kind === 'list' || type.kind === 'map') visitFields(childFields(type), path, idPath, true, visit)
}

/** The children of a nested type as fields; lists and maps give `element`, `key` and `value`. Primitives have none. */
export function childFields(type: IcebergType): readonly NestedField[] {
  switch (type.kind) {
    case 'struct':
      return type.fields
    case 'list':
      return [syntheticField(type.elementId, 'element', type.elementRequired, type.element)]
    case 'map':
      return [syntheticField(type.keyId, 'key', true, type.key), syntheticField(type.valueId, 'value', type.valueRequired, type.value)]
    default:
      return []
  }
}

function syntheticField(id: number, name: string, required: boolean, type: IcebergType): NestedField {
  return { id, name, required, type, doc: undefined, initialDefault: undefined, writeDefault: undefined }
}
