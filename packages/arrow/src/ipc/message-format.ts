/**
 * The slots and codes of Arrow's FlatBuffers schemas (format/Schema.fbs, Message.fbs, File.fbs) that we read and write,
 * and the framing of messages (Columnar.rst, "Encapsulated message format").
 */

import type { TimeUnit } from '../types.js'

export const METADATA_VERSION_4 = 3
export const METADATA_VERSION_5 = 4

export const MESSAGE = { version: 0, headerType: 1, header: 2, bodyLength: 3 } as const
export const HEADER = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const
export const SCHEMA = { endianness: 0, fields: 1, metadata: 2 } as const
export const KEY_VALUE = { key: 0, value: 1 } as const
export const FIELD = { name: 0, nullable: 1, typeKind: 2, type: 3, dictionary: 4, children: 5, metadata: 6 } as const
export const DICTIONARY_ENCODING = { id: 0, indexType: 1 } as const
export const RECORD_BATCH = { length: 0, nodes: 1, buffers: 2, compression: 3 } as const
export const DICTIONARY_BATCH = { id: 0, data: 1, isDelta: 2 } as const
export const FOOTER = { version: 0, schema: 1, dictionaries: 2, recordBatches: 3 } as const

/** Codes of the union `Type`. */
export const TYPE = {
  null: 1,
  int: 2,
  floatingPoint: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  union: 14,
  fixedSizeBinary: 15,
  fixedSizeList: 16,
  map: 17,
  duration: 18,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  runEndEncoded: 22,
  binaryView: 23,
  utf8View: 24,
  listView: 25,
  largeListView: 26,
} as const

export const TIME_UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns']
export const INTERVAL_MONTH_DAY_NANO = 2

/** What each message begins with; the size of the metadata follows as an int32. */
export const CONTINUATION = 0xffff_ffff
export const PREFIX_SIZE = 8

/** Every buffer starts on a multiple of 64 bytes of the body, as the format recommends. */
export const BUFFER_ALIGNMENT = 64

export const FILE_MAGIC = Uint8Array.from(Buffer.from('ARROW1', 'latin1'))

/** The marker at the end of a stream: a message without metadata. */
export function endOfStream(): Uint8Array {
  return Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)
}

/** A message's prefix and metadata, filled up to a multiple of 8 bytes. */
export function frameMessage(metadata: Uint8Array): Uint8Array {
  const size = (metadata.length + 7) & ~7
  const out = new Uint8Array(PREFIX_SIZE + size)
  const view = new DataView(out.buffer)
  view.setUint32(0, CONTINUATION, true)
  view.setInt32(4, size, true)
  out.set(metadata, PREFIX_SIZE)
  return out
}
