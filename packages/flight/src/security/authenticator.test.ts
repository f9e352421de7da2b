import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PeerCertificate } from 'node:tls'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Metadata, status } from '@grpc/grpc-js'
import { create, toBinary } from '@bufbuild/protobuf'
import { SignJWT, exportSPKI, generateKeyPair } from 'jose'
import { BasicAuthSchema } from '../protocol/generated/Flight_pb.js'
import type { Credentials } from '../protocol/flight/authenticator.js'
import { FlightError } from '../protocol/flight/flight-error.js'
import { createAuthenticator } from './authenticator.js'
import { principalOfCertificate } from './client-certificate.js'
import { FailureThrottle, addressOf } from './failure-throttle.js'
import { JsonWebTokenVerifier } from './json-web-token.js'
import { READ_EVERYTHING } from './scope.js'
import { TokenStore } from './token-store.js'

let folder = ''
let tokens: TokenStore
let token = ''
let id = ''
let jwt: JsonWebTokenVerifier
let signed = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artemis-authenticator-'))
  tokens = await TokenStore.open(join(folder, 'tokens.json'), { intervalMs: 0 })
  const made = await tokens.create({ name: 'portal', expiresAtMs: undefined, scopes: READ_EVERYTHING, limits: { concurrentQueries: 2 } })
  token = made.token
  id = `token:${made.record.id}`
  const keys = await generateKeyPair('EdDSA')
  jwt = new JsonWebTokenVerifier({ keys: { kind: 'pem', pem: await exportSPKI(keys.publicKey) }, issuer: 'i', audience: 'a' })
  signed = await new SignJWT({ scope: 'read:*' }).setProtectedHeader({ alg: 'EdDSA' }).setIssuer('i').setAudience('a').setSubject('alice').setExpirationTime('5m').sign(keys.privateKey)
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

