import { describe, expect, it } from 'vitest'
import { interval, scalarDatum, scalarsOf, utf8 } from '@artemis/arrow'
import type { Scalar } from '@artemis/arrow'
import type { ColumnSource } from '../testing/oracle.js'
import { context, expectAgreement, expectFunctionAgreement, oneOf, randomColumns, seededRandom } from '../testing/oracle.js'
import { dates, instants, spans, timestamps, ZONES } from '../testing/temporal-sources.js'
import { strftime } from './strftime.js'
import { strptime, tryStrptime } from './strptime.js'
import { timeBucket } from './time-bucket.js'

// Not %n: DuckDB writes NUL bytes for it.
const FIELDS = [...'aAwudbBmyYHIpMSgfzZjUWV', '-d', '-m', '-y', '-H', '-I', '-M', '-S', '-j', 'c', 'x', 'X', '%']
const FORMATS = FIELDS.map((field, i) => `%${field}${[' ', '/', ' x'][i % 3]!}%${FIELDS[(i * 7 + 3) % FIELDS.length]!}`)
const formats: ColumnSource = { type: utf8, value: oneOf(FORMATS) }

/** DuckDB takes only constant formats. */
function eachFormat(moment: string, format: string): string {
  return `CASE ${format} ${FORMATS.map((text) => `WHEN '${text}' THEN strftime(${moment}, '${text}')`).join(' ')} END`
}

describe('strftime agrees with DuckDB', () => {
  it('in formats that vary', async () => {
    for (const source of [dates, timestamps])
      await expectAgreement(strftime, randomColumns(1, 250, [source, formats]), { sql: eachFormat('a', 'b') })
    for (const timeZone of ZONES)
      await expectAgreement(strftime, randomColumns(2, 100, [formats, instants]), { timeZone, sql: eachFormat('b', 'a') })
  })

  it('in one format for all rows', async () => {
    for (const format of ['%Y-%m', '%d %B %Y', '%H:%M', '%j %V']) {
      const columns = randomColumns(3, 80, [timestamps])
      const fn = strftime.resolve([columns[0]!.type, utf8], [undefined, format])!
      const bound = {
        ...fn,
        argumentTypes: [columns[0]!.type],
        evaluate: (args: Parameters<typeof fn.evaluate>[0], rowCount: number) =>
          fn.evaluate([...args, scalarDatum(utf8, format)], rowCount, context()),
      }
      await expectFunctionAgreement(bound, columns, { sql: `strftime(a, '${format}')` })
    }
  })

  it('refuses specifiers that do not exist', () => {
    const fn = strftime.resolve([dates.type, utf8], [undefined, '%q'])!
    expect(() => fn.evaluate([scalarDatum(dates.type, 0), scalarDatum(utf8, '%q')], 1, context())).toThrow('unknown specifier %q')
  })
})

/** Texts that fit a format, and some that nearly do. */
const PATTERNS: readonly (readonly [format: string, sample: (random: () => number) => string])[] = (() => {
  const digits = (low: number, high: number, width: number) => (random: () => number) =>
    String(Math.floor(low + random() * (high - low + 1))).padStart(random() < 0.8 ? width : 1, '0')
  const text =
    (...parts: readonly (string | ((random: () => number) => string))[]) =>
    (random: () => number) =>
      parts.map((part) => (typeof part === 'string' ? part : part(random))).join('')
  const year = digits(1890, 2040, 4)
  const month = digits(1, 13, 2)
  const day = digits(1, 31, 2)
  const names = oneOf(['Jan', 'feb', 'March', 'APR', 'may', 'December', 'Foo'])
  return [
    ['%Y-%m-%d', text(year, '-', month, '-', day)],
    ['%d.%m.%y', text(day, '.', month, '.', digits(0, 99, 2))],
    ['%Y%m%d %H%M%S', text(year, month, day, ' ', digits(0, 24, 2), digits(0, 60, 2), digits(0, 59, 2))],
    [
      '%Y-%m-%d %H:%M:%S.%f',
      text(year, '-', month, '-', day, ' ', digits(0, 23, 2), ':', digits(0, 59, 2), ':', digits(0, 59, 2), '.', digits(0, 2_000_000, 1)),
    ],
    ['%d %b %Y', text(day, ' ', names, ' ', year)],
    ['%d %B %Y', text(day, ' ', names, ' ', year)],
    ['%a %d %m %Y', text(oneOf(['Mon', 'tue', 'Sun', 'X']), ' ', day, ' ', month, ' ', year)],
    ['%I:%M %p', text(digits(0, 13, 2), ':', digits(0, 59, 2), ' ', oneOf(['AM', 'pm', 'x']))],
    ['%H %p', text(digits(0, 13, 2), oneOf([' ', '  ', '']), oneOf(['AM', 'PM']))],
    ['%Y %j', text(year, ' ', digits(0, 367, 3))],
    ['%Y %U %w', text(year, ' ', digits(0, 53, 2), ' ', digits(0, 6, 1))],
    ['%Y %W %w', text(year, ' ', digits(0, 53, 2), ' ', digits(0, 6, 1))],
    ['%G %V %u', text(year, ' ', digits(1, 52, 2), ' ', digits(1, 7, 1))],
    ['%c', text(year, '-', month, '-', day, ' ', digits(0, 23, 2), ':', digits(0, 59, 2), ':', digits(0, 59, 2))],
    ['%Y-%m-%dT%H:%M:%S%z', text(year, '-', month, '-', day, 'T10:00:00', oneOf(['+01', '-0530', '+05:30', '+1', '']))],
    [
      '%Y-%m-%d %Z',
      text(digits(1980, 2030, 4), '-', digits(1, 12, 2), '-', digits(1, 28, 2), ' ', oneOf(['Europe/Berlin', 'UTC', 'Asia/Kolkata'])),
    ],
    [
      '%Y-%m-%d %H:%M:%S.%n',
      text(digits(1980, 2030, 4), '-', digits(1, 12, 2), '-', digits(1, 28, 2), ' 10:11:12.', digits(0, 999_999_999, 9)),
    ],
  ]
})()

