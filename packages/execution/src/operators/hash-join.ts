/**
 * Joins: the build side is read first and stands in a key table, the probe side streams past it. Without equal keys the
 * same operator compares every pair (a nested loop, or a cross join).
 *
 *   build ──▶ rows + key table ◀── keys ── probe batches ──▶ pairs ──▶ residual ──▶ joined rows
 *
 * The logical right side is built unless the planner swaps the sides, which turns a left join into a right one.
 */

import type { Vector } from '@artemis/arrow'
import { andBitmaps, Batch, booleanVector, notBitmap } from '@artemis/arrow'
import { ExecutionError } from '@artemis/errors'
import type { Column, EquiCondition, EvaluationContext, Expression, JoinType, SortKey } from '@artemis/plan'
import { formatExpression } from '@artemis/plan'
import type { ExecutionPlan, PlanDetail } from '../execution-plan.js'
import { evaluateToVector } from '../expression/compile.js'
import type { CompiledExpression } from '../expression/compiled-expression.js'
import type { CompiledPredicate } from '../expression/predicate.js'
import type { BuildSide } from '../join/build-side.js'
import { collectBuildSide } from '../join/build-side.js'
import type { ColumnSource } from '../join/join-output.js'
import { JoinOutput } from '../join/join-output.js'
import { unknownRows } from '../join/null-aware.js'
import type { Pairs } from '../join/pairs.js'
import { firstRows, matchingPairs } from '../join/pairs.js'
import { RowMarks } from '../join/row-marks.js'
import type { OperatorRun } from '../operator.js'
import { Operator, schemaOf } from '../operator.js'

export interface HashJoinOptions {
  readonly joinType: JoinType
  /** `left` of each condition is over the probe side, `right` over the build side. */
  readonly on: readonly EquiCondition[]
  readonly residual: Expression | null
  readonly nullAware: boolean
  /** In any order; each is of the probe or the build side, except for the mark column. */
  readonly columns: readonly Column[]
}

/** The run state of one probe. */
interface Probe {
  readonly side: BuildSide
  readonly keys: readonly CompiledExpression[]
  readonly residual: CompiledPredicate | null
  readonly output: JoinOutput
  /** All columns of both sides, which the residual is over. */
  readonly joined: JoinOutput
  /** Build rows that found a match; null when nobody asks. */
  readonly buildMarks: RowMarks | null
  readonly evaluation: EvaluationContext
  readonly chunkSize: number
}

/** Joined batches, and null for each step that gave none: between any two, the query can be cancelled. */
type Steps = Generator<Batch | null, void, undefined>

export class HashJoinExec extends Operator {
  readonly name: string
  readonly #options: HashJoinOptions
  readonly #probeColumns: readonly Column[]
  readonly #buildColumns: readonly Column[]

  constructor(probe: ExecutionPlan, build: ExecutionPlan, options: HashJoinOptions) {
    super(options.columns, [probe, build])
    this.#options = options
    this.#probeColumns = probe.columns
    this.#buildColumns = build.columns
    this.name = options.on.length > 0 ? 'HashJoinExec' : options.residual === null ? 'CrossJoinExec' : 'NestedLoopJoinExec'
  }

  /** Joins that only keep or widen probe rows keep their order. */
  override get ordering(): readonly SortKey[] {
    const { joinType } = this.#options
    return joinType === 'semi' || joinType === 'anti' || joinType === 'mark' ? this.children[0]!.ordering : []
  }

  protected details(): readonly PlanDetail[] {
    const { joinType, on, residual, nullAware } = this.#options
    const details: PlanDetail[] = [['type', joinType]]
    const conditions = on.map((condition) => {
      const operator = condition.nullEqualsNull ? 'IS NOT DISTINCT FROM' : '='
      return `${formatExpression(condition.left)} ${operator} ${formatExpression(condition.right)}`
    })
    if (on.length > 0) details.push(['on', conditions])
    if (residual !== null) details.push(['filter', formatExpression(residual)])
    if (nullAware) details.push(['null_aware', 'true'])
    return details
  }