function credentials(headers: Readonly<Record<string, string | Buffer>> = {}, certificate?: PeerCertificate, peer = '10.0.0.1:5000'): Credentials {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  return { headers: metadata, peer, certificate }
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function fast(): FailureThrottle {
  return new FailureThrottle({ burst: 1_000_000 })
}

function refused(message: RegExp): object {
  return expect.objectContaining({ code: status.UNAUTHENTICATED, message: expect.stringMatching(message) as string }) as object
}

describe('the authenticator', () => {
  it('takes a token from wherever clients put it', async () => {
    const authenticator = createAuthenticator({ tokens, jwt, throttle: fast() })
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { Authorization: `bearer   ${token} ` },
      { AUTHORIZATION: `BEARER ${token}` },
      { authorization: basic('token', token) },
      { authorization: basic('', token) },
      { authorization: basic(token, '') },
      { 'auth-token-bin': Buffer.from(token) },
      { 'auth-token-bin': Buffer.from(`Bearer ${token}`) },
    ]) {
      const principal = await authenticator.authenticate(credentials(headers))
      expect(principal).toMatchObject({ id, name: 'portal', budgetId: id, scopes: READ_EVERYTHING, limits: { concurrentQueries: 2 } })
      expect(await authenticator.handshake(credentials(headers), undefined)).toEqual({ principal, authorization: `Bearer ${token}` })
    }
    const payload = toBinary(BasicAuthSchema, create(BasicAuthSchema, { username: 'anyone', password: token }))
    expect((await authenticator.handshake(credentials(), payload)).authorization).toBe(`Bearer ${token}`)
    expect((await authenticator.handshake(credentials(), Buffer.from(token))).principal.id).toBe(id)
    expect((await authenticator.authenticate(credentials({ authorization: `Bearer ${signed}` }))).id).toBe('jwt:i#alice')
    expect((await authenticator.handshake(credentials({ authorization: basic('x', signed) }), undefined)).authorization).toBe(`Bearer ${signed}`)
  })

  it('says what was wrong with the form', async () => {
    const authenticator = createAuthenticator({ tokens, jwt, throttle: fast() })
    const cases: [Readonly<Record<string, string | Buffer>>, RegExp][] = [
      [{}, /needs a token: send it as/],
      [{ authorization: 'Bearer' }, /without a token/],
      [{ authorization: '' }, /neither "Bearer/],
      [{ authorization: token }, /neither "Bearer/],
      [{ authorization: `Digest ${token}` }, /neither "Bearer/],
      [{ authorization: 'Basic ***' }, /not "user:password"/],
      [{ authorization: basic('joe', '') }, /password is empty/],
      [{ authorization: basic('joe', 'secret') }, /neither one of this server/],
      [{ authorization: `Bearer ${token.slice(0, -1)}` }, /not a whole token/],
      [{ authorization: `Bearer art_${'a'.repeat(12)}_${'a'.repeat(40)}` }, /^the token is not valid$/],
      [{ authorization: `Bearer ${'a'.repeat(20_000)}` }, /longer than/],
      [{ authorization: `Bearer ${signed.slice(0, -4)}` }, /signature is not valid/],
    ]
    for (const [headers, message] of cases) {
      await expect(authenticator.authenticate(credentials(headers))).rejects.toEqual(refused(message))
      await expect(authenticator.handshake(credentials(headers), undefined)).rejects.toEqual(refused(message))
    }
    await expect(authenticator.handshake(credentials(), Buffer.from([255, 255, 1]))).rejects.toEqual(refused(/no BasicAuth message/))
    await expect(createAuthenticator({ jwt, throttle: fast() }).authenticate(credentials({ authorization: `Bearer ${token}` }))).rejects.toEqual(refused(/not a JWT/))
    await expect(createAuthenticator({ tokens, throttle: fast() }).authenticate(credentials({ authorization: `Bearer ${signed}` }))).rejects.toEqual(refused(/not a whole token/))
  })

  it('refuses whatever is not a token, and never fails otherwise', async () => {
    const authenticator = createAuthenticator({ tokens, jwt, throttle: fast(), certificates: [] })
    const texts = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.tuple(fc.constantFrom('Bearer ', 'basic ', 'Bearer art_', `Bearer ${token}`, `Bearer ${signed}`, 'Basic OmFydF8='), fc.string({ maxLength: 20 })).map((parts) => parts.join('')),
      fc.tuple(fc.nat(signed.length - 2), fc.stringMatching(/^[\w.-]$/)).map(([at, letter]) => `Bearer ${signed.slice(0, at)}${letter}${signed.slice(at + 1)}`),
    )
    const payloads = fc.oneof(fc.uint8Array({ maxLength: 80 }), texts.map((text) => toBinary(BasicAuthSchema, create(BasicAuthSchema, { username: text, password: text }))))
    await fc.assert(
      fc.asyncProperty(texts, payloads, async (text, payload) => {
        for (const work of [
          () => authenticator.authenticate(credentials({ authorization: text.replaceAll(/[^ -~]/g, '') })),
          () => authenticator.authenticate(credentials({ 'auth-token-bin': Buffer.from(text) })),
          () => authenticator.handshake(credentials(), payload),
        ]) {
          const outcome = await work().then(
            (granted) => ('principal' in granted ? granted.principal.id : granted.id),
            (error: unknown) => (error instanceof FlightError ? error.code : error),
          )
          expect([status.UNAUTHENTICATED, id, 'jwt:i#alice']).toContain(outcome)
          if (outcome !== status.UNAUTHENTICATED) expect(`${text}${Buffer.from(payload).toString()}`).toMatch(outcome === id ? token : signed)
        }
      }),
      { seed: 5, numRuns: 1_000 },
    )
    // The best of three, as the machine may be busy: a pattern with quadratic time takes hundreds of milliseconds.
    const times: number[] = []
    for (let i = 0; i < 3; i++) {
      const started = performance.now()
      await expect(authenticator.authenticate(credentials({ authorization: `Bearer a${' '.repeat(60_000)}x` }))).rejects.toEqual(refused(/./))
      times.push(performance.now() - started)
    }
    expect(Math.min(...times)).toBeLessThan(100)
  })

  it('lets anonymous callers in only when told so, and never with a wrong token', async () => {
    const anonymous = { scopes: READ_EVERYTHING, limits: { requestsPerSecond: 1 } }
    const authenticator = createAuthenticator({ tokens, anonymous, throttle: fast() })
    expect(await authenticator.authenticate(credentials())).toMatchObject({ id: 'anonymous', limits: { requestsPerSecond: 1 } })
    const grant = await authenticator.handshake(credentials(), undefined)
    expect((await authenticator.authenticate(credentials({ authorization: grant.authorization }))).id).toBe('anonymous')
    await expect(authenticator.authenticate(credentials({ authorization: 'Bearer x' }))).rejects.toEqual(refused(/not a whole token/))
    const open = createAuthenticator({ anonymous })
    expect((await open.handshake(credentials({ authorization: basic('dbeaver', 'pw') }), undefined)).principal.id).toBe('anonymous')
    expect((await open.handshake(credentials(), Buffer.from([255]))).principal.id).toBe('anonymous')
    await expect(createAuthenticator({ tokens, throttle: fast() }).authenticate(credentials({ authorization: 'Bearer none' }))).rejects.toEqual(refused(/needs a token/))
  })

  it('knows principals by certificate, and a token before it', async () => {
    const authenticator = createAuthenticator({ tokens, throttle: fast(), certificates: [{ subject: 'cn:grafana', scopes: READ_EVERYTHING }] })
    const grafana = certificate('grafana', '')
    expect(await authenticator.authenticate(credentials({}, grafana))).toMatchObject({ id: 'certificate:cn:grafana', name: 'grafana', expiresAtMs: Date.UTC(2030, 0, 1) })
    expect((await authenticator.authenticate(credentials({ authorization: `Bearer ${token}` }, grafana))).id).toBe(id)
    await expect(authenticator.authenticate(credentials({ authorization: 'Bearer x' }, grafana))).rejects.toEqual(refused(/not a whole token/))
    await expect(authenticator.authenticate(credentials({}, certificate('other', 'DNS:grafana')))).rejects.toEqual(refused(/gives its subject no rights/))
    await expect(createAuthenticator({ tokens, throttle: fast() }).authenticate(credentials({}, grafana))).rejects.toEqual(refused(/needs a token/))
  })

  it('tells the log of each failure, without the secret', async () => {
    const failures: { peer: string; reason: string }[] = []
    const authenticator = createAuthenticator({ tokens, throttle: fast(), onFailure: (failure) => failures.push(failure) })
    await expect(authenticator.authenticate(credentials({ authorization: `Bearer ${token}x` }))).rejects.toBeDefined()
    expect(failures).toEqual([{ peer: '10.0.0.1:5000', reason: expect.not.stringContaining(token.slice(20)) as string }])
  })
})

describe('client certificates', () => {
  it('are matched exactly, and a name that pretends to be two stays one', () => {
    const rule = (subject: string) => [{ subject, scopes: READ_EVERYTHING }]
    const names = 'DNS:Portal.example.org, URI:spiffe://x/y, URI:"http://a, DNS:root.example.org", email:a@b.org, IP Address:10.0.0.1'
    for (const subject of ['cn:p', 'dns:portal.example.org', 'dns:PORTAL.example.org', 'uri:spiffe://x/y', 'email:a@b.org', '*']) {
      expect(principalOfCertificate(certificate('p', names), rule(subject)), subject).toBeDefined()
    }
    for (const subject of ['dns:root.example.org', 'cn:P', 'cn:portal.example.org', 'dns:example.org', 'uri:http://a', 'ip:10.0.0.1']) {
      expect(principalOfCertificate(certificate('p', names), rule(subject)), subject).toBeUndefined()
    }
    expect(principalOfCertificate(certificate(['a', 'b'], ''), rule('cn:a'))).toBeUndefined()
  })
})

describe('the throttle of failures', () => {
  it('holds back failures of an address, and no success', async () => {
    let now = 0
    const waits: number[] = []
    const throttle = new FailureThrottle({ burst: 3, perSecond: 1, maxDelayMs: 2_000, now: () => now, wait: async (ms) => void waits.push(ms) })
    const authenticator = createAuthenticator({ tokens, throttle })
    for (let i = 0; i < 6; i++) await expect(authenticator.authenticate(credentials({ authorization: 'Bearer x' }, undefined, `10.0.0.9:${i}`))).rejects.toEqual(refused(/not a whole/))
    expect(waits).toEqual([1_000, 2_000, 2_000])
    await authenticator.authenticate(credentials({ authorization: `Bearer ${token}` }, undefined, '10.0.0.9:77'))
    await expect(authenticator.authenticate(credentials({}, undefined, '10.0.0.8:1'))).rejects.toBeDefined()
    expect(waits).toHaveLength(3)
    now += 10_000
    await throttle.failed('10.0.0.9:1')
    expect(waits).toHaveLength(3)
  })

  it('holds back a bounded number', async () => {
    const releases: (() => void)[] = []
    const throttle = new FailureThrottle({ burst: 0, maxHeldPerAddress: 2, wait: () => new Promise((resolve) => releases.push(resolve)) })
    const held = [throttle.failed('a:1'), throttle.failed('a:2')]
    expect(await throttle.failed('a:3')).toBe(false)
    for (const release of releases) release()
    expect(await Promise.all(held)).toEqual([true, true])
  })

  it.each([
    ['127.0.0.1:5000', '127.0.0.1'],
    ['::ffff:10.1.2.3:5000', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6:443', '2001:db8:1:2::/64'],
    ['[2001:DB8::1]:443', '2001:db8:0:0::/64'],
    ['::1:443', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('knows %s as %s', (peer, address) => expect(addressOf(peer)).toBe(address))
})

function certificate(commonName: string | string[], subjectaltname: string): PeerCertificate {
  const made: Partial<Record<keyof PeerCertificate, unknown>> = { subject: { CN: commonName }, subjectaltname, valid_to: 'Jan  1 00:00:00 2030 GMT' }
  return made as PeerCertificate
}
