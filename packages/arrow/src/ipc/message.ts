/** One encapsulated message: prefix, metadata, body. */

import { UnsupportedError } from '@artemis/errors'
import { damaged, FlatbufferTable } from './flatbuffer-reader.js'
import { CONTINUATION, MESSAGE, METADATA_VERSION_4, METADATA_VERSION_5, PREFIX_SIZE } from './message-format.js'

export interface Message {
  readonly headerType: number
  readonly header: FlatbufferTable
  readonly body: Uint8Array
  /** Where the next message starts. */
  readonly end: number
}

/** What a message's prefix says, or null at the end of the stream. */
export function readPrefix(bytes: Uint8Array, start: number): { metadataSize: number } | null {
  if (start === bytes.length) return null
  if (start + PREFIX_SIZE > bytes.length) throw damaged('a message is cut off')
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, PREFIX_SIZE)
  if (view.getUint32(0, true) !== CONTINUATION) throw damaged('a message does not start where it should')
  const metadataSize = view.getInt32(4, true)
  if (metadataSize < 0) throw damaged('a message has a negative size')
  return metadataSize === 0 ? null : { metadataSize }
}

export interface MessageMetadata {
  readonly headerType: number
  readonly header: FlatbufferTable
  readonly bodyLength: number
}

export function readMetadata(metadata: Uint8Array): MessageMetadata {
  const table = FlatbufferTable.root(metadata)
  const version = table.int16(MESSAGE.version, 0)
  if (version !== METADATA_VERSION_4 && version !== METADATA_VERSION_5) {
    throw new UnsupportedError({ code: 'ARROW_IPC_NOT_SUPPORTED', message: `Arrow IPC metadata version V${version + 1} is not supported` })
  }
  const header = table.table(MESSAGE.header)
  const bodyLength = table.int64(MESSAGE.bodyLength, 0)
  if (header === null || bodyLength < 0) throw damaged('a message has no header')
  return { headerType: table.int8(MESSAGE.headerType, 0), header, bodyLength }
}

/** The message at `start`, or null at the end of the stream. */
export function readMessage(bytes: Uint8Array, start: number): Message | null {
  const prefix = readPrefix(bytes, start)
  if (prefix === null) return null
  const bodyStart = start + PREFIX_SIZE + prefix.metadataSize
  if (bodyStart > bytes.length) throw damaged('a message is cut off')
  const { headerType, header, bodyLength } = readMetadata(bytes.subarray(start + PREFIX_SIZE, bodyStart))
  const end = bodyStart + bodyLength
  if (end > bytes.length) throw damaged('a message is cut off')
  return { headerType, header, body: bytes.subarray(bodyStart, end), end }
}

/** A message whose metadata and body came apart, as in Arrow Flight. The body may be longer than the metadata says. */
export function readMessageParts(metadata: Uint8Array, body: Uint8Array): Message {
  const { headerType, header, bodyLength } = readMetadata(metadata)
  if (bodyLength > body.length) throw damaged('a message is cut off')
  return { headerType, header, body: body.subarray(0, bodyLength), end: 0 }
}
