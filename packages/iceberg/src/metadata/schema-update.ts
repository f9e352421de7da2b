/**
 * Schema evolution (spec, "Schema Evolution"). Every change is by field id: a rename or a move never touches data, and a
 * dropped column's id is never used again.
 */
import { CatalogError, UnsupportedError, didYouMean } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { Schema, SchemaField } from '../model/schema.js'
import { allFields, fieldById, fieldByName } from '../model/schema.js'
import type { TableMetadata } from '../model/table-metadata.js'
import type { IcebergType, NestedField } from '../model/type.js'
import { isNested, nestedField, typeName } from '../model/type.js'
import { changeField, editSiblings, withFreshIds } from './field-edit.js'
import type { FieldChange } from './field-edit.js'
import { currentSchema, defaultSortOrder, defaultSpec } from './lookup.js'
import { canPromote, requiresV3 } from './type-promotion.js'

export interface AddColumnOptions {
  readonly doc?: string
  /** A required column needs a default (v3), as older rows have no value for it. */
  readonly required?: boolean
  /** v3: the value of existing rows, and the one a writer takes when it has none. */
  readonly default?: Literal
}

/** Where a moved column goes. */
export type ColumnPosition = 'first' | { readonly before: string } | { readonly after: string }

/** Collects changes to the current schema; each sees those before it. `apply` gives the result. */
export class SchemaUpdate {
  readonly #metadata: TableMetadata
  readonly #caseSensitive: boolean
  #schema: Schema
  #lastColumnId: number

  constructor(metadata: TableMetadata, options?: { readonly caseSensitive?: boolean }) {
    this.#metadata = metadata
    this.#caseSensitive = options?.caseSensitive ?? true
    this.#schema = currentSchema(metadata)
    this.#lastColumnId = metadata.lastColumnId
  }

