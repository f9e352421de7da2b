/** min(x) and max(x). NaN is the greatest number; text compares by its bytes. */

import type { DataType, PrimitiveValues, Scalar, Vector } from '@artemis/arrow'
import {
  allocatePrimitive,
  compareByteArrays,
  compareScalars,
  decodeDictionary,
  int32Words,
  primitiveVector,
  scalarAt,
  bytesVector,
  vectorFromScalars,
} from '@artemis/arrow'
import type { GroupsAccumulator } from '@artemis/plan'
import { badState } from './count.js'
import { aggregateFunction } from './definition.js'
import { forEachRow, growFloat64, growInt32, growUint8, rowMask, validityOf } from './rows-mask.js'

/** 1 keeps the greatest, -1 the least. */
type Direction = 1 | -1

abstract class ExtremeAccumulator implements GroupsAccumulator {
  abstract byteSize(): number
  abstract update(args: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void
  abstract finish(start: number, length: number): Vector

  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.update(states, groupIds, groupCount, null)
  }

  state(start: number, length: number): Vector[] {
    return [this.finish(start, length)]
  }
}

/** Types whose values are JavaScript numbers. */
class NumberExtreme extends ExtremeAccumulator {
  readonly #type: DataType
  readonly #direction: Direction
  #best: Float64Array = new Float64Array(0)
  #seen: Uint8Array = new Uint8Array(0)

  constructor(type: DataType, direction: Direction) {
    super()
    this.#type = type
    this.#direction = direction
  }

  byteSize(): number {
    return this.#best.byteLength + this.#seen.byteLength
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#best = growFloat64(this.#best, groupCount)
    this.#seen = growUint8(this.#seen, groupCount)
    const vector = decodeDictionary(argument!)
    const mask = rowMask(vector, filter, groupIds.length)
    if (vector.layout !== 'primitive') throw badState()
    const { values } = vector
    if (values instanceof Float64Array) keepFloat64(values, groupIds, mask, this.#best, this.#seen, this.#direction)
    else if (values instanceof Int32Array) keepInt32(values, groupIds, mask, this.#best, this.#seen, this.#direction)
    else if (values instanceof BigInt64Array || values instanceof BigUint64Array) throw badState()
    else keepFloat64(Float64Array.from(values), groupIds, mask, this.#best, this.#seen, this.#direction)
  }

  finish(start: number, length: number): Vector {
    this.#best = growFloat64(this.#best, start + length)
    this.#seen = growUint8(this.#seen, start + length)
    const values: PrimitiveValues = allocatePrimitive(this.#type, length)
    for (let i = 0; i < length; i++) values[i] = this.#best[start + i]!
    return primitiveVector(this.#type, values, { validity: validityOf(this.#seen, start, length) })
  }
}

/** `value !== value` is NaN: above every number. */
function keepFloat64(values: Float64Array, groupIds: Int32Array, mask: Uint8Array | null, best: Float64Array, seen: Uint8Array, direction: Direction): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    const value = values[i]!
    const current = best[group]!
    const greater = value > current || (Number.isNaN(value) && !Number.isNaN(current))
    const less = value < current || (Number.isNaN(current) && !Number.isNaN(value))
    if (seen[group] === 0 || (direction === 1 ? greater : less)) {
      best[group] = value
      seen[group] = 1
    }
  }
}

function keepInt32(values: Int32Array, groupIds: Int32Array, mask: Uint8Array | null, best: Float64Array, seen: Uint8Array, direction: Direction): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    const value = values[i]!
    if (seen[group] === 0 || (direction === 1 ? value > best[group]! : value < best[group]!)) {
      best[group] = value
      seen[group] = 1
    }
  }
}

/** 64-bit integers, timestamps and times, as (low, high) words. */
class WordExtreme extends ExtremeAccumulator {
  readonly #type: DataType
  readonly #direction: Direction
  /** Unsigned numbers compare as signed ones when their sign bit is turned over. */
  readonly #flip: number
  #best: Int32Array = new Int32Array(0)
  #seen: Uint8Array = new Uint8Array(0)

  constructor(type: DataType, direction: Direction) {
    super()
    this.#type = type
    this.#direction = direction
    this.#flip = type.kind === 'uint64' ? -2147483648 : 0
  }

