/** The configuration: each source, which one holds, and what mistakes are told. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ConfigError } from '@artemis/errors'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServerConfig } from './definitions.js'
import { CONFIG_KEYS, definitionOf, environmentVariableOf, flagOf, serverConfig } from './definitions.js'
import { loadConfig } from './load.js'
import { configKeys, configTable, configToml } from './reference.js'
import { isLoopback, planAuthentication, validateConfig } from './validate.js'
import { formatDuration, parseDuration } from './value-kinds.js'

let folder = ''
beforeAll(() => void (folder = mkdtempSync(path.join(os.tmpdir(), 'artemis-config-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(content: string, name = 'flight.toml'): string {
  const place = path.join(folder, name)
  writeFileSync(place, content)
  return place
}

function mistakeOf(run: () => unknown): ConfigError {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('there was no mistake')
}

describe('sources', () => {
  it('has defaults for everything', () => {
    const { config, origins, warnings } = loadConfig({})
    expect(config['listen.host']).toBe('127.0.0.1')
    expect(config['listen.port']).toBe(32010)
    expect(config['auth.anonymous']).toBe('auto')
    expect(config['tls.certificate']).toBeUndefined()
    expect({ origins: origins.size, warnings }).toEqual({ origins: 0, warnings: [] })
  })

  it('reads a file with every kind of value', () => {
    const { config } = loadConfig({
      file: file(`
        [listen]
        host = "0.0.0.0"
        port = 8815
        [warehouses]
        artemis = "archive"
        ops = "sqlite:catalogs/ops.db"
        [tls]
        certificate = "cert.pem"
        insecure_plaintext = true
        [auth.jwt]
        algorithms = ["ES256"]
        [auth.certificates]
        "cn:portal" = "read:artemis.*"
        [limits]
        requests_per_second = 2.5
        message = "16MiB"
        session_idle = "90s"
        [log]
        sql = "hash"`),
    })
    const expected: Partial<ServerConfig> = {
      'listen.host': '0.0.0.0',
      'listen.port': 8815,
      warehouses: { artemis: path.join(folder, 'archive'), ops: `sqlite:${path.join(folder, 'catalogs/ops.db')}` },
      'tls.certificate': path.join(folder, 'cert.pem'),
      'tls.insecure_plaintext': true,
      'auth.jwt.algorithms': ['ES256'],
      'auth.certificates': { 'cn:portal': 'read:artemis.*' },
      'limits.requests_per_second': 2.5,
      'limits.message': 16 * 2 ** 20,
      'limits.session_idle': 90_000,
      'log.sql': 'hash',
    }
    expect(config).toEqual(serverConfig(expected))
  })

  it('lets the environment hold over the file, and flags over both', () => {
    const sources = {
      file: file('[listen]\nhost = "127.0.0.2"\nport = 1\n[log]\nlevel = "error"'),
      environment: { ARTEMIS_FLIGHT_LISTEN_PORT: '2', ARTEMIS_FLIGHT_LOG_LEVEL: 'WARN' },
    }
    const { config, origins } = loadConfig({ ...sources, flags: { 'listen.port': ['3'] } })
    expect([config['listen.host'], config['log.level'], config['listen.port']]).toEqual(['127.0.0.2', 'warn', 3])
    expect([origins.get('listen.host'), origins.get('log.level'), origins.get('listen.port')]).toEqual([sources.file, 'ARTEMIS_FLIGHT_LOG_LEVEL', '--port'])
  })

  it('puts repeated flags together, and starts their paths from the working directory', () => {
    const flags = {
      warehouses: ['here', 'ops=sqlite:b=c.db'],
      'auth.certificates': ['uri:spiffe://x?a=b=read:artemis write:memory'],
      'listen.port': ['1', '2'],
    }
    const { config } = loadConfig({ flags, workingDirectory: '/srv' })
    expect(config.warehouses).toEqual({ artemis: path.resolve('/srv/here'), ops: `sqlite:${path.resolve('/srv/b=c.db')}` })
    expect(config['auth.certificates']).toEqual({ 'uri:spiffe://x?a=b': 'read:artemis write:memory' })
    expect(config['listen.port']).toBe(2)
  })

  it('takes the file of ARTEMIS_FLIGHT_CONFIG, and warns of variables that mean nothing but those of Kubernetes', () => {
    const { config, warnings } = loadConfig({
      environment: {
        ARTEMIS_FLIGHT_CONFIG: file('[listen]\nport = 7'),
        ARTEMIS_FLIGHT_LISTEN_PROT: '9',
        ARTEMIS_FLIGHT_PORT: 'tcp://10.0.0.1:32010',
        ARTEMIS_FLIGHT_SERVICE_HOST: '10.0.0.1',
        ARTEMIS_FLIGHT_PORT_32010_TCP_ADDR: '10.0.0.1',
      },
    })
    expect(config['listen.port']).toBe(7)
    expect(warnings).toEqual(['ARTEMIS_FLIGHT_LISTEN_PROT is not a variable of artemis-flight. Did you mean "ARTEMIS_FLIGHT_LISTEN_PORT"?'])
  })
})

describe('mistakes', () => {
  it('names the file, the key and the wanted form of every one', () => {
    const place = file(`
      warehouse = "x"
      [listen]
      prot = 1
      port = 70000
      [limits]
      message = "big"
      session_idle = 30
      [listne]
      port = 1`)
    const environment = { ARTEMIS_FLIGHT_LOG_SQL: 'some' }
    const { message } = mistakeOf(() => loadConfig({ file: place, environment, flags: { 'limits.running': ['0'] } }))
    expect(message.split('\n').toSorted()).toEqual(
      [
        `${place}: "warehouse" is not a key of the configuration. Did you mean "warehouses"?`,
        `${place}: "listen.prot" is not a key of the configuration. Did you mean "listen.port"?`,
        `${place}: listen.port is 70000: it takes a whole number from 0 to 65535`,
        `${place}: limits.message is "big": it takes a size such as "64MiB" or "2GB"`,
        `${place}: limits.session_idle is 30: it takes a time such as "500ms", "30s", "15m", "24h" or "7d"`,
        `${place}: "listne" is not a key of the configuration. Did you mean "listen"?`,
        'ARTEMIS_FLIGHT_LOG_SQL is "some": it takes one of full, hash, none',
        '--limits-running is "0": it takes a whole number from 1',
      ].toSorted(),
    )
  })

  it('says where the file is not TOML, and that there is none', () => {
    const place = file('[listen]\nport = \n', 'broken.toml')
    expect(mistakeOf(() => loadConfig({ file: place })).message).toMatch(new RegExp(`^${place}:\\d+:\\d+: `))
    expect(mistakeOf(() => loadConfig({ file: path.join(folder, 'none.toml') })).message).toMatch(/none\.toml: there is no such file$/)
  })

  it.each<[Partial<ServerConfig>, RegExp]>([
    [{ 'tls.certificate': '/c' }, /tls\.certificate needs tls\.key/],
    [{ 'tls.key': '/k' }, /tls\.key needs tls\.certificate/],
    [{ 'tls.client_certificates': 'required' }, /needs tls\.client_ca/],
    [{ 'auth.certificates': { 'cn:x': 'read:*' } }, /auth\.certificates needs tls\.client_ca/],
    [{ 'auth.anonymous_scope': 'everything' }, /auth\.anonymous_scope: "everything" is not a scope/],
    [{ 'auth.jwt.jwks': '/k', 'auth.jwt.issuer': 'i' }, /needs auth\.jwt\.audience/],
    [{ 'limits.query': 2 ** 30 }, /limits\.query is larger/],
    [{ 'listen.port': 9464, 'metrics.port': 9464 }, /both 9464/],
    [{ 'engine.time_zone': 'Mars/Olympus' }, /engine\.time_zone/],
  ])('refuses %j', (overrides, message) => {
    expect(mistakeOf(() => validateConfig(serverConfig(overrides))).message).toMatch(message)
  })
})

describe('who may call', () => {
  const tls = { 'tls.certificate': '/c', 'tls.key': '/k' }
  const beyond = { 'listen.host': '0.0.0.0' }

  it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1', '[::1]', '::ffff:127.0.0.1'])('%s is loopback', (host) => expect(isLoopback(host)).toBe(true))
  it.each(['0.0.0.0', '::', '10.0.0.1', 'localhost.example.org', '127.0.0.1.example.org', ''])('%s is not', (host) => expect(isLoopback(host)).toBe(false))

  it('asks nobody on loopback, until there is something to ask for', () => {
    expect(planAuthentication(serverConfig(), false)).toEqual({ tokens: false, jwt: false, certificates: false, anonymous: true })
    expect(planAuthentication(serverConfig(), true)).toEqual({ tokens: true, jwt: false, certificates: false, anonymous: false })
    expect(planAuthentication(serverConfig({ 'auth.anonymous': 'off' }), false)).toMatchObject({ tokens: true, anonymous: false })
    expect(planAuthentication(serverConfig({ 'auth.jwt.jwks': '/k' }), false)).toMatchObject({ jwt: true, anonymous: false })
  })

  it.each<[string, Partial<ServerConfig>, boolean]>([
    ['no token', { ...beyond, ...tls }, false],
    ['no TLS', beyond, true],
    ['anonymous calls beside tokens', { ...beyond, ...tls, 'auth.anonymous': 'on' }, true],
    ['tokens in the clear beside --insecure-anonymous', { ...beyond, 'auth.anonymous': 'off', 'auth.insecure_anonymous': true }, true],
  ])('refuses to listen beyond loopback with %s', (_, overrides, hasTokens) => {
    const { code, hint } = mistakeOf(() => planAuthentication(serverConfig(overrides), hasTokens))
    expect({ code, hint }).toEqual({ code: 'INSECURE_LISTENER', hint: expect.any(String) as string })
  })

  it('listens beyond it with tokens and TLS, or when told so', () => {
    expect(planAuthentication(serverConfig({ ...beyond, ...tls }), true)).toMatchObject({ anonymous: false })
    expect(planAuthentication(serverConfig({ ...beyond, 'tls.insecure_plaintext': true }), true)).toMatchObject({ anonymous: false })
    expect(planAuthentication(serverConfig({ ...beyond, 'auth.insecure_anonymous': true }), false)).toMatchObject({ anonymous: true })
  })
})

describe('in writing', () => {
  it('has a row for every key, with a flag and a variable of its own', () => {
    for (const key of CONFIG_KEYS) {
      expect(configTable()).toContain(`| \`${key}\` | \`--${flagOf(key)}\` |`)
      expect(configKeys()).toContain(`--${flagOf(key)}, ${environmentVariableOf(key)}\n`)
      expect(definitionOf(key).description).not.toMatch(/\.$/)
    }
    expect(new Set(CONFIG_KEYS.map(flagOf)).size).toBe(CONFIG_KEYS.length)
    expect(new Set(CONFIG_KEYS.map(environmentVariableOf)).size).toBe(CONFIG_KEYS.length)
  })

  it('prints a file that reads back as the same', () => {
    const wanted = serverConfig({
      'listen.port': 1,
      warehouses: { artemis: '/a', b_2: 'sqlite:/b' },
      'auth.certificates': { 'cn:x "y"': 'read:*' },
      'limits.bytes_per_second': 1500,
      'engine.catalog': 'artemis',
    })
    const printed = configToml(wanted, new Map([['listen.port', '--port']]))
    expect(printed).toContain('port = 1 # --port')
    expect(() => parse(printed)).not.toThrow()
    expect(loadConfig({ file: file(printed, 'printed.toml') }).config).toEqual(wanted)
  })

  it('reads durations and writes them', () => {
    expect(['500ms', '30s', '15m', '24h', '7d', '1.5s', '2 min'].map(parseDuration)).toEqual([500, 30e3, 900e3, 86400e3, 7 * 86400e3, 1500, 120e3])
    expect(['', '30', '0s', '-1s', 's', '1y', '9999999999999d'].map(parseDuration)).toEqual(Array.from({ length: 7 }))
    expect([500, 30e3, 90e3, 86400e3].map(formatDuration)).toEqual(['500ms', '30s', '90s', '1d'])
  })
})

it('is in docs/flight-deployment.md as it is here', () => {
  const document = path.resolve(import.meta.dirname, '../../../../../docs/flight-deployment.md')
  const text = readFileSync(document, 'utf8')
  const current = text.replace(/(<!-- keys -->\n)[^]*(<!-- \/keys -->)/, (_, begin: string, end: string) => `${begin}${configTable()}\n${end}`)
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(document, current)
  else expect(text).toBe(current)
})
