import { describe, expect, it } from 'vitest'
import { BindError, UnsupportedError, didYouMean, displayWidth, placeOf, renderError } from './index.js'

describe('renderError', () => {
  it('puts the caret under the place, counting wide characters', () => {
    const text = "SELECT '月' AS m,\n  volage FROM t"
    const start = text.indexOf('volage')
    const error = new BindError({ code: 'COLUMN_NOT_FOUND', message: 'no column "volage"', span: { start, end: start + 6 }, hint: 'Did you mean "voltage"?' })
    expect(renderError(error, text)).toBe(
      'bind error: no column "volage"\nLINE 2:   volage FROM t\n          ^^^^^^\nhint: Did you mean "voltage"?',
    )
    const wide = new BindError({ code: 'X', message: 'x', span: { start: 12, end: 13 } })
    expect(renderError(wide, text).split('\n')[2]).toBe(' '.repeat(8 + 13) + '^')
  })

  it('says once that something is not supported', () => {
    const error = new UnsupportedError({ code: 'NOT_SUPPORTED', message: 'UPDATE is not supported yet' })
    expect(renderError(error)).toBe('error: UPDATE is not supported yet')
  })

  it('survives a span past the end of the text', () => {
    const error = new BindError({ code: 'X', message: 'x', span: { start: 99, end: 120 } })
    expect(renderError(error, 'SELECT')).toBe('bind error: x\nLINE 1: SELECT\n              ^')
  })
})

it('counts places and widths as people do', () => {
  expect(placeOf('a\nbc', 3)).toEqual({ line: 2, column: 2 })
  expect(displayWidth('a月é')).toBe(4)
})

it('suggests only near names', () => {
  expect(didYouMean('panel_volage', ['panel_voltage', 'sensor'])).toBe('Did you mean "panel_voltage"?')
  expect(didYouMean('xyz', ['panel_voltage'])).toBeUndefined()
})
