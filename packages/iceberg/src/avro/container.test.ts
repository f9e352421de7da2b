import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import avsc from 'avsc'
import { describe, expect, it } from 'vitest'
import { ArtemisError, DataError, UnsupportedError } from '@artemis/errors'
import { openAvroFile, readAvroRecords } from './container.js'
import { AvroCursor } from './cursor.js'
import { compileProjection, compileSkipper } from './reader.js'
import { parseAvroSchema } from './schema.js'
import { snappyDecompress } from './snappy.js'
import { AvroOutput, signedBigEndian, writeAvroFile } from './writer.js'
import { bigEndianSigned } from './reader.js'

const corpus = new URL('../../../../../shared/corpus/iceberg/', import.meta.url).pathname

/** Longs as bigint, so that the oracle is exact too. */
const longType = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return bytes
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
})

const schema = {
  type: 'record',
  name: 'row',
  fields: [
    { name: 'id', type: 'long', 'field-id': 1 },
    { name: 'parent', type: ['null', 'long'], default: null, 'field-id': 2 },
    { name: 'small', type: 'int', 'field-id': 3 },
    { name: 'ok', type: 'boolean', 'field-id': 4 },
    { name: 'ratio', type: 'double', 'field-id': 5 },
    { name: 'half', type: 'float', 'field-id': 6 },
    { name: 'name', type: 'string', 'field-id': 7 },
    { name: 'blob', type: 'bytes', 'field-id': 8 },
    { name: 'uuid', type: { type: 'fixed', name: 'uuid_fixed', size: 16 }, 'field-id': 9 },
    { name: 'list', type: { type: 'array', items: 'string', 'element-id': 11 }, 'field-id': 10 },
    {
      name: 'nested',
      type: { type: 'record', name: 'r12', fields: [{ name: 'x', type: ['null', 'int'], 'field-id': 13 }] },
      'field-id': 12,
    },
    { name: 'color', type: { type: 'enum', name: 'color', symbols: ['red', 'green'] }, 'field-id': 14 },
  ],
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function randomRecord(random: () => number) {
  const long = () => {
    const value = BigInt.asIntN(64, BigInt(Math.floor(random() * 2 ** 32)) * 0x1_0000_0001n * BigInt(Math.floor(random() * 2 ** 31)))
    return value >> BigInt(Math.floor(random() * 64))
  }
  const text = () => Array.from({ length: Math.floor(random() * 12) }, () => 'aé漢😀z'.at(Math.floor(random() * 2))).join('')
  return {
    id: long(),
    parent: random() < 0.3 ? null : long(),
    small: Math.floor((random() - 0.5) * 2 ** 32),
    ok: random() < 0.5,
    ratio: random() * 1e300,
    half: Math.fround(random()),
    name: text(),
    blob: Buffer.from(text()),
    uuid: Buffer.alloc(16, Math.floor(random() * 256)),
    list: Array.from({ length: Math.floor(random() * 4) }, text),
    nested: { x: random() < 0.5 ? null : Math.floor(random() * 100) },
    color: random() < 0.5 ? 'red' : 'green',
  }
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (value instanceof Map) return [...value].map(([key, item]) => ({ key: plain(key), value: plain(item) }))
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  return value
}

describe('Avro container files', () => {
  const random = seeded(7)
  const records = Array.from({ length: 500 }, () => randomRecord(random))

  it.each(['null', 'deflate'] as const)('reads back what it writes (%s)', (codec) => {
    const bytes = writeAvroFile({ schema, records, codec, blockBytes: 4096 })
    expect(plain(readAvroRecords(bytes))).toEqual(plain(records))
  })

  it('writes what avsc reads', async () => {
    const type = avsc.Type.forSchema(schema as never, { registry: { long: longType }, wrapUnions: false })
    const file = openAvroFile(writeAvroFile({ schema, records, codec: 'null' }))
    const seen: unknown[] = []
    for (const { count, cursor } of file.blocks()) {
      let offset = 0
      for (let i = 0; i < count; i++) {
        const decoded = type.decode(cursor.bytes, offset)
        seen.push(decoded.value)
        offset = decoded.offset
      }
    }
    expect(plain(seen)).toEqual(plain(records))
  })

  it('reads what avsc writes, ids above 2^53 exact', () => {
    const type = avsc.Type.forSchema(schema as never, { registry: { long: longType }, wrapUnions: false })
    const extreme = { ...records[0]!, id: 9223372036854775807n, parent: -9223372036854775808n }
    const encoded = [extreme, ...records].map((record) => type.toBuffer(record as never))
    const output = new AvroOutput()
    output.writeRaw(Buffer.from('Obj\u0001', 'latin1'))
    output.writeLong(1)
    output.writeString('avro.schema')
    output.writeString(JSON.stringify(schema))
    output.writeLong(0)
    output.writeRaw(Buffer.alloc(16, 9))
    output.writeLong(encoded.length)
    output.writeBytes(Buffer.concat(encoded))
    output.writeRaw(Buffer.alloc(16, 9))
    expect(plain(readAvroRecords(output.view()))).toEqual(plain([extreme, ...records]))
  })

  it('projects by field id, in the order asked for, and skips the rest', () => {
    const file = openAvroFile(writeAvroFile({ schema, records }))
    if (file.schema.kind !== 'record') throw new Error('not a record')
    const read = compileProjection(file.schema, [
      { fieldId: 7, name: 'other_name', as: 'value' },
      { fieldId: 99, name: 'absent', as: 'value' },
      { fieldId: 12, name: 'n', as: { record: [{ fieldId: 13, name: 'y', as: 'number' }] } },
      { fieldId: 3, name: 's', as: 'bigint' },
      { fieldId: 10, name: 'l', as: 'offset' },
    ])
    let index = 0
    for (const { count, cursor } of file.blocks()) {
      for (let i = 0; i < count; i++) {
        const record = records[index++]!
        const slots = read(cursor)
        expect(slots.slice(0, 4)).toEqual([record.name, undefined, [record.nested.x], BigInt(record.small)])
        expect(new AvroCursor(cursor.bytes, slots[4] as number).readLong()).toBe(record.list.length)
      }
      expect(cursor.remaining).toBe(0)
    }
    expect(index).toBe(records.length)
  })

  it('skips exactly as far as it reads', () => {
    const file = openAvroFile(writeAvroFile({ schema, records, codec: 'null' }))
    const skip = compileSkipper(file.schema)
    for (const { count, cursor } of file.blocks()) {
      for (let i = 0; i < count; i++) skip(cursor)
      expect(cursor.remaining).toBe(0)
    }
  })

  it('reads k-v arrays of logicalType map, decimals in bytes and fixed', () => {
    const withMaps = {
      type: 'record',
      name: 'r',
      fields: [
        {
          name: 'sizes',
          type: {
            type: 'array',
            logicalType: 'map',
            items: {
              type: 'record',
              name: 'k117_v118',
              fields: [
                { name: 'key', type: 'int', 'field-id': 117 },
                { name: 'value', type: 'long', 'field-id': 118 },
              ],
            },
          },
        },
        { name: 'd', type: { type: 'fixed', name: 'd9', size: 9, logicalType: 'decimal', precision: 20, scale: 2 } },
        { name: 'e', type: { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 } },
        { name: 'm', type: { type: 'map', values: 'long' } },
      ],
    }
    const record = {
      sizes: new Map([
        [1, 2n],
        [-5, 2n ** 60n],
      ]),
      d: -12345678901234567890n,
      e: 128n,
      m: new Map([['x', 1n]]),
    }
    expect(readAvroRecords(writeAvroFile({ schema: withMaps, records: [record] }))).toEqual([record])
  })

  it('refuses what it cannot read, by name', () => {
    expect(() => readAvroRecords(Buffer.from('PAR1'))).toThrow(DataError)
    const recursive = { type: 'record', name: 'tree', fields: [{ name: 'left', type: ['null', 'tree'] }] }
    expect(() => parseAvroSchema(recursive)).toThrow(UnsupportedError)
    const bytes = writeAvroFile({ schema, records: [], metadata: { 'avro.codec': 'bzip2' } })
    expect(readAvroRecords(bytes)).toEqual([])
    expect(() => readAvroRecords(writeAvroFile({ schema, records, metadata: { 'avro.codec': 'bzip2' } }))).toThrow(/"bzip2"/)
    let deep: unknown = 'int'
    for (let i = 0; i < 10_000; i++) deep = { type: 'array', items: deep }
    expect(() => parseAvroSchema(deep)).toThrow(DataError)
  })

  it('answers damaged input with an ArtemisError, and quickly', () => {
    const pristine = writeAvroFile({ schema, records: records.slice(0, 20), codec: 'null', blockBytes: 700 })
    const deflated = writeAvroFile({ schema, records: records.slice(0, 20) })
    const started = performance.now()
    let refused = 0
    for (const original of [pristine, deflated]) {
      for (let i = 0; i < 3000; i++) {
        const bytes = Uint8Array.from(i % 3 === 0 ? original.subarray(0, Math.floor(random() * original.length)) : original)
        for (let change = i % 3; change > 0 && bytes.length > 0; change--)
          bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
        try {
          readAvroRecords(bytes)
        } catch (error) {
          if (!(error instanceof ArtemisError)) throw error
          refused++
        }
      }
    }
    expect(refused).toBeGreaterThan(3000)
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  it('refuses a file of ours in which any bit was flipped', () => {
    const bytes = writeAvroFile({ schema: 'string', records: ['a row', 'another row'], metadata: { key: 'value' } })
    expect(readAvroRecords(bytes)).toEqual(['a row', 'another row'])
    const isChecksum = (bit: number): boolean => bit >> 3 >= bytes.indexOf(0x2e, 8) - 7 && bit >> 3 < bytes.indexOf(0x2e, 8) + 16
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = bytes.slice()
      copy[bit >> 3]! ^= 1 << (bit & 7)
      // A flip within the name of the checksum hides it.
      if (!isChecksum(bit)) expect(() => readAvroRecords(copy), `bit ${bit}`).toThrow(DataError)
    }
  })

  it('does not loop over a claimed number of empty items', () => {
    const empty = { type: 'record', name: 'e', fields: [] }
    const output = new AvroOutput()
    output.writeRaw(writeAvroFile({ schema: empty, records: [], codec: 'null', checksum: false }))
    const sync = output.view().slice(output.length - 16)
    output.writeLong(2n ** 52n)
    output.writeBytes(new Uint8Array())
    output.writeRaw(sync)
    expect(() => readAvroRecords(output.view())).toThrow(/claims/)
  })
})

describe('signed big-endian numbers', () => {
  it.each([0n, 1n, -1n, 127n, 128n, -128n, -129n, 255n, 2n ** 100n, -(2n ** 100n)])('%s', (value) => {
    expect(bigEndianSigned(signedBigEndian(value, undefined))).toBe(value)
    expect(bigEndianSigned(signedBigEndian(value, 16))).toBe(value)
  })
  it('takes no byte too many', () => {
    expect(signedBigEndian(127n, undefined)).toEqual(Uint8Array.of(0x7f))
    expect(signedBigEndian(128n, undefined)).toEqual(Uint8Array.of(0, 0x80))
    expect(signedBigEndian(-128n, undefined)).toEqual(Uint8Array.of(0x80))
  })
})

describe('snappy', () => {
  it('reads literals and overlapping copies', () => {
    // "abcd" as a literal, then a copy of 12 bytes from 4 back.
    const bytes = Uint8Array.of(16, 3 << 2, 0x61, 0x62, 0x63, 0x64, ((12 - 1) << 2) | 2, 4, 0)
    expect(Buffer.from(snappyDecompress(bytes)).toString()).toBe('abcdabcdabcdabcd')
    expect(() => snappyDecompress(bytes.subarray(0, 7))).toThrow(DataError)
    expect(() => snappyDecompress(Uint8Array.of(16, ((12 - 1) << 2) | 2, 4, 0))).toThrow(DataError)
  })
  it('reads blocks within a container', () => {
    const body = Buffer.from('\u0006foo', 'latin1')
    const compressed = Buffer.concat([Uint8Array.of(body.length, (body.length - 1) << 2), body, Buffer.alloc(4)])
    compressed.writeUInt32BE(crc32(body), compressed.length - 4)
    const output = new AvroOutput()
    output.writeRaw(writeAvroFile({ schema: 'string', records: [], codec: 'null', metadata: { 'avro.codec': 'snappy' }, checksum: false }))
    const sync = output.view().slice(output.length - 16)
    output.writeLong(1)
    output.writeBytes(compressed)
    output.writeRaw(sync)
    expect(readAvroRecords(output.view())).toEqual(['foo'])
    const damaged = output.view().slice()
    // The sync marker is random and may hold the same byte, so the text itself is looked for.
    damaged[Buffer.from(damaged).indexOf('foo')]! ^= 1
    expect(() => readAvroRecords(damaged)).toThrow(/checksum/)
  })
})

describe.skipIf(!existsSync(corpus))('the corpus in ../shared/corpus (skipped when absent)', () => {
  const files = existsSync(corpus)
    ? readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.avro'))
    : []
  it('decodes every Avro file as avsc does', async () => {
    expect(files.length).toBeGreaterThan(40)
    for (const name of files) {
      const bytes = readFileSync(join(corpus, name))
      const ours = readAvroRecords(bytes)
      const theirs = await decodeWithAvsc(bytes)
      expect(digits(ours), name).toEqual(digits(theirs))
    }
  })
})

/** avsc reads longs with a logical type as numbers, so both sides are compared as text. */
function digits(value: unknown): unknown {
  return JSON.stringify(plain(value), (_, item: unknown) => (typeof item === 'bigint' || typeof item === 'number' ? `${item}` : item))
}

class DecimalType extends avsc.types.LogicalType {
  override _fromValue(bytes: unknown) {
    return bigEndianSigned(bytes as Uint8Array)
  }
  override _toValue(value: unknown) {
    return value
  }
}

function decodeWithAvsc(bytes: Uint8Array): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const records: unknown[] = []
    const decoder = new avsc.streams.BlockDecoder({
      parseHook: (read: unknown) =>
        avsc.Type.forSchema(
          read as never,
          { registry: { long: longType }, wrapUnions: false, logicalTypes: { decimal: DecimalType } } as never,
        ),
    } as never)
    decoder.on('data', (record: unknown) => records.push(record))
    decoder.on('end', () => resolve(records))
    decoder.on('error', reject)
    decoder.end(Buffer.from(bytes))
  })
}
