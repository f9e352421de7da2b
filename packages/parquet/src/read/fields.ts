import { ConfigError, didYouMean } from '@artemis/errors'
import type { ParquetMetadata } from '../metadata/types.js'
import { FIELD_ID_KEY } from '../metadata/types.js'
import type { ColumnSelector } from './types.js'

/** The index of a top-level field, or undefined when the file does not have it. */
export function findField(metadata: ParquetMetadata, selector: ColumnSelector): number | undefined {
  const { fields } = metadata.schema
  if (typeof selector === 'number') return selector >= 0 && selector < fields.length ? selector : undefined
  const id = typeof selector === 'string' ? undefined : String(selector.fieldId)
  const index = fields.findIndex((field) => (id === undefined ? field.name === selector : field.metadata?.[FIELD_ID_KEY] === id))
  return index === -1 ? undefined : index
}

/** The same, where an unknown field is the caller's mistake. */
export function requireField(metadata: ParquetMetadata, selector: ColumnSelector, file: string): number {
  const index = findField(metadata, selector)
  if (index !== undefined) return index
  const name = typeof selector === 'object' ? `with field id ${selector.fieldId}` : JSON.stringify(selector)
  const names = metadata.schema.fields.map((field) => field.name)
  throw new ConfigError({
    code: 'PARQUET_COLUMN_NOT_FOUND',
    message: `${file} has no column ${name}`,
    hint: typeof selector === 'string' ? didYouMean(selector, names) : undefined,
  })
}