  protected async *run(run: OperatorRun): AsyncIterable<Batch> {
    const { joinType } = this.#options
    const probe = await this.#build(run)
    if (this.#isEmpty(probe.side)) return
    for await (const batch of run.input(0)) {
      for (const joined of this.#probeBatch(batch, probe)) {
        if (joined !== null) yield joined
        await run.checkpoint()
      }
    }
    if (probe.buildMarks !== null && (joinType === 'right' || joinType === 'full')) {
      const rows = probe.buildMarks.unmarked()
      for (let start = 0; start < rows.length; start += probe.chunkSize)
        yield probe.output.buildOnly(rows.subarray(start, start + probe.chunkSize))
    }
  }

  async #build(run: OperatorRun): Promise<Probe> {
    const { on, residual, nullAware, joinType, columns } = this.#options
    const side = await collectBuildSide(run, run.input(1), {
      keys: on.map((condition) => condition.right),
      nullEqualsNull: on.map((condition) => condition.nullEqualsNull),
      columns: this.#buildColumns,
      keepKeys: nullAware,
    })
    const all = [...this.#probeColumns, ...this.#buildColumns]
    const produced = joinType === 'mark' ? columns.slice(0, -1) : columns
    return {
      side,
      keys: on.map((condition) => run.compile(condition.left, this.#probeColumns)),
      residual: residual === null ? null : run.compilePredicate(residual, all),
      output: new JoinOutput(
        { ...this.schema, fields: this.schema.fields.slice(0, produced.length) },
        produced,
        this.#sources(produced),
        side,
      ),
      joined: new JoinOutput(schemaOf(all), all, this.#sources(all), side),
      buildMarks: joinType === 'right' || joinType === 'full' ? new RowMarks(side.rowCount) : null,
      evaluation: run.context.evaluation,
      chunkSize: run.context.batchSize,
    }
  }

  /** Whether no probe row can give a result, so that the probe side need not be read. */
  #isEmpty(side: BuildSide): boolean {
    const { joinType, nullAware, residual, on } = this.#options
    if (side.rowCount === 0) return joinType === 'inner' || joinType === 'semi' || joinType === 'right'
    // NOT IN over a list with a NULL is never true.
    return joinType === 'anti' && nullAware && residual === null && on.length === 1 && side.nullKeyRows !== null
  }

  #sources(columns: readonly Column[]): ColumnSource[] {
    return columns.map((column) => {
      const index = this.#probeColumns.findIndex((candidate) => candidate.id === column.id)
      if (index >= 0) return { side: 'probe', index }
      return { side: 'build', index: this.#buildColumns.findIndex((candidate) => candidate.id === column.id) }
    })
  }

  /** Null where candidates were tried and none was a match: a filter over everything with everything may take hours to its first row. */
  *#probeBatch(batch: Batch, probe: Probe): Steps {
    const keys = probe.keys.map((key) => evaluateToVector(key, batch, probe.evaluation))
    const ids = new Int32Array(batch.rowCount)
    probe.side.table?.lookup(keys, batch.rowCount, ids)
    switch (this.#options.joinType) {
      case 'semi':
      case 'anti':
      case 'mark':
        yield* this.#existence(batch, keys, ids, probe)
        return
      default:
        yield* this.#pairs(batch, ids, probe)
    }
  }

  /** Joined rows. Where a residual may refuse every match of a row, its unmatched rows come at the end of its batch. */
  *#pairs(batch: Batch, ids: Int32Array, probe: Probe): Steps {
    const { joinType } = this.#options
    const keepProbe = joinType === 'left' || joinType === 'full' || joinType === 'single'
    const inline = keepProbe && probe.residual === null
    const marks = joinType === 'single' || (keepProbe && !inline) ? new RowMarks(batch.rowCount) : null
    for (const candidates of matchingPairs(probe.side, ids, batch.rowCount, inline, probe.chunkSize)) {
      const pairs = this.#afterResidual(batch, candidates, probe)
      if (pairs.probe.length === 0) {
        yield null
        continue
      }
      probe.buildMarks?.mark(pairs.build)
      if (joinType === 'single') this.#checkSingle(pairs, marks!)
      else marks?.mark(pairs.probe)
      yield probe.output.pairs(batch, pairs)
    }
    if (!keepProbe || inline) return
    const rows = marks!.unmarked()
    if (rows.length > 0) yield probe.output.probeOnly(batch, rows)
  }

  #checkSingle(pairs: Pairs, marks: RowMarks): void {
    if (marks.markOnce(pairs.probe) < 0) return
    throw new ExecutionError({
      code: 'SUBQUERY_MORE_THAN_ONE_ROW',
      message: 'a subquery used as a value returned more than one row',
      hint: 'Add LIMIT 1, or an aggregate such as max(…), to the subquery.',
    })
  }

