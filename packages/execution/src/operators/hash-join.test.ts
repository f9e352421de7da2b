import type { DataType, Scalar } from '@artemis/arrow'
import { bool, float64, int32, int64, scalarEquals, utf8 } from '@artemis/arrow'
import type { Column, EquiCondition, Expression, JoinPlan, JoinType, LogicalPlan } from '@artemis/plan'
import { columnReference, comparison } from '@artemis/plan'
import { describe, expect, it } from 'vitest'
import { KEY_TYPES, randomScalars, rowText, seededRandom } from '../testing/random.js'
import type { MemoryTable } from '../testing/tables.js'
import { PlanBuilder, reference, runPlan, tableOf } from '../testing/tables.js'

interface Side {
  readonly table: MemoryTable
  readonly rows: readonly Scalar[][]
}

/** Key columns `k0`, `k1`, … and an int32 column `v`. */
function side(types: readonly DataType[], rowCount: number, distinct: number, seed: number, nullShare = 0.1): Side {
  const random = seededRandom(seed)
  const keys = types.map((type) => randomScalars(type, rowCount, random, distinct, nullShare))
  const values = randomScalars(int32, rowCount, random, 20, 0.1)
  const columns = Object.fromEntries([...types.map((type, k) => [`k${k}`, { type, values: keys[k]! }]), ['v', { type: int32, values }]])
  return {
    table: tableOf(columns as Parameters<typeof tableOf>[0], random, 90),
    rows: values.map((value, i) => [...keys.map((key) => key[i]!), value]),
  }
}

interface JoinCase {
  readonly joinType: JoinType
  readonly types: readonly DataType[]
  readonly nullEqualsNull?: boolean
  /** `left.v < right.v` */
  readonly residual?: boolean
  readonly nullAware?: boolean
}

function joinPlan(left: Side, right: Side, options: JoinCase): LogicalPlan {
  const builder = new PlanBuilder()
  const leftScan = builder.scan(left.table, 'l')
  const rightScan = builder.scan(right.table, 'r')
  const on = options.types.map((_, k): EquiCondition => ({
    left: reference(leftScan, `k${k}`),
    right: reference(rightScan, `k${k}`),
    nullEqualsNull: options.nullEqualsNull ?? false,
  }))
  const residual: Expression | null =
    options.residual === true ? comparison('<', reference(leftScan, 'v'), reference(rightScan, 'v')) : null
  const { joinType } = options
  const mark: Column = builder.column('mark', bool)
  const columns =
    joinType === 'semi' || joinType === 'anti'
      ? leftScan.columns
      : joinType === 'mark'
        ? [...leftScan.columns, mark]
        : [...leftScan.columns, ...rightScan.columns]
  return {
    kind: 'join',
    joinType,
    left: leftScan,
    right: rightScan,
    on,
    residual,
    nullAware: options.nullAware ?? false,
    columns,
  } satisfies JoinPlan
}

/** AND of three-valued truths. */
function both(truths: readonly (boolean | null)[]): boolean | null {
  return truths.includes(false) ? false : truths.includes(null) ? null : true
}

function nestedLoops(left: Side, right: Side, options: JoinCase): Scalar[][] {
  const keyCount = options.types.length
  const nulls = (row: readonly Scalar[]): Scalar[] => row.map(() => null)
  const equal = (l: readonly Scalar[], r: readonly Scalar[]): boolean | null =>
    both(
      options.types.map((type, k) => {
        if (options.nullEqualsNull === true) return scalarEquals(type, l[k]!, r[k]!)
        return l[k] === null || r[k] === null ? null : scalarEquals(type, l[k]!, r[k]!)
      }),
    )
  const passes = (l: readonly Scalar[], r: readonly Scalar[]): boolean => {
    if (options.residual !== true) return true
    const a = l[keyCount]
    const b = r[keyCount]
    return a !== null && b !== null && Number(a) < Number(b)
  }
  const out: Scalar[][] = []
  const used = new Set<readonly Scalar[]>()
  const emptyRight = nulls([...options.types.map(() => null), null])
  for (const l of left.rows) {
    const candidates = right.rows.filter((r) => passes(l, r))
    const matches = candidates.filter((r) => equal(l, r) === true)
    for (const match of matches) used.add(match)
    const truth = matches.length > 0 ? true : options.nullAware === true && candidates.some((r) => equal(l, r) === null) ? null : false
    switch (options.joinType) {
      case 'semi':
        if (truth === true) out.push(l)
        break
      case 'anti':
        if (truth === false) out.push(l)
        break
      case 'mark':
        out.push([...l, truth])
        break
      default:
        for (const match of matches) out.push([...l, ...match])
        if (matches.length === 0 && options.joinType !== 'inner' && options.joinType !== 'right') out.push([...l, ...emptyRight])
    }
  }
  if (options.joinType === 'right' || options.joinType === 'full') {
    for (const r of right.rows) if (!used.has(r)) out.push([...emptyRight, ...r])
  }
  return out
}