  byteSize(): number {
    return this.#best.byteLength + this.#seen.byteLength
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#best = growInt32(this.#best, groupCount * 2)
    this.#seen = growUint8(this.#seen, groupCount)
    const vector = decodeDictionary(argument!)
    if (vector.layout !== 'primitive') throw badState()
    const mask = rowMask(vector, filter, groupIds.length)
    keepWords(int32Words(vector.values), groupIds, mask, this.#best, this.#seen, this.#direction, this.#flip)
  }

  finish(start: number, length: number): Vector {
    this.#best = growInt32(this.#best, (start + length) * 2)
    this.#seen = growUint8(this.#seen, start + length)
    const values = allocatePrimitive(this.#type, length)
    int32Words(values).set(this.#best.subarray(start * 2, (start + length) * 2))
    return primitiveVector(this.#type, values, { validity: validityOf(this.#seen, start, length) })
  }
}

function keepWords(words: Int32Array, groupIds: Int32Array, mask: Uint8Array | null, best: Int32Array, seen: Uint8Array, direction: Direction, flip: number): void {
  for (let i = 0; i < groupIds.length; i++) {
    if (mask !== null && ((mask[i >>> 3]! >>> (i & 7)) & 1) === 0) continue
    const group = groupIds[i]!
    const low = words[2 * i]!
    const high = words[2 * i + 1]!
    const order = (high ^ flip) - (best[2 * group + 1]! ^ flip) || (low >>> 0) - (best[2 * group]! >>> 0)
    if (seen[group] === 0 || order * direction > 0) {
      best[2 * group] = low
      best[2 * group + 1] = high
      seen[group] = 1
    }
  }
}

/** Text and binary. A candidate is copied only when it wins. */
class BytesExtreme extends ExtremeAccumulator {
  readonly #type: DataType
  readonly #direction: Direction
  #best: (Uint8Array | undefined)[] = []
  #bytes = 0

  constructor(type: DataType, direction: Direction) {
    super()
    this.#type = type
    this.#direction = direction
  }

  byteSize(): number {
    return this.#bytes + this.#best.length * 16
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    while (this.#best.length < groupCount) this.#best.push(undefined)
    const vector = argument!
    const mask = rowMask(vector, filter, groupIds.length)
    const codes = vector.layout === 'dictionary' ? vector.codes : null
    const plain = vector.layout === 'dictionary' ? vector.dictionary : vector
    if (plain.layout !== 'bytes') throw badState()
    const { offsets, data } = plain
    // Runs of one value in one group, which sorted and dictionary columns have, compare once.
    let lastGroup = -1
    let lastEntry = -1
    forEachRow(mask, groupIds.length, (row) => {
      const group = groupIds[row]!
      const entry = codes === null ? row : codes[row]!
      if (group === lastGroup && entry === lastEntry) return
      lastGroup = group
      lastEntry = entry
      this.#offer(group, data.subarray(offsets[entry], offsets[entry + 1]))
    })
  }

  finish(start: number, length: number): Vector {
    const offsets = new Int32Array(length + 1)
    const validity = new Uint8Array((length + 7) >>> 3)
    for (let i = 0; i < length; i++) {
      const bytes = this.#best[start + i]
      offsets[i + 1] = offsets[i]! + (bytes?.length ?? 0)
      if (bytes !== undefined) validity[i >>> 3]! |= 1 << (i & 7)
    }
    const data = new Uint8Array(offsets[length]!)
    for (let i = 0; i < length; i++) {
      const bytes = this.#best[start + i]
      if (bytes !== undefined) data.set(bytes, offsets[i])
    }
    return bytesVector(this.#type, offsets, data, { validity })
  }

  #offer(group: number, candidate: Uint8Array): void {
    const best = this.#best[group]
    if (best !== undefined && compareByteArrays(candidate, best) * this.#direction <= 0) return
    this.#bytes += candidate.length - (best?.length ?? 0)
    this.#best[group] = candidate.slice()
  }
}

/** Everything else that has an order: decimals, UUIDs, booleans, intervals, nested values. */
class ScalarExtreme extends ExtremeAccumulator {
  readonly #type: DataType
  readonly #direction: Direction
  #best: Scalar[] = []

  constructor(type: DataType, direction: Direction) {
    super()
    this.#type = type
    this.#direction = direction
  }

  byteSize(): number {
    return this.#best.length * 64
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    while (this.#best.length < groupCount) this.#best.push(null)
    const vector = argument!
    forEachRow(rowMask(vector, filter, groupIds.length), groupIds.length, (row) => {
      const group = groupIds[row]!
      const value = scalarAt(vector, row)
      const best = this.#best[group]!
      if (best === null || compareScalars(this.#type, value, best) * this.#direction > 0) this.#best[group] = value
    })
  }

  finish(start: number, length: number): Vector {
    return vectorFromScalars(this.#type, Array.from({ length }, (_, i) => this.#best[start + i] ?? null))
  }
}

function extremeAccumulator(type: DataType, direction: Direction): GroupsAccumulator {
  switch (type.kind) {
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'float32':
    case 'float64':
    case 'date32':
      return new NumberExtreme(type, direction)
    case 'int64':
    case 'uint64':
    case 'time64':
    case 'timestamp':
      return new WordExtreme(type, direction)
    case 'utf8':
    case 'binary':
      return new BytesExtreme(type, direction)
    default:
      return new ScalarExtreme(type, direction)
  }
}

function extreme(name: 'min' | 'max', direction: Direction, description: string): ReturnType<typeof aggregateFunction> {
  return aggregateFunction({
    name,
    category: 'aggregate',
    description,
    signatures: [`${name}(value T) -> T`],
    example: `${name}(3)`,
    result: '3',
    ignoresDistinct: true,
    resolve(argumentTypes) {
      const [type] = argumentTypes
      if (argumentTypes.length !== 1) return undefined
      const wanted: DataType = type!.kind === 'null' ? { kind: 'int32' } : type!
      return { argumentTypes: [wanted], returnType: wanted, stateTypes: [wanted], createAccumulator: () => extremeAccumulator(wanted, direction) }
    },
  })
}

export const min = extreme('min', -1, 'The least value that is not NULL.')
export const max = extreme('max', 1, 'The greatest value that is not NULL.')
