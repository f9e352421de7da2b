/** Decodes a top-level column of a row group to a vector: flat columns straight, nested ones by their levels. */

import type { Vector } from '@artemis/arrow'
import { bitmapBytes, countSet, listVector, setBits, structVector, take } from '@artemis/arrow'
import { damaged, unsupported } from '../errors.js'
import type { ColumnNode } from '../metadata/types.js'
import type { ColumnChunk, DataPage } from '../read/column-chunk.js'
import type { RowSet } from '../read/row-set.js'
import { indicesAmong, isAll, takeAscending } from '../read/row-set.js'
import { selectionOfRanges } from '../read/row-ranges.js'
import { appendBits } from './hybrid.js'
import { decodeFlatPage, decodeNestedPage } from './page-decode.js'

/** Counts pages, for metrics. */
export interface PageCounter {
  pagesDecoded: number
  pagesSkipped: number
}

/** The rows of a column, in order. `chunkOf` gives the fetched chunk of a leaf; `rowCount` is the row group's. */
export function decodeColumn(
  node: ColumnNode,
  rows: RowSet,
  rowCount: number,
  chunkOf: (leaf: number) => ColumnChunk,
  counter: PageCounter,
): Vector {
  if (node.kind === 'leaf' && node.definitionLevel <= 1) {
    const chunk = chunkOf(node.leaf)
    checkSupported(chunk)
    return chunk.guard(() => decodeFlat(chunk, rows, counter))
  }
  return new NestedDecoder(rows, rowCount, chunkOf, counter).decode(node)
}

function checkSupported(chunk: ColumnChunk): void {
  if (chunk.leaf.unsupported !== undefined) throw unsupported(chunk.where, chunk.leaf.unsupported)
}

function wantedPages(chunk: ColumnChunk, rows: RowSet, counter: PageCounter): DataPage[] {
  const pages = chunk.pages(rows)
  counter.pagesDecoded += pages.length
  counter.pagesSkipped += Math.max(0, chunk.pageCount - pages.length)
  return pages
}

function decodeFlat(chunk: ColumnChunk, rows: RowSet, counter: PageCounter): Vector {
  const pages = wantedPages(chunk, rows, counter)
  const capacity = pages.reduce((sum, page) => sum + page.rowCount, 0)
  const decoder = chunk.decoder(capacity, pages)
  let validity: Uint8Array | null = null
  let done = 0
  for (const page of pages) {
    const values = decodeFlatPage(chunk, page)
    if (values.bitmap !== null && validity === null) {
      validity = new Uint8Array(bitmapBytes(capacity))
      setBits(validity, 0, done)
    }
    if (validity !== null) {
      if (values.bitmap === null) setBits(validity, done, values.rows)
      else appendBits(values.bitmap, 0, values.rows, validity, done)
    }
    decoder.page(values)
    done += values.rows
  }
  const vector = decoder.finish({ validity })
  return takeAscending(
    vector,
    indicesAmong(
      rows,
      pages.map((page) => ({ start: page.firstRow, rows: page.rowCount })),
    ),
  )
}

/** A nested leaf: its levels, one for each slot, and its present values. */
interface LeafSlots {
  readonly definition: Uint8Array
  readonly repetition: Uint8Array
  readonly slots: number
  readonly values: Vector
}

/**
 * Rebuilds lists and structs from levels (Dremel's record assembly, but a column at a time): for every node, the slots
 * that start a value of it are those whose repetition level is at most its own and whose enclosing list has an element
 * there. See "Dremel: Interactive Analysis of Web-Scale Datasets", section 4, and the levels in {@link ColumnNode}.
 */
class NestedDecoder {
  readonly #rows: RowSet
  readonly #rowCount: number
  readonly #chunkOf: (leaf: number) => ColumnChunk
  readonly #counter: PageCounter
  readonly #leaves = new Map<number, LeafSlots>()

  constructor(rows: RowSet, rowCount: number, chunkOf: (leaf: number) => ColumnChunk, counter: PageCounter) {
    this.#rows = rows
    this.#rowCount = rowCount
    this.#chunkOf = chunkOf
    this.#counter = counter
  }

  decode(node: ColumnNode): Vector {
    return this.#chunkOf(firstLeaf(node)).guard(() => this.#node(node, 0, 0))
  }

