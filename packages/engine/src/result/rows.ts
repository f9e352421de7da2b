/**
 * Rows as JavaScript objects. Values that JavaScript has exactly are JavaScript's; the rest is text that loses nothing.
 *
 *   BOOLEAN                               boolean
 *   TINYINT … INTEGER, FLOAT, DOUBLE      number
 *   BIGINT, UBIGINT                       bigint
 *   VARCHAR                               string
 *   DECIMAL                               string, such as '12.50'
 *   DATE, TIME, TIMESTAMP, INTERVAL       string, as SQL writes them, with microseconds
 *   TIMESTAMP WITH TIME ZONE              string in the session's time zone, with its offset
 *   UUID                                  string
 *   BLOB                                  Uint8Array
 *   lists, structs, maps                  Array, object, Map of the same
 */

import type { Batch, DataType, Scalar, Vector } from '@artemis/arrow'
import { formatValue, scalarAt } from '@artemis/arrow'
import { timeZoneOffset } from '../session/time-zone.js'

export type RowValue = null | boolean | number | bigint | string | Uint8Array | RowValue[] | { [name: string]: RowValue } | Map<RowValue, RowValue>
export type Row = Record<string, RowValue>

/** The rows of a batch. Columns of one name get `_1`, `_2`, … so that none is lost. */
export function batchToRows(batch: Batch, timeZone: string): Row[] {
  const names = uniqueNames(batch.schema.fields.map((field) => field.name))
  const columns = batch.columns().map((vector) => columnValues(vector, timeZone))
  return Array.from({ length: batch.rowCount }, (_, row) => {
    const object: Row = {}
    for (let i = 0; i < names.length; i++) setOwn(object, names[i]!, columns[i]![row]!)
    return object
  })
}

/** A column may be called `__proto__`, which an assignment would take for the prototype. */
function setOwn(object: Row, name: string, value: RowValue): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  else object[name] = value
}

function columnValues(vector: Vector, timeZone: string): RowValue[] {
  if (vector.layout === 'dictionary') {
    const values = columnValues(vector.dictionary, timeZone)
    return Array.from({ length: vector.length }, (_, i) => (isNullAt(vector, i) ? null : values[vector.codes[i]!]!))
  }
  return Array.from({ length: vector.length }, (_, i) => toRowValue(vector.type, scalarAt(vector, i), timeZone))
}

function isNullAt(vector: Vector, index: number): boolean {
  return vector.validity !== null && ((vector.validity[index >>> 3]! >>> (index & 7)) & 1) === 0
}

/** One value in the form that the table above gives. */
export function toRowValue(type: DataType, value: Scalar, timeZone: string): RowValue {
  if (value === null) return null
  switch (type.kind) {
    case 'decimal':
    case 'date32':
    case 'time64':
    case 'timestamp':
    case 'interval':
    case 'uuid':
      return formatValue(type, value, { zone: timeZoneOffset(timeZone) })
    case 'list':
      return (value as readonly Scalar[]).map((item) => toRowValue(type.element.type, item, timeZone))
    case 'struct':
      return Object.fromEntries(type.fields.map((field, i) => [field.name, toRowValue(field.type, (value as readonly Scalar[])[i]!, timeZone)]))
    case 'map':
      return new Map(
        (value as readonly (readonly Scalar[])[]).map(([key, item]) => [toRowValue(type.key.type, key!, timeZone), toRowValue(type.value.type, item!, timeZone)]),
      )
    default:
      return value as RowValue
  }
}

function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let unique = name
    for (let i = 1; taken.has(unique); i++) unique = `${name}_${i}`
    taken.add(unique)
    return unique
  })
}
