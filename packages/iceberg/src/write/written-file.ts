/** Turns what the Parquet writer reports into the statistics of a manifest entry (spec, "Data File Fields"). */
import type { ParquetWriteResult, WrittenColumn } from '@artemis/parquet'
import type { DataFile, DataFileInput } from '../model/manifest.js'
import { dataFile } from '../model/manifest.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import type { IcebergType, PrimitiveType } from '../model/type.js'
import type { Value } from '../values/compare.js'
import { encodeSingleValue, hasSingleValue } from '../values/single-value.js'
import { truncateBytesLower, truncateBytesUpper, truncateStringLower, truncateStringUpper } from '../values/truncate-bound.js'
import type { MetricsMode } from './metrics-mode.js'

export interface WrittenFileOptions {
  readonly schema: Schema
  readonly result: ParquetWriteResult
  readonly modeOf: (columnPath: string) => MetricsMode
  /** What the statistics do not tell: path, content, spec, partition and so on. */
  readonly base: Omit<DataFileInput, 'recordCount' | 'fileSizeInBytes'>
}

/** The manifest entry of a file that was just written. */
export function writtenDataFile(options: WrittenFileOptions): DataFile {
  const { result, base } = options
  const metrics = new ColumnMetrics()
  for (const column of result.columns) {
    const field = column.fieldId === undefined ? undefined : fieldById(options.schema, column.fieldId)
    if (field === undefined || column.fieldId === undefined) continue
    metrics.add(column.fieldId, column, field.field.type, field.repeated, options.modeOf(field.path))
  }
  return dataFile({
    ...base,
    recordCount: result.rowCount,
    fileSizeInBytes: result.fileSize,
    columnSizes: metrics.columnSizes,
    valueCounts: metrics.valueCounts,
    nullValueCounts: metrics.nullValueCounts,
    nanValueCounts: metrics.nanValueCounts,
    lowerBounds: metrics.lowerBounds,
    upperBounds: metrics.upperBounds,
    splitOffsets: result.splitOffsets,
  })
}

class ColumnMetrics {
  readonly columnSizes = new Map<number, number>()
  readonly valueCounts = new Map<number, number>()
  readonly nullValueCounts = new Map<number, number>()
  readonly nanValueCounts = new Map<number, number>()
  readonly lowerBounds = new Map<number, Uint8Array>()
  readonly upperBounds = new Map<number, Uint8Array>()

  add(id: number, column: WrittenColumn, type: IcebergType, repeated: boolean, mode: MetricsMode): void {
    this.columnSizes.set(id, column.compressedSize)
    if (mode.kind === 'none') return
    this.valueCounts.set(id, column.valueCount)
    // Within lists and maps a count of nulls mixes empty parents in, and bounds prune nothing.
    if (repeated) return
    this.nullValueCounts.set(id, column.nullCount)
    if (type.kind === 'float' || type.kind === 'double') this.nanValueCounts.set(id, column.nanCount)
    if (mode.kind === 'counts' || !hasSingleValue(type)) return
    const width = mode.kind === 'truncate' ? mode.width : Number.POSITIVE_INFINITY
    const lower = cutLower(column.min as Value | undefined, type, width)
    const upper = cutUpper(column.max as Value | undefined, type, width)
    if (lower !== undefined) this.lowerBounds.set(id, encodeSingleValue(type, lower))
    if (upper !== undefined) this.upperBounds.set(id, encodeSingleValue(type, upper))
  }
}

function cutLower(bound: Value | undefined, type: PrimitiveType, width: number): Value | undefined {
  if (typeof bound === 'string') return truncateStringLower(bound, width)
  return type.kind === 'binary' && bound instanceof Uint8Array ? truncateBytesLower(bound, width) : bound
}

function cutUpper(bound: Value | undefined, type: PrimitiveType, width: number): Value | undefined {
  if (typeof bound === 'string') return truncateStringUpper(bound, width)
  return type.kind === 'binary' && bound instanceof Uint8Array ? truncateBytesUpper(bound, width) : bound
}
