import { displayWidth } from '@artemis/errors'
import { describe, expect, it } from 'vitest'
import { fitColumns, padTo, printable } from './table-layout.js'

const lineWidth = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width + 3, 1)

describe('fitColumns', () => {
  it('leaves columns as they are when the line has room or no limit', () => {
    expect(fitColumns([5, 100], undefined)).toEqual({ columns: [0, 1], widths: [5, 100] })
    expect(fitColumns([5, 6], 18)).toEqual({ columns: [0, 1], widths: [5, 6] })
  })

  it('cuts one very wide column before it leaves out others', () => {
    expect(fitColumns([10, 300, 10], 80)).toEqual({ columns: [0, 1, 2], widths: [10, 50, 10] })
    expect(fitColumns([10, 70, 10], 97)).toEqual({ columns: [0, 1, 2], widths: [10, 67, 10] })
  })

  it('leaves out the middle, from both sides in turn', () => {
    expect(fitColumns([10, 10, 10, 10, 10, 10], 55)).toEqual({ columns: [0, 1, -1, 5], widths: [10, 10, 1, 10] })
    expect(fitColumns([10, 10, 10], 31)).toEqual({ columns: [0, -1, 2], widths: [10, 1, 10] })
  })

  it('always keeps the first column, cut when even it does not fit', () => {
    expect(fitColumns([40, 40, 40], 30)).toEqual({ columns: [0, -1], widths: [22, 1] })
    expect(fitColumns([40], 30)).toEqual({ columns: [0], widths: [26] })
    expect(fitColumns([40, 40], 3).columns).toEqual([0, -1])
  })

  it('never exceeds the line, whatever the widths', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const random = pseudoRandom(seed)
      const natural = Array.from({ length: 1 + random(12) }, () => 1 + random(random(3) === 0 ? 200 : 25))
      const limit = 10 + random(200)
      const { columns, widths } = fitColumns(natural, limit)
      expect(lineWidth(widths)).toBeLessThanOrEqual(Math.max(limit, 11))
      expect(columns).toHaveLength(widths.length)
      expect(columns[0]).toBe(0)
      const shown = columns.filter((i) => i >= 0)
      expect(shown).toEqual(shown.toSorted((a, b) => a - b))
      expect(shown.length < natural.length).toBe(columns.includes(-1))
    }
  })
})

describe('padTo', () => {
  it('counts what a terminal shows, not code units', () => {
    expect(padTo(6, '月曜', false)).toBe('月曜  ')
    expect(padTo(6, '🚀', true)).toBe('    🚀')
    expect(padTo(3, 'e\u0301', false)).toBe('e\u0301  ')
  })

  it('cuts to the width with an ellipsis, never through a wide character', () => {
    expect(padTo(5, 'telemetry', false)).toBe('tele…')
    expect(padTo(5, '月曜日', false)).toBe('月曜…')
    expect(padTo(4, '月曜日', false)).toBe('月… ')
    expect(displayWidth(padTo(4, '月曜日', true))).toBe(4)
  })
})

it('shows control characters without obeying them', () => {
  expect(printable('a\nb\tc\rd')).toBe(String.raw`a\nb\tc\rd`)
  expect(printable('\u001b[31mred\u0000\u0085')).toBe('�[31mred��')
  expect(printable('plain')).toBe('plain')
})

function pseudoRandom(seed: number): (limit: number) => number {
  let state = seed * 2654435761
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) | 0
    return (state >>> 1) % limit
  }
}
