/** Aggregates of doubles whose state is a few doubles for each group, side by side in one array. */

import type { DataType, Vector } from '@artemis/arrow'
import { allocatePrimitive, decodeDictionary, float64, mergeValidity, primitiveVector } from '@artemis/arrow'
import type { GroupsAccumulator } from '@artemis/plan'
import { badState } from './count.js'
import { growFloat64, rowMask } from './rows-mask.js'

export interface FloatStateBehaviour {
  /** Doubles for each group; all are 0 in a group without rows. */
  readonly stride: number
  readonly returnType: DataType
  /** Takes rows in: one or two columns of doubles, those rows whose bit is set. */
  readonly add: (state: Float64Array, groupIds: Int32Array, mask: Uint8Array | null, x: Float64Array, y: Float64Array) => void
  /** Adds the state at `from` of `other` to the one at `at` of `state`. */
  readonly merge: (state: Float64Array, at: number, other: Float64Array, from: number) => void
  /** The result of the state at `at`; undefined is NULL. */
  readonly finish: (state: Float64Array, at: number) => number | undefined
}

const NONE = new Float64Array(0)

export class FloatStateAccumulator implements GroupsAccumulator {
  readonly #behaviour: FloatStateBehaviour
  #state: Float64Array = new Float64Array(0)

  constructor(behaviour: FloatStateBehaviour) {
    this.#behaviour = behaviour
  }

  byteSize(): number {
    return this.#state.byteLength
  }

  update(args: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#reserve(groupCount)
    const columns = args.map(doubles)
    let mask: Uint8Array | null = filter
    for (const arg of args) mask = mergeValidity(mask, rowMask(arg, null, groupIds.length), groupIds.length)
    this.#behaviour.add(this.#state, groupIds, mask, columns[0] ?? NONE, columns[1] ?? NONE)
  }

  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.#reserve(groupCount)
    const { stride } = this.#behaviour
    const columns = states.map(doubles)
    const other = new Float64Array(stride)
    for (let i = 0; i < groupIds.length; i++) {
      for (let k = 0; k < stride; k++) other[k] = columns[k]![i]!
      this.#behaviour.merge(this.#state, groupIds[i]! * stride, other, 0)
    }
  }

  state(start: number, length: number): Vector[] {
    this.#reserve(start + length)
    const { stride } = this.#behaviour
    return Array.from({ length: stride }, (_, k) => {
      const values = new Float64Array(length)
      for (let i = 0; i < length; i++) values[i] = this.#state[(start + i) * stride + k]!
      return primitiveVector(float64, values)
    })
  }

  finish(start: number, length: number): Vector {
    this.#reserve(start + length)
    const { stride, returnType } = this.#behaviour
    const values = allocatePrimitive(returnType, length) as Float64Array
    const validity = new Uint8Array((length + 7) >>> 3)
    for (let i = 0; i < length; i++) {
      const value = this.#behaviour.finish(this.#state, (start + i) * stride)
      if (value === undefined) continue
      values[i] = value
      validity[i >>> 3]! |= 1 << (i & 7)
    }
    return primitiveVector(returnType, values, { validity })
  }

  #reserve(groupCount: number): void {
    this.#state = growFloat64(this.#state, groupCount * this.#behaviour.stride)
  }
}

function doubles(vector: Vector): Float64Array {
  const plain = decodeDictionary(vector)
  if (plain.layout !== 'primitive' || !(plain.values instanceof Float64Array)) throw badState()
  return plain.values
}

/** The state's columns: all doubles. */
export function floatStates(stride: number): DataType[] {
  return Array.from({ length: stride }, () => float64)
}
