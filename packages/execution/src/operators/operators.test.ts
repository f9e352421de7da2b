import type { DataType, Scalar } from '@artemis/arrow'
import { compareScalars, float64, int32, int64, utf8 } from '@artemis/arrow'
import type { LogicalPlan, MetadataAggregatePlan, SetOperationPlan, SortKey, SortPlan, TableProvider } from '@artemis/plan'
import { call, columnReference, comparison, literal } from '@artemis/plan'
import { describe, expect, it } from 'vitest'
import { ExecutionStream } from '../stream.js'
import { createPhysicalPlan } from '../planner/physical-planner.js'
import { add, countAll } from '../testing/functions.js'
import { KEY_TYPES, keyText, randomScalars, rowText, seededRandom } from '../testing/random.js'
import type { MemoryTable } from '../testing/tables.js'
import { aggregateCall, PlanBuilder, reference, rowsOf, runPlan, tableOf, testRun } from '../testing/tables.js'

function tableWith(types: readonly DataType[], rowCount: number, distinct: number, seed: number): { table: MemoryTable; rows: Scalar[][] } {
  const random = seededRandom(seed)
  const columns = types.map((type) => randomScalars(type, rowCount, random, distinct))
  const named = Object.fromEntries(types.map((type, k) => [`c${k}`, { type, values: columns[k]! }]))
  return { table: tableOf(named, random, 120), rows: Array.from({ length: rowCount }, (_, i) => columns.map((column) => column[i]!)) }
}

