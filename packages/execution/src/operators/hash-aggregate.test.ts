import type { DataType, Scalar } from '@artemis/arrow'
import { bool, compareScalars, date32, decimal, float64, int32, int64, utf8 } from '@artemis/arrow'
import type { AggregateCall, Column, Expression, LogicalPlan } from '@artemis/plan'
import { columnReference, comparison, literal } from '@artemis/plan'
import { describe, expect, it } from 'vitest'
import { stateTypes } from '../aggregate/spilling-aggregation.js'
import { GreedyMemoryPool } from '../memory/memory-pool.js'
import { METRIC } from '../metrics.js'
import { createPhysicalPlan } from '../planner/physical-planner.js'
import { collectBatches, ExecutionStream } from '../stream.js'
import { countAll, countOf, joinText, minOf, sumOfFloat } from '../testing/functions.js'
import { KEY_TYPES, randomScalars, rowText, seededRandom } from '../testing/random.js'
import { aggregateCall, MemoryTable, PlanBuilder, reference, rowsOf, runPlan, tableOf, testRun } from '../testing/tables.js'
import { HashAggregateExec } from './hash-aggregate.js'

/** Groups rows by the text of their keys, keeping their order. */
function groupRows(rows: readonly Scalar[][], keyCount: number): Map<string, Scalar[][]> {
  const groups = new Map<string, Scalar[][]>()
  for (const row of rows) {
    const key = rowText(row.slice(0, keyCount))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups
}

function sumOf(values: readonly Scalar[]): Scalar {
  const present = values.filter((value) => value !== null)
  return present.length === 0 ? null : present.reduce((sum: number, value) => sum + Number(value), 0)
}

function sorted(rows: readonly Scalar[][], keyCount: number): string[] {
  return rows.map((row) => `${rowText(row.slice(0, keyCount))} => ${row.slice(keyCount).map(roundText).join(' | ')}`).sort()
}

/** Sums differ in the last digits when partial sums are added in another order. */
function roundText(value: Scalar): string {
  return typeof value === 'number' ? value.toPrecision(10) : String(value)
}

function keyedTable(
  types: readonly DataType[],
  rowCount: number,
  distinct: number,
  seed: number,
): { table: MemoryTable; rows: Scalar[][] } {
  const random = seededRandom(seed)
  const keys = types.map((type) => randomScalars(type, rowCount, random, distinct))
  const values = Array.from({ length: rowCount }, () => (random() < 0.1 ? null : Math.floor(random() * 1000) / 8))
  const columns = Object.fromEntries([...types.map((type, k) => [`k${k}`, { type, values: keys[k]! }]), ['v', { type: float64, values }]])
  const table = tableOf(columns as Parameters<typeof tableOf>[0], random)
  return { table, rows: values.map((value, i) => [...keys.map((key) => key[i]!), value]) }
}

function groupBy(table: MemoryTable, keyCount: number, calls: (scan: LogicalPlan) => AggregateCall[]): LogicalPlan {
  const builder = new PlanBuilder()
  const scan = builder.scan(table)
  return builder.aggregate(
    scan,
    Array.from({ length: keyCount }, (_, k) => reference(scan, `k${k}`)),
    calls(scan),
  )
}

describe('HashAggregateExec against grouping row by row', () => {
  for (const types of [
    ...KEY_TYPES.map((type) => [type]),
    [utf8, date32],
    [int64, utf8, bool],
    [decimal(12, 2), float64],
    [int32, int32, int32],
  ] satisfies DataType[][]) {
    it(`keys ${types.map((type) => type.kind).join(', ')}`, async () => {
      for (const distinct of [2, 60, 5000]) {
        const { table, rows } = keyedTable(types, 700, distinct, distinct)
        const plan = groupBy(table, types.length, (scan) => [
          aggregateCall(countAll, []),
          aggregateCall(countOf(float64), [reference(scan, 'v')]),
          aggregateCall(sumOfFloat, [reference(scan, 'v')]),
        ])
        const wanted = [...groupRows(rows, types.length).values()].map((group) => {
          const values = group.map((row) => row.at(-1)!)
          return [...group[0]!.slice(0, -1), BigInt(group.length), BigInt(values.filter((value) => value !== null).length), sumOf(values)]
        })
        const { rows: got } = await runPlan(plan)
        expect(sorted(got, types.length)).toEqual(sorted(wanted, types.length))
      }
    })
  }

  it('gives one row without keys, also of no input, and none with keys of no input', async () => {
    const empty = new MemoryTable(
      {
        fields: [
          { name: 'k0', type: utf8, nullable: true },
          { name: 'v', type: float64, nullable: true },
        ],
      },
      [],
    )
    const calls = (scan: LogicalPlan): AggregateCall[] => [aggregateCall(countAll, []), aggregateCall(sumOfFloat, [reference(scan, 'v')])]
    expect((await runPlan(groupBy(empty, 0, calls))).rows).toEqual([[0n, null]])
    expect((await runPlan(groupBy(empty, 1, calls))).rows).toEqual([])
    const { table, rows } = keyedTable([utf8], 700, 5, 1)
    expect((await runPlan(groupBy(table, 0, calls))).rows).toEqual([[700n, sumOf(rows.map((row) => row[1]!))]])
  })

  it('without aggregates is DISTINCT', async () => {
    const { table, rows } = keyedTable([utf8, int32], 2000, 12, 5)
    const { rows: got } = await runPlan(groupBy(table, 2, () => []))
    expect(sorted(got, 2)).toEqual(
      sorted(
        [...groupRows(rows, 2).values()].map((group) => group[0]!.slice(0, 2)),
        2,
      ),
    )
  })

  it('applies FILTER and DISTINCT, alone and together', async () => {
    const { table, rows } = keyedTable([utf8, int32], 3000, 8, 9)
    const plan = groupBy(table, 1, (scan) => {
      const value = reference(scan, 'v')
      const small = comparison('<', value, literal(float64, 40))
      return [
        aggregateCall(countAll, [], { filter: small }),
        aggregateCall(sumOfFloat, [value], { filter: small }),
        aggregateCall(countOf(int32), [reference(scan, 'k1')], { distinct: true }),
        aggregateCall(sumOfFloat, [value], { distinct: true, filter: small }),
        aggregateCall(minOf(float64), [value], { distinct: true }),
      ]
    })
    const wanted = [...groupRows(rows, 1).values()].map((group) => {
      const passing = group.filter((row) => row[2] !== null && Number(row[2]) < 40)
      const values = group.map((row) => row[2]!).filter((value) => value !== null)
      return [
        group[0]![0]!,
        BigInt(passing.length),
        sumOf(passing.map((row) => row[2]!)),
        BigInt(new Set(group.map((row) => row[1]!).filter((value) => value !== null)).size),
        sumOf([...new Set(passing.map((row) => row[2]!))]),
        values.length === 0 ? null : values.reduce((a, b) => (compareScalars(float64, a, b) < 0 ? a : b)),
      ]
    })
    expect(sorted((await runPlan(plan)).rows, 1)).toEqual(sorted(wanted, 1))
  })

  it('orders the rows of an order-sensitive aggregate, with and without DISTINCT', async () => {
    const random = seededRandom(3)
    const keys = randomScalars(int32, 900, random, 4)
    const texts = randomScalars(utf8, 900, random, 30)
    const order = randomScalars(int32, 900, random, 1_000_000, 0.05)
    const table = tableOf(
      { k0: { type: int32, values: keys }, s: { type: utf8, values: texts }, o: { type: int32, values: order } },
      random,
    )
    const plan = groupBy(table, 1, (scan) => {
      const text = reference(scan, 's')
      const key = (expression: Expression, descending: boolean): AggregateCall['orderBy'] => [{ expression, descending, nullsFirst: false }]
      return [
        aggregateCall(joinText, [text], { orderBy: key(reference(scan, 'o'), true) }),
        aggregateCall(joinText, [text], { orderBy: key(text, false), distinct: true }),
      ]
    })
    const compare = (a: Scalar, b: Scalar): number =>
      a === null || b === null ? (a === null ? 1 : 0) - (b === null ? 1 : 0) : compareScalars(int32, b, a)
    const rows = keys.map((key, i) => [key, texts[i]!, order[i]!] as const)
    const wanted = [
      ...groupRows(
        rows.map((row) => [...row]),
        1,
      ).values(),
    ].map((group) => {
      const byOrder = [...group].sort((a, b) => compare(a[2]!, b[2]!))
      const distinct = [...new Set(group.map((row) => row[1]!).filter((text) => text !== null))].sort((a, b) => compareScalars(utf8, a, b))
      return [
        group[0]![0]!,
        byOrder
          .map((row) => row[1]!)
          .filter((text) => text !== null)
          .join(','),
        distinct.join(','),
      ]
    })
    expect(sorted((await runPlan(plan)).rows, 1)).toEqual(sorted(wanted, 1))
  })

  it('splits into a partial and a final phase', async () => {
    const { table, rows } = keyedTable([utf8, int64], 4000, 40, 21)
    const builder = new PlanBuilder()
    const scan = builder.scan(table)
    const keys = [reference(scan, 'k0'), reference(scan, 'k1')]
    const calls = [aggregateCall(countAll, []), aggregateCall(sumOfFloat, [reference(scan, 'v')])]
    for (const memoryLimit of [Number.POSITIVE_INFINITY, 40_000]) {
      const run = testRun({ memoryLimit })
      const input = createPhysicalPlan(scan, { evaluation: run.context.evaluation, casts: run.context.casts })
      const shape = { groupTypes: keys.map((key) => key.type), calls }
      const partialColumns: Column[] = [...shape.groupTypes, ...stateTypes(shape)].map((type, i) => builder.column(`p${i}`, type))
      const partial = new HashAggregateExec(input, { mode: 'partial', groupBy: keys, aggregates: calls, columns: partialColumns })
      const columns = partialColumns.map((column, i) => builder.column(`f${i}`, column.type))
      const final = new HashAggregateExec(partial, {
        mode: 'final',
        groupBy: partialColumns.slice(0, 2).map((column) => columnReference(column)),
        aggregates: calls,
        columns,
      })
      const batches = await collectBatches(final, run.context)
      const wanted = [...groupRows(rows, 2).values()].map((group) => [
        ...group[0]!.slice(0, 2),
        BigInt(group.length),
        sumOf(group.map((row) => row[2]!)),
      ])
      expect(sorted(batches.flatMap(rowsOf), 2)).toEqual(sorted(wanted, 2))
      expect(run.pool.reserved).toBe(0)
      expect(run.leftovers()).toEqual([])
      run.dispose()
    }
  })
})

describe('very many groups', () => {
  function manyGroups(nullShare: number): { table: MemoryTable; wanted: Map<string, [number, number]> } {
    const random = seededRandom(31)
    const rowCount = 330_000
    const keys = Array.from({ length: rowCount }, (_, i): Scalar =>
      i > 150_000 && random() < nullShare ? null : BigInt(Math.floor(random() * 2_000_000)) * 1_000_003n,
    )
    const values = Array.from({ length: rowCount }, (): Scalar => (random() < nullShare ? null : Math.floor(random() * 64)))
    const wanted = new Map<string, [number, number]>()
    for (const [i, key] of keys.entries()) {
      const known = wanted.get(String(key)) ?? [0, 0]
      wanted.set(String(key), [known[0] + 1, known[1] + Number(values[i])])
    }
    return { table: tableOf({ k0: { type: int64, values: keys }, v: { type: float64, values } }, random, 20_000), wanted }
  }

  for (const [name, nullShare, crowded] of [
    ['without NULLs', 0, false],
    ['with NULLs', 0.01, false],
    ['and spill from these', 0, true],
  ] as const) {
    it(`move to partitions, ${name}`, async () => {
      const { table, wanted } = manyGroups(nullShare)
      const plan = groupBy(table, 1, (scan) => [aggregateCall(countAll, []), aggregateCall(sumOfFloat, [reference(scan, 'v')])])
      const pool = new GreedyMemoryPool(52_000_000)
      const other = pool.reserve('AnotherQuery')
      // Somebody else takes all that is left when the partitions are already in use.
      table.beforeBatch = (index) => {
        if (crowded && index === Math.floor(table.batches.length * 0.6)) other.grow(pool.limit - pool.reserved)
      }
      const { batches, metrics } = await runPlan(plan, { batchSize: 16_384, memoryPool: pool })
      let groups = 0
      for (const batch of batches) {
        for (const [key, count, sum] of rowsOf(batch)) {
          const [rows, total] = wanted.get(String(key))!
          if (Number(count) !== rows || Number(sum ?? 0) !== total)
            throw new Error(`${String(key)}: ${String(count)} rows, sum ${String(sum)}, not ${rows} and ${total}`)
          groups++
        }
      }
      expect(groups).toBe(wanted.size)
      expect(metrics.total(METRIC.spillCount) > 0).toBe(crowded)
      expect(metrics.total(METRIC.peakMemory)).toBeGreaterThan(40_000_000)
      expect(pool.reserved).toBe(other.size)
    })
  }
})

describe('aggregation-spill', () => {
  const ROWS = 30_000

  function wideKeys(seed: number, rowCount = ROWS): { table: MemoryTable; rows: Scalar[][] } {
    const random = seededRandom(seed)
    const texts = Array.from({ length: rowCount }, (): Scalar => `group number ${Math.floor(random() * 20_000)} of a text key`)
    const values = Array.from({ length: rowCount }, (): Scalar => Math.floor(random() * 100))
    const table = tableOf({ k0: { type: utf8, values: texts }, v: { type: float64, values } }, random, 2000)
    return { table, rows: texts.map((text, i) => [text, values[i]!]) }
  }

  it('is right when the groups exceed the limit more than ten times, and leaves no file', async () => {
    const { table, rows } = wideKeys(1)
    const plan = groupBy(table, 1, (scan) => [
      aggregateCall(countAll, []),
      aggregateCall(sumOfFloat, [reference(scan, 'v')]),
      aggregateCall(countOf(float64), [reference(scan, 'v')], { distinct: true }),
      aggregateCall(joinText, [reference(scan, 'k0')], {
        orderBy: [{ expression: reference(scan, 'v'), descending: false, nullsFirst: false }],
      }),
    ])
    const wanted = [...groupRows(rows, 1).values()].map((group) => {
      const values = group.map((row) => row[1]!)
      return [
        group[0]![0]!,
        BigInt(group.length),
        sumOf(values),
        BigInt(new Set(values).size),
        group.map((row) => String(row[0])).join(','),
      ]
    })
    const unlimited = await runPlan(plan, { batchSize: 1024 })
    const peak = unlimited.metrics.total(METRIC.peakMemory)
    const { rows: got, metrics } = await runPlan(plan, { batchSize: 1024, memoryLimit: Math.floor(peak / 10) })
    expect(sorted(got, 1)).toEqual(sorted(wanted, 1))
    expect(unlimited.metrics.total(METRIC.spillCount)).toBe(0)
    expect(metrics.total(METRIC.spillCount)).toBeGreaterThan(1)
    expect(metrics.total(METRIC.spilledRows)).toBeGreaterThan(10_000)
    expect(metrics.total(METRIC.spilledBytes)).toBeGreaterThan(100_000)
  })

  it('partitions partitions again when these are too large', async () => {
    const { table, rows } = wideKeys(2, 6000)
    const plan = groupBy(table, 1, () => [aggregateCall(countAll, [])])
    const wanted = [...groupRows(rows, 1).values()].map((group) => [group[0]![0]!, BigInt(group.length)])
    const { rows: got } = await runPlan(plan, { batchSize: 256, memoryLimit: 15_000 })
    expect(sorted(got, 1)).toEqual(sorted(wanted, 1))
  })

  it('counts more distinct values than fit, also without groups', async () => {
    const { table, rows } = wideKeys(3)
    const plan = groupBy(table, 0, (scan) => [
      aggregateCall(countOf(utf8), [reference(scan, 'k0')], { distinct: true }),
      aggregateCall(sumOfFloat, [reference(scan, 'v')]),
      aggregateCall(sumOfFloat, [reference(scan, 'v')], { distinct: true }),
    ])
    const { rows: got, metrics } = await runPlan(plan, { batchSize: 1024, memoryLimit: 200_000 })
    expect(got).toEqual([
      [BigInt(new Set(rows.map((row) => row[0])).size), sumOf(rows.map((row) => row[1]!)), sumOf([...new Set(rows.map((row) => row[1]!))])],
    ])
    expect(metrics.total(METRIC.spillCount)).toBeGreaterThan(0)
  })

  it('removes its files and gives its memory back after an abort, an error and an early stop', async () => {
    for (const ending of ['abort', 'error', 'stop'] as const) {
      const { table } = wideKeys(4)
      const controller = new AbortController()
      const run = testRun({ batchSize: 1024, memoryLimit: 200_000, signal: controller.signal })
      let sawFiles = false
      table.beforeBatch = (index) => {
        if (index < table.batches.length - 2) return
        sawFiles ||= run.leftovers().length > 1
        if (ending === 'abort') controller.abort()
        if (ending === 'error') throw new Error('the disk is gone')
      }
      const plan = groupBy(table, 1, () => [aggregateCall(countAll, [])])
      const stream = new ExecutionStream(
        createPhysicalPlan(plan, { evaluation: run.context.evaluation, casts: run.context.casts }),
        run.context,
      )
      const reading = (async () => {
        for await (const _ of stream) break
      })()
      if (ending === 'abort') await expect(reading).rejects.toMatchObject({ kind: 'cancelled' })
      else if (ending === 'error') await expect(reading).rejects.toThrow('the disk is gone')
      else await reading
      expect(sawFiles).toBe(true)
      expect(run.leftovers()).toEqual([])
      expect(run.pool.reserved).toBe(0)
      expect(table.closed).toBe(table.opened)
      run.dispose()
    }
  })

  it('fails by name when even spilling does not help', async () => {
    const { table } = wideKeys(5)
    const plan = groupBy(table, 1, () => [aggregateCall(countAll, [])])
    await expect(runPlan(plan, { batchSize: 1024, memoryLimit: 100 })).rejects.toMatchObject({ kind: 'resource', code: 'MEMORY_LIMIT' })
    await expect(runPlan(plan, { batchSize: 1024, memoryLimit: 200_000, diskLimit: 10_000 })).rejects.toMatchObject({
      kind: 'resource',
      code: 'SPILL_LIMIT',
    })
  })
})