  /** Adds a column at the end. A dotted name adds to the struct that its front names; ids within `type` are assigned anew. */
  addColumn(name: string, type: IcebergType, options?: AddColumnOptions): this {
    const { parent, leaf } = this.#splitNewName(name)
    if (options?.default !== undefined && this.#metadata.formatVersion < 3) {
      throw new UnsupportedError({
        code: 'UNSUPPORTED_DEFAULT',
        message: `column "${name}": default values need a table of format version 3`,
      })
    }
    if (requiresV3(type) && this.#metadata.formatVersion < 3) {
      throw new UnsupportedError({
        code: 'UNSUPPORTED_TYPE',
        message: `column "${name}": type ${typeName(type)} needs a table of format version 3`,
      })
    }
    if (options?.required === true && options.default === undefined) {
      throw refused(`column "${name}" cannot be required: the rows that exist have no value for it`, 'Add it as optional.')
    }
    const id = this.#nextId()
    const field = nestedField({
      id,
      name: leaf,
      type: withFreshIds(type, () => this.#nextId()),
      required: options?.required ?? false,
      doc: options?.doc,
      initialDefault: options?.default,
      writeDefault: options?.default,
    })
    return this.#setFields(
      editSiblings(this.#schema.fields, parent?.field.id, (siblings) => {
        requireFreeName(siblings, leaf, name)
        return [...siblings, field]
      }),
    )
  }

  renameColumn(name: string, newName: string): this {
    const { field, idPath } = this.#find(name)
    return this.#setFields(
      editSiblings(this.#schema.fields, parentOf(idPath), (siblings) => {
        requireFreeName(
          siblings.filter((sibling) => sibling.id !== field.id),
          newName,
          newName,
        )
        return siblings.map((sibling) => (sibling.id === field.id ? { ...sibling, name: newName } : sibling))
      }),
    )
  }

  /** Drops a column. One that the partition spec, the sort order or the identifier fields use must be freed first. */
  dropColumn(name: string): this {
    const { field, idPath } = this.#find(name)
    const dropped = new Set([...allFields(this.#schema)].filter((entry) => entry.idPath.includes(field.id)).map((entry) => entry.field.id))
    const user = this.#userOf(dropped)
    if (user !== undefined) throw refused(`column "${name}" cannot be dropped: ${user} uses it`, `Remove it from ${user} first.`)
    return this.#setFields(
      editSiblings(this.#schema.fields, parentOf(idPath), (siblings) => {
        const left = siblings.filter((sibling) => sibling.id !== field.id)
        if (left.length === siblings.length) throw refused(`"${name}" cannot be dropped: it is an element, a key or a value`)
        if (left.length === 0) throw refused(`column "${name}" cannot be dropped: it is the only one`)
        return left
      }),
    )
  }

  /** Widens a type: int to long, float to double, decimal to a larger precision; more in v3. */
  updateColumnType(name: string, type: IcebergType): this {
    const { field } = this.#find(name)
    if (isNested(field.type) || isNested(type) || !canPromote(field.type, type, this.#metadata.formatVersion)) {
      throw refused(
        `column "${name}" cannot change from ${typeName(field.type)} to ${typeName(type)}`,
        'int widens to long, float to double, decimal(P, S) to a larger P.',
      )
    }
    return this.#change(field.id, { type })
  }

  makeOptional(name: string): this {
    const { field } = this.#find(name)
    if (this.#schema.identifierFieldIds.includes(field.id)) throw refused(`column "${name}" identifies rows, so it stays required`)
    return this.#change(field.id, { required: false })
  }

  /** Makes a column required. Nothing checks the data that exists, so the caller says that it holds no null. */
  requireColumn(name: string, options: { readonly existingRowsHaveNoNull: true }): this {
    void options
    return this.#change(this.#find(name).field.id, { required: true })
  }

  updateDoc(name: string, doc: string | undefined): this {
    return this.#change(this.#find(name).field.id, { doc })
  }

  /** Moves a column among the fields of its own struct. */
  moveColumn(name: string, position: ColumnPosition): this {
    const { field, idPath } = this.#find(name)
    const reference = position === 'first' ? undefined : this.#find('before' in position ? position.before : position.after)
    if (reference !== undefined && (parentOf(reference.idPath) !== parentOf(idPath) || reference.field.id === field.id)) {
      throw refused(`column "${name}" cannot move next to "${reference.path}": it belongs to another struct`)
    }
    return this.#setFields(
      editSiblings(this.#schema.fields, parentOf(idPath), (siblings) => {
        const others = siblings.filter((sibling) => sibling.id !== field.id)
        const at = reference === undefined ? 0 : others.findIndex((sibling) => sibling.id === reference.field.id)
        const index = position !== 'first' && 'after' in position ? at + 1 : at
        return [...others.slice(0, index), field, ...others.slice(index)]
      }),
    )
  }

  /** Sets the columns that together identify a row: required, primitive, not floating, outside lists and maps. */
  setIdentifierFields(names: readonly string[]): this {
    const ids = names.map((name) => {
      const { field, repeated } = this.#find(name)
      const { kind } = field.type
      if (!field.required || repeated || isNested(field.type) || kind === 'float' || kind === 'double') {
        throw refused(`column "${name}" cannot identify rows: it must be required, primitive and not floating`)
      }
      return field.id
    })
    this.#schema = { ...this.#schema, identifierFieldIds: ids }
    return this
  }

  /** The new schema, not yet numbered, and the highest field id ever used. */
  apply(): { readonly schema: Schema; readonly lastColumnId: number } {
    return { schema: this.#schema, lastColumnId: this.#lastColumnId }
  }

  #change(id: number, change: FieldChange): this {
    return this.#setFields(changeField(this.#schema.fields, id, change))
  }

  #setFields(fields: readonly NestedField[]): this {
    this.#schema = { ...this.#schema, fields }
    return this
  }

  #nextId(): number {
    return ++this.#lastColumnId
  }

  #find(name: string): SchemaField {
    const found = fieldByName(this.#schema, name, { caseSensitive: this.#caseSensitive })
    if (found !== undefined) return found
    const names = [...allFields(this.#schema)].map((entry) => entry.path)
    throw new CatalogError({ code: 'COLUMN_NOT_FOUND', message: `the table has no column "${name}"`, hint: didYouMean(name, names) })
  }

  /** A name that exists up to its last dot is a path; otherwise the dots belong to the name itself. */
  #splitNewName(name: string): { readonly parent: SchemaField | undefined; readonly leaf: string } {
    const dot = name.lastIndexOf('.')
    const parent = dot === -1 ? undefined : fieldByName(this.#schema, name.slice(0, dot), { caseSensitive: this.#caseSensitive })
    if (parent === undefined) return { parent: undefined, leaf: name }
    if (!isNested(parent.field.type)) throw refused(`column "${name}" cannot be added: "${parent.path}" is no struct`)
    return { parent, leaf: name.slice(dot + 1) }
  }

  #userOf(ids: ReadonlySet<number>): string | undefined {
    const uses = (field: { readonly sourceId: number; readonly sourceIds: readonly number[] | undefined }) =>
      ids.has(field.sourceId) || (field.sourceIds?.some((id) => ids.has(id)) ?? false)
    if (defaultSpec(this.#metadata).fields.some((field) => field.transform.kind !== 'void' && uses(field))) return 'the partition spec'
    if (defaultSortOrder(this.#metadata).fields.some(uses)) return 'the sort order'
    if (this.#schema.identifierFieldIds.some((id) => ids.has(id))) return 'the identifier fields'
    return undefined
  }
}

/** Checks what a schema of a table must fulfil: unique ids, unique names within a struct, identifier fields that exist. */
export function validateSchema(schema: Schema): void {
  for (const { field, path } of allFields(schema)) {
    if (!Number.isInteger(field.id) || field.id < 1) throw refused(`column "${path}" has the field id ${field.id}`)
    if (field.type.kind === 'struct') requireUniqueNames(field.type.fields, path)
  }
  requireUniqueNames(schema.fields, 'the table')
  for (const id of schema.identifierFieldIds) {
    if (fieldById(schema, id) === undefined) throw refused(`identifier field ${id} is not in the schema`)
  }
}

function requireUniqueNames(fields: readonly NestedField[], where: string): void {
  const names = new Set<string>()
  for (const { name } of fields) {
    if (names.has(name)) throw refused(`${where} has two columns named "${name}"`)
    names.add(name)
  }
}

function requireFreeName(siblings: readonly NestedField[], leaf: string, name: string): void {
  if (siblings.some((sibling) => sibling.name === leaf)) {
    throw new CatalogError({ code: 'COLUMN_EXISTS', message: `the table already has a column "${name}"` })
  }
}

/** The id of the field that holds this one, or undefined at the root. */
function parentOf(idPath: readonly number[]): number | undefined {
  return idPath.at(-2)
}

function refused(message: string, hint?: string): CatalogError {
  return new CatalogError({ code: 'INVALID_SCHEMA_CHANGE', message, hint })
}
