import { describe, expect, it } from 'vitest'
import { int64, scalarDatum, scalarsOf, timestamp, utf8 } from '@artemis/arrow'
import { context, expectAgreement, oneOf, randomColumns } from '../testing/oracle.js'
import { dates, instants, spans, times, timestamps, ZONES } from '../testing/temporal-sources.js'
import { datePart, epoch, partFunctions } from './date-part.js'

const SOURCES = { dates, times, timestamps, spans, instants }

describe('parts agree with DuckDB', () => {
  for (const fn of [...partFunctions, epoch]) {
    it(fn.name, async () => {
      for (const [name, source] of Object.entries(SOURCES)) {
        const [column] = randomColumns(11, 120, [source])
        if (fn.resolve([column!.type], [undefined]) === undefined) continue
        // DuckDB lists these for all types, but computes them for instants only; we give 0.
        if (fn.name.startsWith('timezone_') && name !== 'instants') continue
        for (const timeZone of name === 'instants' ? ZONES : ['UTC'])
          await expectAgreement(fn, [column!], { timeZone, tolerance: fn.name === 'julian' || fn.name === 'epoch' ? 1e-15 : 0 })
      }
    })
  }

  it('by name, also when the name varies', async () => {
    const names = { type: utf8, value: oneOf(['year', 'MONTH', 'doy', 'hour', 'minutes', 'us', 'isodow']) }
    await expectAgreement(datePart, randomColumns(12, 100, [names, timestamps]))
    await expectAgreement(datePart, randomColumns(13, 100, [names, instants]), { timeZone: 'America/New_York' })
  })
})

describe('date_part', () => {
  const at = (name: string) => {
    const fn = datePart.resolve([utf8, timestamp('us')], [name, undefined])!
    return scalarsOf(fn.evaluate([scalarDatum(utf8, name), scalarDatum(timestamp('us'), 1_709_634_601_500_000n)], 1, context()))[0]
  }

  it('knows parts by many names', () => {
    expect(at('Year')).toBe(2024n)
    expect(at('mins')).toBe(30n)
    expect(at('epoch')).toBe(1_709_634_601.5)
  })

  it('names a part that it does not know', () => {
    expect(() => at('yeer')).toThrow(/"yeer" is no part/)
    expect(datePart.resolve([utf8, int64], ['year', undefined])).toBeUndefined()
  })
})
