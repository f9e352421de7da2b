/** Edits within a tree of nested fields. Each returns new fields that share what did not change. */
import type { IcebergType, NestedField } from '../model/type.js'

/** Assigns new ids to every field within a type: all fields of one level first, then what lies within them. */
export function withFreshIds(type: IcebergType, nextId: () => number): IcebergType {
  switch (type.kind) {
    case 'struct':
      return { kind: 'struct', fields: fieldsWithFreshIds(type.fields, nextId) }
    case 'list': {
      const elementId = nextId()
      return { ...type, elementId, element: withFreshIds(type.element, nextId) }
    }
    case 'map': {
      const keyId = nextId()
      const valueId = nextId()
      return { ...type, keyId, valueId, key: withFreshIds(type.key, nextId), value: withFreshIds(type.value, nextId) }
    }
    default:
      return type
  }
}

export function fieldsWithFreshIds(fields: readonly NestedField[], nextId: () => number): readonly NestedField[] {
  const ids = fields.map(() => nextId())
  return fields.map((field, i) => ({ ...field, id: ids[i]!, type: withFreshIds(field.type, nextId) }))
}

/**
 * Edits the list of fields of one struct: the root's when `parentId` is undefined, else that of the struct field with
 * this id, or of the struct that is a list's element or a map's value.
 */
export function editSiblings(
  fields: readonly NestedField[],
  parentId: number | undefined,
  edit: (siblings: readonly NestedField[]) => readonly NestedField[],
): readonly NestedField[] {
  if (parentId === undefined) return edit(fields)
  return fields.map((field) => {
    const type = field.id === parentId ? editStructWithin(field.type, edit) : editSiblingsInType(field.type, parentId, edit)
    return type === field.type ? field : { ...field, type }
  })
}

function editSiblingsInType(
  type: IcebergType,
  parentId: number,
  edit: (siblings: readonly NestedField[]) => readonly NestedField[],
): IcebergType {
  switch (type.kind) {
    case 'struct':
      return { ...type, fields: editSiblings(type.fields, parentId, edit) }
    case 'list':
      return {
        ...type,
        element: type.elementId === parentId ? editStructWithin(type.element, edit) : editSiblingsInType(type.element, parentId, edit),
      }
    case 'map':
      return {
        ...type,
        value: type.valueId === parentId ? editStructWithin(type.value, edit) : editSiblingsInType(type.value, parentId, edit),
      }
    default:
      return type
  }
}

function editStructWithin(type: IcebergType, edit: (siblings: readonly NestedField[]) => readonly NestedField[]): IcebergType {
  switch (type.kind) {
    case 'struct':
      return { ...type, fields: edit(type.fields) }
    case 'list':
      return { ...type, element: editStructWithin(type.element, edit) }
    case 'map':
      return { ...type, value: editStructWithin(type.value, edit) }
    default:
      return type
  }
}

/** What an edit may change of a field. List elements and map values have only a type and requiredness. */
export interface FieldChange {
  readonly name?: string
  readonly required?: boolean
  readonly type?: IcebergType
  readonly doc?: string | undefined
}

/** Changes the field with this id at any depth. */
export function changeField(fields: readonly NestedField[], id: number, change: FieldChange): readonly NestedField[] {
  return fields.map((field) => {
    if (field.id === id) return { ...field, ...change }
    const type = changeWithin(field.type, id, change)
    return type === field.type ? field : { ...field, type }
  })
}

function changeWithin(type: IcebergType, id: number, change: FieldChange): IcebergType {
  switch (type.kind) {
    case 'struct':
      return { ...type, fields: changeField(type.fields, id, change) }
    case 'list':
      if (type.elementId !== id) return { ...type, element: changeWithin(type.element, id, change) }
      return { ...type, element: change.type ?? type.element, elementRequired: change.required ?? type.elementRequired }
    case 'map':
      if (type.valueId !== id) return { ...type, key: changeWithin(type.key, id, change), value: changeWithin(type.value, id, change) }
      return { ...type, value: change.type ?? type.value, valueRequired: change.required ?? type.valueRequired }
    default:
      return type
  }
}
