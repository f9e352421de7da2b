import { describe, expect, it } from 'vitest'
import {
  binary,
  bool,
  date32,
  decimal,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  interval,
  list as listOf,
  primitiveVector,
  scalarAt,
  time64,
  timestamp,
  timestamptz,
  uint16,
  uint32,
  uint64,
  uint8,
  utf8,
  uuid,
} from '@artemis/arrow'
import type { DataType } from '@artemis/arrow'
import { expectAggregateAgreement, expectAggregateFunctionAgreement } from '../testing/aggregate-oracle.js'
import type { ColumnSource } from '../testing/oracle.js'
import { context, intervals, oneOf, randomColumns } from '../testing/oracle.js'
import { bitFunctions } from './bits.js'
import { bivariateFunctions } from './bivariate.js'
import { anyValue, boolAnd, boolOr, first, last, list, maxBy, minBy, stringAgg } from './chosen.js'
import { count, countIf } from './count.js'
import { max, min } from './extreme.js'
import { kahanMean, kahanSum, product } from './float-folds.js'
import { approximateDistinct, entropy, mode } from './frequencies.js'
import { median, medianDeviation, quantileContinuous, quantileDiscrete } from './quantiles.js'
import { shapeFunctions } from './shape.js'
import { avg, sum } from './sum.js'
import { varianceFunctions } from './variance.js'

const INTEGERS = [int8, int16, int32, uint8, uint16, uint32]
const words: ColumnSource = { type: utf8, value: oneOf(['', 'a', 'ab', 'b', 'é', '😀', 'Z', 'customer_0001', 'customer_0002', "it's"]) }
const moments: ColumnSource = { type: timestamp(), value: (random) => BigInt(Math.floor((random() - 0.4) * 4e15)) }
const floats: ColumnSource = { type: float64, value: (random) => (random() - 0.5) * 1000 }
const large: ColumnSource = { type: int64, value: (random) => BigInt(Math.floor((random() - 0.5) * 2 ** 52)) * 2047n }

describe('count', () => {
  it('agrees with DuckDB', async () => {
    for (const source of [int32, words, bool, listOf(int32)]) await expectAggregateAgreement(count, randomColumns(1, 500, [source]))
    await expectAggregateAgreement(countIf, randomColumns(1, 500, [bool]), {
      type: 'HUGEINT',
      // DuckDB sums, so no rows give NULL; to us it is a count.
      except: (ours, theirs) => ours === '0' && theirs === 'NULL',
    })
  })
})

describe('sum and avg', () => {
  it('agree with DuckDB, whose sums of small integers are wider', async () => {
    for (const type of INTEGERS) {
      await expectAggregateAgreement(sum, randomColumns(2, 500, [type]), { type: 'HUGEINT' })
      await expectAggregateAgreement(avg, randomColumns(2, 500, [type]), { tolerance: 1e-15 })
    }
    await expectAggregateAgreement(sum, randomColumns(2, 500, [bool]), { type: 'HUGEINT' })
    for (const source of [int64, large]) {
      await expectAggregateAgreement(sum, randomColumns(3, 500, [source]))
      await expectAggregateAgreement(avg, randomColumns(3, 500, [source]), { tolerance: 1e-14 })
    }
    await expectAggregateAgreement(sum, randomColumns(3, 500, [uint64]), { type: 'HUGEINT' })
    for (const type of [decimal(9, 2), decimal(18, 6), decimal(28, 10)]) {
      await expectAggregateAgreement(sum, randomColumns(4, 500, [type]))
      await expectAggregateAgreement(avg, randomColumns(4, 500, [type]), { tolerance: 1e-14, type: 'DOUBLE' })
    }
    await expectAggregateAgreement(sum, randomColumns(5, 500, [floats]), { tolerance: 1e-12 })
    await expectAggregateAgreement(avg, randomColumns(5, 500, [floats]), { tolerance: 1e-12 })
    await expectAggregateAgreement(sum, randomColumns(5, 200, [float32]), { tolerance: 1e-12 })
  })
})

