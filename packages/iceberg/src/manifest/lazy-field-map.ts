/**
 * The per-column maps of a data file, read from the manifest's bytes when someone asks. Most plans look at the bounds of
 * one or two columns, and most files have six maps of all their columns. Nothing is kept: looking through some dozens of
 * small numbers is cheaper than the objects that would spare it, which the garbage collector would have to carry.
 */
import { AvroCursor } from '../avro/cursor.js'
import { readBlockCount } from '../avro/reader.js'
import type { FieldMap } from '../model/manifest.js'

/** Counts by field id: an Avro array of pairs of integers. */
export class LazyCountMap implements FieldMap<number> {
  readonly #bytes: Buffer
  readonly #offset: number

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes
    this.#offset = offset
  }

  get size(): number {
    return [...this].length
  }

  get(fieldId: number): number | undefined {
    const cursor = new AvroCursor(this.#bytes, this.#offset)
    for (let count = readBlockCount(cursor, 2); count > 0; count = readBlockCount(cursor, 2)) {
      for (let i = 0; i < count; i++) {
        if (cursor.readInt() === fieldId) return cursor.readLong()
        cursor.skipLong()
      }
    }
    return undefined
  }

  has(fieldId: number): boolean {
    return this.get(fieldId) !== undefined
  }

  *[Symbol.iterator](): IterableIterator<[number, number]> {
    const cursor = new AvroCursor(this.#bytes, this.#offset)
    for (let count = readBlockCount(cursor, 2); count > 0; count = readBlockCount(cursor, 2)) {
      for (let i = 0; i < count; i++) yield [cursor.readInt(), cursor.readLong()]
    }
  }
}

/** Bounds by field id: an Avro array of pairs of an integer and bytes. */
export class LazyBytesMap implements FieldMap<Uint8Array> {
  readonly #bytes: Buffer
  readonly #offset: number

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes
    this.#offset = offset
  }

  get size(): number {
    return [...this].length
  }

  get(fieldId: number): Uint8Array | undefined {
    const cursor = new AvroCursor(this.#bytes, this.#offset)
    for (let count = readBlockCount(cursor, 2); count > 0; count = readBlockCount(cursor, 2)) {
      for (let i = 0; i < count; i++) {
        if (cursor.readInt() === fieldId) return cursor.readBytes()
        cursor.skipBytes()
      }
    }
    return undefined
  }

  has(fieldId: number): boolean {
    return this.get(fieldId) !== undefined
  }

  *[Symbol.iterator](): IterableIterator<[number, Uint8Array]> {
    const cursor = new AvroCursor(this.#bytes, this.#offset)
    for (let count = readBlockCount(cursor, 2); count > 0; count = readBlockCount(cursor, 2)) {
      for (let i = 0; i < count; i++) yield [cursor.readInt(), cursor.readBytes()]
    }
  }
}

/** Reads an array of integers at an offset. */
export function readIntegersAt(bytes: Buffer, offset: number): number[] {
  const cursor = new AvroCursor(bytes, offset)
  const values: number[] = []
  for (let count = readBlockCount(cursor, 1); count > 0; count = readBlockCount(cursor, 1)) {
    for (let i = 0; i < count; i++) values.push(cursor.readLong())
  }
  return values
}
