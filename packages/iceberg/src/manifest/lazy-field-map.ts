/**
 * The per-column maps of a data file, read from the manifest's bytes when someone asks. Most plans look at the bounds of
 * one or two columns, and most files have six maps of all their columns.
 */
import { AvroCursor } from '../avro/cursor.js'
import { readBlockCount } from '../avro/reader.js'
import type { FieldMap } from '../model/manifest.js'

/** Counts by field id. `#pairs` holds id, count, id, count, … */
export class LazyCountMap implements FieldMap<number> {
  readonly #bytes: Buffer
  readonly #offset: number
  #pairs: readonly number[] | undefined

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes
    this.#offset = offset
  }

  get size(): number {
    return this.#decoded().length / 2
  }

  get(fieldId: number): number | undefined {
    const pairs = this.#decoded()
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === fieldId) return pairs[i + 1]
    return undefined
  }

  has(fieldId: number): boolean {
    return this.get(fieldId) !== undefined
  }

  *[Symbol.iterator](): IterableIterator<[number, number]> {
    const pairs = this.#decoded()
    for (let i = 0; i < pairs.length; i += 2) yield [pairs[i]!, pairs[i + 1]!]
  }

  #decoded(): readonly number[] {
    if (this.#pairs !== undefined) return this.#pairs
    const cursor = new AvroCursor(this.#bytes, this.#offset)
    const pairs: number[] = []
    for (let count = readBlockCount(cursor, 2); count > 0; count = readBlockCount(cursor, 2)) {
      for (let i = 0; i < count; i++) {
        pairs.push(cursor.readInt())
        pairs.push(cursor.readLong())
      }
    }
    this.#pairs = pairs
    return pairs
  }
}

/** Bounds by field id. `#triples` holds id, start, end, id, start, end, … within the manifest's bytes. */
export class LazyBytesMap implements FieldMap<Uint8Array> {
  readonly #bytes: Buffer
  readonly #offset: number
  #triples: readonly number[] | undefined

  constructor(bytes: Buffer, offset: number) {
    this.#bytes = bytes
    this.#offset = offset
  }

  get size(): number {
    return this.#decoded().length / 3
  }

  get(fieldId: number): Uint8Array | undefined {
    const triples = this.#decoded()
    for (let i = 0; i < triples.length; i += 3) {
      if (triples[i] === fieldId) return this.#view(triples[i + 1]!, triples[i + 2]!)
    }
    return undefined
  }

  has(fieldId: number): boolean {
    const triples = this.#decoded()
    for (let i = 0; i < triples.length; i += 3) if (triples[i] === fieldId) return true
    return false
  }

  *[Symbol.iterator](): IterableIterator<[number, Uint8Array]> {
    const triples = this.#decoded()
    for (let i = 0; i < triples.length; i += 3) yield [triples[i]!, this.#view(triples[i + 1]!, triples[i + 2]!)]
  }

  #view(start: number, end: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, end - start)
  }

  #decoded(): readonly number[] {
    if (this.#triples !== undefined) return this.#triples
    const cursor = new AvroCursor(this.#bytes, this.#offset)
    const triples: number[] = []
    for (let count = readBlockCount(cursor, 2); count > 0; count = readBlockCount(cursor, 2)) {
      for (let i = 0; i < count; i++) {
        triples.push(cursor.readInt())
        const length = cursor.readLength()
        const start = cursor.advance(length)
        triples.push(start, start + length)
      }
    }
    this.#triples = triples
    return triples
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
