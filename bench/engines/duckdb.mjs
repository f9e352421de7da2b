/** DuckDB at one thread over the live Parquet files of the same tables. */

import { DuckDBInstance } from '@duckdb/node-api'

export class DuckDB {
  #instance
  #connection

  /** `tables` as views `artemis.schema.name` over their files. Footers are kept from query to query, as ours are. */
  static async open(tables) {
    const engine = new DuckDB()
    engine.#instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    const connection = (engine.#connection = await engine.#instance.connect())
    await connection.run('SET parquet_metadata_cache = true')
    await connection.run("SET TimeZone = 'UTC'")
    await connection.run("ATTACH ':memory:' AS artemis")
    for (const { schema, name, columns, files } of tables) {
      const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ')
      await connection.run(`CREATE SCHEMA IF NOT EXISTS artemis.${schema}`)
      await connection.run(`CREATE VIEW artemis.${schema}.${name} AS SELECT ${columns} FROM read_parquet([${list}])`)
    }
    return engine
  }

  async version() {
    const [[version]] = (await this.#connection.runAndReadAll('SELECT version()')).getRows()
    return version
  }

  /** Runs a query to its last chunk; returns the number of rows. */
  async run(sql) {
    const result = await this.#connection.run(sql)
    let rows = 0
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return rows
      rows += chunk.rowCount
    }
  }

  /** Rows as arrays of plain values: numbers, strings, booleans and null. */
  async rows(sql) {
    const reader = await this.#connection.runAndReadAll(sql)
    return reader.getRows().map((row) => row.map(plain))
  }

  close() {
    this.#connection.closeSync()
    this.#instance.closeSync()
  }
}

/** DuckDB's value objects print as their SQL text; numbers of all widths and decimals compare as numbers. */
function plain(value) {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value.scale === 'number') return value.toDouble()
  return value.toString()
}
