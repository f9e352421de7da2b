/** Asks the same random filters of a table with pruning, of the same table without, and of DuckDB over its files. */

import type { SessionContext } from '@artemis/engine'
import { ArtemisError } from '@artemis/errors'
import type { SeededRandom } from '../demo/random.js'
import type { GeneratedColumn } from '../generate/columns.js'
import type { FilterSource } from '../generate/random-filter.js'
import { randomFilter } from '../generate/random-filter.js'
import type { DuckDB } from './duckdb.js'
import { difference, textResult } from './text-result.js'

export interface FilterOracleOptions {
  readonly session: SessionContext
  readonly duckdb: DuckDB
  /** The table as FROM of our session has it, with a point in time if need be. */
  readonly pruned: string
  /** The same files through {@link WithoutPushdown}: slow, so every tenth filter asks it. */
  readonly unpruned: string
  /** The same rows in memory, once read without any filter. */
  readonly copy: string
  /** The same rows in DuckDB. */
  readonly reference: string
  readonly source: FilterSource
}

export interface FilterCounts {
  filters: number
  /** Rows that the filters selected, in all. */
  rows: number
  filesPruned: number
  rowGroupsPruned: number
  pagesPruned: number
}

export class FilterOracle {
  readonly counts: FilterCounts = { filters: 0, rows: 0, filesPruned: 0, rowGroupsPruned: 0, pagesPruned: 0 }
  readonly #options: FilterOracleOptions

  constructor(options: FilterOracleOptions) {
    this.#options = options
  }

  /** Throws at the first of `count` filters about which the three disagree. */
  async check(count: number): Promise<void> {
    const { source } = this.#options
    for (let i = 0; i < count; i++) {
      const filter = randomFilter(source, i % 3)
      await this.checkFilter(filter)
      if (i % 4 === 0) await this.#checkAggregates(filter, source.columns[source.random.below(source.columns.length)]!)
      if (i % 9 === 0) await this.#checkLimit(filter, source.random)
    }
  }

  /** The same for one filter. */
  async checkFilter(filter: string): Promise<void> {
    const { pruned, unpruned, copy, reference, duckdb } = this.#options
    const expected = await duckdb.numbers(`SELECT rid FROM ${reference} WHERE ${filter} ORDER BY rid`)
    const withPruning = await this.#rowIds(`SELECT rid FROM ${pruned} WHERE ${filter}`, true)
    compareRows(`WHERE ${filter}`, 'with pruning', withPruning, expected)
    const without = await this.#rowIds(`SELECT rid FROM ${this.counts.filters % 10 === 0 ? unpruned : copy} WHERE ${filter}`, false)
    compareRows(`WHERE ${filter}`, 'without pruning', without, expected)
    this.counts.filters++
    this.counts.rows += expected.length
  }

  async #rowIds(sql: string, count: boolean): Promise<number[]> {
    const { session } = this.#options
    try {
      const result = await session.sql(sql)
      const ids: number[] = []
      for await (const batch of result.batches()) {
        const vector = batch.column(0)
        if (vector.layout !== 'primitive') throw new Error(`row ids came as ${vector.layout}`)
        for (const id of vector.values.subarray(0, batch.rowCount)) ids.push(Number(id))
      }
      if (count) this.#count(result.metrics.counters)
      return ids.sort((a, b) => a - b)
    } catch (error) {
      if (error instanceof ArtemisError) throw new Error(`${sql}\n  fails: ${error.message}`, { cause: error })
      throw error
    }
  }

  #count(counters: Readonly<Record<string, number>>): void {
    this.counts.filesPruned += counters['files_pruned'] ?? 0
    this.counts.rowGroupsPruned += counters['row_groups_pruned'] ?? 0
    this.counts.pagesPruned += counters['pages_pruned'] ?? 0
  }

  /** Counts and extremes, which metadata answers where it can. */
  async #checkAggregates(filter: string, column: GeneratedColumn): Promise<void> {
    const { session, duckdb, pruned, reference } = this.#options
    const sql = (from: string): string => `SELECT count(*), count(${column.name}), min(${column.name}), max(${column.name}) FROM ${from} WHERE ${filter}`
    const found = difference(await textResult(await session.sql(sql(pruned))), await duckdb.query(sql(reference)))
    if (found !== undefined) throw new Error(`${sql(pruned)}\n  ${found}`)
  }

  async #checkLimit(filter: string, random: SeededRandom): Promise<void> {
    const { session, duckdb, pruned, reference } = this.#options
    const sql = (from: string, limit: number): string => `SELECT count(*) FROM (SELECT rid FROM ${from} WHERE ${filter} LIMIT ${limit})`
    const limit = random.below(20)
    const found = difference(await textResult(await session.sql(sql(pruned, limit))), await duckdb.query(sql(reference, limit)))
    if (found !== undefined) throw new Error(`${sql(pruned, limit)}\n  ${found}`)
  }
}

function compareRows(filter: string, how: string, ours: readonly number[], expected: readonly number[]): void {
  if (ours.length === expected.length && ours.every((id, i) => id === expected[i])) return
  const [mine, theirs] = [new Set(ours), new Set(expected)]
  const missing = expected.filter((id) => !mine.has(id))
  const extra = ours.filter((id) => !theirs.has(id))
  const doubled = ours.length - mine.size
  throw new Error(`${filter}\n  ${how}: ${ours.length} rows, DuckDB ${expected.length}; missing rid ${missing.slice(0, 8).join(', ')}; wrongly there ${extra.slice(0, 8).join(', ')}; doubled ${doubled}`)
}
