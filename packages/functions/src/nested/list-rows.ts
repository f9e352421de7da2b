/** List arguments with one row for each row of the batch, and the loops over their elements that functions share. */

import type { DataType, Datum, Vector } from '@artemis/arrow'
import { datumToVector, decodeDictionary, int32, list, listVector, nullType, primitiveVector, sliceVector, take } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'

export interface ListRows {
  /** Elements of row i are `offsets[i] .. offsets[i + 1]` of `child`; the first offset is 0. */
  readonly offsets: Int32Array
  readonly child: Vector
  readonly validity: Uint8Array | null
}

export function listRows(datum: Datum, rowCount: number): ListRows {
  const vector = decodeDictionary(datumToVector(datum, rowCount))
  assert(vector.layout === 'list', `a ${vector.layout} vector where lists are wanted`)
  const start = vector.offsets[0]!
  const end = vector.offsets[rowCount]!
  // A slice of a longer vector must not pay for all of its elements.
  const child = sliceVector(vector.child, start, end - start)
  const offsets = start === 0 ? vector.offsets : vector.offsets.map((offset) => offset - start)
  return { offsets, child, validity: vector.validity }
}

export function listArgument(input: KernelInput, index: number): ListRows {
  return listRows(argument(input, index), input.rowCount)
}

/** The row that each element belongs to. */
export function parentRows({ offsets, child }: ListRows): Int32Array {
  const rows = new Int32Array(child.length)
  for (let i = 0; i + 1 < offsets.length; i++) rows.fill(i, offsets[i]!, offsets[i + 1]!)
  return rows
}

/** The same as a column, to sort or hash by. */
export function parentColumn(lists: ListRows): Vector {
  return primitiveVector(int32, parentRows(lists))
}

export function elementType(type: DataType): DataType | undefined {
  if (type.kind === 'list') return type.element.type
  return type.kind === 'null' ? nullType : undefined
}

/** The type of a list argument: an untyped NULL is a list of nothing. */
export function asList(type: DataType): DataType | undefined {
  return type.kind === 'null' ? list(nullType) : type.kind === 'list' ? type : undefined
}

/** Collects chosen elements of one child vector into lists. */
export class ElementLists {
  readonly #rows: number[] = []
  readonly #offsets: Int32Array

  constructor(rowCount: number) {
    this.#offsets = new Int32Array(rowCount + 1)
  }

  add(childRow: number): void {
    this.#rows.push(childRow)
  }

  /** Ends row i; rows must be ended in order. */
  end(row: number): void {
    this.#offsets[row + 1] = this.#rows.length
  }

  /** Elements of -1 are NULL. */
  finish(type: DataType, child: Vector, validity: Uint8Array | null): Vector {
    return listVector(type, this.#offsets, take(child, Int32Array.from(this.#rows), true), { validity })
  }
}

/** Lists made of the elements of one argument: `choose` calls `add` with child rows for each valid row. */
export function chosenElements(
  input: KernelInput,
  type: DataType,
  lists: ListRows,
  choose: (row: number, start: number, end: number, out: ElementLists) => void,
): Vector {
  const out = new ElementLists(input.rowCount)
  for (let i = 0; i < input.rowCount; i++) {
    if (isRowValid(input.validity, i)) choose(i, lists.offsets[i]!, lists.offsets[i + 1]!, out)
    out.end(i)
  }
  return out.finish(type, lists.child, input.validity)
}
