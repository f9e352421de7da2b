import { BindError, SyntaxError, UnsupportedError, renderError } from '@artemis/errors'
import { describe, expect, it } from 'vitest'
import { readRenderedError } from './rendered-error.js'

describe('readRenderedError', () => {
  it.each([
    ['plain', 'SELECT volage FROM t', 'volage'],
    ['in a later line, after tabs', 'SELECT 1,\n\t\tvolage\nFROM t', 'volage'],
    ['after wide characters', "SELECT '月曜', é, volage FROM t", 'volage'],
    ['of wide characters', 'SELECT 月曜 FROM t', '月曜'],
    ['in a long line', `SELECT ${'x + '.repeat(300)}volage${' + y'.repeat(300)} FROM t`, 'volage'],
    ['at the end', 'SELECT 1 +', ''],
  ])('finds the place again: %s', (_, sql, name) => {
    const start = name === '' ? sql.length : sql.indexOf(name)
    const span = { start, end: start + name.length }
    const error = new BindError({ code: 'X', message: 'there is no such column', span, hint: 'Did you mean "voltage"?' })
    const read = readRenderedError(renderError(error, sql), sql)
    expect(read).toMatchObject({ kind: 'bind', message: 'there is no such column', hint: 'Did you mean "voltage"?' })
    expect(read.span?.start).toBe(start)
    expect(renderError(new BindError({ code: 'X', ...read }), sql)).toBe(renderError(error, sql))
  })

  it('reads an error without place and hint, of one line or more', () => {
    expect(readRenderedError(renderError(new SyntaxError({ code: 'X', message: 'two\nlines' })), undefined)).toEqual({
      kind: 'syntax',
      message: 'two\nlines',
      span: undefined,
      hint: undefined,
    })
    const unsupported = renderError(new UnsupportedError({ code: 'X', message: 'UPDATE is not supported yet' }))
    expect(readRenderedError(unsupported, undefined)).toMatchObject({ kind: undefined, message: 'UPDATE is not supported yet' })
  })

  it.each(['', 'no label at all', 'strange error: x', 'LINE 1: x\n^', 'bind: error', 'hint: only a hint'])('takes %j as it is', (text) => {
    expect(readRenderedError(text, 'SELECT 1')).toEqual({ kind: undefined, message: text, span: undefined, hint: undefined })
  })

  it('invents no place in another statement', () => {
    const text = renderError(new BindError({ code: 'X', message: 'x', span: { start: 7, end: 8 } }), 'SELECT a')
    expect(readRenderedError(text, 'VALUES (1)').span).toBeUndefined()
    expect(readRenderedError(text, undefined).span).toBeUndefined()
  })
})
