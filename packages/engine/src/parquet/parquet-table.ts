/** Parquet files as a table, without a catalog: columns by name, row groups and pages pruned by statistics. */

import type { Schema } from '@artemis/arrow'
import { typeEquals } from '@artemis/arrow'
import { ConfigError, DataError } from '@artemis/errors'
import type { BoundPredicate, FileIO, FileScanTask, IcebergCache, NestedField, Schema as IcebergSchema } from '@artemis/iceberg'
import { UNPARTITIONED_SPEC, alwaysTrue, and, bindPredicate, dataFile, icebergTypeOf, nestedField } from '@artemis/iceberg'
import type { ParquetFile, ParquetMetadata } from '@artemis/parquet'
import { readFooter } from '@artemis/parquet'
import type { Expression, FilterPushdown, ScanRequest, TableProvider, TableScan, TableStatistics } from '@artemis/plan'
import { sqlTypeName } from '@artemis/plan'
import { classifyFilter, translateFilter } from '../iceberg/pushdown.js'
import { projectSchema } from '../memory/projection.js'
import type { FileSource } from '../scan/artemis-scan.js'
import { ArtemisScan } from '../scan/artemis-scan.js'
import type { ColumnResolver } from '../scan/data-file-reader.js'
import { InputFileSource } from '../scan/input-file-source.js'

export class ParquetTable implements TableProvider {
  readonly schema: Schema
  readonly #io: FileIO
  readonly #cache: IcebergCache
  readonly #locations: readonly string[]
  readonly #rowCount: number | undefined
  /** Columns that predicates can test, under the id index + 1. */
  readonly #testable: IcebergSchema

  private constructor(schema: Schema, locations: readonly string[], rowCount: number | undefined, io: FileIO, cache: IcebergCache) {
    this.schema = schema
    this.#locations = locations
    this.#rowCount = rowCount
    this.#io = io
    this.#cache = cache
    this.#testable = testableSchema(schema)
  }

  /** Takes the schema of the first file. Throws an IoError or DataError when that cannot be read. */
  static async open(locations: readonly string[], io: FileIO, cache: IcebergCache): Promise<ParquetTable> {
    const [first] = locations
    if (first === undefined) throw new ConfigError({ code: 'NO_FILES', message: 'a Parquet table needs one file at least' })
    const source = await new InputFileSource(io, first, 0, () => undefined).open()
    try {
      const footer: ParquetMetadata = await readFooter(source)
      const fields = footer.schema.fields.map(({ name, type, nullable }) => ({ name, type, nullable }))
      return new ParquetTable({ fields }, locations, locations.length === 1 ? footer.rowCount : undefined, io, cache)
    } finally {
      await source.close()
    }
  }

  statistics(): TableStatistics {
    return this.#rowCount === undefined ? {} : { rowCount: { value: this.#rowCount, exact: true } }
  }

  supportsFiltersPushdown(filters: readonly Expression[]): FilterPushdown[] {
    return filters.map((filter) => classifyFilter(filter, (index) => this.#fieldId(index), [UNPARTITIONED_SPEC], this.#testable))
  }

  scan(request: ScanRequest): TableScan {
    const translated = request.filters.map((filter) => translateFilter(filter, (index) => this.#fieldId(index))?.predicate ?? alwaysTrue)
    const residual = bindPredicate(and(...translated), this.#testable)
    const versions = new Map<string, string>()
    const source: FileSource = {
      io: this.#io,
      cache: this.#cache,
      schema: this.#testable,
      exactRecordCounts: false,
      columns: (projection) => this.#columns(projection),
      fileVersion: (location) => versions.get(location) ?? '',
      plan: () => {
        // A filter that is never true is Exact, so it must be kept here: there are no bounds to test it by.
        const locations = residual.kind === 'alwaysFalse' ? [] : this.#locations
        return { tasks: this.#tasks(locations, residual, versions), report: { files: { kept: locations.length, total: this.#locations.length } } }
      },
    }
    return new ArtemisScan(source, projectSchema(this.schema, request.projection), request.projection, request.limit)
  }

  /** Anybody may rewrite such a file between two queries: its size and time tell whether what is cached of it still holds. */
  async *#tasks(locations: readonly string[], residual: BoundPredicate, versions: Map<string, string>): AsyncGenerator<readonly FileScanTask[], void, undefined> {
    for (const location of locations) {
      const found = await this.#io.stat(location)
      if (found !== undefined) versions.set(location, `@${found.modifiedMs}:${found.size}`)
      yield [fileTask(location, found?.size ?? 0, residual)]
    }
  }

  #fieldId(index: number): number | undefined {
    return this.#testable.fields.some((field) => field.id === index + 1) ? index + 1 : undefined
  }

  #columns(projection: readonly number[]): ColumnResolver {
    return {
      columnSources: (file) => projection.map((index) => ({ kind: 'file', index: this.#indexIn(file, index), conversion: { kind: 'none' } })),
      leafOf: (file, fieldId) => file.leafOf(this.schema.fields[fieldId - 1]!.name),
    }
  }

  /** A column's place in one of the files; all of them must agree with the first in the columns that are read. */
  #indexIn(file: ParquetFile, index: number): number {
    const wanted = this.schema.fields[index]!
    const found = file.fieldIndex(wanted.name)
    const name = file.source.name
    if (found === undefined) throw new DataError({ code: 'COLUMN_MISSING', message: `${name} has no column "${wanted.name}"` })
    const { type } = file.schema.fields[found]!
    if (typeEquals(type, wanted.type)) return found
    const message = `column "${wanted.name}" of ${name} is ${sqlTypeName(type)}, but ${sqlTypeName(wanted.type)} in the first file`
    throw new DataError({ code: 'COLUMN_TYPE_MISMATCH', message })
  }
}

function testableSchema(schema: Schema): IcebergSchema {
  const fields: NestedField[] = []
  schema.fields.forEach(({ name, type, nullable }, index) => {
    // Types that Iceberg does not have are read, but cannot be pruned by.
    if (TESTABLE.has(type.kind)) fields.push(nestedField({ id: index + 1, name, required: !nullable, type: icebergTypeOf(type, () => 0) }))
  })
  return { schemaId: 0, fields, identifierFieldIds: [] }
}

const TESTABLE = new Set(['bool', 'int32', 'int64', 'float32', 'float64', 'decimal', 'utf8', 'binary', 'date32', 'uuid'])

function fileTask(location: string, fileSizeInBytes: number, residual: BoundPredicate): FileScanTask {
  return {
    dataFile: dataFile({ content: 0, filePath: location, fileFormat: 'parquet', specId: 0, partition: [], recordCount: 0, fileSizeInBytes }),
    spec: UNPARTITIONED_SPEC,
    sequenceNumber: 0n,
    residual,
    positionDeletes: [],
    equalityDeletes: [],
    deletionVector: undefined,
  }
}