async function check(left: Side, right: Side, options: JoinCase): Promise<void> {
  const { rows } = await runPlan(joinPlan(left, right, options), { batchSize: 64 })
  expect(rows.map(rowText).sort()).toEqual(nestedLoops(left, right, options).map(rowText).sort())
}

const TYPES: readonly JoinType[] = ['inner', 'left', 'right', 'full', 'semi', 'anti', 'mark']

describe('HashJoinExec against nested loops', () => {
  for (const joinType of TYPES) {
    for (const residual of [false, true]) {
      it(`${joinType}${residual ? ' with a residual' : ''}, many keys and few, larger left or right`, async () => {
        for (const [leftRows, rightRows, distinct] of [
          [150, 90, 12],
          [60, 200, 300],
          [80, 80, 2],
          [0, 30, 5],
          [30, 0, 5],
        ] as const) {
          for (const nullEqualsNull of [false, true]) {
            await check(side([int64], leftRows, distinct, 1), side([int64], rightRows, distinct, 2), {
              joinType,
              types: [int64],
              residual,
              nullEqualsNull,
            })
          }
          await check(side([utf8, int32], leftRows, distinct, 3), side([utf8, int32], rightRows, distinct, 4), {
            joinType,
            types: [utf8, int32],
            residual,
          })
          await check(side([], leftRows, 1, 5), side([], Math.min(rightRows, 40), 1, 6), { joinType, types: [], residual })
        }
      })
    }
  }

  for (const type of KEY_TYPES) {
    it(`inner and full on ${type.kind}`, async () => {
      for (const joinType of ['inner', 'full'] as const)
        await check(side([type], 120, 30, 7), side([type], 100, 30, 8), { joinType, types: [type] })
    })
  }

  it('keys that are unique on the build side', async () => {
    const values = (count: number, step: number): { type: DataType; values: Scalar[] } => ({
      type: int32,
      values: Array.from({ length: count }, (_, i) => i * step),
    })
    const random = seededRandom(1)
    const left: Side = {
      table: tableOf({ k0: values(300, 1), v: values(300, 1) }, random),
      rows: Array.from({ length: 300 }, (_, i) => [i, i]),
    }
    const right: Side = {
      table: tableOf({ k0: values(100, 2), v: values(100, 3) }, random),
      rows: Array.from({ length: 100 }, (_, i) => [2 * i, 3 * i]),
    }
    for (const joinType of [...TYPES, 'single'] as const)
      for (const residual of [false, true]) await check(left, right, { joinType, types: [int32], residual })
  })
})

