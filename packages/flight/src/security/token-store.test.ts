import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { status } from '@grpc/grpc-js'
import { withFileLock } from './atomic-file.js'
import { READ_EVERYTHING } from './scope.js'
import { parseExpiry } from './token-expiry.js'
import { TokenStore } from './token-store.js'

let folder = ''
let file = ''
const NOW = Date.parse('2026-11-22T12:00:00Z')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artemis-tokens-'))
  file = join(folder, 'tokens.json')
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

function unauthenticated(message: RegExp): object {
  return expect.objectContaining({ code: status.UNAUTHENTICATED, message: expect.stringMatching(message) as string }) as object
}

describe('TokenStore', () => {
  it('makes a token that it knows again, and stores only a hash', async () => {
    const store = await TokenStore.open(file, { intervalMs: 0 })
    const { token, record } = await store.create({ name: 'portal', expiresAtMs: undefined, scopes: READ_EVERYTHING, limits: { requestsPerSecond: 2, bytesPerSecond: Infinity } })
    expect(token).toMatch(/^art_[a-z2-7]{12}_[a-z2-7]{40}$/)
    expect(await store.verify(token)).toMatchObject({ id: record.id, name: 'portal', scopes: READ_EVERYTHING, limits: { requestsPerSecond: 2, bytesPerSecond: Infinity } })
    const secret = token.split('_')[2] ?? ''
    const content = await readFile(file, 'utf8')
    expect(content).not.toContain(secret)
    expect(content).toContain(createHash('sha256').update(secret).digest('hex'))
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['tokens.json'])
  })

  it('takes up new and revoked tokens of another process', async () => {
    const server = await TokenStore.open(file, { intervalMs: 0 })
    const command = await TokenStore.open(file)
    const { token, record } = await command.create({ name: 'a', expiresAtMs: undefined, scopes: READ_EVERYTHING })
    expect((await server.verify(token)).id).toBe(record.id)
    await command.revoke('a')
    await expect(server.verify(token)).rejects.toEqual(unauthenticated(/"a" was revoked at/))
    await expect(command.revoke('a')).rejects.toThrow(/no token has/)
    expect((await command.revoke(record.id)).revokedAtMs).toBeDefined()
  })

  it('looks at the file at most once an interval', async () => {
    const server = await TokenStore.open(file, { intervalMs: 100_000 })
    const { token } = await (await TokenStore.open(file)).create({ name: 'a', expiresAtMs: undefined, scopes: READ_EVERYTHING })
    await expect(server.verify(token)).rejects.toEqual(unauthenticated(/not valid/))
  })

  it('ends a token at its expiry', async () => {
    let now = NOW
    const store = await TokenStore.open(file, { now: () => now })
    const { token } = await store.create({ name: 'short', expiresAtMs: parseExpiry('30d', NOW), scopes: READ_EVERYTHING })
    now += 30 * 86_400_000 - 1
    await store.verify(token)
    now += 1
    await expect(store.verify(token)).rejects.toEqual(unauthenticated(/"short" expired at 2026-12-22T12:00:00.000Z/))
    expect((await store.list()).map((listed) => listed.state)).toEqual(['expired'])
  })

  it('gives nothing away for truncated, changed and unknown tokens', async () => {
    const store = await TokenStore.open(file, { intervalMs: 0 })
    const { token, record } = await store.create({ name: 'a', expiresAtMs: undefined, scopes: READ_EVERYTHING })
    const other = await store.create({ name: 'b', expiresAtMs: undefined, scopes: READ_EVERYTHING })
    await store.revoke(other.record.id)
    for (let length = 0; length < token.length; length++) await expect(store.verify(token.slice(0, length))).rejects.toEqual(unauthenticated(/not a whole token/))
    for (let index = 0; index < token.length; index++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = token.slice(0, index) + String.fromCharCode(token.charCodeAt(index) ^ (1 << bit)) + token.slice(index + 1)
        await expect(store.verify(flipped), flipped).rejects.toEqual(unauthenticated(/^(the token is not valid|this is not a whole token: .*)$/))
      }
    }
    const secret = token.split('_')[2] ?? ''
    await expect(store.verify(`art_${other.record.id}_${secret}`)).rejects.toEqual(unauthenticated(/^the token is not valid$/))
    await expect(store.verify(`${token}\n`)).rejects.toEqual(unauthenticated(/not a whole token/))
    await expect(store.verify(token.toUpperCase())).rejects.toEqual(unauthenticated(/not a whole token/))
    expect((await store.verify(token)).id).toBe(record.id)
  })

  it('lets nobody in while the file is damaged or gone, and says so once', async () => {
    const errors: object[] = []
    const warnings: string[] = []
    const logger = { error: (fields: object) => errors.push(fields), warn: (_: object, message: string) => warnings.push(message) }
    const store = await TokenStore.open(file, { intervalMs: 0, logger })
    const { token } = await store.create({ name: 'a', expiresAtMs: undefined, scopes: READ_EVERYTHING })
    await store.verify(token)
    const content = await readFile(file, 'utf8')
    for (const damaged of [content.slice(0, -10), '', '{}', content.replace('"version": 1', '"version": 2'), content.replace('"expires": null', '"expire": null'), content.replace('read:', 'reed:')]) {
      await writeFile(file, damaged)
      await expect(store.verify(token)).rejects.toMatchObject({ code: status.UNAVAILABLE, message: 'the server cannot read its tokens at present' })
      await expect(store.verify(token)).rejects.toMatchObject({ code: status.UNAVAILABLE })
      await expect(TokenStore.open(file)).rejects.toMatchObject({ code: 'TOKEN_FILE_DAMAGED' })
    }
    expect(errors).toHaveLength(6)
    await rm(file)
    await expect(store.verify(token)).rejects.toMatchObject({ code: status.UNAVAILABLE })
    await writeFile(file, content)
    await store.verify(token)
    expect(warnings).toEqual(['the token file can be read again'])
    await chmod(file, 0o666)
    await TokenStore.open(file, { logger })
    expect(warnings[1]).toMatch(/others than its owner may write/)
  })

  it('keeps when a token was last used, to the minute', async () => {
    const store = await TokenStore.open(file, { now: () => NOW + 12_345 })
    const { token } = await store.create({ name: 'a', expiresAtMs: undefined, scopes: READ_EVERYTHING })
    expect((await store.list())[0]?.lastUsedAtMs).toBeUndefined()
    await store.verify(token)
    await store.close()
    expect((await (await TokenStore.open(file)).list())[0]?.lastUsedAtMs).toBe(NOW)
  })

  it('refuses what makes no token', async () => {
    const store = await TokenStore.open(file)
    await expect(store.create({ name: ' ', expiresAtMs: undefined, scopes: READ_EVERYTHING })).rejects.toMatchObject({ code: 'INVALID_TOKEN_NAME' })
    await expect(store.create({ name: 'a', expiresAtMs: undefined, scopes: [] })).rejects.toMatchObject({ code: 'INVALID_SCOPE' })
    for (const limits of [{ requestsPerSecond: 0 }, { requestsPerSecond: NaN }, { concurrentQueries: 1.5 }, { requestBurst: 0.5 }]) {
      await expect(store.create({ name: 'a', expiresAtMs: undefined, scopes: READ_EVERYTHING, limits })).rejects.toMatchObject({ code: 'INVALID_LIMIT' })
    }
  })
})

