/** The table properties that shape written files, and what they mean for the Parquet writer. */
import type { ParquetWriterOptions, WriteCodec } from '@artemis/parquet'
import { ConfigError, UnsupportedError } from '@artemis/errors'
import type { Schema } from '../model/schema.js'
import { allFields } from '../model/schema.js'
import { metricsModeOf } from './metrics-mode.js'

export type Properties = Readonly<Record<string, string>>

const DEFAULT_TARGET_BYTES = 512 * 1024 * 1024
/** Rows of a row group: small enough to prune by, large enough to decode fast. */
const ROW_GROUP_ROWS = 131_072
const MIN_BOUNDS_BYTES = 64
/** UTF-8 takes at most this many bytes a character. */
const BYTES_PER_CODE_POINT = 4

export function targetFileBytes(properties: Properties): number {
  return byteSize(properties, 'write.target-file-size-bytes') ?? DEFAULT_TARGET_BYTES
}

/** The options of the Parquet writer that a table's properties ask for. */
export function parquetOptions(properties: Properties, schema: Schema): ParquetWriterOptions {
  const rowGroupBytes = byteSize(properties, 'write.parquet.row-group-size-bytes')
  const pageBytes = byteSize(properties, 'write.parquet.page-size-bytes')
  const pageRows = byteSize(properties, 'write.parquet.page-row-limit')
  const level = byteSize(properties, 'write.parquet.compression-level')
  return {
    codec: codecOf(properties['write.parquet.compression-codec']),
    rowGroupRows: ROW_GROUP_ROWS,
    boundsBytes: boundsBytes(properties, schema),
    ...(rowGroupBytes === undefined ? {} : { rowGroupBytes }),
    ...(pageBytes === undefined ? {} : { pageBytes }),
    ...(pageRows === undefined ? {} : { pageRows }),
    ...(level === undefined ? {} : { compressionLevel: level }),
  }
}

function codecOf(text: string | undefined): WriteCodec {
  switch (text?.toLowerCase()) {
    case undefined:
    case 'snappy':
      return 'snappy'
    case 'gzip':
      return 'gzip'
    case 'zstd':
      return 'zstd'
    case 'none':
    case 'uncompressed':
      return 'uncompressed'
    default:
      throw new UnsupportedError({
        code: 'UNSUPPORTED_CODEC',
        message: `Parquet cannot be written with the codec ${text}`,
        hint: 'use snappy, zstd, gzip or uncompressed',
      })
  }
}

/** Bounds in manifests are cut from those that the Parquet writer keeps, which must therefore be at least as long. */
function boundsBytes(properties: Properties, schema: Schema): number {
  let bytes = MIN_BOUNDS_BYTES
  for (const { path } of allFields(schema)) {
    const mode = metricsModeOf(properties, path)
    if (mode.kind === 'full') return 0x7fffffff
    if (mode.kind === 'truncate') bytes = Math.max(bytes, mode.width * BYTES_PER_CODE_POINT)
  }
  return bytes
}

function byteSize(properties: Properties, key: string): number | undefined {
  const text = properties[key]
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value <= 0)
    throw new ConfigError({
      code: 'BAD_TABLE_PROPERTY',
      message: `the table property ${key} is "${text}", which is not a positive whole number`,
    })
  return value
}
