import { Batch, field, int64, schema, vectorFromScalars } from '@artemis/arrow'

const COUNT_SCHEMA = schema([field('count', int64, false)])

/** What an update changed as the one row that the engine gives for it: a column `count`. */
export function countBatch(rows: number): Batch {
  return new Batch(COUNT_SCHEMA, 1, [vectorFromScalars(int64, [BigInt(rows)])])
}
