import { afterEach, describe, expect, it } from 'vitest'
import { CapturedStreams } from '../testing/captured-streams.js'
import type { CliOptions } from './options.js'
import { parseArguments } from './options.js'

function parsed(...args: string[]): CliOptions {
  const streams = new CapturedStreams()
  const result = parseArguments(args, '1.2.3', streams)
  if (result.kind === 'exit') throw new Error(streams.stderr.text)
  return result.options
}

function refused(...args: string[]): { code: number; out: string; error: string } {
  const streams = new CapturedStreams()
  const result = parseArguments(args, '1.2.3', streams)
  if (result.kind === 'run') throw new Error('was accepted')
  return { code: result.code, out: streams.stdout.text, error: streams.stderr.text }
}

describe('parseArguments', () => {
  it('has defaults', () => {
    expect(parsed()).toMatchObject({
      sources: [],
      format: 'table',
      header: true,
      maxRows: 40,
      bail: true,
      history: true,
      progress: true,
      color: 'auto',
      syntaxCheck: false,
    })
  })

  it('keeps queries and files in the order they were given', () => {
    expect(parsed('-q', 'SELECT 1', '--file', 'a.sql', '-c', 'SELECT 2', '-f', '-', '--query', '-- comment').sources).toEqual([
      { kind: 'query', text: 'SELECT 1' },
      { kind: 'file', path: 'a.sql' },
      { kind: 'query', text: 'SELECT 2' },
      { kind: 'stdin' },
      { kind: 'query', text: '-- comment' },
    ])
  })

  it('takes the format from --output unless --format says otherwise', () => {
    expect(parsed('-o', 'x.csv').format).toBe('csv')
    expect(parsed('-o', 'x.JSONL').format).toBe('ndjson')
    expect(parsed('-o', 'x.arrow').format).toBe('arrow')
    expect(parsed('-o', 'x.txt').format).toBe('table')
    expect(parsed('-o', 'x.csv', '--format', 'TSV').format).toBe('tsv')
  })

  it('gathers settings: limits first, so that --set has the last word', () => {
    expect(
      parsed(
        '--set',
        'artemis.time_zone=Europe/Berlin',
        '--memory-limit',
        '512MB',
        '--set',
        'x = a=b',
        '--temp-dir',
        '/t',
        '--disk-limit',
        '1GB',
      ).settings,
    ).toEqual([
      ['artemis.memory_limit', '512MB'],
      ['artemis.temp_directory', '/t'],
      ['artemis.disk_limit', '1GB'],
      ['artemis.time_zone', 'Europe/Berlin'],
      ['x', 'a=b'],
    ])
  })

  it('takes 0 rows for all of them', () => {
    expect(parsed('--maxrows', '0').maxRows).toBe(Number.POSITIVE_INFINITY)
    expect(parsed('--maxrows', '7', '--maxwidth', '100')).toMatchObject({ maxRows: 7, maxWidth: 100 })
  })

  describe('--remote', () => {
    const uri = 'grpc://localhost:8815'
    const noTls = { ca: undefined, certificate: undefined, key: undefined, serverName: undefined, insecure: false }
    const saved = { ...process.env }
    afterEach(() => {
      for (const name of Object.keys(process.env)) if (name.startsWith('ARTEMIS_')) delete process.env[name]
      Object.assign(process.env, saved)
    })

    it('takes a token, or a name and a password', () => {
      expect(parsed('--remote', uri)).toMatchObject({ remote: { uri, token: undefined, login: undefined, tls: noTls }, warehouse: undefined })
      expect(parsed('--remote', uri, '--token', 't').remote).toMatchObject({ token: 't', login: undefined })
      expect(parsed('--remote', uri, '--user', 'u', '--password', 'p').remote).toMatchObject({ token: undefined, login: { user: 'u', password: 'p' } })
      const tls = ['--tls-ca', 'a', '--tls-cert', 'b', '--tls-key', 'c', '--tls-server-name', 'd', '--tls-insecure']
      expect(parsed('--remote', uri, ...tls).remote?.tls).toEqual({ ca: 'a', certificate: 'b', key: 'c', serverName: 'd', insecure: true })
      expect(parsed().remote).toBeUndefined()
    })

    it('comes from the environment, which gives way to flags', () => {
      Object.assign(process.env, { ARTEMIS_REMOTE: uri, ARTEMIS_TOKEN: 't', ARTEMIS_WAREHOUSE: '/w', ARTEMIS_USER: '', ARTEMIS_PASSWORD: 'p' })
      expect(parsed()).toMatchObject({ remote: { uri, token: 't', login: undefined }, warehouse: undefined })
      expect(parsed('--remote', 'grpc://other:1').remote).toMatchObject({ uri: 'grpc://other:1', token: 't' })
      expect(parsed('--user', 'u').remote).toMatchObject({ token: undefined, login: { user: 'u', password: 'p' } })
      expect(parsed('-w', '/elsewhere')).toMatchObject({ remote: undefined, warehouse: '/elsewhere' })
      Object.assign(process.env, { ARTEMIS_REMOTE: '' })
      expect(parsed()).toMatchObject({ remote: undefined, warehouse: '/w' })
    })

    it.each([
      [['--remote', uri, '-w', 'x'], '--warehouse does not go with --remote: the server has its own'],
      [['--remote', uri, '--memory-limit', '1GB'], '--memory-limit does not go with --remote'],
      [['--remote', uri, '--temp-dir', 'x'], '--temp-dir does not go with --remote'],
      [['--remote', uri, '--disk-limit', '1GB'], '--disk-limit does not go with --remote'],
      [['--token', 't'], '--token goes with --remote'],
      [['--tls-ca', 'f'], '--tls-ca goes with --remote'],
      [['--remote', uri, '--token', 't', '--user', 'u', '--password', 'p'], '--token and --user do not go together'],
      [['--remote', uri, '--user', 'u'], '--user needs --password'],
      [['--remote', uri, '--password', 'p'], '--password goes with --user'],
      [['--remote', uri, '--tls-cert', 'f'], '--tls-cert and --tls-key go together'],
    ])('refuses %j', (args, message) => {
      const { code, error } = refused(...args)
      expect(code).toBe(2)
      expect(error).toContain(`error: ${message}`)
    })
  })

  it.each([
    [['--frobnicate'], "error: unknown option '--frobnicate'"],
    [['--formt', 'csv'], "error: unknown option '--formt'\n(Did you mean --format?)"],
    [['--format', 'xlsx'], "'xlsx' is invalid. It is one of table, csv, tsv, json, ndjson, markdown, arrow."],
    [['--maxrows', '-1'], "'-1' is invalid. It takes a whole number from 0."],
    [['--maxwidth', '0'], "'0' is invalid. It takes a whole number from 1."],
    [['--maxwidth', '1e3'], 'It takes a whole number from 1.'],
    [['--set', 'novalue'], "'novalue' is invalid. It takes name=value."],
    [['--color', 'sometimes'], "'sometimes' is invalid. Allowed choices are auto, always, never."],
    [['--query'], "error: option '-q, --query <sql>' argument missing"],
    [['SELECT 1'], "error: unexpected argument 'SELECT 1': a query goes with --query, a script with --file"],
  ])('refuses %j with exit code 2 and says why', (args, message) => {
    const { code, out, error } = refused(...args)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(error).toContain(message)
    expect(error).toContain('Try artemis-sql --help.')
  })

  it('prints help and version with exit code 0', () => {
    expect(refused('--version')).toEqual({ code: 0, out: '1.2.3\n', error: '' })
    const { code, out, error } = refused('--help')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toContain('Usage: artemis-sql [options]')
    expect(out).toContain('Exit code: 0, 1 after an error in a query, 2 for wrong usage')
    expect(out.split('\n').every((line) => line.length <= 90)).toBe(true)
  })
})
