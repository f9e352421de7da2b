/** The accumulator of aggregates that need all values of a group at once: quantiles, mode, entropy. Its state is the list of them. */

import type { DataType, Scalar, Vector } from '@artemis/arrow'
import { list, scalarAt, vectorFromScalars } from '@artemis/arrow'
import type { GroupsAccumulator } from '@artemis/plan'
import { forEachRow, rowMask } from './rows-mask.js'

/** Bytes that a value takes in an array, about; texts take what they are long. */
const VALUE_BYTES = 16

export class CollectedValues implements GroupsAccumulator {
  readonly #type: DataType
  readonly #returnType: DataType
  /** The result of a group's values, none of which is NULL; called with at least one. */
  readonly #compute: (values: Scalar[]) => Scalar
  readonly #groups: Scalar[][] = []
  #bytes = 0

  constructor(type: DataType, returnType: DataType, compute: (values: Scalar[]) => Scalar) {
    this.#type = type
    this.#returnType = returnType
    this.#compute = compute
  }

  byteSize(): number {
    return this.#bytes + this.#groups.length * 64
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#reserve(groupCount)
    const vector = argument!
    forEachRow(rowMask(vector, filter, groupIds.length), groupIds.length, (row) => this.#push(groupIds[row]!, scalarAt(vector, row)))
  }

  merge([states]: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.#reserve(groupCount)
    for (let row = 0; row < groupIds.length; row++) {
      const values = scalarAt(states!, row)
      if (values !== null) for (const value of values as readonly Scalar[]) this.#push(groupIds[row]!, value)
    }
  }

  state(start: number, length: number): Vector[] {
    this.#reserve(start + length)
    return [vectorFromScalars(list(this.#type), this.#groups.slice(start, start + length))]
  }

  finish(start: number, length: number): Vector {
    this.#reserve(start + length)
    const results = this.#groups.slice(start, start + length).map((values) => (values.length === 0 ? null : this.#compute(values)))
    return vectorFromScalars(this.#returnType, results)
  }

  #push(group: number, value: Scalar): void {
    this.#groups[group]!.push(value)
    this.#bytes += VALUE_BYTES + (typeof value === 'string' ? value.length : 0)
  }

  #reserve(groupCount: number): void {
    while (this.#groups.length < groupCount) this.#groups.push([])
  }
}
