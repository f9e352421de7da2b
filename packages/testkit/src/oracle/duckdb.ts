/**
 * DuckDB as a second opinion. Loaded when first opened, so that what imports the test kit for its demo archive does not
 * load a native library.
 */

import type { DuckDBConnection } from '@duckdb/node-api'
import type { TextResult } from './text-result.js'

export class DuckDB {
  readonly #connection: DuckDBConnection

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  /** An in-memory database with one thread, so that the order of rows is the same in every run. */
  static async open(timeZone = 'UTC'): Promise<DuckDB> {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    const connection = await instance.connect()
    await connection.run(`SET TimeZone = '${timeZone}'`)
    return new DuckDB(connection)
  }

  /** Runs one statement or more, and forgets the result. */
  async run(sql: string): Promise<void> {
    await this.#connection.run(sql)
  }

  /** The result of a query, every value as DuckDB's cast to VARCHAR writes it. */
  async query(sql: string): Promise<TextResult> {
    const query = sql.trim().replace(/;$/, '')
    const described = await this.#connection.runAndReadAll(`DESCRIBE ${query}`)
    const types = described.getRows().map((row) => String(row[1]))
    const names = described.getRows().map((row) => String(row[0]))
    const result = await this.#connection.runAndReadAll(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${query}) AS q`)
    // The sign of a NaN has no meaning, and we do not print it.
    const rows = result.getRows().map((row) => row.map((value) => (value === null ? null : String(value).replaceAll('-nan', 'nan'))))
    return { names, types, rows }
  }

  /** The first column of a query's rows, as numbers. */
  async numbers(sql: string): Promise<number[]> {
    const result = await this.#connection.runAndReadAll(sql)
    return result.getRows().map((row) => Number(row[0]))
  }

  close(): void {
    this.#connection.closeSync()
  }
}
