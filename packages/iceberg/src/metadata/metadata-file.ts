/** Metadata files: their names, their compression, and reading them from storage. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { DataError } from '@artemis/errors'
import type { TableMetadata } from '../model/table-metadata.js'
import { parseTableMetadata, serializeTableMetadata } from './metadata-json.js'

const MAX_METADATA_BYTES = 1 << 30

/** Whether a file name is one of a metadata file: `.metadata.json`, `.gz.metadata.json` or `.metadata.json.gz`. */
export function isMetadataFileName(name: string): boolean {
  return name.endsWith('.metadata.json') || name.endsWith('.metadata.json.gz')
}

/** The version in the name of a metadata file (`v12.metadata.json`, `00012-<uuid>.metadata.json`), or undefined. */
export function metadataVersionOf(name: string): number | undefined {
  if (!isMetadataFileName(name)) return undefined
  const match = /^(?:v(\d+)|(\d+)-[^/]*?)(?:\.gz)?\.metadata\.json(?:\.gz)?$/.exec(name)
  const digits = match?.[1] ?? match?.[2]
  return digits === undefined ? undefined : Number(digits)
}

/** Decodes the bytes of a metadata file. Compression is told by the bytes, as both spellings of the name are in use. */
export function decodeMetadataFile(bytes: Uint8Array, location: string): TableMetadata {
  try {
    return parseTableMetadata(Buffer.from(plainBytes(bytes)).toString('utf8'))
  } catch (error) {
    if (error instanceof DataError) throw new DataError({ code: error.code, message: `${location}: ${error.message}`, cause: error })
    throw error
  }
}

export function encodeMetadataFile(metadata: TableMetadata, compression: 'none' | 'gzip'): Uint8Array {
  const bytes = Buffer.from(serializeTableMetadata(metadata), 'utf8')
  return compression === 'gzip' ? gzipSync(bytes) : bytes
}

function plainBytes(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_METADATA_BYTES })
  } catch (error) {
    throw new DataError({ code: 'INVALID_METADATA', message: 'the metadata file does not decompress as gzip', cause: error })
  }
}
