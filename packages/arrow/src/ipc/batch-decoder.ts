/**
 * Vectors over the body of an Arrow IPC message, without copying. Sizes, offsets and codes are checked here once, so
 * that kernels can rely on them whatever the input was.
 */

import { assert, unreachable, UnsupportedError } from '@artemis/errors'
import { bitmapBytes } from '../bitmap.js'
import type { DataType, Field } from '../types.js'
import { byteWidth, int32, int64, physicalKind } from '../types.js'
import type { Nulls, PrimitiveValues, Vector } from '../vector.js'
import {
  allocatePrimitive,
  booleanVector,
  bytesVector,
  dictionaryVector,
  fixedVector,
  listChildType,
  listVector,
  nullsOf,
  nullVector,
  primitiveVector,
  structVector,
} from '../vector.js'
import { damaged } from './flatbuffer-reader.js'
import type { FlatbufferTable } from './flatbuffer-reader.js'
import { RECORD_BATCH } from './message-format.js'
import type { DictionaryEncoding } from './schema-decoder.js'
import { daysOfMilliseconds, engineType, microsecondsOf, narrowedOffsets, storageOf } from './wire-storage.js'

/** The largest number of rows that a vector can have: codes and offsets are int32. */
const MAX_ROWS = 0x7fff_ffff

/**
 * A column whose values take at least a bit has no more rows than its message has bits. Nulls without a type take
 * nothing, and would let a few bytes ask for any memory: this many are allowed whatever the message's size.
 */
const MAX_ROWS_WITHOUT_BYTES = 1 << 24

export interface DecodedColumns {
  readonly rowCount: number
  readonly columns: readonly Vector[]
}

/** The columns of a record batch table over its body. `dictionaries` holds the latest dictionary of each id. */
export function decodeColumns(
  table: FlatbufferTable,
  body: Uint8Array,
  fields: readonly Field[],
  encodings: readonly (DictionaryEncoding | null)[],
  dictionaries: ReadonlyMap<number, Vector>,
): DecodedColumns {
  if (table.table(RECORD_BATCH.compression) !== null) {
    throw new UnsupportedError({
      code: 'ARROW_IPC_NOT_SUPPORTED',
      message: 'compressed Arrow IPC buffers are not supported',
      hint: 'Write the stream without compression.',
    })
  }
  const reader = new BodyReader(table.int64Structs(RECORD_BATCH.nodes, 2), table.int64Structs(RECORD_BATCH.buffers, 2), body)
  const rowCount = table.int64(RECORD_BATCH.length, 0)
  if (rowCount < 0 || rowCount > MAX_ROWS) throw damaged('a batch has an impossible number of rows')
  const columns = fields.map((f, i) => {
    const encoding = encodings[i] ?? null
    const vector = encoding === null ? reader.read(f.type) : reader.readCodes(f.type, encoding, dictionaries.get(encoding.id))
    if (vector.length !== rowCount) throw damaged(`column ${f.name} has ${vector.length} rows, its batch ${rowCount}`)
    return vector
  })
  return { rowCount, columns }
}

class BodyReader {
  readonly #nodes: readonly number[]
  readonly #buffers: readonly number[]
  readonly #body: Uint8Array
  #nextNode = 0
  #nextBuffer = 0

  constructor(nodes: readonly number[], buffers: readonly number[], body: Uint8Array) {
    this.#nodes = nodes
    this.#buffers = buffers
    this.#body = body
  }