describe('strptime agrees with DuckDB', () => {
  for (const [format, sample] of PATTERNS) {
    it(format, async () => {
      const random = seededRandom(5)
      const values: Scalar[] = Array.from({ length: 80 }, () => (random() < 0.05 ? null : sample(random)))
      const columns = [{ type: utf8, values }]
      for (const definition of [strptime, tryStrptime]) {
        const fn = definition.resolve([utf8, utf8], [undefined, format])!
        const bound = {
          ...fn,
          argumentTypes: [utf8],
          evaluate: (args: Parameters<typeof fn.evaluate>[0], rowCount: number) =>
            fn.evaluate([...args, scalarDatum(utf8, format)], rowCount, context()),
        }
        await expectFunctionAgreement(bound, columns, {
          sql: `${definition.name}(a, '${format}')`,
          // The 30th of February is an error even for DuckDB's try_strptime; here it is NULL.
          except: (_, ours, theirs) => definition === tryStrptime && ours === 'NULL' && theirs === '<error>',
        })
      }
    })
  }

  it('takes the first format that fits', () => {
    const fn = strptime.resolve(
      [utf8, { kind: 'list', element: { name: 'element', type: utf8, nullable: true } }],
      [undefined, ['%Y/%m/%d', '%d.%m.%Y']],
    )!
    const result = fn.evaluate([scalarDatum(utf8, '05.03.2024'), scalarDatum(fn.argumentTypes[1]!, ['%Y/%m/%d', '%d.%m.%Y'])], 1, context())
    expect(scalarsOf(result)).toEqual([1_709_596_800_000_000n])
  })
})

describe('time_bucket agrees with DuckDB', () => {
  const span = (months: number, days: number, seconds: number): Scalar => ({ months, days, nanoseconds: BigInt(seconds) * 1_000_000_000n })
  const widths: ColumnSource = {
    type: interval,
    value: oneOf([
      span(1, 0, 0),
      span(3, 0, 0),
      span(7, 0, 0),
      span(0, 1, 0),
      span(0, 3, 0),
      span(0, 0, 900),
      span(0, 0, 5 * 3600),
      span(0, 0, 0),
      span(-1, 0, 0),
      span(0, -1, 0),
    ]),
  }
  const fixed: ColumnSource = {
    type: interval,
    value: oneOf([span(1, 0, 0), span(3, 0, 0), span(0, 1, 0), span(0, 3, 0), span(0, 0, 900), span(0, 0, 5 * 3600)]),
  }
  const zones: ColumnSource = { type: utf8, value: oneOf([...ZONES]) }

  it('from the usual origin, with an offset, and from another origin', async () => {
    for (const source of [dates, timestamps, instants]) {
      await expectAgreement(timeBucket, randomColumns(1, 150, [widths, source]))
      await expectAgreement(timeBucket, randomColumns(2, 150, [fixed, source, spans]))
      await expectAgreement(timeBucket, randomColumns(3, 150, [fixed, source, source]))
    }
  })

  it('in zones', async () => {
    await expectAgreement(timeBucket, randomColumns(4, 200, [fixed, instants, zones]))
  })
})