function compareBy(
  types: readonly DataType[],
  keys: readonly { column: number; descending: boolean; nullsFirst: boolean }[],
): (a: readonly Scalar[], b: readonly Scalar[]) => number {
  return (a, b) => {
    for (const { column, descending, nullsFirst } of keys) {
      const x = a[column]!
      const y = b[column]!
      if (x === null && y === null) continue
      if (x === null || y === null) return (x === null) === nullsFirst ? -1 : 1
      const order = compareScalars(types[column]!, x, y)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}

function sortPlan(
  input: LogicalPlan,
  keys: readonly { column: number; descending: boolean; nullsFirst: boolean }[],
  fetch: number | null,
): SortPlan {
  const sortKeys = keys.map((key): SortKey => ({
    expression: reference(input, `c${key.column}`),
    descending: key.descending,
    nullsFirst: key.nullsFirst,
  }))
  return { kind: 'sort', input, keys: sortKeys, fetch, columns: input.columns }
}

describe('SortExec and TopNExec against a stable sort of rows', () => {
  for (const type of KEY_TYPES) {
    it(`by ${type.kind}`, async () => {
      const types = [type, int32]
      const { table, rows } = tableWith(types, 400, 60, 1)
      for (const descending of [false, true]) {
        const keys = [{ column: 0, descending, nullsFirst: descending }]
        const wanted = rows
          .map((row) => [...row])
          .sort(compareBy(types, keys))
          .map(rowText)
        expect((await runPlan(sortPlan(new PlanBuilder().scan(table), keys, null))).rows.map(rowText)).toEqual(wanted)
        for (const fetch of [0, 1, 7, 250, 900]) {
          const top = await runPlan(sortPlan(new PlanBuilder().scan(table), keys, fetch))
          expect(top.rows.map(rowText)).toEqual(wanted.slice(0, fetch))
        }
      }
    })
  }

  it('by several keys, of many rows', async () => {
    const types = [utf8, int32, float64]
    const { table, rows } = tableWith(types, 50_000, 40, 2)
    const keys = [
      { column: 2, descending: true, nullsFirst: false },
      { column: 0, descending: false, nullsFirst: true },
      { column: 1, descending: false, nullsFirst: false },
    ]
    const wanted = rows
      .map((row) => [...row])
      .sort(compareBy(types, keys))
      .map(rowText)
    expect((await runPlan(sortPlan(new PlanBuilder().scan(table), keys, null), { batchSize: 8192 })).rows.map(rowText)).toEqual(wanted)
    expect((await runPlan(sortPlan(new PlanBuilder().scan(table), keys, 100), { batchSize: 8192 })).rows.map(rowText)).toEqual(
      wanted.slice(0, 100),
    )
  })

  it('sorts in bounded memory when only the top is wanted, and says so when it cannot', async () => {
    const { table } = tableWith([int64, utf8], 40_000, 30_000, 3)
    const keys = [{ column: 0, descending: false, nullsFirst: false }]
    await runPlan(sortPlan(new PlanBuilder().scan(table), keys, 10), { memoryLimit: 20_000 })
    await expect(runPlan(sortPlan(new PlanBuilder().scan(table), keys, null), { memoryLimit: 20_000 })).rejects.toMatchObject({
      code: 'MEMORY_LIMIT',
    })
  })
})

describe('LimitExec', () => {
  const limit = (input: LogicalPlan, offset: number | null, fetch: number | null): LogicalPlan => {
    const constant = (rows: number | null): ReturnType<typeof literal> | null => (rows === null ? null : literal(int64, BigInt(rows)))
    return { kind: 'limit', input, offset: constant(offset), fetch: constant(fetch), columns: input.columns }
  }

  it('cuts anywhere, inside and across batches', async () => {
    const { table, rows } = tableWith([int32], 700, 1000, 4)
    for (const [offset, fetch] of [
      [null, 10],
      [3, 150],
      [650, 100],
      [700, 5],
      [10, null],
      [null, 0],
    ] as const) {
      const got = await runPlan(limit(new PlanBuilder().scan(table), offset, fetch))
      expect(got.rows).toEqual(rows.slice(offset ?? 0, (offset ?? 0) + (fetch ?? 1000)))
    }
  })

  it('stops reading and closes its input', async () => {
    const { table } = tableWith([int32], 5000, 1000, 5)
    await runPlan(limit(new PlanBuilder().scan(table), null, 10))
    expect([table.pulled, table.opened, table.closed]).toEqual([1, 1, 1])
  })

  it('over a sort becomes a top-N', async () => {
    const { table, rows } = tableWith([int32], 3000, 100_000, 6)
    const keys = [{ column: 0, descending: true, nullsFirst: false }]
    const plan = limit(sortPlan(new PlanBuilder().scan(table), keys, null), 5, 20)
    const wanted = [...rows].sort(compareBy([int32], keys)).slice(5, 25)
    expect((await runPlan(plan, { memoryLimit: 50_000 })).rows).toEqual(wanted)
  })
})

describe('SetOperationExec against counting rows', () => {
  for (const operation of ['intersect', 'except'] as const) {
    for (const all of [false, true]) {
      it(`${operation}${all ? ' all' : ''}`, async () => {
        for (const types of [[int32], [utf8, int32]]) {
          for (const [leftRows, rightRows, distinct] of [
            [300, 200, 60],
            [0, 50, 5],
            [50, 0, 5],
          ] as const) {
            const left = tableWith(types, leftRows, distinct, 7)
            const right = tableWith(types, rightRows, distinct, 8)
            const builder = new PlanBuilder()
            const l = builder.scan(left.table)
            const r = builder.scan(right.table)
            const columns = l.columns.map((column) => builder.column(column.name, column.type))
            const { rows } = await runPlan({ kind: 'set_operation', operation, all, left: l, right: r, columns } satisfies SetOperationPlan)
            const counts = new Map<string, number>()
            for (const row of right.rows) counts.set(rowText(row), (counts.get(rowText(row)) ?? 0) + 1)
            const wanted: string[] = []
            const seen = new Set<string>()
            for (const text of left.rows.map(rowText)) {
              const count = counts.get(text) ?? 0
              if (all) counts.set(text, Math.max(0, count - 1))
              else if (seen.has(text)) continue
              seen.add(text)
              if (count > 0 === (operation === 'intersect')) wanted.push(text)
            }
            expect(rows.map(rowText)).toEqual(wanted)
          }
        }
      })
    }
  }
})

describe('plain operators', () => {
  it('filter, project and unite', async () => {
    const { table, rows } = tableWith([int32, float64], 900, 50, 9)
    const builder = new PlanBuilder()
    const scan = builder.scan(table)
    const filter: LogicalPlan = {
      kind: 'filter',
      input: scan,
      predicate: comparison('<', reference(scan, 'c0'), literal(int32, 0)),
      columns: scan.columns,
    }
    const sum = call(add, [reference(scan, 'c1'), literal(float64, 1)])
    const project: LogicalPlan = {
      kind: 'project',
      input: filter,
      expressions: [sum, columnReference(scan.columns[0]!)],
      columns: [builder.column('sum', float64), scan.columns[0]!],
    }
    const wanted = rows
      .filter((row) => row[0] !== null && Number(row[0]) < 0)
      .map((row) => [row[1] === null ? null : Number(row[1]) + 1, row[0]!])
    expect((await runPlan(project)).rows).toEqual(wanted)

    const other = builder.scan(table)
    const columns = [builder.column('a', int32)]
    const union: LogicalPlan = {
      kind: 'union',
      inputs: [project, other],
      inputColumns: [[scan.columns[0]!.id], [other.columns[0]!.id]],
      columns,
    }
    expect((await runPlan(union)).rows).toEqual([...wanted.map((row) => [row[1]!]), ...rows.map((row) => [row[0]!])])
  })

  it('passes a batch that loses nothing as it is', async () => {
    const { table } = tableWith([int32], 100, 50, 10)
    const scan = new PlanBuilder().scan(table)
    const { batches } = await runPlan({ kind: 'filter', input: scan, predicate: literal({ kind: 'bool' }, true), columns: scan.columns })
    expect(batches.map((batch) => batch.column(0))).toEqual(table.batches.map((batch) => batch.column(0)))
  })

  it('gives rows of VALUES, also of none and of no columns', async () => {
    const builder = new PlanBuilder()
    const columns = [builder.column('a', int32), builder.column('b', utf8)]
    const rows = [
      [literal(int32, 1), literal(utf8, 'x')],
      [literal(int32, null), literal(utf8, null)],
    ]
    expect((await runPlan({ kind: 'values', rows, columns })).rows).toEqual([
      [1, 'x'],
      [null, null],
    ])
    expect((await runPlan({ kind: 'values', rows: [], columns })).rows).toEqual([])
    expect((await runPlan({ kind: 'values', rows: [[]], columns: [] })).rows).toEqual([[]])
  })

  it('answers from metadata where the provider can, else by the fallback', async () => {
    const { table } = tableWith([int32], 321, 50, 11)
    const builder = new PlanBuilder()
    const scan = builder.scan(table)
    const fallback = builder.aggregate(scan, [], [aggregateCall(countAll, [])])
    for (const known of [true, false]) {
      const provider: TableProvider = Object.assign(Object.create(table) as TableProvider, {
        aggregateFromMetadata: async () => (known ? [77n] : undefined),
      })
      const plan: MetadataAggregatePlan = {
        kind: 'metadata_aggregate',
        scan: { ...scan, provider },
        aggregates: [{ function: 'count', column: null }],
        fallback,
        columns: fallback.columns,
      }
      expect((await runPlan(plan)).rows).toEqual([[known ? 77n : 321n]])
    }
  })

  it('hands the scan its filters over the columns of the provider', async () => {
    const { table } = tableWith([int32, utf8], 10, 5, 12)
    const builder = new PlanBuilder()
    builder.ids.next()
    const scan = builder.scan(table)
    const filter = (name: string): ReturnType<typeof comparison> => comparison('=', reference(scan, name), reference(scan, name))
    const filters = [
      { expression: filter('c1'), pushdown: 'Exact' as const },
      { expression: filter('c0'), pushdown: 'Unsupported' as const },
    ]
    await runPlan({ ...scan, filters, projection: [0], columns: [scan.columns[0]!] })
    expect(table.requests[0]!.filters).toMatchObject([{ left: { kind: 'column', id: 1 } }])
    expect(table.requests[0]!.projection).toEqual([0])
  })
})

describe('ExecutionStream', () => {
  it('is lazy, stops early and can be cancelled in the middle of a pull', async () => {
    const { table } = tableWith([int32], 5000, 50, 13)
    const run = testRun()
    const plan = createPhysicalPlan(new PlanBuilder().scan(table), { evaluation: run.context.evaluation, casts: run.context.casts })
    const idle = new ExecutionStream(plan, run.context)
    expect(table.opened).toBe(0)
    for await (const batch of idle) {
      expect(rowsOf(batch).length).toBeGreaterThan(0)
      break
    }
    expect([table.opened, table.closed]).toEqual([1, 1])

    const cancelled = new ExecutionStream(plan, run.context)
    table.beforeBatch = (index) => {
      if (index === 3) cancelled.cancel('enough')
    }
    let batches = 0
    await expect(
      (async () => {
        for await (const _ of cancelled) batches++
      })(),
    ).rejects.toMatchObject({ kind: 'cancelled', cause: 'enough' })
    expect(batches).toBeLessThanOrEqual(4)
    expect([table.opened, table.closed]).toEqual([2, 2])
    run.dispose()
  })

  it('lets timers run while it computes over memory', async () => {
    const { table } = tableWith([int32], 20_000, 50, 14)
    const controller = new AbortController()
    const run = testRun({ signal: controller.signal })
    const endless = new PlanBuilder()
    const scans = Array.from({ length: 400 }, () => endless.scan(table))
    const column = endless.column('a', int32)
    const plan: LogicalPlan = { kind: 'union', inputs: scans, inputColumns: scans.map((scan) => [scan.columns[0]!.id]), columns: [column] }
    setTimeout(() => controller.abort(), 30)
    const stream = new ExecutionStream(
      createPhysicalPlan(plan, { evaluation: run.context.evaluation, casts: run.context.casts }),
      run.context,
    )
    await expect(
      (async () => {
        for await (const batch of stream) rowsOf(batch).map((row) => keyText(row[0]!))
      })(),
    ).rejects.toMatchObject({ kind: 'cancelled' })
    run.dispose()
  })
})
