export type { BloomFilter, ParquetFile, ParquetWriter, RowGroupReader, pruneRowGroups, readFooter } from './api.js'
export { FIELD_ID_KEY } from './metadata/types.js'
export type {
  ByteRange,
  ColumnBounds,
  ColumnChunkMetadata,
  CompressionCodec,
  Encoding,
  LeafColumn,
  ParquetMetadata,
  PhysicalType,
  RowGroupMetadata,
  SortingColumn,
} from './metadata/types.js'
export { allRows, countRows, intersectRanges, normalizeRanges, rangesOfSelection, selectionOfRanges } from './read/row-ranges.js'
export type { RowRange, RowRanges } from './read/row-ranges.js'
export type { BoundsLookup, ColumnSelector, MayMatch, PagePruning, ReadOptions } from './read/types.js'
export type { ByteSink, ByteSource } from './source/byte-source.js'
export { LocalFileSink, LocalFileSource } from './source/local-file.js'
export { CountingByteSource, MemoryByteSink, MemoryByteSource } from './source/memory-source.js'
export type { ParquetWriteResult, ParquetWriterOptions, WriteCodec, WriteSortingColumn, WrittenColumn } from './write/types.js'
