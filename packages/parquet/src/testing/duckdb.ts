/** DuckDB as the independent reader and writer of the tests: its values as our scalars. */

import type { DataType, Scalar } from '@artemis/arrow'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimeValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUUIDValue,
} from '@duckdb/node-api'

export async function openDuckDb(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  return instance.connect()
}

/** The result's columns, as scalars of the types given. */
export async function duckDbColumns(connection: DuckDBConnection, sql: string, types: readonly DataType[]): Promise<Scalar[][]> {
  const reader = await connection.runAndReadAll(sql)
  return reader.getColumns().map((column, i) => column.map((value) => scalarOfDuckDb(value, types[i]!)))
}

function scalarOfDuckDb(value: DuckDBValue, type: DataType): Scalar {
  if (value === null) return null
  if (value instanceof DuckDBDateValue) return value.days
  if (value instanceof DuckDBTimeValue) return value.micros
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) {
    return type.kind === 'timestamp' && type.unit === 'ms' ? value.micros / 1000n : value.micros
  }
  if (value instanceof DuckDBTimestampMillisecondsValue) return value.millis
  if (value instanceof DuckDBTimestampNanosecondsValue) return value.nanos
  if (value instanceof DuckDBDecimalValue) return value.value
  if (value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes)
  if (value instanceof DuckDBUUIDValue) return Uint8Array.from(Buffer.from(value.toString().replaceAll('-', ''), 'hex'))
  if (value instanceof DuckDBListValue && type.kind === 'list') return value.items.map((item) => scalarOfDuckDb(item, type.element.type))
  if (value instanceof DuckDBStructValue && type.kind === 'struct')
    return type.fields.map((field) => scalarOfDuckDb(value.entries[field.name]!, field.type))
  if (value instanceof DuckDBMapValue && type.kind === 'map') {
    return value.entries.map((entry) => [scalarOfDuckDb(entry.key, type.key.type), scalarOfDuckDb(entry.value, type.value.type)])
  }
  return value as Scalar
}
