/** Makes schemas for new tables from names and types, with ids assigned. */
import type { Schema } from '../model/schema.js'
import type { IcebergType, NestedField } from '../model/type.js'
import { nestedField } from '../model/type.js'
import { fieldsWithFreshIds } from './field-edit.js'
import { validateSchema } from './schema-update.js'

export interface ColumnInput {
  readonly name: string
  readonly type: IcebergType
  readonly required?: boolean
  readonly doc?: string
}

/** A schema with ids from 1 up: first all columns, then what lies within nested ones. Ids within the given types are replaced. */
export function schemaOf(columns: readonly ColumnInput[], options?: { readonly identifierFields?: readonly string[] }): Schema {
  let lastId = 0
  const fields: readonly NestedField[] = fieldsWithFreshIds(
    columns.map((column) => nestedField({ ...column, id: 0 })),
    () => ++lastId,
  )
  const identifierFieldIds = (options?.identifierFields ?? []).map((name) => fields.find((field) => field.name === name)?.id ?? 0)
  const schema: Schema = { schemaId: 0, fields, identifierFieldIds }
  validateSchema(schema)
  return schema
}
