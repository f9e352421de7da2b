/** Encodes values and writes Avro object container files. Writers are compiled once per schema, like the readers. */
import { randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { InternalError, unreachable } from '@artemis/errors'
import { CHECKSUM_KEY, CHECKSUM_PLACEHOLDER, stampChecksum } from './checksum.js'
import { parseAvroSchema } from './schema.js'
import type { AvroType } from './schema.js'

export class AvroOutput {
  #bytes = Buffer.allocUnsafe(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What was written so far. Valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  writeLong(value: number | bigint): void {
    if (typeof value === 'number' && value >= -0x40000000 && value < 0x40000000) {
      let rest = ((value << 1) ^ (value >> 31)) >>> 0
      this.#reserve(5)
      while (rest >= 0x80) {
        this.#bytes[this.#length++] = (rest & 0x7f) | 0x80
        rest >>>= 7
      }
      this.#bytes[this.#length++] = rest
      return
    }
    const wide = BigInt(value)
    let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n))
    this.#reserve(10)
    while (rest >= 0x80n) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.#bytes[this.#length++] = Number(rest)
  }

  writeBoolean(value: boolean): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value ? 1 : 0
  }

  writeFloat(value: number): void {
    this.#reserve(4)
    this.#length = this.#bytes.writeFloatLE(value, this.#length)
  }

  writeDouble(value: number): void {
    this.#reserve(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  writeBytes(bytes: Uint8Array): void {
    this.writeLong(bytes.length)
    this.writeRaw(bytes)
  }

  writeString(value: string): void {
    const size = Buffer.byteLength(value)
    this.writeLong(size)
    this.#reserve(size)
    this.#length += this.#bytes.write(value, this.#length)
  }

  writeRaw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + size))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

export type ValueWriter = (output: AvroOutput, value: unknown) => void

/**
 * A writer of whole values, the mirror of `compileReader`. Besides a Map, `logicalType: map` takes any iterable of pairs
 * with a `size`; undefined is written as null.
 */
export function compileWriter(type: AvroType): ValueWriter {
  switch (type.kind) {
    case 'null':
      return () => {}
    case 'boolean':
      return (output, value) => output.writeBoolean(value as boolean)
    case 'int':
    case 'long':
      return (output, value) => output.writeLong(value as number | bigint)
    case 'float':
      return (output, value) => output.writeFloat(value as number)
    case 'double':
      return (output, value) => output.writeDouble(value as number)
    case 'bytes':
      return (output, value) => output.writeBytes(value as Uint8Array)
    case 'string':
      return (output, value) => output.writeString(value as string)
    case 'decimal-bytes':
      return (output, value) => output.writeBytes(signedBigEndian(value as bigint, undefined))
    case 'fixed':
      return fixedWriter(type)
    case 'enum':
      return (output, value) => output.writeLong(type.symbols.indexOf(value as string))
    case 'array':
      return arrayWriter(type)
    case 'map': {
      const writeValue = compileWriter(type.values)
      return blockWriter((output, [key, value]: readonly [string, unknown]) => {
        output.writeString(key)
        writeValue(output, value)
      })
    }
    case 'union':
      return unionWriter(type.branches)
    case 'record': {
      const names = type.fields.map((field) => field.name)
      const writers = type.fields.map((field) => compileWriter(field.type))
      return (output, value) => {
        const record = value as Readonly<Record<string, unknown>>
        for (let i = 0; i < names.length; i++) writers[i]!(output, record[names[i]!])
      }
    }
    default:
      return unreachable(type, 'Avro type')
  }
}

function fixedWriter(type: Extract<AvroType, { kind: 'fixed' }>): ValueWriter {
  const { size } = type
  if (type.logicalType === 'decimal') return (output, value) => output.writeRaw(signedBigEndian(value as bigint, size))
  return (output, value) => {
    const bytes = value as Uint8Array
    if (bytes.length !== size) throw new InternalError({ code: 'AVRO_WRITE', message: `fixed(${size}) got ${bytes.length} bytes` })
    output.writeRaw(bytes)
  }
}

