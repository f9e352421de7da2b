export type { BloomFilter } from './index/bloom-filter.js'
export { readFooter } from './metadata/footer.js'
export { leavesOf } from './metadata/schema.js'
export { FIELD_ID_KEY } from './metadata/types.js'
export type {
  ByteRange,
  ColumnBounds,
  ColumnChunkMetadata,
  ColumnNode,
  CompressionCodec,
  Encoding,
  LeafColumn,
  ParquetMetadata,
  PhysicalType,
  RowGroupMetadata,
  SortingColumn,
} from './metadata/types.js'
export { ParquetFile } from './read/parquet-file.js'
export type { OpenOptions } from './read/parquet-file.js'
export { KeptPage } from './read/page-cache.js'
export type { PageCache } from './read/page-cache.js'
export { pruneRowGroups } from './read/prune.js'
export { RowGroupReader } from './read/row-group-reader.js'
export type { PrefetchOptions } from './read/row-group-reader.js'
export { allRows, countRows, intersectRanges, normalizeRanges, rangesOfSelection, selectionOfRanges } from './read/row-ranges.js'
export type { RowRange, RowRanges } from './read/row-ranges.js'
export type { BoundsLookup, ColumnSelector, MayMatch, PagePruning, ReadOptions } from './read/types.js'
export { giveBuffer, takeBuffer } from './source/buffer-pool.js'
export type { ByteSink, ByteSource } from './source/byte-source.js'
export { LocalFileSink, LocalFileSource } from './source/local-file.js'
export { CountingByteSource, MemoryByteSink, MemoryByteSource } from './source/memory-source.js'
export { ParquetWriter } from './write/parquet-writer.js'
export type { ParquetWriteResult, ParquetWriterOptions, WriteCodec, WriteSortingColumn, WrittenColumn } from './write/types.js'
