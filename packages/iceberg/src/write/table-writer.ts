/** A data writer with everything taken from a table: its current schema, spec, order, properties and place. */
import type { FileIO } from '../io/file-io.js'
import { currentSchema, defaultSortOrder, defaultSpec } from '../metadata/lookup.js'
import type { TableMetadata } from '../model/table-metadata.js'
import { DataWriter } from './data-writer.js'

export interface TableWriterOptions {
  readonly targetFileBytes?: number | undefined
  readonly bufferBytes?: number | undefined
}

/** Opens a writer for rows of a table; the files that it returns go to `table.newAppend()` or another operation. */
export function dataWriterFor(
  table: { readonly io: FileIO; readonly metadata: TableMetadata },
  options: TableWriterOptions = {},
): DataWriter {
  const { io, metadata } = table
  return new DataWriter({
    io,
    location: metadata.location,
    schema: currentSchema(metadata),
    spec: defaultSpec(metadata),
    sortOrder: defaultSortOrder(metadata),
    properties: metadata.properties,
    targetFileBytes: options.targetFileBytes,
    bufferBytes: options.bufferBytes,
  })
}
