/**
 * A checksum of whole Avro files, which the format does not have: a flipped bit of a manifest may move a file to another
 * partition or detach a delete, and nothing else would tell. Our writer puts a CRC-32 into the header, under a name that
 * other readers pass over; ours verifies it where it is there.
 */
import { crc32 } from 'node:zlib'
import { DataError } from '@artemis/errors'

export const CHECKSUM_KEY = 'artemis.crc32'
/** Stands in the file while its checksum is computed, and where there is none. */
export const CHECKSUM_PLACEHOLDER = '00000000'

const PLACEHOLDER = Buffer.from(CHECKSUM_PLACEHOLDER, 'latin1')

/** Replaces the placeholder at `position` with the checksum of the file. */
export function stampChecksum(file: Uint8Array, position: number): void {
  file.set(Buffer.from(hex(crc32(file)), 'latin1'), position)
}

/** Throws a DataError when the checksum that stands at `position` is not that of the file. */
export function verifyChecksum(file: Uint8Array, position: number): void {
  const end = position + PLACEHOLDER.length
  const stamped = Buffer.from(file.subarray(position, end)).toString('latin1')
  if (stamped === CHECKSUM_PLACEHOLDER) return
  const actual = crc32(file.subarray(end), crc32(PLACEHOLDER, crc32(file.subarray(0, position))))
  if (hex(actual) === stamped) return
  throw new DataError({ code: 'AVRO_INVALID', message: 'the checksum of the file does not match its bytes' })
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0')
}