describe('min and max', () => {
  const types: readonly ColumnSource[] = [
    ...INTEGERS,
    int64,
    uint64,
    float32,
    float64,
    bool,
    decimal(9, 2),
    decimal(38, 10),
    words,
    binary,
    date32,
    time64,
    moments,
    { ...moments, type: timestamptz() },
    uuid,
    intervals,
    listOf(int32),
  ]

  for (const source of types) {
    it(`agree with DuckDB over ${JSON.stringify('kind' in source ? source : source.type)}`, async () => {
      for (const fn of [min, max]) {
        // Of values that are equal but written differently, such as 30 days and 1 month, or -0 and 0, either may be kept.
        const loose = [interval.kind, 'float32', 'float64'].includes(('kind' in source ? source : source.type).kind)
        await expectAggregateAgreement(
          fn,
          randomColumns(6, 400, [source]),
          loose ? { except: (ours, theirs) => equalsLoosely(ours, theirs) } : {},
        )
      }
    })
  }
})

/** Zeros of either sign; interval texts whose parts add up to the same length. */
function equalsLoosely(ours: string, theirs: string): boolean {
  const length = (text: string): number => {
    let total = 0
    for (const [, amount, unit] of text.matchAll(/(-?\d+) (year|month|day)/g))
      total += Number(amount) * { year: 360, month: 30, day: 1 }[unit as 'year']
    const clock = /(-?)(\d+):(\d+):([\d.]+)$/.exec(text)
    return clock === null
      ? total
      : total + ((clock[1] === '-' ? -1 : 1) * (Number(clock[2]) * 3600 + Number(clock[3]) * 60 + Number(clock[4]))) / 86_400
  }
  return (Number(ours) === 0 && Number(theirs) === 0) || (/day|month|year|:/.test(ours) && Math.abs(length(ours) - length(theirs)) < 1e-9)
}

describe('chosen values', () => {
  const types: readonly DataType[] = [int32, int64, float64, decimal(9, 2), date32, bool]

  it('agree with DuckDB', async () => {
    for (const source of [...types, words]) {
      await expectAggregateAgreement(anyValue, randomColumns(7, 400, [source]), { sql: 'any_value(a ORDER BY row)' })
      await expectAggregateAgreement(first, randomColumns(7, 400, [source]), { sql: 'first(a ORDER BY row)' })
      await expectAggregateAgreement(last, randomColumns(7, 400, [source]), { sql: 'last(a ORDER BY row)' })
      await expectAggregateAgreement(list, randomColumns(7, 300, [source]), { sql: 'list(a ORDER BY row)' })
      for (const fn of [minBy, maxBy]) await expectAggregateAgreement(fn, randomColumns(8, 300, [source, large]))
    }
    for (const fn of [minBy, maxBy]) await expectAggregateAgreement(fn, randomColumns(9, 300, [words, floats]))
    for (const fn of [boolAnd, boolOr]) await expectAggregateAgreement(fn, randomColumns(10, 60, [bool]))
  })

  it('joins texts as DuckDB does', async () => {
    const columns = randomColumns(11, 300, [words])
    await expectAggregateAgreement(stringAgg, columns, { sql: "string_agg(a, ',' ORDER BY row)" })
    const withSeparator = stringAgg.resolve([utf8, utf8], [undefined, ' | '])!
    await expectAggregateFunctionAgreement(withSeparator, [columns[0]!, { type: utf8, values: columns[0]!.values.map(() => ' | ') }], {
      sql: "string_agg(a, ' | ' ORDER BY row)",
    })
  })
})

describe('variance and deviation', () => {
  it('agree with DuckDB', async () => {
    for (const fn of varianceFunctions) {
      await expectAggregateAgreement(fn, randomColumns(12, 400, [floats]), { tolerance: 1e-10 })
      await expectAggregateAgreement(fn, randomColumns(13, 12, [floats]), { tolerance: 1e-10 })
    }
  })
})

describe('bits', () => {
  it('agree with DuckDB', async () => {
    for (const fn of bitFunctions)
      for (const type of [...INTEGERS, int64, uint64]) await expectAggregateAgreement(fn, randomColumns(14, 60, [type]))
  })
})

describe('statistics of pairs and shapes', () => {
  const few: ColumnSource = { type: float64, value: oneOf([1, 1, 2]) }

  it('agree with DuckDB', async () => {
    for (const fn of bivariateFunctions) {
      // As for count_if, a count of no rows is 0 to us.
      const noRows = { except: (ours: string) => fn.name === 'regr_count' && ours === '0' }
      await expectAggregateAgreement(fn, randomColumns(15, 300, [floats, floats]), { tolerance: 1e-9, ...noRows })
      await expectAggregateAgreement(fn, randomColumns(16, 10, [floats, floats]), { tolerance: 1e-9, ...noRows })
      // Where one side does not vary, DuckDB's results hang on rounding errors.
      await expectAggregateAgreement(fn, randomColumns(17, 12, [few, floats]), {
        tolerance: 1e-9,
        except: (ours, theirs) => /nan|inf|NULL/.test(ours + theirs),
      })
    }
    for (const fn of shapeFunctions) {
      await expectAggregateAgreement(fn, randomColumns(18, 300, [floats]), { tolerance: 1e-6 })
      await expectAggregateAgreement(fn, randomColumns(19, 16, [few]), {
        tolerance: 1e-6,
        except: (ours, theirs) => /nan|NULL/.test(ours + theirs),
      })
    }
  })
})