  /** `presence`: the definition level from which on the place of the node exists; `repetition`: its lists around. */
  #node(node: ColumnNode, presence: number, repetition: number): Vector {
    if (node.kind === 'leaf') return this.#leaf(node, presence)
    return node.kind === 'list' ? this.#list(node, presence, repetition) : this.#struct(node, presence, repetition)
  }

  #leaf(node: ColumnNode & { kind: 'leaf' }, presence: number): Vector {
    const { definition, slots, values } = this.#slots(node.leaf)
    const maximum = node.definitionLevel
    if (values.length === slots) return values
    const indices = new Int32Array(slots)
    let count = 0
    let value = 0
    for (let i = 0; i < slots; i++) {
      const level = definition[i]!
      if (level === maximum) indices[count++] = value++
      else if (level >= presence) indices[count++] = -1
    }
    return take(values, indices.subarray(0, count), true)
  }

  #struct(node: ColumnNode & { kind: 'struct' }, presence: number, repetition: number): Vector {
    const children = node.children.map((child) => this.#node(child, presence, repetition))
    const { definition, repetition: levels, slots } = this.#slots(firstLeaf(node))
    const validity = new Uint8Array(bitmapBytes(slots))
    let count = 0
    for (let i = 0; i < slots; i++) {
      if (levels[i]! > repetition || definition[i]! < presence) continue
      if (definition[i]! >= node.definitionLevel) validity[count >>> 3]! |= 1 << (count & 7)
      count++
    }
    for (const child of children) {
      if (child.length !== count)
        throw damaged(this.#chunkOf(firstLeaf(node)).where, `columns of a struct have ${count} and ${child.length} values`)
    }
    return structVector(node.field.type, count, children, {
      validity: node.definitionLevel === presence ? null : validity.subarray(0, bitmapBytes(count)),
    })
  }

  #list(node: ColumnNode & { kind: 'list' }, presence: number, repetition: number): Vector {
    const child = this.#node(node.element, node.elementDefinitionLevel, node.repetitionLevel)
    const { definition, repetition: levels, slots } = this.#slots(firstLeaf(node))
    const offsets = new Int32Array(slots + 1)
    const validity = new Uint8Array(bitmapBytes(slots))
    let lists = 0
    let elements = 0
    for (let i = 0; i < slots; i++) {
      const level = definition[i]!
      if (levels[i]! <= repetition && level >= presence) {
        offsets[lists] = elements
        if (level >= node.definitionLevel) validity[lists >>> 3]! |= 1 << (lists & 7)
        lists++
      }
      if (levels[i]! <= node.repetitionLevel && level >= node.elementDefinitionLevel) elements++
    }
    offsets[lists] = elements
    if (child.length !== elements)
      throw damaged(this.#chunkOf(firstLeaf(node)).where, `lists of ${elements} elements, ${child.length} values`)
    const nullCount = lists - countSet(validity, lists)
    return listVector(node.field.type, offsets.slice(0, lists + 1), child, {
      validity: nullCount === 0 ? null : validity.subarray(0, bitmapBytes(lists)),
      nullCount,
    })
  }

  #slots(leaf: number): LeafSlots {
    const cached = this.#leaves.get(leaf)
    if (cached !== undefined) return cached
    const chunk = this.#chunkOf(leaf)
    checkSupported(chunk)
    const slots = chunk.guard(() => this.#decodeLeaf(chunk))
    this.#leaves.set(leaf, slots)
    return slots
  }

  #decodeLeaf(chunk: ColumnChunk): LeafSlots {
    const pages = wantedPages(chunk, this.#rows, this.#counter)
    const slots = pages.reduce((sum, page) => sum + page.header.valueCount, 0)
    const definition = new Uint8Array(slots)
    const repetition = new Uint8Array(slots)
    const decoder = chunk.decoder(slots, pages)
    let done = 0
    for (const page of pages) {
      decoder.page(decodeNestedPage(chunk, page, definition, repetition, done))
      done += page.header.valueCount
    }
    const all = { definition, repetition, slots, values: decoder.finish({}) }
    const known = pages.every((page) => page.firstRow >= 0)
    const runs = known ? pages.map((page) => ({ start: page.firstRow, rows: page.rowCount })) : [{ start: 0, rows: this.#rowCount }]
    checkRows(
      all,
      runs.reduce((sum, run) => sum + run.rows, 0),
      chunk,
    )
    if (isAll(this.#rows, this.#rowCount)) return all
    return keepRows(all, indicesAmong(this.#rows, runs), chunk.leaf.maxDefinitionLevel)
  }
}

function firstLeaf(node: ColumnNode): number {
  if (node.kind === 'leaf') return node.leaf
  return firstLeaf(node.kind === 'list' ? node.element : node.children[0]!)
}

function checkRows(leaf: LeafSlots, expected: number, chunk: ColumnChunk): void {
  let rows = 0
  for (let i = 0; i < leaf.slots; i++) if (leaf.repetition[i] === 0) rows++
  if (rows !== expected) throw damaged(chunk.where, `its pages hold ${rows} rows, ${expected} were expected`)
  if (leaf.slots > 0 && leaf.repetition[0] !== 0) throw damaged(chunk.where, 'its first value continues a row')
}

/** Keeps the slots of some of the decoded rows. */
function keepRows(leaf: LeafSlots, indices: Int32Array | undefined, maximum: number): LeafSlots {
  if (indices === undefined) return leaf
  const definition = new Uint8Array(leaf.slots)
  const repetition = new Uint8Array(leaf.slots)
  const values = new Int32Array(leaf.values.length)
  let slots = 0
  let kept = 0
  let value = 0
  let row = -1
  let next = 0
  for (let i = 0; i < leaf.slots; i++) {
    if (leaf.repetition[i] === 0) {
      row++
      while (next < indices.length && indices[next]! < row) next++
    }
    const isKept = next < indices.length && indices[next] === row
    const isPresent = leaf.definition[i] === maximum
    if (isKept) {
      definition[slots] = leaf.definition[i]!
      repetition[slots++] = leaf.repetition[i]!
      if (isPresent) values[kept++] = value
    }
    if (isPresent) value++
  }
  return { definition, repetition, slots, values: take(leaf.values, values.subarray(0, kept)) }
}

/** The rows of a set as single positions. */
export function positionsOf(rows: RowSet): Int32Array {
  return rows instanceof Int32Array ? rows : selectionOfRanges(rows)
}
