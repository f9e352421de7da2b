/** Tables in memory, plans over them, and a place to run these, for the tests of this package. */

import type { DataType, Scalar, Schema, Vector } from '@artemis/arrow'
import { Batch, field, scalarAt } from '@artemis/arrow'
import type {
  AggregateCall,
  AggregateFunction,
  Column,
  Expression,
  LogicalPlan,
  ScanContext,
  ScanPlan,
  ScanRequest,
  TableProvider,
  TableScan,
} from '@artemis/plan'
import { ColumnIds, columnReference } from '@artemis/plan'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QueryMetrics } from '../metrics.js'
import { GreedyMemoryPool } from '../memory/memory-pool.js'
import { createPhysicalPlan } from '../planner/physical-planner.js'
import { SpillManager } from '../spill/spill-manager.js'
import { collectBatches } from '../stream.js'
import type { TaskContext, TaskContextOptions } from '../task-context.js'
import { taskContext } from '../task-context.js'
import { randomLayout } from './random.js'
import { testCasts } from './functions.js'

/** A table that counts how often its scans were opened, read and closed. */
export class MemoryTable implements TableProvider {
  readonly schema: Schema
  readonly batches: readonly Batch[]
  opened = 0
  closed = 0
  pulled = 0
  requests: ScanRequest[] = []
  /** Called before each batch is given out. */
  beforeBatch: (index: number) => void | Promise<void> = () => undefined

  constructor(schema: Schema, batches: readonly Batch[]) {
    this.schema = schema
    this.batches = batches
  }

  statistics(): ReturnType<TableProvider['statistics']> {
    return { rowCount: { value: this.batches.reduce((sum, batch) => sum + batch.rowCount, 0), exact: true } }
  }

  supportsFiltersPushdown(filters: readonly Expression[]): ReturnType<TableProvider['supportsFiltersPushdown']> {
    return filters.map(() => 'Unsupported')
  }

  scan(request: ScanRequest): TableScan {
    this.requests.push(request)
    const schema = { fields: request.projection.map((index) => this.schema.fields[index]!) }
    return {
      schema,
      ordering: [],
      execute: (context) => this.#read(schema, request.projection, context),
      describe: async () => ({ counters: [{ name: 'batches', total: this.batches.length, kept: this.batches.length }], notes: [] }),
    }
  }

  async *#read(schema: Schema, projection: readonly number[], context: ScanContext): AsyncGenerator<Batch, void, undefined> {
    this.opened++
    try {
      for (const [index, batch] of this.batches.entries()) {
        context.signal.throwIfAborted()
        await this.beforeBatch(index)
        this.pulled++
        yield batch.project(schema, projection)
      }
    } finally {
      this.closed++
    }
  }
}

/** Columns of values by name, cut into batches of random sizes and layouts. */
export function tableOf(
  columns: Readonly<Record<string, { type: DataType; values: readonly Scalar[] }>>,
  random: () => number,
  maxBatch = 300,
): MemoryTable {
  const names = Object.keys(columns)
  const rowCount = columns[names[0]!]?.values.length ?? 0
  const schema: Schema = { fields: names.map((name) => field(name, columns[name]!.type)) }
  const batches: Batch[] = []
  for (let start = 0; start < rowCount;) {
    const length = Math.min(rowCount - start, 1 + Math.floor(random() * maxBatch))
    const vectors = names.map((name) => randomLayout(columns[name]!.type, columns[name]!.values.slice(start, start + length), random))
    batches.push(randomView(schema, vectors, length, random))
    start += length
  }
  return new MemoryTable(schema, batches)
}

/** Now and then the batch is a selection of a larger one, which holds other rows in between. */
function randomView(schema: Schema, vectors: readonly Vector[], length: number, random: () => number): Batch {
  const batch = new Batch(schema, length, vectors)
  if (random() < 0.6) return batch
  const twice = batch.select(Int32Array.from({ length: 2 * length }, (_, i) => (i >>> 1) % length))
  return new Batch(schema, 2 * length, twice.columns()).select(Int32Array.from({ length }, (_, i) => 2 * i))
}

/** Makes the nodes of one query's logical plan. */
export class PlanBuilder {
  readonly ids = new ColumnIds()

  scan(table: TableProvider, name = 't'): ScanPlan {
    const columns = table.schema.fields.map((f): Column => ({ id: this.ids.next(), name: f.name, type: f.type, nullable: f.nullable }))
    return {
      kind: 'scan',
      table: ['memory', name],
      provider: table,
      projection: columns.map((_, i) => i),
      filters: [],
      allColumns: columns,
      columns,
      fetch: null,
    }
  }

  column(name: string, type: DataType): Column {
    return { id: this.ids.next(), name, type, nullable: true }
  }

  aggregate(input: LogicalPlan, groupBy: readonly Expression[], aggregates: readonly AggregateCall[]): LogicalPlan {
    const keys = groupBy.map((key, i) => this.column(`key${i}`, key.type))
    const results = aggregates.map((call, i) => this.column(`${call.function.name}${i}`, call.function.returnType))
    return { kind: 'aggregate', input, groupBy, aggregates, columns: [...keys, ...results] }
  }
}

export function aggregateCall(fn: AggregateFunction, args: readonly Expression[], options: Partial<AggregateCall> = {}): AggregateCall {
  return { function: fn, arguments: args, distinct: false, filter: null, orderBy: [], ...options }
}

/** A reference to a plan's column by name. */
export function reference(plan: LogicalPlan, name: string): Expression {
  return columnReference(plan.columns.find((column) => column.name === name)!)
}

export interface TestRun {
  readonly context: TaskContext
  readonly pool: GreedyMemoryPool
  readonly directory: string
  /** The spill folders and files that are there now. */
  leftovers(): string[]
  dispose(): void
}

let runs = 0

export function testRun(options: Partial<TaskContextOptions> & { memoryLimit?: number; diskLimit?: number } = {}): TestRun {
  const directory = mkdtempSync(join(tmpdir(), 'artemis-execution-'))
  const queryId = `query-${runs++}`
  const pool = new GreedyMemoryPool(options.memoryLimit)
  const spill = new SpillManager({ directory, queryId, ...(options.diskLimit === undefined ? {} : { diskLimit: options.diskLimit }) })
  const context = taskContext({
    queryId,
    memoryPool: pool,
    spill,
    evaluation: { nowMicroseconds: 0n, timeZone: 'UTC' },
    casts: testCasts,
    metrics: new QueryMetrics(),
    batchSize: 256,
    ...options,
  })
  return {
    context,
    pool,
    directory,
    leftovers: () => readdirSync(directory, { recursive: true }).map(String),
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Plans and runs, and checks that nothing is left behind. */
export async function runPlan(
  plan: LogicalPlan,
  options: Parameters<typeof testRun>[0] = {},
): Promise<{ rows: Scalar[][]; batches: Batch[]; metrics: QueryMetrics }> {
  const run = testRun(options)
  try {
    const batches = await collectBatches(
      createPhysicalPlan(plan, { evaluation: run.context.evaluation, casts: run.context.casts }),
      run.context,
    )
    if (run.pool.reserved !== 0) throw new Error(`${run.pool.reserved} bytes are still reserved`)
    if (run.leftovers().length > 0) throw new Error(`files are left: ${run.leftovers().join(', ')}`)
    return { rows: batches.flatMap(rowsOf), batches, metrics: run.context.metrics }
  } finally {
    run.dispose()
  }
}

export function rowsOf(batch: Batch): Scalar[][] {
  const columns = batch.columns()
  return Array.from({ length: batch.rowCount }, (_, i) => columns.map((column) => scalarAt(column, i)))
}
