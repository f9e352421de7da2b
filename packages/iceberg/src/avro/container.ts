/** Reads Avro object container files (Avro 1.11 spec, "Object Container Files"). */
import { ArtemisError, DataError } from '@artemis/errors'
import { CHECKSUM_KEY, verifyChecksum } from './checksum.js'
import { decompressBlock } from './codec.js'
import { AvroCursor } from './cursor.js'
import { checkItemCount, compileReader, minimumSize, readBlockCount } from './reader.js'
import { parseAvroSchema } from './schema.js'
import type { AvroType } from './schema.js'

const SYNC_SIZE = 16

export interface AvroFile {
  /** The schema that the file was written with. */
  readonly schema: AvroType
  /** The header's entries, `avro.schema` and `avro.codec` included. */
  readonly metadata: ReadonlyMap<string, Uint8Array>
  /** Decompresses the blocks one after the other; each is a count of records and a cursor at the first. */
  blocks(): IterableIterator<AvroBlock>
}

export interface AvroBlock {
  readonly count: number
  readonly cursor: AvroCursor
}

/** Opens a file that is wholly in memory. The blocks are only looked at when they are asked for. */
export function openAvroFile(bytes: Uint8Array): AvroFile {
  const cursor = new AvroCursor(bytes)
  if (bytes.length < 4 || bytes[0] !== 0x4f || bytes[1] !== 0x62 || bytes[2] !== 0x6a || bytes[3] !== 1) {
    throw new DataError({ code: 'AVRO_INVALID', message: 'not an Avro file: the first bytes are wrong' })
  }
  cursor.position = 4
  const metadata = new Map<string, Uint8Array>()
  for (let count = readBlockCount(cursor, 2); count > 0; count = readBlockCount(cursor, 2)) {
    for (let i = 0; i < count; i++) {
      const key = cursor.readString()
      const value = cursor.readBytes()
      if (key === CHECKSUM_KEY) verifyChecksum(bytes, cursor.position - value.length)
      metadata.set(key, value)
    }
  }
  const sync = cursor.readFixed(SYNC_SIZE)
  const schemaBytes = metadata.get('avro.schema')
  if (schemaBytes === undefined) throw new DataError({ code: 'AVRO_INVALID', message: 'Avro file has no schema' })
  const schema = parseAvroSchema(parseJson(text(schemaBytes)))
  const codec = text(metadata.get('avro.codec') ?? new Uint8Array()) || 'null'
  const start = cursor.position
  return { schema, metadata, blocks: () => readBlocks(bytes, start, { sync, codec, itemSize: minimumSize(schema) }) }
}

/** Every record of a file as whole values: see {@link compileReader}. */
export function readAvroRecords(bytes: Uint8Array): unknown[] {
  return guardStack(() => {
    const file = openAvroFile(bytes)
    const read = compileReader(file.schema)
    const records: unknown[] = []
    for (const { count, cursor } of file.blocks()) {
      for (let i = 0; i < count; i++) records.push(read(cursor))
      checkConsumed(cursor)
    }
    return records
  })
}

/** A block whose records end before or after its bytes is damaged. */
export function checkConsumed(cursor: AvroCursor): void {
  if (cursor.remaining !== 0) throw new DataError({ code: 'AVRO_INVALID', message: 'Avro block has bytes after its last record' })
}

/** Damaged input may exhaust memory or the stack within a native call; whatever comes of it is the input's fault. */
export function guardStack<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (error instanceof ArtemisError) throw error
    if (error instanceof RangeError) throw new DataError({ code: 'AVRO_INVALID', message: 'Avro data is damaged', cause: error })
    throw error
  }
}

interface BlockContext {
  readonly sync: Uint8Array
  readonly codec: string
  readonly itemSize: number
}

function* readBlocks(bytes: Uint8Array, start: number, context: BlockContext): IterableIterator<AvroBlock> {
  const cursor = new AvroCursor(bytes, start)
  while (cursor.remaining > 0) {
    const count = cursor.readLong()
    const compressed = cursor.readBytes()
    const marker = cursor.readFixed(SYNC_SIZE)
    for (let i = 0; i < SYNC_SIZE; i++) {
      if (marker[i] !== context.sync[i])
        throw new DataError({ code: 'AVRO_INVALID', message: 'Avro block does not end in the sync marker' })
    }
    const plain = decompressBlock(context.codec, compressed)
    if (count < 0) throw new DataError({ code: 'AVRO_INVALID', message: `Avro block claims ${count} records` })
    checkItemCount(count, context.itemSize, plain.length)
    yield { count, cursor: new AvroCursor(plain) }
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new DataError({ code: 'AVRO_INVALID', message: 'the Avro schema is not JSON', cause: error })
  }
}