function arrayWriter(type: Extract<AvroType, { kind: 'array' }>): ValueWriter {
  const { items } = type
  if (type.isMap && items.kind === 'record' && items.fields.length === 2) {
    const writeKey = compileWriter(items.fields[0]!.type)
    const writeValue = compileWriter(items.fields[1]!.type)
    return blockWriter((output, [key, value]: readonly [unknown, unknown]) => {
      writeKey(output, key)
      writeValue(output, value)
    })
  }
  return blockWriter(compileWriter(items))
}

function blockWriter<T>(writeItem: (output: AvroOutput, item: T) => void): ValueWriter {
  return (output, value) => {
    const sized = value as Iterable<T> & { readonly size?: number; readonly length?: number }
    const count = sized.size ?? sized.length ?? 0
    if (count > 0) {
      output.writeLong(count)
      for (const item of sized) writeItem(output, item)
    }
    output.writeLong(0)
  }
}

/** Iceberg's unions are all `null` and one other type. */
function unionWriter(branches: readonly AvroType[]): ValueWriter {
  const nullBranch = branches.findIndex((branch) => branch.kind === 'null')
  const valueBranch = branches.findIndex((branch) => branch.kind !== 'null')
  const valueType = branches[valueBranch]
  if (valueType === undefined || branches.length > 2)
    throw new InternalError({ code: 'AVRO_WRITE', message: 'only unions of null and one type are written' })
  const write = compileWriter(valueType)
  return (output, value) => {
    if (value === null || value === undefined) {
      output.writeLong(nullBranch)
      return
    }
    output.writeLong(valueBranch)
    write(output, value)
  }
}

/** Two's complement, most significant byte first, in `size` bytes or as few as possible. */
export function signedBigEndian(value: bigint, size: number | undefined): Uint8Array {
  let width = size ?? 1
  if (size === undefined) while (BigInt.asIntN(8 * width, value) !== value) width++
  const bytes = new Uint8Array(width)
  let rest = value
  for (let i = width - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

export interface AvroFileOptions {
  /** The schema's JSON, written into the header as it is. */
  readonly schema: unknown
  readonly records: Iterable<unknown>
  readonly metadata?: Readonly<Record<string, string>>
  readonly codec?: 'null' | 'deflate'
  /** False leaves the checksum of the file out: for what is changed afterwards. Default true. */
  readonly checksum?: boolean
  /** Plain bytes in a block, after which the next one starts. Default 64 KiB. */
  readonly blockBytes?: number
}

/** A whole container file. */
export function writeAvroFile(options: AvroFileOptions): Uint8Array {
  const codec = options.codec ?? 'deflate'
  const blockBytes = options.blockBytes ?? 65_536
  const write = compileWriter(parseAvroSchema(options.schema))
  const file = new AvroOutput()
  const sync = randomBytes(16)
  file.writeRaw(Buffer.from('Obj\u0001', 'latin1'))
  const metadata = { 'avro.schema': JSON.stringify(options.schema), 'avro.codec': codec, ...options.metadata }
  file.writeLong(Object.keys(metadata).length + 1)
  file.writeString(CHECKSUM_KEY)
  file.writeString(CHECKSUM_PLACEHOLDER)
  const checksumAt = file.length - CHECKSUM_PLACEHOLDER.length
  for (const [key, value] of Object.entries(metadata)) {
    file.writeString(key)
    file.writeString(value)
  }
  file.writeLong(0)
  file.writeRaw(sync)
  const block = new AvroOutput()
  let count = 0
  const flush = () => {
    if (count === 0) return
    file.writeLong(count)
    file.writeBytes(codec === 'deflate' ? deflateRawSync(block.view()) : block.view())
    file.writeRaw(sync)
    block.clear()
    count = 0
  }
  for (const record of options.records) {
    write(block, record)
    count++
    if (block.length >= blockBytes) flush()
  }
  flush()
  const bytes = Uint8Array.from(file.view())
  if (options.checksum ?? true) stampChecksum(bytes, checksumAt)
  return bytes
}
