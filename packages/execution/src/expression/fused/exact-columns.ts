/** The arrays that a loop over whole numbers reads: words of decimals and 64-bit integers, codes, or plain numbers. */

import type { Batch, DataType, DictionaryVector, Vector } from '@artemis/arrow'
import { alignedWords, decodeDictionary, int32Words, nullsOf } from '@artemis/arrow'
import { gatherBits } from '../../batch/gather.js'
import { sourceOf } from '../../batch/gathered-batch.js'
import type { SourceColumn } from './source.js'

/** How a column's value is loaded: four words, two words, a number by its code, or a number. */
export type ExactLayout = 'words4' | 'words2' | 'coded' | 'numbers'

export interface ExactColumns {
  readonly layouts: readonly ExactLayout[]
  /** For each column the index in `rows`, or -1 where it is read in the order of the batch. */
  readonly rowsOf: readonly number[]
  readonly arrays: readonly ArrayBufferView[]
  /** The dictionary's numbers for each coded column, else null. */
  readonly entries: readonly (Float64Array | null)[]
  readonly rows: readonly Int32Array[]
  readonly validities: readonly (Uint8Array | null)[]
}

/** The columns at `positions`; undefined when a dictionary holds a number that is not exact in a double. */
export function exactColumns(batch: Batch, columns: readonly SourceColumn[], positions: readonly number[]): ExactColumns | undefined {
  const layouts: ExactLayout[] = []
  const rowsOf: number[] = []
  const arrays: ArrayBufferView[] = []
  const entries: (Float64Array | null)[] = []
  const rows: Int32Array[] = []
  const validities: (Uint8Array | null)[] = []
  for (const [k, { type }] of columns.entries()) {
    const source = sourceOf(batch, positions[k]!)
    const through = source.mayMiss ? null : source.rows
    const vector = plainOrCoded(through === null ? batch.column(positions[k]!) : source.vector(), type)
    const numbers = vector.layout === 'dictionary' ? numbersOf(vector) : null
    if (numbers === undefined) return undefined
    layouts.push(layoutOf(vector))
    arrays.push(arrayOf(vector))
    entries.push(numbers)
    validities.push(vector.validity === null || through === null ? vector.validity : gatherBits(vector.validity, through))
    const known = through === null ? -1 : rows.indexOf(through)
    rowsOf.push(through === null || known >= 0 ? known : rows.push(through) - 1)
  }
  return { layouts, rowsOf, arrays, entries, rows, validities }
}

function plainOrCoded(vector: Vector, type: DataType): Vector {
  if (vector.layout === 'null') return nullsOf(type, vector.length)
  return vector.layout === 'dictionary' && vector.dictionary.layout !== 'fixed' ? decodeDictionary(vector) : vector
}

function layoutOf(vector: Vector): ExactLayout {
  if (vector.layout === 'dictionary') return 'coded'
  if (vector.layout === 'fixed') return 'words4'
  return vector.type.kind === 'int64' ? 'words2' : 'numbers'
}

function arrayOf(vector: Vector): ArrayBufferView {
  if (vector.layout === 'dictionary') return vector.codes
  if (vector.layout === 'fixed') return alignedWords(vector.values)
  if (vector.layout !== 'primitive') return new Int32Array(0)
  return vector.type.kind === 'int64' ? int32Words(vector.values) : vector.values
}

const knownNumbers = new WeakMap<Vector, Float64Array | 'inexact'>()

/** The entries of a dictionary of decimals as numbers. */
function numbersOf({ dictionary }: DictionaryVector): Float64Array | undefined {
  let known = knownNumbers.get(dictionary)
  if (known === undefined) {
    known = dictionary.layout === 'fixed' ? decimalNumbers(alignedWords(dictionary.values)) : 'inexact'
    knownNumbers.set(dictionary, known)
  }
  return known === 'inexact' ? undefined : known
}

function decimalNumbers(words: Int32Array): Float64Array | 'inexact' {
  const out = new Float64Array(words.length >>> 2)
  for (let i = 0; i < out.length; i++) {
    const high = words[4 * i + 1]!
    const sign = high >> 31
    if (words[4 * i + 2] !== sign || words[4 * i + 3] !== sign || (high + 0x200000) >>> 22 !== 0) return 'inexact'
    out[i] = high * 4294967296 + (words[4 * i]! >>> 0)
  }
  return out
}
