// Model
export type { Literal } from './model/literal.js'
export { isNested, isPrimitive, nestedField, typeEquals, typeName } from './model/type.js'
export type {
  DecimalType,
  FixedType,
  GeographyType,
  GeometryType,
  IcebergType,
  ListType,
  MapType,
  NestedField,
  NestedType,
  PrimitiveType,
  SimpleKind,
  SimpleType,
  StructType,
} from './model/type.js'
export { allFields, childFields, fieldById, fieldByName, highestFieldId } from './model/schema.js'
export type { Schema, SchemaField } from './model/schema.js'
export {
  FIRST_PARTITION_FIELD_ID,
  UNPARTITIONED_SPEC,
  UNSORTED_ORDER,
  isUnpartitioned,
  parseTransform,
  transformText,
} from './model/partition.js'
export type { PartitionField, PartitionSpec, SortField, SortOrder, Transform } from './model/partition.js'
export { MAIN_BRANCH } from './model/snapshot.js'
export type { MetadataLogEntry, Snapshot, SnapshotLogEntry, SnapshotRef } from './model/snapshot.js'
export type { FormatVersion, StatisticsFile, TableMetadata } from './model/table-metadata.js'
export {
  DATA_CONTENT,
  EQUALITY_DELETES_CONTENT,
  POSITION_DELETES_CONTENT,
  STATUS_ADDED,
  STATUS_DELETED,
  STATUS_EXISTING,
  dataFile,
} from './model/manifest.js'
export type {
  DataFile,
  DataFileContent,
  DataFileInput,
  FieldMap,
  FieldSummary,
  ManifestContent,
  ManifestEntry,
  ManifestEntryStatus,
  ManifestFile,
} from './model/manifest.js'

// Storage
export type { FileIO, FileStat, InputFile, OpenOptions, OutputFile } from './io/file-io.js'
export { localFileIO } from './io/local-file-io.js'
export type { LocalFileIOOptions } from './io/local-file-io.js'
export { MemoryFileIO, injectedFault } from './io/memory-file-io.js'
export type { FaultInjector, FileOperation, MemoryFileIOOptions } from './io/memory-file-io.js'
export { relocatedFileIO } from './io/relocated-file-io.js'
export { canonicalLocation, fileNameOf, joinLocation, localPath, parentLocation, schemeOf } from './io/location.js'
export { isFileNotFound } from './io/failure.js'
export { IcebergCache } from './io/iceberg-cache.js'
export type { CacheStatistics, IcebergCacheOptions, Weighted } from './io/iceberg-cache.js'

// Metadata
export { parseTableMetadata, serializeTableMetadata } from './metadata/metadata-json.js'
export { schemaFromJson, schemaToJson, typeFromJson, typeToJson } from './metadata/schema-json.js'
export {
  ancestorsOf,
  currentSchema,
  currentSnapshot,
  defaultSortOrder,
  defaultSpec,
  findSnapshot,
  refByName,
  schemaById,
  schemaOfSnapshot,
  snapshotAsOf,
  snapshotById,
  snapshotByRef,
  specById,
} from './metadata/lookup.js'
export { NAME_MAPPING_PROPERTY, nameMappingOf, nameMappingOfSchema, parseNameMapping, serializeNameMapping } from './metadata/name-mapping.js'
export type { MappedField, NameMapping } from './metadata/name-mapping.js'
export { schemaOf } from './metadata/new-schema.js'
export type { ColumnInput } from './metadata/new-schema.js'
export { SchemaUpdate, validateSchema } from './metadata/schema-update.js'
export type { AddColumnOptions, ColumnPosition } from './metadata/schema-update.js'
export { SpecUpdate, partitionSpecOf, sortOrderOf } from './metadata/spec-update.js'
export type { PartitionFieldInput, SortFieldInput } from './metadata/spec-update.js'
export { canPromote } from './metadata/type-promotion.js'

// Manifests
export { loadManifest, loadManifestList } from './manifest/load.js'
export type { ManifestSource } from './manifest/load.js'
export { partitionTypesOf } from './manifest/partition-types.js'

// Commits
export { applyUpdates } from './commit/apply-updates.js'
export { checkRequirements } from './commit/requirements.js'
export {
  COMMIT_CONFLICT,
  COMMIT_RETRIES_EXHAUSTED,
  COMMIT_STATE_UNKNOWN,
  COMMIT_VALIDATION_FAILED,
  isCommitFailure,
} from './commit/failure.js'
export type { TableCommit, TableRequirement, TableUpdate } from './commit/table-update.js'
export type { NewTable } from './commit/new-table.js'
export { SYSTEM_ENVIRONMENT } from './commit/retry.js'
export type { CommitEnvironment, CommitOptions, CommitTarget } from './commit/retry.js'
export { AppendFiles, OverwriteFiles, RewriteFiles, RowDelta } from './commit/operations.js'
export { ManageSnapshots } from './commit/manage-snapshots.js'
export type { RefRetention } from './commit/manage-snapshots.js'
export { retainedSnapshots } from './commit/retained-snapshots.js'
export type { ExpireOptions, ExpireResult } from './commit/expire-snapshots.js'

