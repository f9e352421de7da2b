/** Batches of joined rows. Columns are gathered only when they are read, so a column that nobody reads costs nothing. */

import type { Schema, Vector } from '@artemis/arrow'
import { Batch, nullsOf, take } from '@artemis/arrow'
import type { Column } from '@artemis/plan'
import type { BuildSide } from './build-side.js'
import type { Pairs } from './pairs.js'

/** Where an output column comes from. */
export interface ColumnSource {
  readonly side: 'probe' | 'build'
  readonly index: number
}

export class JoinOutput {
  readonly #schema: Schema
  readonly #columns: readonly Column[]
  readonly #sources: readonly ColumnSource[]
  readonly #build: BuildSide

  constructor(schema: Schema, columns: readonly Column[], sources: readonly ColumnSource[], build: BuildSide) {
    this.#schema = schema
    this.#columns = columns
    this.#sources = sources
    this.#build = build
  }

  /** The rows of pairs; a build row of -1 gives NULLs on that side. */
  pairs(batch: Batch, { probe, build }: Pairs): Batch {
    const whole = isIdentity(probe, batch.rowCount)
    return this.#batch(probe.length, (source) => {
      if (source.side === 'build') return () => take(this.#build.columns[source.index]!, build, true)
      return whole ? () => batch.column(source.index) : () => take(batch.column(source.index), probe)
    })
  }

  /** Rows of the probe side, NULLs on the build side. */
  probeOnly(batch: Batch, rows: Int32Array): Batch {
    return this.#batch(rows.length, (source, column) =>
      source.side === 'probe' ? () => take(batch.column(source.index), rows) : () => nullsOf(column.type, rows.length),
    )
  }

  /** Rows of the build side, NULLs on the probe side. */
  buildOnly(rows: Int32Array): Batch {
    return this.#batch(rows.length, (source, column) =>
      source.side === 'build' ? () => take(this.#build.columns[source.index]!, rows) : () => nullsOf(column.type, rows.length),
    )
  }

  #batch(rowCount: number, make: (source: ColumnSource, column: Column) => () => Vector): Batch {
    return new Batch(
      this.#schema,
      rowCount,
      this.#sources.map((source, k) => make(source, this.#columns[k]!)),
    )
  }
}

function isIdentity(rows: Int32Array, rowCount: number): boolean {
  if (rows.length !== rowCount) return false
  for (let i = 0; i < rowCount; i++) if (rows[i] !== i) return false
  return true
}
