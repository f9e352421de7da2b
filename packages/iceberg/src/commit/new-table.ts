/** The commit that creates a table. */
import { randomUUID } from 'node:crypto'
import { UNPARTITIONED_SPEC, UNSORTED_ORDER } from '../model/partition.js'
import type { PartitionSpec, SortOrder } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { highestFieldId } from '../model/schema.js'
import type { TableCommit } from './table-update.js'

export interface NewTable {
  /** Field ids are taken as they are; `schemaOf` makes schemas with ids from 1. */
  readonly schema: Schema
  readonly partitionSpec?: PartitionSpec
  readonly sortOrder?: SortOrder
  readonly properties?: Readonly<Record<string, string>>
  /** Where the table's folder is to be; by default the catalog chooses. */
  readonly location?: string
}

export function newTableCommit(table: NewTable, location: string): TableCommit {
  return {
    requirements: [{ kind: 'assert-create' }],
    updates: [
      { kind: 'assign-uuid', uuid: randomUUID() },
      { kind: 'upgrade-format-version', formatVersion: 2 },
      { kind: 'set-location', location },
      { kind: 'add-schema', schema: { ...table.schema, schemaId: 0 }, lastColumnId: highestFieldId(table.schema) },
      { kind: 'set-current-schema', schemaId: -1 },
      { kind: 'add-spec', spec: { ...(table.partitionSpec ?? UNPARTITIONED_SPEC), specId: 0 } },
      { kind: 'set-default-spec', specId: -1 },
      { kind: 'add-sort-order', sortOrder: table.sortOrder ?? UNSORTED_ORDER },
      { kind: 'set-default-sort-order', sortOrderId: -1 },
      { kind: 'set-properties', updates: table.properties ?? {} },
    ],
  }
}