it('keys that fill a range, in any order, across the sign and the word', async () => {
  const random = seededRandom(2)
  for (const [type, start] of [
    [int32, -70],
    [int64, -70],
    [int64, 2 ** 32 - 60],
    [int64, -(2 ** 32) - 60],
  ] as const) {
    const value = (n: number): Scalar => (type.kind === 'int64' ? BigInt(n) : n)
    const shuffled = Array.from({ length: 150 }, (_, i) => start + ((i * 67) % 150))
    const probes = Array.from({ length: 400 }, () => (random() < 0.1 ? null : value(start - 30 + Math.floor(random() * 220))))
    const extremes: Scalar[] =
      type.kind === 'int64'
        ? [-(2n ** 63n), 2n ** 63n - 1n, BigInt(start) + 2n ** 32n, BigInt(start) - 2n ** 32n]
        : [-(2 ** 31), 2 ** 31 - 1]
    const sideOf = (keys: readonly Scalar[]): Side => {
      const values = keys.map((_, i): Scalar => i % 23)
      return {
        table: tableOf({ k0: { type, values: keys }, v: { type: int32, values } }, random),
        rows: keys.map((key, i) => [key, values[i]!]),
      }
    }
    for (const joinType of TYPES)
      await check(sideOf([...probes, ...extremes]), sideOf(shuffled.map(value)), { joinType, types: [type], residual: joinType === 'left' })
  }
})

describe('NOT IN and IN', () => {
  for (const joinType of ['anti', 'mark'] as const) {
    it(`${joinType} joins tell unknown from false`, async () => {
      for (const nullShare of [0, 0.2]) {
        for (const rightRows of [0, 1, 40]) {
          for (const residual of [false, true]) {
            for (const types of [[int32], [int32, utf8]]) {
              await check(side(types, 60, 6, 11), side(types, rightRows, 6, 12, nullShare), { joinType, types, nullAware: true, residual })
            }
          }
        }
      }
    })
  }
})

describe('a subquery as a value', () => {
  it('gives the one match or NULL, and fails at two', async () => {
    const random = seededRandom(4)
    const left = side([int32], 100, 30, 13)
    const keys = Array.from({ length: 20 }, (_, i): Scalar => i - 10)
    const once: Side = {
      table: tableOf({ k0: { type: int32, values: keys }, v: { type: int32, values: keys } }, random),
      rows: keys.map((key) => [key, key]),
    }
    await check(left, once, { joinType: 'single', types: [int32] })
    const twice: Side = { table: tableOf({ k0: { type: int32, values: [1, 1] }, v: { type: int32, values: [1, 2] } }, random), rows: [] }
    await expect(runPlan(joinPlan(left, twice, { joinType: 'single', types: [int32] }))).rejects.toMatchObject({
      code: 'SUBQUERY_MORE_THAN_ONE_ROW',
    })
  })
})

it('does not read the probe side when the build side is empty', async () => {
  const left = side([int32], 50, 5, 14)
  await runPlan(joinPlan(left, side([int32], 0, 5, 15), { joinType: 'semi', types: [int32] }))
  expect(left.table.pulled).toBe(0)
})

it('builds the smaller side of an inner join and keeps the order of the columns', async () => {
  const builder = new PlanBuilder()
  const small = builder.scan(side([int32], 10, 5, 16).table, 'small')
  const large = builder.scan(side([int32], 500, 5, 17).table, 'large')
  const on = [{ left: reference(small, 'k0'), right: reference(large, 'k0'), nullEqualsNull: false }]
  const plan: JoinPlan = {
    kind: 'join',
    joinType: 'inner',
    left: small,
    right: large,
    on,
    residual: null,
    nullAware: false,
    columns: [...small.columns, ...large.columns],
  }
  const { batches } = await runPlan(plan)
  expect(batches[0]!.schema.fields.map((f) => f.name)).toEqual(['k0', 'v', 'k0', 'v'])
  const again = await runPlan({
    kind: 'project',
    input: plan,
    expressions: plan.columns.map((column) => columnReference(column)),
    columns: plan.columns,
  })
  expect(again.rows).toEqual((await runPlan(plan)).rows)
})

it('fails with the names of the consumers when the build side does not fit', async () => {
  const random = seededRandom(18)
  const values = randomScalars(float64, 5000, random, 5000)
  const table = tableOf({ k0: { type: float64, values }, v: { type: float64, values } }, random)
  const plan = joinPlan({ table, rows: [] }, { table, rows: [] }, { joinType: 'semi', types: [float64] })
  await expect(runPlan(plan, { memoryLimit: 50_000 })).rejects.toThrow(/HashJoinExec needs .* most is held by HashJoinExec/)
})
