/** Batches of joined rows. Columns are gathered only when they are read, so a column that nobody reads costs nothing. */

import type { Batch, Schema } from '@artemis/arrow'
import { nullsOf } from '@artemis/arrow'
import type { Column } from '@artemis/plan'
import type { GatherSource } from '../batch/gathered-batch.js'
import { GatheredBatch } from '../batch/gathered-batch.js'
import type { BuildSide } from './build-side.js'
import type { Pairs } from './pairs.js'
import { firstRows } from './pairs.js'

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
  pairs(batch: Batch, { probe, build, mayMiss }: Pairs): Batch {
    const rows = isIdentity(probe, batch.rowCount) ? null : probe
    return this.#batch(probe.length, ({ side, index }) =>
      side === 'probe'
        ? { vector: () => batch.column(index), rows, mayMiss: false }
        : { vector: () => this.#build.columns[index]!, rows: build, mayMiss },
    )
  }

  /** Rows of the probe side, NULLs on the build side. */
  probeOnly(batch: Batch, rows: Int32Array): Batch {
    return this.#batch(rows.length, ({ side, index }, column) =>
      side === 'probe' ? { vector: () => batch.column(index), rows, mayMiss: false } : nullSource(column, rows.length),
    )
  }

  /** Rows of the build side, NULLs on the probe side. */
  buildOnly(rows: Int32Array): Batch {
    return this.#batch(rows.length, ({ side, index }, column) =>
      side === 'build' ? { vector: () => this.#build.columns[index]!, rows, mayMiss: false } : nullSource(column, rows.length),
    )
  }

  #batch(rowCount: number, make: (source: ColumnSource, column: Column) => GatherSource): Batch {
    return new GatheredBatch(
      this.#schema,
      rowCount,
      this.#sources.map((source, k) => make(source, this.#columns[k]!)),
    )
  }
}

function nullSource(column: Column, rowCount: number): GatherSource {
  return { vector: () => nullsOf(column.type, rowCount), rows: null, mayMiss: false }
}

function isIdentity(rows: Int32Array, rowCount: number): boolean {
  if (rows.length !== rowCount) return false
  if (rows.buffer === firstRows(1).buffer) return true
  for (let i = 0; i < rowCount; i++) if (rows[i] !== i) return false
  return true
}
