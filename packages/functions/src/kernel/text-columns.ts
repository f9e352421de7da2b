/** Reading text and binary arguments. Text that is all ASCII becomes one string that rows are cut from. */

import { isAscii } from 'node:buffer'
import type { BytesVector, Datum } from '@artemis/arrow'
import { assert } from '@artemis/errors'

/** Rows of text as strings. A constant gives the same string for every row. */
export class TextColumn {
  /** Set for a constant. */
  readonly constant: string | null
  /** Whether every row is known to be ASCII, so that bytes, code units and characters are the same. */
  readonly ascii: boolean
  readonly #offsets: Int32Array
  readonly #whole: string
  readonly #base: number
  readonly #data: Buffer

  constructor(datum: Datum) {
    if (datum.kind === 'scalar') {
      this.constant = datum.value === null ? '' : (datum.value as string)
      // oxlint-disable-next-line no-control-regex -- ASCII is exactly this range.
      this.ascii = /^[\x00-\x7f]*$/.test(this.constant)
      this.#offsets = EMPTY_OFFSETS
      this.#whole = ''
      this.#base = 0
      this.#data = EMPTY_DATA
      return
    }
    const vector = bytesOf(datum)
    this.constant = null
    this.#offsets = vector.offsets
    this.#base = vector.offsets[0]!
    this.#data = bufferOf(vector)
    const used = this.#data.subarray(this.#base, vector.offsets[vector.length]!)
    this.ascii = isAscii(used)
    this.#whole = this.ascii ? used.toString('latin1') : ''
  }

  at(row: number): string {
    if (this.constant !== null) return this.constant
    const start = this.#offsets[row]!
    const end = this.#offsets[row + 1]!
    if (this.ascii) return this.#whole.substring(start - this.#base, end - this.#base)
    return this.#data.toString('utf8', start, end)
  }
}

const EMPTY_OFFSETS = new Int32Array(2)
const EMPTY_DATA = Buffer.alloc(0)

/** The offsets and data of text or binary; row i of a constant is row 0. */
export interface ByteColumn {
  readonly offsets: Int32Array
  readonly data: Buffer
  readonly stride: 0 | 1
}

export function byteColumn(datum: Datum): ByteColumn {
  if (datum.kind === 'vector') {
    const vector = bytesOf(datum)
    return { offsets: vector.offsets, data: bufferOf(vector), stride: 1 }
  }
  const { value } = datum
  const data = typeof value === 'string' ? Buffer.from(value, 'utf8') : value instanceof Uint8Array ? Buffer.from(value) : EMPTY_DATA
  return { offsets: Int32Array.of(0, data.length), data, stride: 0 }
}

function bytesOf(datum: Extract<Datum, { kind: 'vector' }>): BytesVector {
  assert(datum.vector.layout === 'bytes', `a ${datum.vector.layout} vector where text or bytes are wanted`)
  return datum.vector
}

/** The vector's data as a Buffer over the same memory. */
export function bufferOf(vector: BytesVector): Buffer {
  return Buffer.from(vector.data.buffer, vector.data.byteOffset, vector.data.byteLength)
}

/** Whether all bytes that the rows use are ASCII. */
export function isAsciiColumn(column: ByteColumn): boolean {
  return isAscii(column.data.subarray(column.offsets[0]!, column.offsets[column.offsets.length - 1]!))
}
