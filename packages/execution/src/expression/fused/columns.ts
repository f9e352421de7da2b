/** The typed arrays that a generated loop reads, taken from a batch. */

import type { Batch, BooleanVector, DataType, PrimitiveVector, Vector } from '@artemis/arrow'
import { decodeDictionary, int32Words, nullsOf } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { SourceColumn } from './source.js'
import { isWideType } from './source.js'

export interface LoopColumns {
  /** Values, bits, or words of 64-bit integers. */
  readonly arrays: readonly ArrayBufferView[]
  readonly validities: readonly (Uint8Array | null)[]
}

/** The arrays of the columns at `positions`. */
export function loopColumns(batch: Batch, columns: readonly SourceColumn[], positions: readonly number[]): LoopColumns {
  const arrays: ArrayBufferView[] = []
  const validities: (Uint8Array | null)[] = []
  for (const [k, column] of columns.entries()) {
    const vector = plainVector(batch.column(positions[k]!), column.type)
    arrays.push(isWideType(column.type) ? int32Words(vector.values) : vector.values)
    validities.push(vector.validity)
  }
  return { arrays, validities }
}

function plainVector(vector: Vector, type: DataType): PrimitiveVector | BooleanVector {
  const plain = vector.layout === 'null' ? nullsOf(type, vector.length) : decodeDictionary(vector)
  assert(plain.layout === 'primitive' || plain.layout === 'boolean', `a column of ${type.kind} has the layout ${plain.layout}`)
  return plain
}
