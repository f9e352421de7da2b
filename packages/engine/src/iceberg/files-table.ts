/** `table.files`: the live data and delete files of the snapshot. */

import type { DataType, Scalar, Schema } from '@artemis/arrow'
import { binary, field, int32, int64, list, schema, struct, utf8 } from '@artemis/arrow'
import type { DataFile, ManifestEntry } from '@artemis/iceberg'
import { STATUS_DELETED, arrowTypeOf, partitionTypesOf } from '@artemis/iceberg'
import type { Row } from '../system/virtual-table.js'
import type { PinnedTable } from './pinned-table.js'
import { fieldMap, fieldMapType } from './scalar-maps.js'

/** The partition fields of all specs, by field id: the columns of the struct `partition`. */
export interface PartitionColumns {
  readonly type: DataType
  /** The values of a file of any spec, in the struct's order; null where its spec lacks the field. */
  values(file: DataFile): Scalar[]
}

export function partitionColumns({ table: { metadata } }: PinnedTable): PartitionColumns {
  const columns = new Map<number, { readonly name: string; readonly type: DataType }>()
  const positions = new Map<number, ReadonlyMap<number, number>>()
  for (const spec of metadata.partitionSpecs) {
    const types = partitionTypesOf(metadata, spec)
    positions.set(spec.specId, new Map(spec.fields.map((partitionField, i) => [partitionField.fieldId, i])))
    spec.fields.forEach((partitionField, i) => {
      const type = types[i]
      columns.set(partitionField.fieldId, { name: partitionField.name, type: type === undefined ? { kind: 'null' } : arrowTypeOf(type) })
    })
  }
  const ids = [...columns.keys()].toSorted((a, b) => a - b)
  return {
    type: struct(ids.map((id) => field(columns.get(id)!.name, columns.get(id)!.type))),
    values: (file) => {
      const position = positions.get(file.specId)
      return ids.map((id) => {
        const index = position?.get(id)
        // A field whose source column is in no schema any more has no type, so that its values cannot be told.
        return index === undefined || columns.get(id)!.type.kind === 'null' ? null : (file.partition[index] ?? null)
      })
    },
  }
}

export function filesSchema(pinned: PinnedTable): Schema {
  return schema([
    field('content', int32, false),
    field('file_path', utf8, false),
    field('file_format', utf8, false),
    field('spec_id', int32, false),
    field('partition', partitionColumns(pinned).type),
    field('record_count', int64, false),
    field('file_size_in_bytes', int64, false),
    field('column_sizes', fieldMapType(int64)),
    field('value_counts', fieldMapType(int64)),
    field('null_value_counts', fieldMapType(int64)),
    field('nan_value_counts', fieldMapType(int64)),
    field('lower_bounds', fieldMapType(binary)),
    field('upper_bounds', fieldMapType(binary)),
    field('key_metadata', binary),
    field('split_offsets', list(int64)),
    field('equality_ids', list(int32)),
    field('sort_order_id', int32),
  ])
}

export async function fileRows(pinned: PinnedTable): Promise<Row[]> {
  const partitions = partitionColumns(pinned)
  const count = (value: number): Scalar => BigInt(value)
  const bytes = (value: Uint8Array): Scalar => value
  return (await liveEntries(pinned)).map(({ dataFile: file }) => [
    file.content,
    file.filePath,
    file.fileFormat.toUpperCase(),
    file.specId,
    partitions.values(file),
    BigInt(file.recordCount),
    BigInt(file.fileSizeInBytes),
    fieldMap(file.columnSizes, count),
    fieldMap(file.valueCounts, count),
    fieldMap(file.nullValueCounts, count),
    fieldMap(file.nanValueCounts, count),
    fieldMap(file.lowerBounds, bytes),
    fieldMap(file.upperBounds, bytes),
    file.keyMetadata ?? null,
    file.splitOffsets?.map((offset) => BigInt(offset)) ?? null,
    file.equalityIds === undefined ? null : [...file.equalityIds],
    file.sortOrderId ?? null,
  ])
}

/** All entries of the snapshot's manifests that are not deleted, data files first. */
export async function liveEntries(pinned: PinnedTable): Promise<ManifestEntry[]> {
  const manifests = await pinned.manifests.manifests(undefined)
  const inOrder = [...manifests].sort((a, b) => Number(a.content === 'deletes') - Number(b.content === 'deletes'))
  const live: ManifestEntry[] = []
  for (const manifest of inOrder) {
    for (const entry of await pinned.manifests.entries(manifest, undefined)) if (entry.status !== STATUS_DELETED) live.push(entry)
  }
  return live
}