// Catalogs and tables
export { identifierText } from './catalog/catalog.js'
export type { Catalog, CatalogOptions, LoadedMetadata, Namespace, TableIdentifier } from './catalog/catalog.js'
export { FilesystemCatalog } from './catalog/filesystem-catalog.js'
export type { FilesystemCatalogOptions } from './catalog/filesystem-catalog.js'
export { openSqliteCatalog } from './catalog/sqlite-catalog.js'
export type { SqliteCatalogOptions } from './catalog/sqlite-catalog.js'
export { hasSqlite } from './catalog/sqlite-database.js'
export { openStaticTable } from './catalog/static-table.js'
export { Table } from './table/table.js'
export type { TableOperations, TableOptions } from './table/table.js'

// Values and Arrow schemas
export { comparatorOf, compareBytes, compareFloats, compareStrings, hasOrder } from './values/compare.js'
export type { Value, ValueComparator } from './values/compare.js'
export { decodeSingleValue, encodeSingleValue, hasSingleValue } from './values/single-value.js'
export { truncateBytesLower, truncateBytesUpper, truncateStringLower, truncateStringUpper } from './values/truncate-bound.js'
export { arrowFieldOf, arrowSchemaOf, arrowTypeOf, fieldIdOf, icebergFieldsOf, icebergTypeOf } from './values/arrow-schema.js'
export { literalAt } from './values/vector-values.js'

// Transforms
export { applyTransform, bucketHash, canTransform, transformResultType } from './transform/transform.js'
export { transformColumn } from './transform/column-transform.js'
export { partitionPath, partitionValueText, valueText } from './transform/partition-path.js'

// Predicates
export {
  alwaysFalse,
  alwaysTrue,
  and,
  compare,
  eq,
  gt,
  gtEq,
  isIn,
  isLeaf,
  isNaN,
  isNull,
  lt,
  ltEq,
  mapLeaves,
  negateLeaf,
  not,
  notEq,
  notIn,
  notNaN,
  notNull,
  notStartsWith,
  or,
  predicateFieldIds,
  rewriteNot,
  startsWith,
} from './predicate/predicate.js'
export type {
  BoundPredicate,
  Comparison,
  ComparisonOperator,
  Constant,
  Leaf,
  OrderOperator,
  Predicate,
  PrefixTest,
  SetMembership,
  UnaryTest,
} from './predicate/predicate.js'
export { bindPredicate } from './predicate/bind.js'
export { classifyPredicate, isExactLeaf } from './predicate/classify.js'
export type { PushdownClass } from './predicate/classify.js'
export { predicateText } from './predicate/predicate-text.js'
export { mayMatch, mayMatchAny, unknownRange } from './predicate/value-range.js'
export type { ValueRange } from './predicate/value-range.js'
export { compileMetricsReducer, fileRange } from './predicate/file-metrics.js'
export type { FileReducer } from './predicate/file-metrics.js'
export { compileManifestTest } from './predicate/manifest-test.js'
export type { ManifestTest } from './predicate/manifest-test.js'
export { compileResidual } from './predicate/residual.js'
export type { Residual } from './predicate/residual.js'
export { projectInclusive, projectStrict } from './predicate/spec-projection.js'

// Scan planning
export { FileScan, planFiles, specsWithData } from './scan/plan-files.js'
export type { PlanFilesOptions, ScanManifests } from './scan/plan-files.js'
export { planSnapshot } from './scan/plan-snapshot.js'
export type { PlanSnapshotOptions } from './scan/plan-snapshot.js'
export { hasDeletes } from './scan/scan-task.js'
export type { DeleteFile, FileScanTask } from './scan/scan-task.js'
export { scanReportText } from './scan/scan-report.js'
export type { ScanReport, StageCounts } from './scan/scan-report.js'
export { DELETE_FILE_PATH_ID, DELETE_FILE_POS_ID, DeleteIndex, partitionKey } from './scan/delete-index.js'
export type { ApplicableDeletes } from './scan/delete-index.js'
export { aggregateFile, aggregateFiles, identityValue, isAnsweredByMetadata, mergeAggregate } from './scan/metadata-aggregates.js'
export type { AggregateValue, MetadataAggregate } from './scan/metadata-aggregates.js'
export { fileColumnsOf, planColumns } from './scan/column-source.js'
export type { ColumnPlanOptions, ColumnSource, Conversion } from './scan/column-source.js'
export { applyConversion, convertVector, materializeColumn } from './scan/convert-vector.js'
export { requireAsListed } from './scan/listed-file.js'
export { createParquetSink, openParquetSource } from './scan/parquet-source.js'

// Deletes
export { DeletedRows } from './delete/deleted-rows.js'
export { EqualityDeleteSet } from './delete/equality-deletes.js'
export { DeleteLoader } from './delete/load-deletes.js'
export type { DeleteLoaderOptions } from './delete/load-deletes.js'
export { readDeletionVector } from './delete/deletion-vector.js'
export { readPositionDeletes } from './delete/position-deletes.js'
export type { PositionsByFile } from './delete/position-deletes.js'

// Writing
export { DataWriter } from './write/data-writer.js'
export type { DataWriterOptions } from './write/data-writer.js'
export { dataWriterFor } from './write/table-writer.js'
export type { TableWriterOptions } from './write/table-writer.js'
export { writePositionDeletes } from './write/position-delete-writer.js'
export type { PositionDeletesToWrite } from './write/position-delete-writer.js'
export { metricsModeOf, parseMetricsMode } from './write/metrics-mode.js'
export type { MetricsMode } from './write/metrics-mode.js'
