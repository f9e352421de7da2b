import { describe, it } from 'vitest'
import { decimal, float32, float64, int16, int32, int64, int8 } from '@artemis/arrow'
import type { ColumnSource } from '../testing/oracle.js'
import { expectAgreement, oneOf, randomColumns } from '../testing/oracle.js'
import * as elementary from './elementary.js'
import { ceil, floor, round, roundEven, trunc } from './rounding.js'
import { factorial, gamma, gcd, lcm, lgamma } from './whole-numbers.js'

/** Libraries differ in the last bits of transcendental functions. */
const tolerance = 1e-13

const moderate: ColumnSource = {
  type: float64,
  value: (random) => (random() < 0.15 ? oneOf([0, -0, 1, -1, Infinity, -Infinity, NaN, 0.5, -0.5])(random) : (random() - 0.5) * 20),
}
const unit: ColumnSource = { type: float64, value: (random) => (random() < 0.15 ? oneOf([0, 1, -1, 1.5, -1.5])(random) : random() * 2 - 1) }

describe('elementary functions', () => {
  const { floatTests, log, nextafter, pi: _, atan2, ...single } = elementary

  for (const fn of Object.values(single)) {
    it(`${fn.name} agrees with DuckDB`, async () => {
      for (const source of [moderate, unit, float64]) {
        await expectAgreement(fn, randomColumns(3, 200, [source]), {
          tolerance,
          // Large angles lose digits in different ways.
          // DuckDB gives inf for atanh(-1), where the limit is -inf.
          except: ([x], ours, theirs) =>
            Math.abs(x as number) > 1e10 || (fn.name === 'atanh' && x === -1) || Math.abs(Number(ours) - Number(theirs)) < 1e-14,
        })
      }
    })
  }

  it('of two arguments agree with DuckDB', async () => {
    await expectAgreement(log, randomColumns(4, 300, [moderate, moderate]), { tolerance })
    await expectAgreement(log, randomColumns(4, 300, [moderate]), { tolerance })
    await expectAgreement(atan2, randomColumns(5, 300, [float64, float64]), { tolerance })
    await expectAgreement(nextafter, randomColumns(6, 300, [float64, float64]))
    await expectAgreement(nextafter, randomColumns(6, 300, [float32, float32]))
    for (const fn of floatTests) for (const type of [float64, float32]) await expectAgreement(fn, randomColumns(7, 100, [type]))
  })
})

describe('rounding', () => {
  const digits: ColumnSource = { type: int32, value: oneOf([0, 1, 2, 3, 5, -1, -2, -5]) }
  const halves: ColumnSource = {
    type: float64,
    value: (random) => Math.floor((random() - 0.5) * 2000) / oneOf([2, 4, 10, 100, 1000])(random),
  }

  it('agrees with DuckDB on floats', async () => {
    for (const fn of [round, trunc, ceil, floor]) {
      await expectAgreement(fn, randomColumns(1, 300, [halves]))
      await expectAgreement(fn, randomColumns(1, 200, [float64]))
      await expectAgreement(fn, randomColumns(1, 200, [float32]))
    }
    for (const fn of [round, trunc]) await expectAgreement(fn, randomColumns(2, 400, [halves, digits]))
    await expectAgreement(round, randomColumns(2, 400, [float64, digits]), { tolerance: 1e-15 })
    await expectAgreement(roundEven, randomColumns(3, 300, [halves, { type: int32, value: () => 0 }]))
  })

  it('agrees with DuckDB on decimals', async () => {
    for (const type of [decimal(9, 2), decimal(18, 6), decimal(38, 10)]) {
      for (const fn of [round, trunc, ceil, floor]) await expectAgreement(fn, randomColumns(1, 200, [type]))
      for (const count of [0, 1, 2, 4, -1, -3]) {
        for (const fn of [round, trunc]) {
          const fixed = { ...fn, resolve: (types: Parameters<typeof fn.resolve>[0]) => fn.resolve([types[0]!, int32], [undefined, count]) }
          const columns = randomColumns(2, 150, [type])
          await expectAgreement(fixed, [columns[0]!, { type: int32, values: columns[0]!.values.map(() => count) }], {
            sql: `${fn.name}(a, ${count})`,
          })
        }
      }
    }
  })

  it('agrees with DuckDB on integers', async () => {
    for (const type of [int8, int16, int32, int64]) {
      for (const fn of [round, trunc]) {
        await expectAgreement(fn, randomColumns(1, 300, [type, digits]), {
          // DuckDB lets the rounded value wrap around.
          except: ([x], ours) => ours === '<error>' || Math.abs(Number(x)) > 9e18,
        })
      }
      await expectAgreement(ceil, randomColumns(1, 100, [type]))
    }
  })
})

describe('whole numbers', () => {
  it('agree with DuckDB', async () => {
    await expectAgreement(factorial, randomColumns(1, 200, [{ type: int32, value: (random) => Math.floor(random() * 40) - 3 }]))
    await expectAgreement(gcd, randomColumns(2, 300, [int64, int64]), { except: (_, ours) => ours === '<error>' })
    await expectAgreement(lcm, randomColumns(2, 300, [int64, int64]))
    const positive: ColumnSource = { type: float64, value: (random) => random() * 30 - 3 }
    await expectAgreement(gamma, randomColumns(3, 300, [positive]), { tolerance: 1e-12 })
    await expectAgreement(lgamma, randomColumns(3, 300, [positive]), { tolerance: 1e-11 })
  })
})
