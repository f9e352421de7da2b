/**
 * What a Parquet footer says, parsed once into plain immutable objects that a cache can share between queries. Bounds
 * are decoded to exact scalars: int64 stays bigint, decimals stay unscaled bigint, timestamps keep their unit.
 */

import type { DataType, Field, Scalar, Schema, TimeUnit } from '@artemis/arrow'

export type PhysicalType = 'BOOLEAN' | 'INT32' | 'INT64' | 'INT96' | 'FLOAT' | 'DOUBLE' | 'BYTE_ARRAY' | 'FIXED_LEN_BYTE_ARRAY'

export type CompressionCodec = 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'LZO' | 'BROTLI' | 'LZ4' | 'ZSTD' | 'LZ4_RAW'

export type Encoding =
  | 'PLAIN'
  | 'PLAIN_DICTIONARY'
  | 'RLE'
  | 'BIT_PACKED'
  | 'DELTA_BINARY_PACKED'
  | 'DELTA_LENGTH_BYTE_ARRAY'
  | 'DELTA_BYTE_ARRAY'
  | 'RLE_DICTIONARY'
  | 'BYTE_STREAM_SPLIT'

/** The key of `Field.metadata` that holds a column's field id, in decimal, at every level of nesting. */
export const FIELD_ID_KEY = 'PARQUET:field_id'

/**
 * How a field is made of leaf columns. A slot of a column is "there" from its definition level on: a nullable node is
 * null below `definitionLevel`; a list is empty below `elementDefinitionLevel`.
 */
export type ColumnNode =
  | { readonly kind: 'leaf'; readonly field: Field; readonly definitionLevel: number; readonly leaf: number }
  | { readonly kind: 'struct'; readonly field: Field; readonly definitionLevel: number; readonly children: readonly ColumnNode[] }
  /** A list, or a map, whose element is the struct of its key and value. */
  | {
      readonly kind: 'list'
      readonly field: Field
      readonly definitionLevel: number
      readonly elementDefinitionLevel: number
      /** Repetition level of the elements. */
      readonly repetitionLevel: number
      readonly element: ColumnNode
    }

/** A primitive column of the file: what a column chunk stores. */
export interface LeafColumn {
  /** Position in every row group's `columns`. */
  readonly index: number
  /** Names from the top-level field down, with the repeated groups of lists and maps. */
  readonly path: readonly string[]
  /** The top-level field (index into `schema.fields`) that the leaf belongs to. */
  readonly fieldIndex: number
  readonly fieldId: number | undefined
  readonly physicalType: PhysicalType
  /** Bytes of a FIXED_LEN_BYTE_ARRAY value, else 0. */
  readonly typeLength: number
  /** The Arrow type of the leaf's values. */
  readonly type: DataType
  /** The unit of TIME values in the file, which become microseconds; undefined for other types. */
  readonly timeUnit: TimeUnit | undefined
  readonly maxDefinitionLevel: number
  readonly maxRepetitionLevel: number
  /** Why the column cannot be read, by name of what is not supported; reading it throws UnsupportedError. */
  readonly unsupported: string | undefined
}

/**
 * What is known about the values of a leaf column in one file, row group or page. A bound holds for every value that is
 * neither null nor NaN: `min <= value <= max`, strings and bytes in unsigned byte order.
 */
export interface ColumnBounds {
  /** undefined: not known (or there is no such value). */
  readonly min: Scalar | undefined
  readonly max: Scalar | undefined
  /** Whether `min` is the value of some row. Never for floating point, where NaN and signed zeros are not told apart. */
  readonly minExact: boolean
  readonly maxExact: boolean
  readonly nullCount: number | undefined
  /** Values, nulls included. */
  readonly valueCount: number
}

export interface ByteRange {
  readonly offset: number
  readonly length: number
}

export interface ColumnChunkMetadata {
  readonly codec: CompressionCodec
  readonly encodings: readonly Encoding[]
  /** Values, nulls (and empty lists) included. */
  readonly valueCount: number
  readonly uncompressedSize: number
  readonly compressedSize: number
  /** All pages of the chunk, the dictionary page first. */
  readonly pages: ByteRange
  readonly dataPageOffset: number
  readonly dictionaryPageOffset: number | undefined
  readonly bounds: ColumnBounds
  readonly columnIndex: ByteRange | undefined
  readonly offsetIndex: ByteRange | undefined
  /** `length` is 0 when the file does not tell it. */
  readonly bloomFilter: ByteRange | undefined
}

export interface SortingColumn {
  /** Index of the leaf column. */
  readonly leaf: number
  readonly descending: boolean
  readonly nullsFirst: boolean
}

export interface RowGroupMetadata {
  readonly index: number
  /** Position of the group's first row in the file. */
  readonly firstRow: number
  readonly rowCount: number
  readonly compressedSize: number
  readonly uncompressedSize: number
  /** One for each leaf column, in the order of `ParquetMetadata.leaves`. */
  readonly columns: readonly ColumnChunkMetadata[]
  readonly sortingColumns: readonly SortingColumn[]
}

export interface ParquetMetadata {
  readonly version: number
  readonly createdBy: string | undefined
  readonly rowCount: number
  readonly schema: Schema
  /** One for each field of `schema`. */
  readonly columns: readonly ColumnNode[]
  readonly leaves: readonly LeafColumn[]
  readonly rowGroups: readonly RowGroupMetadata[]
  readonly keyValueMetadata: Readonly<Record<string, string>>
  /** Bytes of the footer in the file. */
  readonly footerSize: number
  /** Estimated bytes that this object keeps alive, for a bounded cache. */
  readonly byteSize: number
}
