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
export type { FileIO, FileStat, InputFile, OutputFile } from './io/file-io.js'
