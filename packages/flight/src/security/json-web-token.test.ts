import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { status } from '@grpc/grpc-js'
import { SignJWT, UnsecuredJWT, exportJWK, exportPKCS8, exportSPKI, generateKeyPair } from 'jose'
import type { JWTPayload } from 'jose'
import { JsonWebTokenVerifier } from './json-web-token.js'
import type { JsonWebTokenOptions } from './json-web-token.js'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const SECONDS = NOW / 1000
const BASE = { issuer: 'https://id.example.org', audience: 'artemis', now: () => NOW } as const
const CLAIMS = { iss: BASE.issuer, aud: 'artemis', sub: 'alice', exp: SECONDS + 600, scope: 'openid read:artemis.sda write:memory' }

let keys: Awaited<ReturnType<typeof generateKeyPair>>
let others: Awaited<ReturnType<typeof generateKeyPair>>
let spki = ''
let fetches = 0
let server: Server
let url = ''
let answer = ''

beforeAll(async () => {
  keys = await generateKeyPair('ES256', { extractable: true })
  others = await generateKeyPair('ES256', { extractable: true })
  spki = await exportSPKI(keys.publicKey)
  answer = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] })
  server = createServer((_, response) => {
    fetches += 1
    response.writeHead(answer === '' ? 500 : 200, { 'content-type': 'application/json' }).end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}/jwks` : ''
})
afterAll(() => server.close())

function sign(claims: JWTPayload, options: { readonly kid?: string; readonly key?: typeof keys.privateKey } = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', ...(options.kid === undefined ? {} : { kid: options.kid }) }).sign(options.key ?? keys.privateKey)
}

function withPem(options: Partial<JsonWebTokenOptions> = {}): JsonWebTokenVerifier {
  return new JsonWebTokenVerifier({ ...BASE, keys: { kind: 'pem', pem: spki }, ...options })
}

function refused(message: RegExp, code = status.UNAUTHENTICATED): object {
  return expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as object
}

describe('JWT', () => {
  it('gives a principal with the scopes that are ours', async () => {
    const principal = await withPem().verify(await sign({ ...CLAIMS, scp: 'ignored' }))
    expect(principal).toEqual({
      id: 'jwt:https://id.example.org#alice',
      name: 'alice',
      budgetId: 'jwt:https://id.example.org#alice',
      scopes: [
        { right: 'read', catalog: 'artemis', namespace: 'sda' },
        { right: 'write', catalog: 'memory', namespace: '*' },
      ],
      limits: {},
      expiresAtMs: NOW + 630_000,
    })
    expect((await withPem().verify(await sign({ ...CLAIMS, artemis_scope: ['read:a', 'read:b'] }))).scopes.map((scope) => scope.catalog)).toEqual(['a', 'b'])
    const { scope: _, ...without } = CLAIMS
    expect((await withPem().verify(await sign(without))).scopes).toEqual([])
    expect((await withPem({ defaultScopes: [{ right: 'read', catalog: 'd', namespace: '*' }], nameClaim: 'nick' }).verify(await sign({ ...without, nick: 'al' })))).toMatchObject({ name: 'al', scopes: [{ catalog: 'd' }] })
  })

  it('refuses attacks', async () => {
    const verifier = withPem()
    await expect(verifier.verify(new UnsecuredJWT(CLAIMS).encode())).rejects.toEqual(refused(/algorithm is not allowed/))
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    for (const secret of [spki, spki.trim(), Buffer.from(spki.replace(/-----[^-]+-----|\s/g, ''), 'base64')]) {
      const head = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(CLAIMS)}`
      await expect(verifier.verify(`${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`)).rejects.toEqual(refused(/algorithm is not allowed/))
    }
    await expect(verifier.verify(await sign(CLAIMS, { key: others.privateKey }))).rejects.toEqual(refused(/signature is not valid/))
    await expect(verifier.verify(await sign({ ...CLAIMS, exp: SECONDS - 31 }))).rejects.toEqual(refused(/has expired/))
    await expect(verifier.verify(await sign({ ...CLAIMS, exp: SECONDS - 31 }, { key: others.privateKey }))).rejects.toEqual(refused(/signature is not valid/))
    await expect(verifier.verify(await sign({ ...CLAIMS, nbf: SECONDS + 31 }))).rejects.toEqual(refused(/does not hold yet/))
    await expect(verifier.verify(await sign({ ...CLAIMS, aud: 'billing' }))).rejects.toEqual(refused(/"aud" does not fit: it is meant for another/))
    await expect(verifier.verify(await sign({ ...CLAIMS, iss: 'https://evil' }))).rejects.toEqual(refused(/"iss" does not fit/))
    for (const claim of ['exp', 'aud', 'iss', 'sub'] as const) {
      await expect(verifier.verify(await sign({ ...CLAIMS, [claim]: undefined }))).rejects.toEqual(refused(/is missing/))
    }
    await expect(verifier.verify(await sign({ ...CLAIMS, sub: '' }))).rejects.toEqual(refused(/no subject/))
    const good = await sign(CLAIMS)
    await verifier.verify(good)
    const [head = '', body = '', signature = ''] = good.split('.')
    await expect(verifier.verify(`${head}.${body}.`)).rejects.toEqual(refused(/signature is not valid/))
    await expect(verifier.verify(`${head}.${encode({ ...CLAIMS, sub: 'root' })}.${signature}`)).rejects.toEqual(refused(/signature is not valid/))
    for (let index = 0; index < good.length - 1; index += 3) {
      const flipped = good.slice(0, index) + String.fromCharCode(good.charCodeAt(index) ^ 1) + good.slice(index + 1)
      await expect(verifier.verify(flipped), flipped).rejects.toMatchObject({ code: status.UNAUTHENTICATED })
    }
    await expect(verifier.verify('a.b.c')).rejects.toEqual(refused(/not a well-formed JWT/))
  })

  it('remembers a verdict until the token ends, and for five minutes at most', async () => {
    let now = NOW
    const verifier = withPem({ now: () => now })
    const short = await sign({ ...CLAIMS, exp: SECONDS + 10 })
    const principal = await verifier.verify(short)
    now += 39_999
    expect(await verifier.verify(short)).toBe(principal)
    now += 1_001
    await expect(verifier.verify(short)).rejects.toEqual(refused(/has expired/))
    const long = await sign({ ...CLAIMS, exp: SECONDS + 10_000 })
    const first = await verifier.verify(long)
    now += 300_000
    expect(await verifier.verify(long)).not.toBe(first)
  })

  it('takes keys from an address', async () => {
    const verifier = new JsonWebTokenVerifier({ ...BASE, keys: { kind: 'url', url } })
    const before = fetches
    expect((await verifier.verify(await sign(CLAIMS, { kid: 'one' }))).name).toBe('alice')
    await expect(verifier.verify(await sign(CLAIMS, { kid: 'two', key: others.privateKey }))).rejects.toEqual(refused(/key that this server does not know/))
    await expect(verifier.verify(await sign(CLAIMS, { kid: 'one', key: others.privateKey }))).rejects.toEqual(refused(/signature is not valid/))
    expect(fetches - before).toBe(1)
  })

  it('is unavailable while the keys cannot be had', async () => {
    const verifier = new JsonWebTokenVerifier({ ...BASE, keys: { kind: 'url', url } })
    const good = answer
    for (const broken of ['', 'no json', '{"keys": 1}']) {
      answer = broken
      await expect(verifier.verify(await sign(CLAIMS, { kid: 'one' }))).rejects.toEqual(refused(/cannot get the keys/, status.UNAVAILABLE))
    }
    answer = good
    await verifier.verify(await sign(CLAIMS, { kid: 'one' }))
  })

  it('takes keys from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'artemis-jwks-'))
    try {
      for (const content of [answer, spki]) {
        const path = join(folder, `keys-${content.length}`)
        const verifier = new JsonWebTokenVerifier({ ...BASE, keys: { kind: 'file', path } })
        await writeFile(path, content)
        await verifier.verify(await sign(CLAIMS, { kid: 'one' }))
      }
      const missing = new JsonWebTokenVerifier({ ...BASE, keys: { kind: 'file', path: join(folder, 'none') } })
      await expect(missing.verify(await sign(CLAIMS))).rejects.toEqual(refused(/cannot get the keys/, status.UNAVAILABLE))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('refuses a configuration that is not safe', async () => {
    const invalid = expect.objectContaining({ code: 'INVALID_JWT_CONFIG' }) as object
    for (const algorithms of [['none'], ['HS256'], ['RS256', 'HS512'], []]) expect(() => withPem({ algorithms })).toThrow(invalid)
    expect(() => withPem({ audience: '' })).toThrow(invalid)
    expect(() => withPem({ issuer: [] })).toThrow(invalid)
    expect(() => new JsonWebTokenVerifier({ ...BASE, keys: { kind: 'url', url: 'http://id.example.org/jwks' } })).toThrow(invalid)
    expect(() => new JsonWebTokenVerifier({ ...BASE, keys: { kind: 'url', url: 'jwks' } })).toThrow(invalid)
    expect(() => new JsonWebTokenVerifier({ ...BASE, keys: { kind: 'pem', pem: 'x' } })).toThrow(invalid)
    const secret = await exportPKCS8(keys.privateKey)
    expect(() => new JsonWebTokenVerifier({ ...BASE, keys: { kind: 'pem', pem: secret } })).toThrow(invalid)
    await expect(withPem({ algorithms: ['RS256'] }).verify(await sign(CLAIMS))).rejects.toEqual(refused(/algorithm is not allowed/))
  })
})
