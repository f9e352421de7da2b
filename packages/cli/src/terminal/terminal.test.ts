import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CapturedStream } from '../testing/captured-streams.js'
import { colorError, usesColor } from './color.js'
import { formatCount, formatElapsed, formatSize } from './numbers.js'
import { progressLine, progressOn } from './progress.js'

describe('colours', () => {
  const terminal = new CapturedStream(true)
  const pipe = new CapturedStream(false)

  it('are for terminals, unless the user says otherwise', () => {
    expect(usesColor('auto', terminal, {})).toBe(true)
    expect(usesColor('auto', pipe, {})).toBe(false)
    expect(usesColor('auto', terminal, { NO_COLOR: '1' })).toBe(false)
    expect(usesColor('auto', terminal, { NO_COLOR: '' })).toBe(true)
    expect(usesColor('auto', terminal, { TERM: 'dumb' })).toBe(false)
    expect(usesColor('always', pipe, { NO_COLOR: '1' })).toBe(true)
    expect(usesColor('never', terminal, {})).toBe(false)
  })

  it('paint the label and the carets red and the hint grey, and change no text', () => {
    const plain = 'bind error: no column "a: b"\nLINE 1: SELECT a\n               ^\nhint: Did you mean "b"?'
    const painted = colorError(plain)
    expect(painted).toContain('\u001b[1;31mbind error:\u001b[0m no column')
    expect(painted).toContain('\u001b[31m               ^\u001b[0m')
    expect(painted).toContain('\u001b[90mhint: Did you mean "b"?\u001b[0m')
    // oxlint-disable-next-line no-control-regex -- escape sequences are what is taken away
    expect(painted.replaceAll(/\u001b\[[\d;]*m/g, '')).toBe(plain)
    expect(colorError('the query was cancelled')).toBe('the query was cancelled')
  })
})

describe('progress', () => {
  const metrics = { planningMs: 1, executionMs: 1, outputRows: 0, spillCount: 0, spilledBytes: 0, spilledRows: 0, counters: {} }
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  it('says nothing of a short query', () => {
    const stream = new CapturedStream(true)
    const end = progressOn(stream)(() => metrics)
    vi.advanceTimersByTime(900)
    end()
    vi.advanceTimersByTime(5000)
    expect(stream.text).toBe('')
  })

  it('tells of a long one in a line that fits, and erases it', () => {
    const stream = new CapturedStream(true, 20)
    const end = progressOn(stream)(() => ({ ...metrics, counters: { bytes_scanned: 24_300_580 } }))
    vi.advanceTimersByTime(1150)
    end()
    vi.advanceTimersByTime(5000)
    expect(stream.text).toBe(
      '\r\u001b[2K1.0 s · 24.3 MB rea\r\u001b[2K\r\u001b[2K1.1 s · 24.3 MB rea\r\u001b[2K'.replace('\r\u001b[2K\r', '\r'),
    )
  })

  it('names what has been done', () => {
    expect(progressLine(2340, undefined)).toBe('2.3 s')
    const counters = { bytes_scanned: 24_300_580, row_groups_matched: 364 }
    expect(progressLine(61_000, { ...metrics, outputRows: 1_048_260, spilledBytes: 5000, counters })).toBe(
      '61.0 s · 24.3 MB read · 364 row groups · 5.0 kB spilled · 1,048,260 rows out',
    )
    expect(progressLine(2340, { ...metrics, outputRows: 5, counters: { bytes_received: 2000 } })).toBe('2.3 s · 2.0 kB received · 5 rows out')
  })
})

it('writes numbers for people', () => {
  expect([0, 999, 1000, 1_048_260, 1e9].map(formatCount)).toEqual(['0', '999', '1,000', '1,048,260', '1,000,000,000'])
  expect([0, 999, 1000, 999_949, 999_950, 24_300_580, 5e15, 1e18].map(formatSize)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '24.3 MB',
    '5.0 PB',
    '1000.0 PB',
  ])
  expect([0.4, 12.6, 999.4, 999.6, 65_432].map(formatElapsed)).toEqual(['0 ms', '13 ms', '999 ms', '1.00 s', '65.43 s'])
})
