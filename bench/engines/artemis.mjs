/** Artemis as a service embeds it: one session over one warehouse. */

import { EngineRuntime, SessionContext, formatVector, openWarehouse } from '@artemis/engine'

export class Artemis {
  #session

  static async open(warehouse) {
    const engine = new Artemis()
    const runtime = new EngineRuntime()
    engine.#session = new SessionContext({ runtime, settings: { catalog: 'artemis', schema: 'bench' } })
    engine.#session.registerCatalog('artemis', await openWarehouse(warehouse, runtime))
    return engine
  }

  get session() {
    return this.#session
  }

  /** Runs a query to its last record batch; returns the number of rows. */
  async run(sql) {
    const result = await this.#session.sql(sql)
    let rows = 0
    for await (const batch of result) rows += batch.numRows
    return rows
  }

  /** Rows as arrays of plain values: numbers, strings, booleans and null. */
  async rows(sql) {
    const result = await this.#session.sql(sql)
    const { fields } = result
    const rows = []
    for await (const batch of result.batches()) {
      const texts = fields.map((field, i) => formatVector(batch.column(i)))
      for (let row = 0; row < batch.rowCount; row++) rows.push(fields.map((field, i) => plain(texts[i][row], field.type.kind)))
    }
    return rows
  }

  async explainAnalyze(sql) {
    return (await this.rows(`EXPLAIN ANALYZE ${sql}`)).map(([line]) => line).join('\n')
  }

  close() {
    return this.#session.close()
  }
}

const NUMBERS = new Set(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float32', 'float64', 'decimal'])

function plain(text, kind) {
  if (text === null) return null
  if (NUMBERS.has(kind)) return Number(text)
  return kind === 'bool' ? text === 'true' : text
}