describe('several processes', () => {
  it('lose no token of each other', { timeout: 60_000 }, async () => {
    const source = fileURLToPath(new URL('./token-store.ts', import.meta.url))
    const script = `
      const { createViteServer: createServer } = await import('vitest/node')
      const server = await createServer({ configFile: false, logLevel: 'error', server: { middlewareMode: true, hmr: false, ws: false }, appType: 'custom', optimizeDeps: { noDiscovery: true }, ssr: { resolve: { conditions: ['@artemis/source'] } }, resolve: { conditions: ['@artemis/source'] } })
      const { TokenStore } = await server.ssrLoadModule(${JSON.stringify(source)})
      const store = await TokenStore.open(${JSON.stringify(file)})
      const mine = []
      for (let i = 0; i < 8; i++) {
        const { token, record } = await store.create({ name: process.argv[1] + '-' + i, expiresAtMs: undefined, scopes: [{ right: 'read', catalog: '*', namespace: '*' }] })
        mine.push(token)
        if (i % 4 === 3) { await store.revoke(record.id); mine.pop() }
      }
      await server.close()
      console.log(JSON.stringify(mine))`
    const outputs = await Promise.all(['a', 'b', 'c'].map((name) => runNode(script, name)))
    const store = await TokenStore.open(file)
    const listed = await store.list()
    expect(listed).toHaveLength(24)
    expect(listed.filter((token) => token.state === 'revoked')).toHaveLength(6)
    const tokens = outputs.flatMap((output) => JSON.parse(output) as string[])
    expect(tokens).toHaveLength(18)
    for (const token of tokens) await store.verify(token)
    expect(await readdir(folder)).toEqual(['tokens.json'])
  })

  it('break the lock of a dead one, and wait for a living one', async () => {
    const dead = await runNode('console.log(process.pid)', '')
    await writeFile(`${file}.lock`, `${dead.trim()}@${hostname()}`)
    const order: number[] = []
    await Promise.all(
      [1, 2, 3].map((n) =>
        withFileLock(file, async () => {
          order.push(n)
          await new Promise((resolve) => setImmediate(resolve))
          order.push(n)
        }),
      ),
    )
    expect(order).toHaveLength(6)
    for (let i = 0; i < 6; i += 2) expect(order[i]).toBe(order[i + 1])
    await writeFile(`${file}.lock`, `1@elsewhere.example`)
    await expect(withFileLock(file, () => Promise.resolve(), 50)).rejects.toMatchObject({ code: 'FILE_LOCKED', message: expect.stringContaining('1@elsewhere.example') as string })
  })
})

describe('parseExpiry', () => {
  it.each([
    ['never', undefined],
    ['90m', NOW + 5_400_000],
    ['30d', NOW + 30 * 86_400_000],
    ['2027-01-01', Date.UTC(2027, 0, 1)],
    ['2027-01-01T12:00+02:00', Date.UTC(2027, 0, 1, 10)],
  ])('reads %s', (text, expected) => expect(parseExpiry(text, NOW)).toBe(expected))
  it.each(['', '30', 'd', '-1d', '0d', '2027-02-30', '2027-13-01', '2020-01-01', 'tomorrow', '2027-01-01T12:00'])('refuses "%s"', (text) => {
    expect(() => parseExpiry(text, NOW)).toThrow(expect.objectContaining({ code: 'INVALID_EXPIRY' }))
  })
})

function runNode(script: string, argument: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, argument], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`child ended with ${code}`))))
  })
}
