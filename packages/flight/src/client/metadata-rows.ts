/** The answers to Flight SQL's metadata commands as plain objects. */

import { decodeSchema, scalarAt } from '@artemis/arrow'
import type { Batch, Scalar, Schema } from '@artemis/arrow'
import type { FlightSqlResult } from './flight-sql-result.js'

export interface DbSchemaRow {
  readonly catalog: string | null
  readonly dbSchema: string
}

export interface TableRow {
  readonly catalog: string | null
  readonly dbSchema: string | null
  readonly table: string
  readonly tableType: string
  /** When it was asked for. */
  readonly schema: Schema | undefined
}

/** One text column. */
export function readTexts(result: FlightSqlResult): Promise<string[]> {
  return readRows(result, ([text]) => String(text))
}

export function readDbSchemas(result: FlightSqlResult): Promise<DbSchemaRow[]> {
  return readRows(result, ([catalog, dbSchema]) => ({ catalog: textOrNull(catalog), dbSchema: String(dbSchema) }))
}

export function readTables(result: FlightSqlResult): Promise<TableRow[]> {
  return readRows(result, ([catalog, dbSchema, table, tableType, schema]) => ({
    catalog: textOrNull(catalog),
    dbSchema: textOrNull(dbSchema),
    table: String(table),
    tableType: String(tableType),
    schema: schema instanceof Uint8Array && schema.length > 0 ? decodeSchema(schema) : undefined,
  }))
}

async function readRows<Row>(result: FlightSqlResult, rowOf: (values: readonly Scalar[]) => Row): Promise<Row[]> {
  const rows: Row[] = []
  for await (const batch of result.batches()) {
    for (let row = 0; row < batch.rowCount; row++) rows.push(rowOf(valuesAt(batch, row)))
  }
  return rows
}

function valuesAt(batch: Batch, row: number): Scalar[] {
  return batch.columns().map((column) => scalarAt(column, row))
}

function textOrNull(value: Scalar | undefined): string | null {
  return typeof value === 'string' ? value : null
}
