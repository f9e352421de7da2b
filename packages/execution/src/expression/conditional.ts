/**
 * CASE and COALESCE. Each branch sees only the rows that reach it: rows move from branch to branch as a selection, and
 * at the end the branches' results are put back in row order.
 */

import type { Batch, DataType, Datum, Vector } from '@artemis/arrow'
import { concatVectors, constantVector, isNotNull, nullsOf, scalarDatum, selectionFromBoolean, take, vectorDatum } from '@artemis/arrow'
import type { CallExpression, CaseExpression } from '@artemis/plan'
import type { CastProvider } from './cast-provider.js'
import type { ExpressionCompiler } from './compile.js'
import type { CompiledExpression, ExpressionContext } from './compiled-expression.js'
import { canThrow } from './properties.js'

export function compileCase(expression: CaseExpression, compiler: ExpressionCompiler, insideOneColumn: boolean): CompiledExpression {
  const branches = expression.branches.map((branch) => ({
    when: compiler.compile(branch.when, insideOneColumn),
    then: compiler.compile(branch.then, insideOneColumn),
  }))
  const otherwise = expression.otherwise === null ? null : compiler.compile(expression.otherwise, insideOneColumn)
  const { type } = expression
  return {
    type,
    evaluate: (batch, context) => {
      const results = new BranchResults(type, batch)
      for (const branch of branches) {
        if (results.finished) break
        const condition = branch.when.evaluate(results.rest, context)
        if (condition.kind === 'scalar' && condition.value !== true) continue
        const rows = condition.kind === 'scalar' ? null : selectionFromBoolean(condition.vector)
        results.take(rows, branch.then, context)
      }
      if (otherwise !== null && !results.finished) results.take(null, otherwise, context)
      return results.finish()
    },
  }
}

/** COALESCE whose later arguments could throw: for these the rows that have a value already must stay out of sight. */
export function isLazyCoalesce(expression: CallExpression, casts: CastProvider): boolean {
  const { function: fn, arguments: args } = expression
  return fn.name === 'coalesce' && fn.nullHandling === 'custom' && args.slice(1).some((argument) => canThrow(argument, casts))
}

export function compileCoalesce(expression: CallExpression, compiler: ExpressionCompiler, insideOneColumn: boolean): CompiledExpression {
  const args = expression.arguments.map((argument) => compiler.compile(argument, insideOneColumn))
  const { type } = expression
  return {
    type,
    evaluate: (batch, context) => {
      const results = new BranchResults(type, batch)
      for (const arg of args) {
        if (results.finished) break
        const value = arg.evaluate(results.rest, context)
        if (value.kind === 'scalar' && value.value === null) continue
        if (value.kind === 'scalar' || value.vector.nullCount === 0) results.put(null, value)
        else {
          const rows = selectionFromBoolean(isNotNull(value.vector))
          if (rows.length > 0) results.put(rows, vectorDatum(take(value.vector, rows)))
        }
      }
      return results.finish()
    },
  }
}

/** Collects the values of branches, each for some of the rows that are left. */
class BranchResults {
  /** The rows that no branch has taken, as a batch. */
  rest: Batch
  readonly #type: DataType
  readonly #rowCount: number
  /** The original row of each row of `rest`; null while none is taken. */
  #restRows: Int32Array | null = null
  readonly #parts: Vector[] = []
  #partRows = 0
  /** For each row, where its value stands in the parts put end to end; -1 for NULL. */
  #positions: Int32Array | null = null

  constructor(type: DataType, batch: Batch) {
    this.#type = type
    this.#rowCount = batch.rowCount
    this.rest = batch
  }

  get finished(): boolean {
    return this.rest.rowCount === 0
  }

  /** Gives the rows of `rest` at `rows` (null for all) the values of a program, which sees only these rows. */
  take(rows: Int32Array | null, program: CompiledExpression, context: ExpressionContext): void {
    const all = rows === null || rows.length === this.rest.rowCount
    if (!all && rows.length === 0) return
    this.put(all ? null : rows, program.evaluate(all ? this.rest : this.rest.select(rows), context))
  }

  /** Gives the rows of `rest` at `rows` these values, one each, and removes them from `rest`. */
  put(rows: Int32Array | null, value: Datum): void {
    if (rows !== null && rows.length === this.rest.rowCount) rows = null
    const scalar = value.kind === 'scalar'
    const isNullValue = scalar ? value.value === null : value.vector.layout === 'null'
    if (!isNullValue) this.#positions ??= new Int32Array(this.#rowCount).fill(-1)
    const count = rows === null ? this.rest.rowCount : rows.length
    if (!isNullValue && this.#positions !== null) {
      const step = scalar ? 0 : 1
      for (let k = 0; k < count; k++) this.#positions[this.#original(rows === null ? k : rows[k]!)] = this.#partRows + k * step
      this.#parts.push(scalar ? constantVector(value.type, value.value, 1) : value.vector)
      this.#partRows += scalar ? 1 : count
    }
    this.#drop(rows)
  }

  finish(): Datum {
    const positions = this.#positions
    if (positions === null) return scalarDatum(this.#type, null)
    // One branch took all rows, in order: its values are the result.
    if (this.#parts.length === 1 && this.#partRows === this.#rowCount && this.finished && this.#inOrder(positions))
      return vectorDatum(this.#parts[0]!)
    const values = concatVectors(this.#parts)
    return vectorDatum(values.length === 0 ? nullsOf(this.#type, this.#rowCount) : take(values, positions, true))
  }

  #inOrder(positions: Int32Array): boolean {
    for (let i = 0; i < positions.length; i++) if (positions[i] !== i) return false
    return true
  }

  #original(row: number): number {
    return this.#restRows === null ? row : this.#restRows[row]!
  }

  #drop(rows: Int32Array | null): void {
    if (rows === null) {
      this.rest = this.rest.slice(0, 0)
      return
    }
    const kept = new Int32Array(this.rest.rowCount - rows.length)
    let k = 0
    let next = 0
    for (let i = 0; i < this.rest.rowCount; i++) {
      if (next < rows.length && rows[next] === i) next++
      else kept[k++] = i
    }
    this.#restRows = this.#restRows === null ? kept : kept.map((row) => this.#restRows![row]!)
    this.rest = this.rest.select(kept)
  }
}
