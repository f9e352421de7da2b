/**
 * Takes nested vectors apart into leaf columns: definition levels, repetition levels and the values that are there
 * (Dremel's column striping, a level at a time instead of a record at a time).
 */

import type { Vector } from '@artemis/arrow'
import { bitmapToSelection, isValid, take } from '@artemis/arrow'
import { ExecutionError } from '@artemis/errors'
import type { ColumnNode } from '../metadata/types.js'

/** What one batch adds to a leaf column. */
export interface Shredded {
  readonly leaf: number
  readonly slots: number
  /** One level for each slot; null when all are at the maximum. */
  readonly definition: Uint8Array | null
  /** null when all are 0. */
  readonly repetition: Uint8Array | null
  /** The values of the slots at the maximum, in order, without nulls. */
  readonly values: Vector
}

export type ShredSink = (part: Shredded) => void

/** Takes `vector`, a top-level column, apart. */
export function shred(node: ColumnNode, vector: Vector, sink: ShredSink): void {
  if (node.kind === 'leaf') shredFlat(node, vector, sink)
  else walk(node, vector, startSlots(vector.length), sink)
}

function shredFlat(node: ColumnNode & { kind: 'leaf' }, vector: Vector, sink: ShredSink): void {
  const { length } = vector
  if (vector.nullCount === 0) {
    sink({ leaf: node.leaf, slots: length, definition: null, repetition: null, values: vector })
    return
  }
  const validity = vector.validity!
  if (node.definitionLevel === 0) throw nullInRequired(node)
  const definition = new Uint8Array(length)
  for (let i = 0; i < length; i++) definition[i] = (validity[i >>> 3]! >>> (i & 7)) & 1
  sink({ leaf: node.leaf, slots: length, definition, repetition: null, values: take(vector, bitmapToSelection(validity, length)) })
}

/** Slots at some depth: their levels so far, and the row of the vector there; -1 where nothing goes deeper. */
interface Slots {
  readonly definition: Uint8Array
  readonly repetition: Uint8Array
  readonly rows: Int32Array
}

function startSlots(length: number): Slots {
  const rows = new Int32Array(length)
  for (let i = 0; i < length; i++) rows[i] = i
  return { definition: new Uint8Array(length), repetition: new Uint8Array(length), rows }
}

function walk(node: ColumnNode, vector: Vector, slots: Slots, sink: ShredSink): void {
  const plain = node.kind !== 'leaf' && vector.layout === 'dictionary' ? expand(vector) : vector
  if (node.kind === 'leaf') walkLeaf(node, plain, slots, sink)
  else if (node.kind === 'struct') walkStruct(node, plain, slots, sink)
  else walkList(node, plain, slots, sink)
}

function expand(vector: Vector & { layout: 'dictionary' }): Vector {
  const rows = vector.codes.slice()
  for (let i = 0; i < rows.length; i++) if (!isValid(vector, i)) rows[i] = -1
  return take(vector.dictionary, rows, true)
}

function walkLeaf(node: ColumnNode & { kind: 'leaf' }, vector: Vector, slots: Slots, sink: ShredSink): void {
  const { length } = slots.rows
  const definition = slots.definition.slice()
  const rows = new Int32Array(length)
  const isNullable = node.field.nullable
  let present = 0
  for (let i = 0; i < length; i++) {
    const row = slots.rows[i]!
    if (row < 0) continue
    if (!isValid(vector, row)) {
      if (!isNullable) throw nullInRequired(node)
      continue
    }
    definition[i] = node.definitionLevel
    rows[present++] = row
  }
  sink({ leaf: node.leaf, slots: length, definition, repetition: slots.repetition, values: take(vector, rows.subarray(0, present)) })
}

function walkStruct(node: ColumnNode & { kind: 'struct' }, vector: Vector, slots: Slots, sink: ShredSink): void {
  const { length } = slots.rows
  const definition = slots.definition.slice()
  const rows = slots.rows.slice()
  for (let i = 0; i < length; i++) {
    const row = rows[i]!
    if (row < 0) continue
    if (isValid(vector, row)) definition[i] = node.definitionLevel
    else if (node.field.nullable) rows[i] = -1
    else throw nullInRequired(node)
  }
  const children = vector.layout === 'struct' ? vector.children : undefined
  node.children.forEach((child, i) => walk(child, children?.[i] ?? vector, { definition, repetition: slots.repetition, rows }, sink))
}

function walkList(node: ColumnNode & { kind: 'list' }, vector: Vector, slots: Slots, sink: ShredSink): void {
  const { length } = slots.rows
  const offsets = vector.layout === 'list' ? vector.offsets : new Int32Array(vector.length + 1)
  let count = 0
  for (let i = 0; i < length; i++) {
    const row = slots.rows[i]!
    count += row >= 0 && isValid(vector, row) ? Math.max(1, offsets[row + 1]! - offsets[row]!) : 1
  }
  const definition = new Uint8Array(count)
  const repetition = new Uint8Array(count)
  const rows = new Int32Array(count)
  let out = 0
  for (let i = 0; i < length; i++) {
    const row = slots.rows[i]!
    repetition[out] = slots.repetition[i]!
    if (row < 0 || !isValid(vector, row)) {
      if (row >= 0 && !node.field.nullable) throw nullInRequired(node)
      definition[out] = slots.definition[i]!
      rows[out++] = -1
      continue
    }
    const start = offsets[row]!
    const end = offsets[row + 1]!
    if (start === end) {
      definition[out] = node.definitionLevel
      rows[out++] = -1
      continue
    }
    for (let element = start; element < end; element++) {
      if (element > start) repetition[out] = node.repetitionLevel
      definition[out] = node.elementDefinitionLevel
      rows[out++] = element
    }
  }
  const child = vector.layout === 'list' ? vector.child : vector
  walk(node.element, child, { definition, repetition, rows }, sink)
}

function nullInRequired(node: ColumnNode): ExecutionError {
  return new ExecutionError({ code: 'NULL_IN_REQUIRED_COLUMN', message: `column "${node.field.name}" is required, but a value is null` })
}
