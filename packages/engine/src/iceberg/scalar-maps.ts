import type { DataType, Scalar } from '@artemis/arrow'
import { field, int32, map, utf8 } from '@artemis/arrow'

/** MAP(VARCHAR, VARCHAR). */
export const textMapType: DataType = map(field('key', utf8, false), field('value', utf8))

/** MAP(INTEGER, value): a value for each field id. */
export function fieldMapType(value: DataType): DataType {
  return map(field('key', int32, false), field('value', value))
}

export function textMap(entries: readonly (readonly [string, string])[]): Scalar {
  return entries.map(([key, value]) => [key, value])
}

/** A map by field id as a scalar; null when there is none. */
export function fieldMap<T>(entries: Iterable<readonly [number, T]> | undefined, toScalar: (value: T) => Scalar): Scalar {
  return entries === undefined ? null : Array.from(entries, ([id, value]) => [id, toScalar(value)])
}
