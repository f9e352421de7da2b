/** An Iceberg table as the engine reads it: classification of filters, statistics, scans, answers from metadata. */

import type { Scalar, Schema } from '@artemis/arrow'
import type { MetadataAggregate as IcebergAggregate, PartitionSpec, Predicate } from '@artemis/iceberg'
import { DeleteLoader, FileScan, aggregateFiles, alwaysTrue, and, currentSchema, fieldIdOf, nameMappingOf, planColumns, requireAsListed } from '@artemis/iceberg'
import type { Expression, FilterPushdown, MetadataAggregate, PinnedSnapshot, ScanRequest, TableProvider, TableScan, TableStatistics } from '@artemis/plan'
import { projectSchema } from '../memory/projection.js'
import type { FilePlan, FileSource } from '../scan/artemis-scan.js'
import type { ColumnResolver } from '../scan/data-file-reader.js'
import type { DeleteSource } from '../scan/row-deletes.js'
import { ArtemisScan } from '../scan/artemis-scan.js'
import type { PinnedTable } from './pinned-table.js'
import { pinTable, pinnedSnapshotOf } from './pinned-table.js'
import type { FieldIds } from './pushdown.js'
import { classifyFilter, fieldIdsOf, translateFilter } from './pushdown.js'

export class ArtemisTableProvider implements TableProvider {
  readonly schema: Schema
  readonly snapshot: PinnedSnapshot | undefined
  readonly pinned: PinnedTable
  readonly #fieldIds: FieldIds
  readonly #specs: readonly PartitionSpec[]

  /** `specs` are those that live files of the snapshot have: see {@link liveSpecs}. */
  constructor(pinned: PinnedTable, specs: readonly PartitionSpec[]) {
    this.pinned = pinned
    this.schema = pinned.arrowSchema
    this.snapshot = pinnedSnapshotOf(pinned)
    this.#fieldIds = fieldIdsOf(this.schema.fields, fieldIdOf)
    this.#specs = specs
  }

  /** The same snapshot in the table's schema of today: `artemis.projection_mode = 'current'`. */
  inCurrentSchema(): ArtemisTableProvider {
    const { table, cache, snapshot } = this.pinned
    return new ArtemisTableProvider(pinTable(table, cache, snapshot, currentSchema(table.metadata)), this.#specs)
  }

  statistics(): TableStatistics {
    const summary = this.pinned.snapshot?.summary
    const rows = summary?.['total-records']
    const bytes = summary?.['total-files-size']
    if (this.pinned.snapshot === undefined) return { rowCount: { value: 0, exact: true } }
    // A writer may leave the summary out, and deletes by equality are not counted in it.
    return {
      ...(rows === undefined ? {} : { rowCount: { value: Number(rows), exact: false } }),
      ...(bytes === undefined ? {} : { byteSize: { value: Number(bytes), exact: false } }),
    }
  }

  supportsFiltersPushdown(filters: readonly Expression[]): FilterPushdown[] {
    return filters.map((filter) => classifyFilter(filter, this.#fieldIds, this.#specs, this.pinned.schema))
  }

  scan(request: ScanRequest): TableScan {
    const { table, cache, schema } = this.pinned
    const predicate = this.#predicate(request.filters)
    const plan = (signal: AbortSignal): FilePlan => {
      const scan = this.#fileScan(predicate, signal)
      return {
        tasks: scan,
        get report() {
          return scan.report
        },
      }
    }
    const source: FileSource = { io: table.io, cache, schema, exactRecordCounts: true, columns: (projection) => this.#columns(projection), deletes: (signal) => this.#deletes(signal), plan }
    return new ArtemisScan(source, projectSchema(this.schema, request.projection), request.projection, request.limit)
  }

  async aggregateFromMetadata(aggregates: readonly MetadataAggregate[], filters: readonly Expression[]): Promise<readonly Scalar[] | undefined> {
    const wanted = aggregates.map((aggregate) => this.#icebergAggregate(aggregate))
    if (!wanted.every((aggregate) => aggregate !== undefined)) return undefined
    const tasks = await this.#fileScan(this.#predicate(filters)).collect()
    const values = aggregateFiles(tasks, wanted, this.pinned.schema)
    return values?.map((value, i) => (aggregates[i]!.function === 'count' ? BigInt(value as number) : value))
  }

  #columns(projection: readonly number[]): ColumnResolver {
    const { table, schema } = this.pinned
    const nameMapping = nameMappingOf(table.metadata)
    const fields = projection.map((index) => schema.fields[index]!)
    return {
      columnSources: (file, { spec, dataFile }) => {
        requireAsListed(dataFile, file.metadata.rowCount)
        return planColumns({ fields, fileSchema: file.schema, nameMapping, spec, partition: dataFile.partition, filePath: dataFile.filePath })
      },
      leafOf: (file, fieldId) => file.leafOf({ fieldId }),
    }
  }

  #deletes(signal: AbortSignal): DeleteSource {
    const { table, schema } = this.pinned
    const nameMapping = nameMappingOf(table.metadata)
    // Newest first: a delete may compare a column that has been dropped since.
    const loader = new DeleteLoader({ io: table.io, schemas: [schema, ...table.metadata.schemas.toReversed()], nameMapping, signal })
    return {
      loader,
      columnSources: (file, { spec, dataFile }, fieldIds) =>
        planColumns({
          fields: fieldIds.map((id) => loader.fieldOf(id)),
          fileSchema: file.schema,
          nameMapping,
          spec,
          partition: dataFile.partition,
          filePath: dataFile.filePath,
        }),
    }
  }

  #fileScan(predicate: Predicate, signal?: AbortSignal): FileScan {
    const { table, snapshot, schema, manifests } = this.pinned
    return new FileScan({
      source: manifests,
      snapshotId: snapshot?.snapshotId,
      schema,
      specs: table.metadata.partitionSpecs,
      predicate,
      ordered: false,
      signal,
    })
  }

  /** The conjunction of filters that were all classified Exact or Inexact. */
  #predicate(filters: readonly Expression[]): Predicate {
    const translated = filters.map((filter) => translateFilter(filter, this.#fieldIds)?.predicate ?? alwaysTrue)
    return and(...translated)
  }

  #icebergAggregate(aggregate: MetadataAggregate): IcebergAggregate | undefined {
    if (aggregate.column === null) return { kind: 'count' }
    const fieldId = this.#fieldIds(aggregate.column)
    if (fieldId === undefined) return undefined
    return aggregate.function === 'count' ? { kind: 'countNonNull', fieldId } : { kind: aggregate.function, fieldId }
  }
}

/** The specs that the live data files of a snapshot were written under; the default spec when it has none. */
export async function liveSpecs(pinned: PinnedTable): Promise<readonly PartitionSpec[]> {
  const { metadata } = pinned.table
  const manifests = await pinned.manifests.manifests(undefined)
  const ids = new Set(manifests.filter((manifest) => manifest.content === 'data').map((manifest) => manifest.partitionSpecId))
  if (ids.size === 0) ids.add(metadata.defaultSpecId)
  return metadata.partitionSpecs.filter((spec) => ids.has(spec.specId))
}

