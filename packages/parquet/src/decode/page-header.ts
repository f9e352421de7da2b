import { damaged, unsupported } from '../errors.js'
import { encodingOf } from '../metadata/footer.js'
import type { Encoding } from '../metadata/types.js'
import { ThriftReader } from '../thrift/reader.js'

export interface PageHeader {
  readonly kind: 'data' | 'dataV2' | 'dictionary' | 'index'
  readonly uncompressedSize: number
  readonly compressedSize: number
  /** CRC-32 of the page's bytes as in the file; optional. */
  readonly checksum: number | undefined
  /** Bytes of the header itself. */
  readonly headerSize: number
  readonly valueCount: number
  readonly encoding: Encoding
  /** V1 only. */
  readonly definitionEncoding: Encoding
  readonly repetitionEncoding: Encoding
  /** V2 only. */
  readonly rowCount: number
  readonly definitionLength: number
  readonly repetitionLength: number
  readonly isCompressed: boolean
}

type MutableHeader = { -readonly [Key in keyof PageHeader]: PageHeader[Key] }

const KINDS = ['data', 'index', 'dictionary', 'dataV2'] as const

/** Parses the header at `position`; the page's body follows it. */
export function readPageHeader(bytes: Uint8Array, position: number, where: string): PageHeader {
  const reader = new ThriftReader(bytes, where, position)
  const out: MutableHeader = {
    kind: 'index',
    uncompressedSize: -1,
    compressedSize: -1,
    checksum: undefined,
    headerSize: 0,
    valueCount: 0,
    encoding: 'PLAIN',
    definitionEncoding: 'RLE',
    repetitionEncoding: 'RLE',
    rowCount: 0,
    definitionLength: 0,
    repetitionLength: 0,
    isCompressed: true,
  }
  reader.topLevel(() => readFields(reader, out, where))
  out.headerSize = reader.position - position
  const levels = out.definitionLength + out.repetitionLength
  const isWhole = out.compressedSize >= 0 && out.uncompressedSize >= 0 && out.valueCount >= 0 && out.rowCount >= 0
  if (!isWhole || out.definitionLength < 0 || out.repetitionLength < 0 || levels > out.compressedSize || levels > out.uncompressedSize) {
    throw damaged(where, 'a page header has impossible sizes')
  }
  return out
}

function readFields(reader: ThriftReader, out: MutableHeader, where: string): void {
  while (reader.nextField()) {
    if (reader.fieldId === 1) {
      const kind = KINDS[reader.i32()]
      if (kind === undefined) throw unsupported(where, 'a page of unknown type')
      out.kind = kind
    } else if (reader.fieldId === 2) out.uncompressedSize = reader.i32()
    else if (reader.fieldId === 3) out.compressedSize = reader.i32()
    else if (reader.fieldId === 4) out.checksum = reader.i32()
    else if (reader.fieldId === 5) reader.struct(() => readDataHeader(reader, out, where))
    else if (reader.fieldId === 7) reader.struct(() => readDictionaryHeader(reader, out, where))
    else if (reader.fieldId === 8) reader.struct(() => readDataHeaderV2(reader, out, where))
    else reader.skip()
  }
}

function readDataHeader(reader: ThriftReader, out: MutableHeader, where: string): void {
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.valueCount = reader.i32()
    else if (reader.fieldId === 2) out.encoding = encodingOf(reader.i32(), where)
    else if (reader.fieldId === 3) out.definitionEncoding = encodingOf(reader.i32(), where)
    else if (reader.fieldId === 4) out.repetitionEncoding = encodingOf(reader.i32(), where)
    else reader.skip()
  }
}

function readDictionaryHeader(reader: ThriftReader, out: MutableHeader, where: string): void {
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.valueCount = reader.i32()
    else if (reader.fieldId === 2) out.encoding = encodingOf(reader.i32(), where)
    else reader.skip()
  }
}

function readDataHeaderV2(reader: ThriftReader, out: MutableHeader, where: string): void {
  while (reader.nextField()) {
    if (reader.fieldId === 1) out.valueCount = reader.i32()
    else if (reader.fieldId === 3) out.rowCount = reader.i32()
    else if (reader.fieldId === 4) out.encoding = encodingOf(reader.i32(), where)
    else if (reader.fieldId === 5) out.definitionLength = reader.i32()
    else if (reader.fieldId === 6) out.repetitionLength = reader.i32()
    else if (reader.fieldId === 7) out.isCompressed = reader.bool()
    else reader.skip()
  }
}
