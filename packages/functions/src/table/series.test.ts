import { describe, expect, it } from 'vitest'
import type { DataType, Scalar } from '@artemis/arrow'
import { date32, formatValue, int32, int64, interval, scalarsOf, timestamp, timestamptz, utf8 } from '@artemis/arrow'
import { CancelledError } from '@artemis/errors'
import type { ScanContext, TableProvider } from '@artemis/plan'
import type { GeneratedColumn } from '../testing/temporal-sources.js'
import { connection, context, expectAgreement, oneOf, randomColumns, sqlLiteral } from '../testing/oracle.js'
import { ZONES } from '../testing/temporal-sources.js'
import { zoneOf } from '../kernel/time-zone.js'
import { seriesLists, seriesTables } from './series-functions.js'

function scanContext(signal = new AbortController().signal): ScanContext {
  const nothing = { size: 0, tryGrow: () => true, grow: () => undefined, shrink: () => undefined, free: () => undefined }
  return {
    signal,
    batchSize: 7,
    memory: nothing,
    metrics: { add: () => undefined, max: () => undefined, get: () => 0 },
    evaluation: context(),
    fileConcurrency: 1,
  }
}

async function rows(table: TableProvider, limit: number | null = null): Promise<Scalar[]> {
  const scan = table.scan({ projection: [0], filters: [], limit, context: context() })
  const out: Scalar[] = []
  for await (const batch of scan.execute(scanContext())) out.push(...scalarsOf(batch.column(0)))
  return out
}

type Argument = readonly [type: DataType, value: Scalar]

function bind(name: string, args: readonly Argument[], timeZone = 'UTC'): Promise<TableProvider> {
  const definition = seriesTables.find((table) => table.name === name)!
  return definition.bind(
    args.map(([type, value]) => ({ name: null, type, value })),
    context(timeZone),
  )
}

async function agree(name: string, args: readonly Argument[], timeZone = 'UTC'): Promise<void> {
  const table = await bind(name, args, timeZone)
  const zone = zoneOf(timeZone)
  const ours = (await rows(table)).map((value) =>
    formatValue(table.schema.fields[0]!.type, value!, { zone: (seconds) => zone.offsetAt(seconds) }),
  )
  const sql = `SELECT CAST(x AS VARCHAR) FROM ${name}(${args.map(([type, value]) => sqlLiteral(type, value)).join(', ')}) AS t(x)`
  const theirs = (await (await connection(timeZone)).runAndReadAll(sql)).getRows().map(([value]) => String(value))
  expect(ours).toEqual(theirs)
  const { rowCount } = table.statistics()
  if (rowCount !== undefined) expect(rowCount).toEqual({ value: ours.length, exact: true })
}

const span = (months: number, days: number, seconds: number): Scalar => ({ months, days, nanoseconds: BigInt(seconds) * 1_000_000_000n })
const DAY = 86_400_000_000n

describe('series in FROM agree with DuckDB', () => {
  for (const name of ['range', 'generate_series']) {
    it(`${name} of numbers`, async () => {
      const cases = [
        [5n],
        [0n],
        [-3n],
        [null],
        [2n, 9n],
        [9n, 2n],
        [1n, 10n, 3n],
        [10n, 1n, -4n],
        [10n, 1n, 4n],
        [9223372036854775800n, 9223372036854775807n],
        [-9223372036854775808n, -9223372036854775800n, 3n],
      ]
      for (const values of cases)
        await agree(
          name,
          values.map((value): Argument => [int64, value]),
        )
    })

    it(`${name} of moments`, async () => {
      const start = 19_753n * DAY
      for (const step of [span(0, 1, 0), span(0, 0, 5000), span(1, 0, 0), span(1, 2, 3600), span(12, 0, 0)]) {
        await agree(name, [
          [timestamp('us'), start],
          [timestamp('us'), start + 200n * DAY],
          [interval, step],
        ])
        for (const timeZone of ZONES)
          await agree(
            name,
            [
              [timestamptz('us'), start],
              [timestamptz('us'), start + 200n * DAY],
              [interval, step],
            ],
            timeZone,
          )
      }
      await agree(name, [
        [timestamp('us'), start],
        [timestamp('us'), start - 200n * DAY],
        [interval, span(-1, 0, 0)],
      ])
      await agree(name, [
        [date32, 19_753],
        [date32, 19_800],
        [interval, span(0, 3, 0)],
      ])
    })
  }
})

describe('a series as a table', () => {
  it('stops at the limit, and when asked', async () => {
    const table = await bind('range', [[int64, 1_000_000_000_000n]])
    expect(await rows(table, 10)).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n])
    const controller = new AbortController()
    const scan = table.scan({ projection: [], filters: [], limit: null, context: context() })
    let batches = 0
    const read = async (): Promise<void> => {
      for await (const batch of scan.execute(scanContext(controller.signal))) {
        expect([batch.rowCount, batch.columnCount]).toEqual([7, 0])
        if (++batches === 3) controller.abort()
      }
    }
    await expect(read()).rejects.toThrow(CancelledError)
    expect(batches).toBe(3)
  })

  it('knows its bounds and order', async () => {
    const table = await bind('range', [
      [int32, 10],
      [int32, 0],
      [int32, -3],
    ])
    expect(table.statistics().columns?.get(0)).toMatchObject({ min: { value: 1n }, max: { value: 10n }, nullCount: { value: 0 } })
    expect(table.scan({ projection: [0], filters: [], limit: null, context: context() }).ordering).toMatchObject([{ descending: true }])
  })

  it('refuses what is no series', async () => {
    await expect(
      bind('range', [
        [int64, 1n],
        [int64, 5n],
        [int64, 0n],
      ]),
    ).rejects.toThrow('must not be 0')
    await expect(
      bind('range', [
        [utf8, 'x'],
        [int64, 5n],
        [date32, 1],
      ]),
    ).rejects.toThrow('no function range(VARCHAR, BIGINT, DATE)')
    await expect(
      bind('range', [
        [timestamp('us'), 0n],
        [timestamp('us'), 1n],
        [interval, span(1, -1, 0)],
      ]),
    ).rejects.toThrow('both forwards and backwards')
  })
})

describe('series as lists agree with DuckDB', () => {
  const small: GeneratedColumn = { type: int64, value: (random) => BigInt(Math.floor(random() * 30) - 10) }
  const steps: GeneratedColumn = { type: int64, value: oneOf([1n, 2n, -3n, 0n]) }
  for (const fn of seriesLists) {
    it(fn.name, async () => {
      await expectAgreement(fn, randomColumns(1, 40, [small]))
      await expectAgreement(fn, randomColumns(2, 40, [small, small, steps]))
      const moments: GeneratedColumn = { type: timestamp('us'), value: (random) => (19_700n + BigInt(Math.floor(random() * 100))) * DAY }
      const spans: GeneratedColumn = { type: interval, value: oneOf([span(0, 3, 0), span(1, 0, 0), span(0, -9, -60)]) }
      await expectAgreement(fn, randomColumns(3, 40, [moments, moments, spans]))
    })
  }
})
