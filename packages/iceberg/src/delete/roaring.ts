/**
 * Reads 64-bit roaring bitmaps in their portable form, as deletion vectors hold them (Iceberg's Puffin spec,
 * `deletion-vector-v1`; RoaringFormatSpec). Every length is checked: the bytes come from a file.
 *
 *   count of keys (u64) │ key (u32) │ 32-bit bitmap │ key │ bitmap │ …
 *   32-bit bitmap: cookie │ run flags │ (key u16, cardinality - 1 u16)… │ offsets │ containers
 */
import { DataError } from '@artemis/errors'

const COOKIE_WITHOUT_RUNS = 12346
const COOKIE_WITH_RUNS = 12347
/** With runs, offsets are only written from this many containers on. */
const OFFSET_THRESHOLD = 4
const ARRAY_LIMIT = 4096

/** Calls `visit` for every value, ascending. */
export function readRoaring64(bytes: Uint8Array, visit: (position: number) => void): void {
  const cursor = new Cursor(bytes)
  const keys = cursor.u32() + cursor.u32() * 4294967296
  for (let k = 0; k < keys; k++) {
    const high = cursor.u32()
    if (high >= 0x200000) throw damaged('a position is beyond 2^53')
    readRoaring32(cursor, high * 4294967296, visit)
  }
  if (cursor.left !== 0) throw damaged(`${cursor.left} bytes follow the bitmap`)
}

function readRoaring32(cursor: Cursor, base: number, visit: (position: number) => void): void {
  const cookie = cursor.u32()
  const withRuns = (cookie & 0xffff) === COOKIE_WITH_RUNS
  if (!withRuns && cookie !== COOKIE_WITHOUT_RUNS) throw damaged(`unknown cookie ${cookie}`)
  const size = withRuns ? (cookie >>> 16) + 1 : cursor.u32()
  if (size > 65536) throw damaged(`${size} containers`)
  const runFlags = withRuns ? cursor.take((size + 7) >>> 3) : undefined
  const keys = new Uint16Array(size)
  const cardinalities = new Int32Array(size)
  for (let i = 0; i < size; i++) {
    keys[i] = cursor.u16()
    cardinalities[i] = cursor.u16() + 1
  }
  if (!withRuns || size >= OFFSET_THRESHOLD) cursor.take(size * 4)
  for (let i = 0; i < size; i++) {
    const start = base + keys[i]! * 65536
    if (runFlags !== undefined && ((runFlags[i >>> 3]! >>> (i & 7)) & 1) === 1) readRuns(cursor, start, visit)
    else if (cardinalities[i]! <= ARRAY_LIMIT) readArray(cursor, cardinalities[i]!, start, visit)
    else readBits(cursor, start, visit)
  }
}

function readRuns(cursor: Cursor, base: number, visit: (position: number) => void): void {
  const runs = cursor.u16()
  for (let r = 0; r < runs; r++) {
    const start = cursor.u16()
    const length = cursor.u16() + 1
    if (start + length > 65536) throw damaged('a run leaves its container')
    for (let i = 0; i < length; i++) visit(base + start + i)
  }
}

function readArray(cursor: Cursor, cardinality: number, base: number, visit: (position: number) => void): void {
  for (let i = 0; i < cardinality; i++) visit(base + cursor.u16())
}

function readBits(cursor: Cursor, base: number, visit: (position: number) => void): void {
  const bits = cursor.take(8192)
  for (let i = 0; i < bits.length; i++) {
    for (let byte = bits[i]!; byte !== 0; byte &= byte - 1) visit(base + i * 8 + (31 - Math.clz32(byte & -byte)))
  }
}

class Cursor {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  take(length: number): Uint8Array {
    const start = this.#advance(length)
    return this.#bytes.subarray(start, start + length)
  }

  #advance(length: number): number {
    if (length > this.left) throw damaged('it ends too early')
    const start = this.#at
    this.#at += length
    return start
  }
}

function damaged(what: string): DataError {
  return new DataError({ code: 'BAD_DELETION_VECTOR', message: `the roaring bitmap of a deletion vector is damaged: ${what}` })
}
