import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Server, credentials as channelCredentials, makeClientConstructor } from '@grpc/grpc-js'
import type { ServerUnaryCall, ServiceDefinition, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js'
import { serverCredentials } from './tls.js'
import type { TlsOptions } from './tls.js'

let folder = ''
const file = (name: string): string => join(folder, name)

function openssl(...parameters: string[]): void {
  execFileSync('openssl', parameters, { cwd: folder, stdio: 'pipe' })
}

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

function issue(name: string, commonName: string, authority = 'ca', ...more: string[]): void {
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${commonName}`, '-addext', 'subjectAltName=DNS:localhost')
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-out', `${name}.pem`, '-copy_extensions', 'copy', ...(more.length > 0 ? more : ['-days', '90']))
}

const available = hasOpenssl()

beforeAll(() => {
  if (!available) return
  folder = mkdtempSync(join(tmpdir(), 'artemis-tls-'))
  for (const authority of ['ca', 'stranger']) {
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${authority}.key`, '-out', `${authority}.pem`, '-subj', `/CN=${authority}`, '-days', '90')
  }
  issue('server', 'first')
  issue('renewed', 'second')
  issue('client', 'portal')
  issue('foreign', 'portal', 'stranger')
  openssl('ec', '-in', 'server.key', '-aes128', '-passout', 'pass:abcd', '-out', 'encrypted.key')
})
afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
})

const same = (bytes: Buffer): Buffer => bytes
const definition: ServiceDefinition = {
  who: { path: '/test.Test/Who', requestStream: false, responseStream: false, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same },
}
const Client = makeClientConstructor(definition, 'test.Test')

/** Runs a server that answers with the name in the client's verified certificate. */
async function withServer<T>(options: TlsOptions, run: (port: number, tls: Awaited<ReturnType<typeof serverCredentials>>) => Promise<T>): Promise<T> {
  const tls = await serverCredentials({ reloadIntervalMs: 0, ...options })
  const server = new Server()
  const implementation: UntypedServiceImplementation = {
    who: (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) => {
      reply(null, Buffer.from(String(call.getAuthContext().sslPeerCertificate?.subject.CN ?? 'nobody')))
    },
  }
  server.addService(definition, implementation)
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('localhost:0', tls.credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)))
  })
  try {
    return await run(port, tls)
  } finally {
    server.forceShutdown()
    tls.close()
  }
}

function who(port: number, name?: string): Promise<string> {
  const identity = name === undefined ? [] : [readFileSync(file(`${name}.key`)), readFileSync(file(`${name}.pem`))]
  const client = new Client(`localhost:${port}`, channelCredentials.createSsl(readFileSync(file('ca.pem')), identity[0], identity[1]))
  return new Promise<string>((resolve, reject) => {
    client.makeUnaryRequest('/test.Test/Who', same, same, Buffer.alloc(0), { deadline: Date.now() + 3_000 }, (error, value) => {
      client.close()
      if (error === null && value !== undefined) resolve(value.toString())
      else reject(error ?? new Error('no answer'))
    })
  })
}

/** The server's certificate as a new connection sees it. */
function seen(port: number, more: ConnectionOptions = {}): Promise<{ readonly name: string; readonly protocol: string | null }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: 'localhost', servername: 'localhost', ca: readFileSync(file('ca.pem')), ALPNProtocols: ['h2'], ...more }, () => {
      resolve({ name: String(socket.getPeerCertificate().subject.CN), protocol: socket.getProtocol() })
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

describe.skipIf(!available)('TLS (skipped without openssl on the path)', () => {
  const pair = (): TlsOptions => ({ certFile: file('server.pem'), keyFile: file('server.key') })

  it('speaks 1.2 and 1.3, and nothing older', async () => {
    await withServer(pair(), async (port) => {
      expect(await who(port)).toBe('nobody')
      expect((await seen(port)).protocol).toBe('TLSv1.3')
      expect((await seen(port, { maxVersion: 'TLSv1.2' })).protocol).toBe('TLSv1.2')
      await expect(seen(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow(/protocol version/)
    })
  })

  it('requires client certificates of its authority', async () => {
    await withServer({ ...pair(), clientCaFile: file('ca.pem') }, async (port) => {
      expect(await who(port, 'client')).toBe('portal')
      await expect(who(port)).rejects.toThrow(/UNAVAILABLE/)
      await expect(who(port, 'foreign')).rejects.toThrow(/UNAVAILABLE/)
    })
  })

  it('lets client certificates be optional, and believes none that it cannot verify', async () => {
    await withServer({ ...pair(), clientCaFile: file('ca.pem'), requireClientCertificate: false }, async (port) => {
      expect(await who(port, 'client')).toBe('portal')
      expect(await who(port)).toBe('nobody')
      expect(await who(port, 'foreign')).toBe('nobody')
    })
  })

  it('takes up a renewed certificate, and keeps the old one while the new files do not fit', async () => {
    const options = { certFile: file('live.pem'), keyFile: file('live.key') }
    copyFileSync(file('server.pem'), options.certFile)
    copyFileSync(file('server.key'), options.keyFile)
    await withServer(options, async (port, tls) => {
      expect((await seen(port)).name).toBe('first')
      expect(await tls.reload()).toBe(false)
      copyFileSync(file('renewed.pem'), options.certFile)
      await expect(tls.reload()).rejects.toThrow(/is not that of the certificate/)
      expect((await seen(port)).name).toBe('first')
      copyFileSync(file('renewed.key'), options.keyFile)
      expect(await tls.reload()).toBe(true)
      expect(await seen(port)).toEqual({ name: 'second', protocol: 'TLSv1.3' })
      await expect(seen(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow(/protocol version/)
    })
  })

  it('says what is wrong with the files', async () => {
    writeFileSync(file('text.pem'), 'hello')
    writeFileSync(file('damaged.pem'), readFileSync(file('server.pem'), 'utf8').replace(/[A-Za-z]{20}/, 'AAAA'))
    const later = (): number => Date.now() + 100 * 86_400_000
    const cases: [Partial<TlsOptions>, RegExp][] = [
      [{ certFile: file('none.pem') }, /certificate .*none\.pem cannot be read/],
      [{ keyFile: file('none.key') }, /private key .*none\.key cannot be read/],
      [{ certFile: file('text.pem') }, /text\.pem holds no PEM certificate/],
      [{ certFile: file('damaged.pem') }, /damaged\.pem is damaged/],
      [{ certFile: file('server.key') }, /holds no PEM certificate/],
      [{ keyFile: file('server.pem') }, /holds no PEM private key/],
      [{ keyFile: file('encrypted.key') }, /encrypted\.key is encrypted/],
      [{ keyFile: file('renewed.key') }, /is not that of the certificate/],
      [{ clientCaFile: file('text.pem') }, /text\.pem holds no PEM certificate/],
      [{ requireClientCertificate: true }, /no client CA is given/],
      [{ now: later }, /expired at/],
      [{ now: () => 0 }, /valid only from/],
    ]
    for (const [change, message] of cases) {
      await expect(serverCredentials({ ...pair(), reloadIntervalMs: 0, ...change })).rejects.toThrow(expect.objectContaining({ code: 'INVALID_TLS', message: expect.stringMatching(message) as string }))
    }
    const warnings: string[] = []
    const soon = (): number => Date.now() + 80 * 86_400_000
    await serverCredentials({ ...pair(), reloadIntervalMs: 0, now: soon, logger: { warn: (_, message) => warnings.push(message), error: () => undefined } })
    expect(warnings).toEqual(['the TLS certificate ends soon'])
  })
})
