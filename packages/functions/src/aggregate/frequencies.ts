/** Aggregates of how often values occur: mode, entropy, approx_count_distinct. */

import type { DataType, Scalar, Vector } from '@artemis/arrow'
import { binary, bytesVector, float64, formatValue, hashVector, int64, list, primitiveVector, scalarAt } from '@artemis/arrow'
import type { AggregateFunctionDefinition, GroupsAccumulator } from '@artemis/plan'
import { CollectedValues } from './collected.js'
import { aggregateFunction } from './definition.js'
import { rowMask } from './rows-mask.js'

/** Values that are equal in SQL have the same text, once -0 is 0. */
function frequencies(type: DataType, values: readonly Scalar[]): Map<string, { readonly value: Scalar; count: number }> {
  const counts = new Map<string, { readonly value: Scalar; count: number }>()
  for (const value of values) {
    const key = formatValue(type, value === 0 ? 0 : value)
    const known = counts.get(key)
    if (known === undefined) counts.set(key, { value, count: 1 })
    else known.count++
  }
  return counts
}

function ofFrequencies(
  name: string,
  documentation: {
    readonly description: string
    readonly signatures: readonly string[]
    readonly example: string
    readonly result: string
  },
  returns: (type: DataType) => DataType,
  compute: (type: DataType, values: Scalar[]) => Scalar,
): AggregateFunctionDefinition {
  return aggregateFunction({
    name,
    category: 'aggregate',
    ...documentation,
    resolve([given, ...rest]) {
      if (given === undefined || rest.length > 0) return undefined
      const type: DataType = given.kind === 'null' ? { kind: 'int32' } : given
      return {
        argumentTypes: [type],
        returnType: returns(type),
        stateTypes: [list(type)],
        createAccumulator: () => new CollectedValues(type, returns(type), (values) => compute(type, values)),
      }
    },
  })
}

export const mode = ofFrequencies(
  'mode',
  {
    description: 'The value that occurs most often; of several the first.',
    signatures: ['mode(value T) -> T'],
    example: 'mode(3)',
    result: '3',
  },
  (type) => type,
  (type, values) => {
    let best: { readonly value: Scalar; readonly count: number } | undefined
    for (const entry of frequencies(type, values).values()) if (best === undefined || entry.count > best.count) best = entry
    return best?.value ?? null
  },
)

export const entropy = ofFrequencies(
  'entropy',
  {
    description: 'The entropy of the values in bits: how much telling one of them says.',
    signatures: ['entropy(value ANY) -> DOUBLE'],
    example: 'entropy(3)',
    result: '0.0',
  },
  () => float64,
  (type, values) => {
    let sum = 0
    for (const { count } of frequencies(type, values).values()) {
      const share = count / values.length
      sum += share * Math.log2(1 / share)
    }
    return sum
  },
)

/** Registers of a HyperLogLog sketch: 2048 give an error of about 2.3 %. */
const INDEX_BITS = 11
const REGISTERS = 1 << INDEX_BITS
const BIAS = 0.7213 / (1 + 1.079 / REGISTERS)

/** One sketch for each group (Flajolet and others 2007): the longest run of leading zeros seen in each register. */
class DistinctSketches implements GroupsAccumulator {
  #registers: Uint8Array = new Uint8Array(0)

  byteSize(): number {
    return this.#registers.byteLength
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#reserve(groupCount)
    const vector = argument!
    const hashes = new Int32Array(vector.length)
    hashVector(vector, hashes, false)
    addHashes(this.#registers, hashes, groupIds, rowMask(vector, filter, groupIds.length))
  }

  merge([states]: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.#reserve(groupCount)
    for (let row = 0; row < groupIds.length; row++) {
      const other = scalarAt(states!, row)
      if (!(other instanceof Uint8Array)) continue
      const at = groupIds[row]! * REGISTERS
      for (let k = 0; k < REGISTERS; k++) if (other[k]! > this.#registers[at + k]!) this.#registers[at + k] = other[k]!
    }
  }

  state(start: number, length: number): Vector[] {
    this.#reserve(start + length)
    const offsets = Int32Array.from({ length: length + 1 }, (_, i) => i * REGISTERS)
    return [bytesVector(binary, offsets, this.#registers.slice(start * REGISTERS, (start + length) * REGISTERS))]
  }

  finish(start: number, length: number): Vector {
    this.#reserve(start + length)
    const counts = BigInt64Array.from({ length }, (_, i) => BigInt(Math.round(estimate(this.#registers, (start + i) * REGISTERS))))
    return primitiveVector(int64, counts)
  }

  #reserve(groupCount: number): void {
    const needed = groupCount * REGISTERS
    if (needed <= this.#registers.length) return
    const grown = new Uint8Array(Math.max(needed, this.#registers.length * 2))
    grown.set(this.#registers)
    this.#registers = grown
  }
}

function addHashes(registers: Uint8Array, hashes: Int32Array, groupIds: Int32Array, mask: Uint8Array | null): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const hash = hashes[i]!
    const at = groupIds[i]! * REGISTERS + (hash & (REGISTERS - 1))
    const run = Math.min(Math.clz32(hash), 32 - INDEX_BITS) + 1
    if (run > registers[at]!) registers[at] = run
  }
}

/** The harmonic mean over the registers; small counts by how many registers are still empty. */
function estimate(registers: Uint8Array, at: number): number {
  let sum = 0
  let empty = 0
  for (let k = 0; k < REGISTERS; k++) {
    sum += 2 ** -registers[at + k]!
    if (registers[at + k] === 0) empty++
  }
  const raw = (BIAS * REGISTERS * REGISTERS) / sum
  return raw <= 2.5 * REGISTERS && empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) : raw
}

export const approximateDistinct = aggregateFunction({
  name: 'approx_count_distinct',
  category: 'aggregate',
  description: 'About how many different values there are that are not NULL (HyperLogLog, to about 2 %), in little memory.',
  signatures: ['approx_count_distinct(value ANY) -> BIGINT'],
  example: 'approx_count_distinct(3)',
  result: '1',
  nullable: false,
  ignoresDistinct: true,
  resolve([type, ...rest]) {
    if (type === undefined || rest.length > 0) return undefined
    return { argumentTypes: [type], returnType: int64, stateTypes: [binary], createAccumulator: () => new DistinctSketches() }
  },
})
