/** Deletion vectors of format v3: a blob within a Puffin file for each data file (spec, "Deletion Vectors"). */
import { DataError } from '@artemis/errors'
import { crc32 } from 'node:zlib'
import type { FileIO } from '../io/file-io.js'
import type { DataFile } from '../model/manifest.js'
import type { DeletedRows } from './deleted-rows.js'
import { readRoaring64 } from './roaring.js'

const MAGIC = 0xd1d33964
/** Bytes around the bitmap: its length, the magic number, the checksum. */
const FRAME_BYTES = 12

/** Adds the positions of a deletion vector. The manifest entry says where the blob is, so the Puffin footer is not needed. */
export async function readDeletionVector(io: FileIO, file: DataFile, into: DeletedRows): Promise<void> {
  const { contentOffset, contentSizeInBytes } = file
  if (contentOffset === undefined || contentSizeInBytes === undefined)
    throw damaged(file, 'its manifest entry has no content offset and size')
  const source = await io.open(file.filePath)
  try {
    const bitmap = checkFrame(file, await source.read(contentOffset, contentSizeInBytes))
    let cardinality = 0
    readRoaring64(bitmap, (position) => {
      cardinality++
      into.add(position)
    })
    if (cardinality !== file.recordCount)
      throw damaged(file, `it holds ${cardinality} positions where its manifest entry says ${file.recordCount}`)
  } finally {
    await source.close()
  }
}

/** length (big-endian, of magic and bitmap) │ magic │ bitmap │ CRC-32 of magic and bitmap (big-endian) */
export function checkFrame(file: DataFile, blob: Uint8Array): Uint8Array {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  if (blob.length < FRAME_BYTES || view.getUint32(0) !== blob.length - 8) throw damaged(file, 'its length does not match')
  if (view.getUint32(4) !== MAGIC) throw damaged(file, 'it does not start with the magic number')
  if (view.getUint32(blob.length - 4) !== crc32(blob.subarray(4, blob.length - 4))) throw damaged(file, 'its checksum does not match')
  return blob.subarray(8, blob.length - 4)
}

function damaged(file: DataFile, what: string): DataError {
  return new DataError({ code: 'BAD_DELETION_VECTOR', message: `the deletion vector in ${file.filePath} is damaged: ${what}` })
}
