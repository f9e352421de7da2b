/** What the log tells, and what it never tells. */

import { BindError, CancelledError } from '@artemis/errors'
import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { FlightError } from '../../protocol/flight/flight-error.js'
import type { ServerConfig } from '../config/definitions.js'
import { testCall, testOutcome } from '../testing/calls.js'
import { CallLog } from './call-log.js'
import { EngineLog } from './engine-log.js'
import { createLogger, withoutSecrets } from './logger.js'
import type { Logger } from './logger.js'
import { QueryLog } from './query-log.js'
import type { SqlDetail } from './sql-detail.js'

type Line = Record<string, unknown>

interface Captured {
  readonly logger: Logger
  readonly lines: () => Line[]
  readonly text: () => string
}

function capture(level: ServerConfig['log.level'] = 'debug', format: ServerConfig['log.format'] = 'json'): Captured {
  let text = ''
  const logger = createLogger({ 'log.level': level, 'log.format': format, 'log.file': '/nowhere' }, { write: (line) => void (text += line) })
  return { logger, text: () => text, lines: () => text.trim().split('\n').map((line) => JSON.parse(line) as Line) }
}

const SQL = "SELECT * FROM t WHERE name = 'Ada'"

function queryLog(sqlDetail: SqlDetail, logger: Logger): { readonly log: QueryLog; readonly engineLog: EngineLog } {
  const engineLog = new EngineLog(logger, sqlDetail)
  return { engineLog, log: new QueryLog({ logger, sqlDetail, engineLog, traceIdOf: () => 'a'.repeat(32) }) }
}

const finished = { queryId: 'q1', rows: 7, bytes: 560, error: undefined, durationMs: 3.25 }

describe('the query log', () => {
  it('has a line for an execution: who, what, which snapshots, how much and how it ended', () => {
    const { logger, lines } = capture('info')
    const { log, engineLog } = queryLog('full', logger)
    const snapshots = [{ table: 'artemis.sda.events', snapshotId: '9007199254740993' }]
    engineLog.info({ queryId: 'q1', sql: SQL, snapshots, planningMs: 1 }, 'query planned')
    const execution = log.begin(testCall(), { kind: 'query', sql: SQL })
    execution.admitted?.(1.5)
    execution.finished(finished)
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        message: 'query finished',
        queryId: 'q1',
        kind: 'query',
        principal: 'portal',
        principalId: 'token:abc',
        peer: '127.0.0.1:4711',
        traceId: 'a'.repeat(32),
        sql: SQL,
        snapshots,
        durationMs: 3.25,
        queuedMs: 1.5,
        rows: 7,
        bytes: 560,
        status: 'OK',
      },
    ])
  })

  it('tells failures, cancellations and refusals by their status', () => {
    const { logger, lines } = capture('info')
    const { log } = queryLog('full', logger)
    const request = { kind: 'query', sql: SQL } as const
    log.begin(testCall(), request).finished({ ...finished, error: new BindError({ code: 'COLUMN_NOT_FOUND', message: 'there is no column "x"' }) })
    log.begin(testCall(), request).finished({ ...finished, error: new CancelledError({ code: 'CANCELLED', message: 'the client stopped reading' }) })
    log.begin(testCall(), request).finished({ ...finished, error: new Error('a bug') })
    log.begin(testCall(), request).refused(new FlightError({ code: status.RESOURCE_EXHAUSTED, message: 'too many' }), 0)
    expect(lines().map((line) => [line['level'], line['message'], line['status'], line['code'], line['error']])).toEqual([
      ['info', 'query failed', 'INVALID_ARGUMENT', 'COLUMN_NOT_FOUND', 'there is no column "x"'],
      ['info', 'query cancelled', 'CANCELLED', 'CANCELLED', 'the client stopped reading'],
      ['warn', 'query failed', 'INTERNAL', undefined, 'a bug'],
      ['warn', 'query not admitted', 'RESOURCE_EXHAUSTED', undefined, 'too many'],
    ])
  })

  it.each<SqlDetail>(['hash', 'none'])('keeps texts to itself with log.sql = %s, in messages of errors and of the engine, too', (detail) => {
    const { logger, text, lines } = capture()
    const { log, engineLog } = queryLog(detail, logger)
    engineLog.info({ queryId: 'q1', sql: SQL, snapshots: [], planningMs: 1 }, 'query planned')
    engineLog.info({ queryId: 'q1', code: 'X' }, "query refused: cannot cast 'Ada'")
    engineLog.warn({ queryId: 'q1', err: new Error("cannot cast 'Ada'") }, 'query failed')
    log.begin(testCall(), { kind: 'query', sql: SQL }).finished({ ...finished, error: new BindError({ code: 'X', message: "cannot cast 'Ada'" }) })
    expect(text()).not.toContain('Ada')
    expect(lines().at(-1)?.['sqlHash']).toEqual(detail === 'hash' ? expect.stringMatching(/^[0-9a-f]{16}$/) : undefined)
  })

  it('forgets the snapshots of plans that nobody runs', () => {
    const { logger } = capture('silent')
    const engineLog = new EngineLog(logger, 'none')
    for (let i = 0; i < 10_050; i++) engineLog.info({ queryId: `q${i}`, snapshots: [i] }, 'query planned')
    expect([engineLog.takeSnapshots('q0'), engineLog.takeSnapshots('q10049'), engineLog.takeSnapshots('q10049')]).toEqual([[], [10_049], []])
  })
})

