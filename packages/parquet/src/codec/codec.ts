/** Compression codecs by name. Decompression is synchronous; {@link loadCodec} must have been awaited before. */

import { UnsupportedError } from '@artemis/errors'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { damaged } from '../errors.js'
import type { CompressionCodec } from '../metadata/types.js'
import type { WriteCodec } from '../write/types.js'
import { uncompressLz4, uncompressLz4Raw } from './lz4.js'
import { compressSnappy, uncompressSnappy } from './snappy.js'
import { compressZstd, loadZstd, uncompressZstd } from './zstd.js'

/** Loads what a codec needs; undefined when nothing has to be awaited. */
export function loadCodec(codec: CompressionCodec): Promise<void> | undefined {
  return codec === 'ZSTD' ? loadZstd() : undefined
}

/**
 * Exactly `length` bytes: a new buffer, or the input itself when it is not compressed, or scratch memory. Valid until the
 * next call only; who keeps it copies it.
 */
export function uncompress(codec: CompressionCodec, input: Uint8Array, length: number, where: string): Uint8Array {
  let output: Uint8Array
  try {
    output = uncompressUnchecked(codec, input, length)
  } catch (cause) {
    if (cause instanceof UnsupportedError) throw cause
    throw damaged(where, `cannot uncompress a page (${codec}): ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
  if (output.length !== length) throw damaged(where, `a page (${codec}) has ${output.length} bytes, its header says ${length}`)
  return output
}

function uncompressUnchecked(codec: CompressionCodec, input: Uint8Array, length: number): Uint8Array {
  switch (codec) {
    case 'UNCOMPRESSED':
      return input
    case 'SNAPPY':
      return uncompressSnappy(input, length)
    case 'GZIP':
      // maxOutputLength must be positive; a page of 0 bytes is checked by the caller.
      return gunzipSync(input, { maxOutputLength: Math.max(1, length) })
    case 'BROTLI':
      return brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) })
    case 'ZSTD':
      return uncompressZstd(input, length)
    case 'LZ4':
      return uncompressLz4(input, length)
    case 'LZ4_RAW':
      return uncompressLz4Raw(input, length)
    case 'LZO':
      throw new UnsupportedError({ code: 'PARQUET_UNSUPPORTED', message: 'Parquet codec LZO is not supported' })
  }
}

export function compress(codec: WriteCodec, input: Uint8Array, level: number | undefined): Uint8Array {
  switch (codec) {
    case 'uncompressed':
      return input
    case 'snappy':
      return compressSnappy(input)
    case 'gzip':
      return gzipSync(input, level === undefined ? {} : { level })
    case 'zstd':
      return compressZstd(input, level)
  }
}
