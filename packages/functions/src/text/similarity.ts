/** How alike two texts are. As in DuckDB, distances count bytes. */

import type { DataType, Datum } from '@artemis/arrow'
import { float64, int64, utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import { invalidInput } from '../kernel/errors.js'
import { argument } from '../kernel/input.js'
import { int64Result, numberResult } from '../kernel/results.js'
import { byteColumn } from '../kernel/text-columns.js'

function rowsOf(datum: Datum): (row: number) => Uint8Array {
  const { offsets, data, stride } = byteColumn(datum)
  return (row) => data.subarray(offsets[row * stride]!, offsets[row * stride + 1]!)
}

interface Similarity {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly description: string
  readonly example: string
  readonly result: string
  readonly returns: DataType
  readonly canThrow?: boolean
  readonly compute: (a: Uint8Array, b: Uint8Array) => number
}

function similarity({ returns, compute, ...documentation }: Similarity): ScalarFunctionDefinition {
  return scalarFunction({
    ...documentation,
    category: 'text',
    overloads: [
      overload({ left: utf8, right: utf8 }, returns, (input) => {
        const left = rowsOf(argument(input, 0))
        const right = rowsOf(argument(input, 1))
        const value = (row: number): number => compute(left(row), right(row))
        return returns.kind === 'int64' ? int64Result(input, int64, value) : numberResult(input, float64, value)
      }),
    ],
  })
}

function editDistance(a: Uint8Array, b: Uint8Array, transpositions: boolean): number {
  // Three rows of the table of distances are enough; full Damerau needs the last row of each byte as well.
  const width = b.length + 1
  const table = new Uint32Array((a.length + 1) * width)
  for (let i = 0; i <= a.length; i++) table[i * width] = i
  for (let j = 0; j <= b.length; j++) table[j] = j
  const lastRow = new Uint32Array(256)
  for (let i = 1; i <= a.length; i++) {
    let lastColumn = 0
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(table[(i - 1) * width + j]! + 1, table[i * width + j - 1]! + 1, table[(i - 1) * width + j - 1]! + (same ? 0 : 1))
      if (transpositions) {
        const row = lastRow[b[j - 1]!]!
        if (row > 0 && lastColumn > 0)
          best = Math.min(best, table[(row - 1) * width + lastColumn - 1]! + (i - row - 1) + 1 + (j - lastColumn - 1))
      }
      table[i * width + j] = best
      if (same) lastColumn = j
    }
    lastRow[a[i - 1]!] = i
  }
  return table[a.length * width + b.length]!
}

export const levenshtein = similarity({
  name: 'levenshtein',
  aliases: ['editdist3'],
  description: 'The least number of bytes to insert, delete or replace to turn one text into the other.',
  example: "levenshtein('duck', 'db')",
  result: '3',
  returns: int64,
  compute: (a, b) => editDistance(a, b, false),
})

export const damerauLevenshtein = similarity({
  name: 'damerau_levenshtein',
  description: 'As levenshtein, where swapping two adjacent bytes counts once.',
  example: "damerau_levenshtein('hello', 'world')",
  result: '4',
  returns: int64,
  compute: (a, b) => editDistance(a, b, true),
})

export const hamming = similarity({
  name: 'hamming',
  aliases: ['mismatches'],
  description: 'The number of places at which two texts of the same length differ.',
  example: "hamming('duck', 'luck')",
  result: '1',
  returns: int64,
  canThrow: true,
  compute(a, b) {
    if (a.length !== b.length) throw invalidInput('hamming compares texts of the same length')
    if (a.length === 0) throw invalidInput('hamming needs at least one character')
    let count = 0
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++
    return count
  },
})

export const jaccard = similarity({
  name: 'jaccard',
  description: 'How many of the characters of two texts both have, from 0 to 1.',
  example: "jaccard('duck', 'luck')",
  result: '0.6',
  returns: float64,
  canThrow: true,
  compute(a, b) {
    if (a.length === 0 || b.length === 0) throw invalidInput('jaccard needs at least one character')
    const left = new Set(a)
    const right = new Set(b)
    let shared = 0
    for (const byte of left) if (right.has(byte)) shared++
    return shared / (left.size + right.size - shared)
  },
})

function jaro(a: Uint8Array, b: Uint8Array): number {
  if (a.length === 0 || b.length === 0) return 0
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1)
  const usedB = new Uint8Array(b.length)
  const matchedA: number[] = []
  for (let i = 0; i < a.length; i++) {
    const end = Math.min(b.length - 1, i + reach)
    for (let j = Math.max(0, i - reach); j <= end; j++) {
      if (usedB[j] === 1 || a[i] !== b[j]) continue
      usedB[j] = 1
      matchedA.push(a[i]!)
      break
    }
  }
  const matches = matchedA.length
  if (matches === 0) return 0
  let swapped = 0
  let k = 0
  for (let j = 0; j < b.length; j++) if (usedB[j] === 1 && b[j] !== matchedA[k++]) swapped++
  return (matches / a.length + matches / b.length + (matches - Math.floor(swapped / 2)) / matches) / 3
}

export const jaroSimilarity = similarity({
  name: 'jaro_similarity',
  description: 'The Jaro similarity of two texts, from 0 to 1.',
  example: "round(jaro_similarity('duck', 'duckdb'), 2)",
  result: '0.89',
  returns: float64,
  compute: jaro,
})

export const jaroWinklerSimilarity = similarity({
  name: 'jaro_winkler_similarity',
  description: 'The Jaro similarity, raised for a common start of up to four bytes.',
  example: "round(jaro_winkler_similarity('duck', 'duckdb'), 2)",
  result: '0.93',
  returns: float64,
  compute(a, b) {
    const value = jaro(a, b)
    if (value <= 0.7) return value
    let prefix = 0
    while (prefix < 4 && prefix < a.length && prefix < b.length && a[prefix] === b[prefix]) prefix++
    return value + prefix * 0.1 * (1 - value)
  },
})