describe('folds of doubles', () => {
  it('agree with DuckDB', async () => {
    const near: ColumnSource = { type: float64, value: (random) => 0.9 + random() * 0.2 }
    await expectAggregateAgreement(product, randomColumns(20, 300, [near]), { tolerance: 1e-12 })
    await expectAggregateAgreement(kahanSum, randomColumns(21, 400, [floats]), { tolerance: 1e-14 })
    await expectAggregateAgreement(kahanMean, randomColumns(21, 400, [floats]), { tolerance: 1e-14 })
  })
})

/** DuckDB interpolates moments in doubles, which misses a microsecond now and then. */
function nextMicrosecond(ours: string, theirs: string): boolean {
  const microseconds = (text: string): number =>
    Date.parse(`${text.slice(0, 19)}Z`) * 1000 + Number((text.split('.')[1] ?? '0').padEnd(6, '0'))
  return Math.abs(microseconds(ours) - microseconds(theirs)) <= 1
}

describe('quantiles and frequencies', () => {
  const small: ColumnSource = { type: int32, value: (random) => Math.floor(random() * 6) }

  it('agree with DuckDB', async () => {
    const days: ColumnSource = { type: date32, value: (random) => Math.floor(random() * 20_000) }
    for (const source of [int32, large, floats, decimal(9, 2), words, days, moments])
      await expectAggregateAgreement(median, randomColumns(22, 300, [source]), { tolerance: 1e-12, except: nextMicrosecond })
    for (const source of [small, floats, decimal(9, 2)])
      await expectAggregateAgreement(medianDeviation, randomColumns(23, 300, [source]), { tolerance: 1e-9 })
    for (const source of [small, words, bool]) {
      await expectAggregateAgreement(mode, randomColumns(24, 300, [source]), { sql: 'mode(a ORDER BY row)' })
      await expectAggregateAgreement(entropy, randomColumns(24, 300, [source]), {
        tolerance: 1e-12,
        except: (ours, theirs) => ours === 'NULL' && theirs === '0.0',
      })
    }
    for (const quantile of [0, 0.1, 0.25, 0.5, 0.9, 1, -0.25]) {
      for (const [definition, sources] of [
        [quantileContinuous, [int32, floats, decimal(9, 2), moments]],
        [quantileDiscrete, [int32, floats, decimal(9, 2), moments, words]],
      ] as const) {
        for (const source of sources) {
          const columns = randomColumns(25, 200, [source])
          const fn = definition.resolve([columns[0]!.type, float64], [undefined, quantile])!
          const fractions = { type: float64, values: columns[0]!.values.map(() => quantile) }
          await expectAggregateFunctionAgreement(fn, [columns[0]!, fractions], {
            sql: `${definition.name}(a, ${quantile})`,
            tolerance: 1e-12,
            except: nextMicrosecond,
          })
        }
      }
    }
    const columns = randomColumns(26, 200, [floats])
    const fn = quantileContinuous.resolve([float64, listOf(float64)], [undefined, [0.25, 0.75]])!
    await expectAggregateFunctionAgreement({ ...fn, argumentTypes: [float64] }, columns, { sql: 'quantile_cont(a, [0.25, 0.75])' })
  })

  it('counts distinct values to a few percent', () => {
    const fn = approximateDistinct.resolve([int64], [undefined])!
    for (const count of [1, 100, 5000, 200_000]) {
      const accumulator = fn.createAccumulator(context())
      const values = BigInt64Array.from({ length: count }, (_, i) => BigInt(i) * 7919n)
      accumulator.update([primitiveVector(int64, values)], new Int32Array(count), 1, null)
      const estimated = Number(scalarAt(accumulator.finish(0, 1), 0))
      expect(Math.abs(estimated - count) / count).toBeLessThan(0.06)
    }
  })
})
