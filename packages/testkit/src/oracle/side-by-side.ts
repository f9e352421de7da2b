/** Our session and DuckDB with the same tables, asked the same questions. */

import type { SessionContext } from '@artemis/engine'
import { ArtemisError } from '@artemis/errors'
import type { DuckDB } from './duckdb.js'
import type { Comparison } from './text-result.js'
import { difference, textResult } from './text-result.js'

export class SideBySide {
  readonly session: SessionContext
  readonly duckdb: DuckDB

  constructor(session: SessionContext, duckdb: DuckDB) {
    this.session = session
    this.duckdb = duckdb
  }

  /** Runs a statement in both, such as CREATE TABLE. */
  async run(sql: string): Promise<void> {
    await this.duckdb.run(sql)
    for await (const batch of (await this.session.sql(sql)).batches()) void batch
  }

  /** Throws when the two disagree about a query; `duckdbSql` is the same query in DuckDB's words where those differ. */
  async agree(sql: string, comparison: Comparison & { readonly duckdbSql?: string } = {}): Promise<void> {
    const theirs = await this.duckdb.query(comparison.duckdbSql ?? sql)
    const ours = await textResult(await this.session.sql(sql), this.session.timeZone).catch((error: unknown) => {
      if (error instanceof ArtemisError) throw new Error(`${sql}\n  ours fails: ${error.message}\n  theirs: ${theirs.rows.length} rows`, { cause: error })
      throw error
    })
    const found = difference(ours, theirs, { ordered: /\border\s+by\b(?![^()]*\))/i.test(sql), ...comparison })
    if (found !== undefined) throw new Error(`${sql}\n  ${found}`)
  }

  /** Throws unless both refuse a query. */
  async bothFail(sql: string): Promise<void> {
    const theirs = await this.duckdb.query(sql).then(() => undefined, (error: unknown) => error)
    const ours = await this.session.sql(sql).then((result) => textResult(result)).then(() => undefined, (error: unknown) => error)
    if (theirs === undefined) throw new Error(`${sql}\n  DuckDB answers this`)
    if (!(ours instanceof ArtemisError)) throw new Error(`${sql}\n  ${ours === undefined ? 'we answer this' : String(ours)}`)
  }
}