  read(type: DataType): Vector {
    const { length, nullCount } = this.#node()
    const kind = physicalKind(type)
    const own = engineType(type)
    if (kind === 'null') return nullVector(length)
    const given = this.#nulls(length, nullCount)
    switch (kind) {
      case 'boolean':
        return booleanVector(length, this.#bytes(bitmapBytes(length)), given)
      case 'primitive':
        return primitiveVector(own, this.#values(type, length, given), given)
      case 'fixed':
        return fixedVector(own, length, this.#aligned(length * byteWidth(type), 8), given)
      case 'bytes': {
        const offsets = this.#offsets(type, length)
        const data = this.#rest()
        if (offsets[length]! > data.length) throw damaged('text reaches beyond its buffer')
        return bytesVector(own, offsets, data, given)
      }
      case 'list': {
        const offsets = this.#offsets(type, length)
        const child = this.read(listChildType(type))
        if (offsets[length]! > child.length) throw damaged('a list reaches beyond its values')
        return listVector(own, offsets, child, given)
      }
      case 'struct': {
        assert(type.kind === 'struct', 'a struct layout without fields')
        const children = type.fields.map((f) => this.read(f.type))
        if (children.some((child) => child.length !== length)) throw damaged('a field of a struct has another length than the struct')
        return structVector(own, length, children, given)
      }
      default:
        return unreachable(kind, 'physical kind')
    }
  }

  readCodes(type: DataType, encoding: DictionaryEncoding, dictionary: Vector | undefined): Vector {
    const { length, nullCount } = this.#node()
    const given = this.#nulls(length, nullCount)
    const codes = int32Codes(this.#primitives(encoding.indexType, length))
    if (dictionary === undefined || dictionary.length === 0) {
      if (nullCount < length) throw damaged('a dictionary is missing')
      return nullsOf(engineType(type), length)
    }
    return dictionaryVector(codesInRange(codes, dictionary.length, given.validity ?? null), dictionary, given)
  }

  #node(): { length: number; nullCount: number } {
    const length = this.#nodes[this.#nextNode]
    const nullCount = this.#nodes[this.#nextNode + 1]
    this.#nextNode += 2
    if (length === undefined || nullCount === undefined) throw damaged('a batch has too few columns')
    if (length < 0 || length > Math.max(MAX_ROWS_WITHOUT_BYTES, this.#body.length * 8) || length > MAX_ROWS || nullCount < 0 || nullCount > length) throw damaged('a column has an impossible length')
    return { length, nullCount }
  }

  #nulls(length: number, nullCount: number): Nulls {
    const bitmap = this.#rest()
    if (nullCount === 0) return {}
    const bytes = bitmapBytes(length)
    if (bitmap.length < bytes) throw damaged('a validity bitmap is too short')
    // The count is taken from the bits: a wrong one would break the promise that validity is null when it is 0.
    return { validity: bitmap.subarray(0, bytes) }
  }

  /** The next buffer as a whole. */
  #rest(): Uint8Array {
    const start = this.#buffers[this.#nextBuffer]
    const size = this.#buffers[this.#nextBuffer + 1]
    this.#nextBuffer += 2
    if (start === undefined || size === undefined) throw damaged('a batch has too few buffers')
    if (start < 0 || size < 0 || start + size > this.#body.length) throw damaged('a buffer reaches beyond its message')
    return this.#body.subarray(start, start + size)
  }

  /** The first `size` bytes of the next buffer. */
  #bytes(size: number): Uint8Array {
    const buffer = this.#rest()
    if (buffer.length < size) throw damaged('a buffer is too short')
    return buffer.subarray(0, size)
  }

  #aligned(size: number, alignment: number): Uint8Array {
    const bytes = this.#bytes(size)
    return bytes.byteOffset % alignment === 0 ? bytes : bytes.slice()
  }

  #primitives(type: DataType, length: number): PrimitiveValues {
    const empty = allocatePrimitive(type, 0)
    const bytes = this.#aligned(length * empty.BYTES_PER_ELEMENT, empty.BYTES_PER_ELEMENT)
    const ArrayClass = empty.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => PrimitiveValues
    return new ArrayClass(bytes.buffer, bytes.byteOffset, length)
  }

  /** The values of a primitive type, rewritten where they are stored in another way. */
  #values(type: DataType, length: number, { validity }: Nulls): PrimitiveValues {
    const storage = storageOf(type)
    switch (storage) {
      case undefined:
      case 'offsets64':
        return this.#primitives(type, length)
      case 'date64':
        return daysOfMilliseconds(this.#primitives(int64, length) as BigInt64Array)
      case 'time32-s':
      case 'time32-ms':
      case 'time64-ns': {
        const values = this.#primitives(storage === 'time64-ns' ? int64 : int32, length) as Int32Array | BigInt64Array
        return microsecondsOf(values, storage, validity ?? null)
      }
      default:
        return unreachable(storage, 'wire storage')
    }
  }

  #offsets(type: DataType, length: number): Int32Array {
    // Writers may leave out the single offset of a column without rows.
    if (length === 0) {
      this.#rest()
      return new Int32Array(1)
    }
    const offsets =
      storageOf(type) === 'offsets64'
        ? narrowedOffsets(this.#primitives(int64, length + 1) as BigInt64Array)
        : (this.#primitives(int32, length + 1) as Int32Array)
    if (offsets[0]! < 0 || !ascending(offsets)) throw damaged('offsets decrease')
    return offsets
  }
}

function ascending(offsets: Int32Array): boolean {
  let decreases = 0
  for (let i = 1; i < offsets.length; i++) decreases |= +(offsets[i]! < offsets[i - 1]!)
  return decreases === 0
}

function int32Codes(values: PrimitiveValues): Int32Array {
  if (values instanceof Int32Array) return values
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return Int32Array.from(values, Number)
  return Int32Array.from(values)
}

/** Codes under a null may be anything and become 0; any other code out of range is damage. */
function codesInRange(codes: Int32Array, size: number, validity: Uint8Array | null): Int32Array {
  let outside = 0
  for (let i = 0; i < codes.length; i++) outside |= +(codes[i]! >>> 0 >= size)
  if (outside === 0) return codes
  const out = codes.slice()
  for (let i = 0; i < out.length; i++) {
    if (out[i]! >>> 0 < size) continue
    if (validity === null || ((validity[i >>> 3]! >>> (i & 7)) & 1) === 1) throw damaged('a code lies outside its dictionary')
    out[i] = 0
  }
  return out
}
