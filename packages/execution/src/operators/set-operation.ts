import type { Batch } from '@artemis/arrow'
import type { Column, SetOperationPlan } from '@artemis/plan'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import type { KeyTable } from '../hash/key-table.js'
import { createKeyTable } from '../hash/key-table.js'
import { resize } from '../memory/memory-pool.js'
import { METRIC } from '../metrics.js'
import type { OperatorRun } from '../operator.js'
import { Operator } from '../operator.js'

/**
 * INTERSECT and EXCEPT by counting. The right side's rows are counted by key; each left row then takes one of its key's
 * count (ALL), or is looked at once (without ALL). NULLs are equal here. Left rows pass in their order.
 */
export class SetOperationExec extends Operator {
  readonly name: string
  readonly #operation: SetOperationPlan['operation']
  readonly #all: boolean

  constructor(left: ExecutionPlan, right: ExecutionPlan, plan: Pick<SetOperationPlan, 'operation' | 'all'>, columns: readonly Column[]) {
    super(columns, [left, right])
    this.#operation = plan.operation
    this.#all = plan.all
    this.name = plan.operation === 'intersect' ? 'IntersectExec' : 'ExceptExec'
  }

  protected details(): readonly PlanDetail[] {
    return this.#all ? [['all', 'true']] : []
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    const table = createKeyTable(this.columns.map((column) => column.type))
    const memory = run.reserve()
    const counts = new KeyCounts()
    const start = performance.now()
    for await (const batch of run.input(1)) {
      const ids = new Int32Array(batch.rowCount)
      table.insert(batch.columns(), batch.rowCount, ids)
      counts.add(ids, table.size)
      resize(memory, table.byteSize() + counts.byteSize())
    }
    run.metrics.add(METRIC.buildTime, Math.round((performance.now() - start) * 1e6))
    if (this.#operation === 'intersect' && table.size === 0) return
    for await (const batch of run.input(0)) {
      const rows = this.#select(batch, table, counts)
      resize(memory, table.byteSize() + counts.byteSize())
      if (rows.length > 0) yield (rows.length === batch.rowCount ? batch : batch.select(rows)).withSchema(this.schema)
    }
  }

  #select(batch: Batch, table: KeyTable, counts: KeyCounts): Int32Array {
    const ids = new Int32Array(batch.rowCount)
    const known = table.size
    if (this.#operation === 'except' && !this.#all) {
      // Left rows join the table, so that each is put out once: a key that is new here has never been seen.
      table.insert(batch.columns(), batch.rowCount, ids)
      let next = known
      return rowsWhere(batch.rowCount, (row) => ids[row] === next && ++next > 0)
    }
    table.lookup(batch.columns(), batch.rowCount, ids)
    if (this.#operation === 'except') return rowsWhere(batch.rowCount, (row) => ids[row]! < 0 || !counts.takeOne(ids[row]!))
    if (this.#all) return rowsWhere(batch.rowCount, (row) => ids[row]! >= 0 && counts.takeOne(ids[row]!))
    return rowsWhere(batch.rowCount, (row) => ids[row]! >= 0 && counts.takeAll(ids[row]!))
  }
}

function rowsWhere(rowCount: number, test: (row: number) => boolean): Int32Array {
  const rows = new Int32Array(rowCount)
  let count = 0
  for (let row = 0; row < rowCount; row++) if (test(row)) rows[count++] = row
  return rows.slice(0, count)
}

class KeyCounts {
  #counts = new Int32Array(256)

  byteSize(): number {
    return this.#counts.byteLength
  }

  add(ids: Int32Array, size: number): void {
    if (size > this.#counts.length) {
      const grown = new Int32Array(Math.max(size, this.#counts.length * 2))
      grown.set(this.#counts)
      this.#counts = grown
    }
    const counts = this.#counts
    for (let i = 0; i < ids.length; i++) counts[ids[i]!]!++
  }

  /** Takes one of a key's rows; false when none is left. */
  takeOne(id: number): boolean {
    if (this.#counts[id]! === 0) return false
    this.#counts[id]!--
    return true
  }

  /** Takes all of a key's rows; false when they were taken before. */
  takeAll(id: number): boolean {
    if (this.#counts[id]! === 0) return false
    this.#counts[id] = 0
    return true
  }
}