  #afterResidual(batch: Batch, pairs: Pairs, probe: Probe): Pairs {
    if (probe.residual === null) return pairs
    const rows = probe.residual.evaluate(probe.joined.pairs(batch, pairs), probe.evaluation)
    if (rows === 'all') return pairs
    if (rows === 'none') return { probe: new Int32Array(0), build: new Int32Array(0), mayMiss: false }
    return { probe: pick(pairs.probe, rows), build: pick(pairs.build, rows), mayMiss: pairs.mayMiss }
  }

  /** Semi, anti and mark joins: whether a row has a match, not which. */
  *#existence(batch: Batch, keys: readonly Vector[], ids: Int32Array, probe: Probe): Steps {
    const { joinType } = this.#options
    const matched = yield* this.#matchedRows(batch, ids, probe)
    if (joinType === 'semi') {
      yield* this.#probeRows(batch, matched.marked(), probe)
      return
    }
    const unknown = this.#options.nullAware ? yield* this.#unknown(batch, keys, matched, probe) : null
    if (joinType === 'anti') {
      const rows = matched.unmarked()
      yield* this.#probeRows(batch, unknown === null ? rows : rows.filter((row) => !unknown.has(row)), probe)
      return
    }
    const validity = unknown === null ? null : notBitmap(unknown.bits, batch.rowCount)
    const bits = validity === null ? matched.bits : andBitmaps(matched.bits, validity, batch.rowCount)
    const mark = booleanVector(batch.rowCount, bits, { validity })
    const positions = this.columns.slice(0, -1).map((column) => this.#probeColumns.findIndex((candidate) => candidate.id === column.id))
    yield new Batch(this.schema, batch.rowCount, [...positions.map((position) => () => batch.column(position)), mark])
  }

  *#probeRows(batch: Batch, rows: Int32Array, probe: Probe): Generator<Batch, void, undefined> {
    if (rows.length > 0) yield probe.output.probeOnly(batch, rows)
  }

  *#matchedRows(batch: Batch, ids: Int32Array, probe: Probe): Generator<null, RowMarks, undefined> {
    const matched = new RowMarks(batch.rowCount)
    if (probe.residual === null) {
      if (probe.side.table === null) {
        if (probe.side.rowCount > 0) matched.mark(firstRows(batch.rowCount))
      } else matched.mark(rowsWithKey(ids))
      return matched
    }
    for (const pairs of matchingPairs(probe.side, ids, batch.rowCount, false, probe.chunkSize)) {
      matched.mark(this.#afterResidual(batch, pairs, probe).probe)
      yield null
    }
    return matched
  }

  #unknown(batch: Batch, keys: readonly Vector[], matched: RowMarks, probe: Probe): Generator<null, RowMarks, undefined> {
    const { residual } = probe
    return unknownRows({
      side: probe.side,
      keys,
      unmatched: matched.unmarked(),
      rowCount: batch.rowCount,
      residual:
        residual === null
          ? null
          : { predicate: residual, joined: (left, right) => probe.joined.pairs(batch, { probe: left, build: right, mayMiss: false }) },
      evaluation: probe.evaluation,
      chunkSize: probe.chunkSize,
    })
  }
}

function pick(values: Int32Array, rows: Int32Array): Int32Array {
  const out = new Int32Array(rows.length)
  for (let k = 0; k < out.length; k++) out[k] = values[rows[k]!]!
  return out
}

function rowsWithKey(ids: Int32Array): Int32Array {
  const rows = new Int32Array(ids.length)
  let count = 0
  for (let row = 0; row < ids.length; row++) {
    rows[count] = row
    count += +(ids[row]! >= 0)
  }
  return rows.subarray(0, count)
}
