/** The block compressions of Avro container files. */
import * as zlib from 'node:zlib'
import { DataError, UnsupportedError } from '@artemis/errors'
import { snappyDecompress } from './snappy.js'

const MAX_BLOCK_BYTES = 1 << 30

/** Decompresses one block. Damaged bytes are a `DataError`, a codec we do not have an `UnsupportedError`. */
export function decompressBlock(codec: string, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'null':
      return bytes
    case 'deflate':
      return guarded(codec, () => zlib.inflateRawSync(bytes, { maxOutputLength: MAX_BLOCK_BYTES }))
    case 'snappy':
      return snappyBlock(bytes)
    case 'zstandard': {
      const decompress = zstdDecompressor()
      return guarded(codec, () => decompress(bytes, { maxOutputLength: MAX_BLOCK_BYTES }))
    }
    default:
      throw new UnsupportedError({ code: 'UNSUPPORTED_CODEC', message: `the Avro codec "${codec}" is not supported` })
  }
}

/** The last four bytes are a CRC-32 of the plain bytes. */
function snappyBlock(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - 4
  if (end < 0) throw new DataError({ code: 'AVRO_INVALID', message: 'Avro block is too short for Snappy' })
  const plain = snappyDecompress(bytes.subarray(0, end))
  const expected = ((bytes[end]! << 24) | (bytes[end + 1]! << 16) | (bytes[end + 2]! << 8) | bytes[end + 3]!) >>> 0
  if (zlib.crc32(plain) !== expected) throw new DataError({ code: 'AVRO_INVALID', message: 'the checksum of an Avro block does not match its bytes' })
  return plain
}

type Decompressor = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array

/** Node has zstd from 22.15 on; our types are those of Node 20, so the function is looked up by name. */
function zstdDecompressor(): Decompressor {
  const found: unknown = Reflect.get(zlib, 'zstdDecompressSync')
  if (typeof found !== 'function') {
    throw new UnsupportedError({
      code: 'UNSUPPORTED_CODEC',
      message: 'the Avro codec "zstandard" is not supported on this version of Node.js',
      hint: 'Node.js 22.15 and later have it.',
    })
  }
  return found as Decompressor
}

function guarded(codec: string, decompress: () => Uint8Array): Uint8Array {
  try {
    return decompress()
  } catch (error) {
    throw new DataError({ code: 'AVRO_INVALID', message: `Avro block does not decompress as ${codec}`, cause: error })
  }
}