describe('secrets', () => {
  const token = `art_${'a'.repeat(12)}_${'b'.repeat(40)}`
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl'

  it.each([token, jwt, `Bearer ${token}`, 'Basic dXNlcjpwYXNz', 'bearer abc.def-ghi', 'Authorization: Basic dXNlcjpwYXNz'])('%s is not written', (secret) => {
    const { logger, text } = capture()
    const { log } = queryLog('full', logger)
    log.begin(testCall({ headers: { authorization: secret } }), { kind: 'query', sql: `SELECT '${secret}'` }).finished(finished)
    logger.error({ err: new Error(`cannot use ${secret}`) }, secret)
    const value = secret.replace(/^(Authorization: )?(Bearer|Basic) /i, '')
    expect(text()).not.toContain(value)
    expect(text()).toContain('[redacted]')
  })

  it('leaves everything else alone', () => {
    const line = '{"sql":"SELECT art_name, basics FROM artworks -- bearer of news"}'
    expect(withoutSecrets('{"id":"art_abc"}')).toBe('{"id":"art_abc"}')
    expect(withoutSecrets(line)).toBe(line.replace('bearer of', '[redacted]'))
  })

  it('writes of errors what is known to be harmless', () => {
    const { logger, lines } = capture()
    logger.error({ err: Object.assign(new Error('x'), { code: 'E', metadata: { authorization: 'secret' } }) }, 'failed')
    expect(Object.keys(lines()[0]?.['err'] as object).toSorted()).toEqual(['code', 'message', 'stack', 'type'])
  })
})

it('has a line for each call at level debug, and none above', async () => {
  const quiet = capture('info')
  expect(await new CallLog(quiet.logger, () => undefined).begin(testCall())).toBeUndefined()
  const { logger, lines } = capture('debug')
  const end = await new CallLog(logger, () => undefined).begin(testCall({ method: 'GetFlightInfo' }))
  end?.(testOutcome({ code: status.NOT_FOUND }))
  const expected = { message: 'call ended', method: 'GetFlightInfo', status: 'NOT_FOUND', principal: 'portal', durationMs: 12.346, bytesSent: 1000 }
  expect(lines()[0]).toMatchObject(expected)
})

it('writes lines for people when asked to', () => {
  const { logger, text } = capture('debug', 'pretty')
  logger.info({ rows: 7, name: 'two words', token: `Bearer ${'x'.repeat(20)}` }, 'query finished')
  expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}query finished rows=7 name="two words" token=\[redacted\]\n$/)
})
