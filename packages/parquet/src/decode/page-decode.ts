/** Splits a data page into levels and values, for flat columns (levels are a validity bitmap) and for nested ones. */

import { bitmapBytes } from '@artemis/arrow'
import { damaged, unsupported } from '../errors.js'
import type { Encoding } from '../metadata/types.js'
import type { ColumnChunk, DataPage } from '../read/column-chunk.js'
import { decodeBits, decodeLevels, isAllOnes } from './hybrid.js'
import type { PageValues } from './value-decoder.js'

/** Where the parts of an uncompressed page stand. */
interface PageParts {
  readonly levels: Uint8Array
  readonly repetition: readonly [start: number, end: number]
  readonly definition: readonly [start: number, end: number]
  readonly values: Uint8Array
  readonly valuesStart: number
}

function partsOf(chunk: ColumnChunk, page: DataPage): PageParts {
  const { header } = page
  const { leaf } = chunk
  if (header.kind === 'dataV2') {
    const definitionStart = header.repetitionLength
    return {
      levels: page.body,
      repetition: [0, definitionStart],
      definition: [definitionStart, definitionStart + header.definitionLength],
      values: chunk.uncompressValues(page),
      valuesStart: 0,
    }
  }
  const bytes = chunk.uncompressPage(page)
  const repetition = levelsPart(chunk, bytes, 0, leaf.maxRepetitionLevel, header.repetitionEncoding, header.valueCount)
  const definition = levelsPart(chunk, bytes, repetition[1], leaf.maxDefinitionLevel, header.definitionEncoding, header.valueCount)
  return { levels: bytes, repetition, definition, values: bytes, valuesStart: definition[1] }
}

/** Levels of V1 pages are preceded by their length, in 4 bytes; the deprecated BIT_PACKED ones are not. */
function levelsPart(
  chunk: ColumnChunk,
  bytes: Uint8Array,
  start: number,
  maximum: number,
  encoding: Encoding,
  count: number,
): [number, number] {
  if (maximum === 0) return [start, start]
  if (encoding === 'BIT_PACKED') {
    if (count === 0) return [start, start]
    throw unsupported(chunk.where, 'encoding BIT_PACKED of levels')
  }
  if (encoding !== 'RLE') throw unsupported(chunk.where, `encoding ${encoding} of levels`)
  if (start + 4 > bytes.length) throw damaged(chunk.where, 'a page ends before its levels')
  const length = bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 24)
  const end = start + 4 + length
  if (length < 0 || end > bytes.length) throw damaged(chunk.where, `levels of ${length >>> 0} bytes leave their page`)
  return [start + 4, end]
}

/** A page of a column with at most one definition level. The bitmap is scratch memory, valid until the next call. */
export function decodeFlatPage(chunk: ColumnChunk, page: DataPage): PageValues {
  const parts = partsOf(chunk, page)
  const { valueCount: rows, encoding } = page.header
  const [start, end] = parts.definition
  const plain = { encoding, bytes: parts.values, start: parts.valuesStart, end: parts.values.length, present: rows, rows, bitmap: null }
  // One run of ones over all rows is by far the most frequent page: no nulls.
  if (chunk.leaf.maxDefinitionLevel === 0 || rows === 0 || isAllOnes(parts.levels, start, end, rows, chunk.where)) return plain
  const bitmap = bitmapScratch(rows)
  const present = decodeBits(parts.levels, start, end, bitmap, rows, chunk.where)
  return present === rows ? plain : { ...plain, present, bitmap }
}

let scratch = new Uint8Array(0)

/** A zeroed bitmap for `rows` rows. */
function bitmapScratch(rows: number): Uint8Array {
  const bytes = bitmapBytes(rows) + 1
  if (scratch.length < bytes) scratch = new Uint8Array(bytes * 2)
  else scratch.fill(0, 0, bytes)
  return scratch
}

/** A page of a nested column: its levels go to the arrays at `to`, its values are the present ones alone. */
export function decodeNestedPage(
  chunk: ColumnChunk,
  page: DataPage,
  definition: Uint8Array,
  repetition: Uint8Array,
  to: number,
): PageValues {
  const parts = partsOf(chunk, page)
  const { valueCount, encoding } = page.header
  const { maxDefinitionLevel, maxRepetitionLevel } = chunk.leaf
  if (maxRepetitionLevel > 0) {
    decodeLevels(parts.levels, parts.repetition[0], parts.repetition[1], maxRepetitionLevel, repetition, to, valueCount, chunk.where)
  }
  let present = valueCount
  if (maxDefinitionLevel > 0) {
    decodeLevels(parts.levels, parts.definition[0], parts.definition[1], maxDefinitionLevel, definition, to, valueCount, chunk.where)
    present = 0
    for (let i = to; i < to + valueCount; i++) if (definition[i] === maxDefinitionLevel) present++
  }
  return { encoding, bytes: parts.values, start: parts.valuesStart, end: parts.values.length, present, rows: present, bitmap: null }
}
