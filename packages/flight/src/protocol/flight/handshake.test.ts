import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { credentials, Metadata, ServerCredentials, status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { BasicAuthSchema, FlightInfoSchema, HandshakeRequestSchema } from '../generated/Flight_pb.js'
import type { Authenticator, Credentials } from './authenticator.js'
import { unauthenticated } from './flight-error.js'
import { flightServiceDefinition as calls } from './service-definition.js'
import { bytes, descriptor, failureOf, loopback, messagesOf, text } from './testing/loopback.js'
import type { Loopback } from './testing/loopback.js'

vi.setConfig({ testTimeout: 15_000 })

let open: Loopback | undefined

afterEach(async () => {
  await open?.close()
  open = undefined
})

const TOKEN = 'Bearer token-of-ann'
const ann = { id: 'ann', name: 'Ann' }

const authenticator: Authenticator = {
  async authenticate({ headers }) {
    const [plain] = headers.get('authorization')
    const [binary] = headers.get('auth-token-bin')
    if (plain === TOKEN || binary?.toString() === 'token-of-ann') return ann
    throw unauthenticated('the token is not valid')
  },
  async handshake({ headers }, payload) {
    const basic = payload === undefined ? undefined : fromBinary(BasicAuthSchema, payload)
    const isAnn = headers.get('authorization')[0] === `Basic ${btoa('ann:secret')}` || (basic?.username === 'ann' && basic.password === 'secret')
    if (!isAnn) throw unauthenticated('the name or the password is wrong')
    return { principal: ann, authorization: TOKEN }
  },
}

const service = { getFlightInfo: async () => create(FlightInfoSchema, { totalRecords: 5n }) }

function withHeader(name: string, value: string | Buffer): Metadata {
  const metadata = new Metadata()
  metadata.set(name, value)
  return metadata
}

describe('Handshake', () => {
  it('answers Basic in the headers at once, in headers, trailers and payload', async () => {
    open = await loopback({ service, authenticator })
    // The client's side stays open: the answer must not wait for its end.
    const call = open.client.duplex(calls.Handshake, { metadata: withHeader('authorization', `Basic ${btoa('ann:secret')}`) })
    const headers = once(call, 'metadata') as Promise<[Metadata]>
    const trailers = once(call, 'status') as Promise<[{ metadata: Metadata }]>
    const responses = await messagesOf(call)
    expect(responses.map((r) => text(r.payload))).toEqual(['token-of-ann'])
    expect((await headers)[0].get('authorization')).toEqual([TOKEN])
    expect((await trailers)[0].metadata.get('authorization')).toEqual([TOKEN])
    const info = await open.client.unary(calls.GetFlightInfo, descriptor, { metadata: withHeader('authorization', TOKEN) })
    expect(info.totalRecords).toBe(5n)
  })

  it('answers a BasicAuth message when it is there', async () => {
    open = await loopback({ service, authenticator })
    const call = open.client.duplex(calls.Handshake)
    const payload = toBinary(BasicAuthSchema, create(BasicAuthSchema, { username: 'ann', password: 'secret' }))
    call.write(create(HandshakeRequestSchema, { payload }))
    const [response] = await messagesOf(call)
    const metadata = withHeader('auth-token-bin', Buffer.from(response!.payload))
    expect((await open.client.unary(calls.GetFlightInfo, descriptor, { metadata })).totalRecords).toBe(5n)
  })

  it('refuses the wrong, the malformed and the absent', async () => {
    open = await loopback({ service, authenticator })
    const { client } = open
    const wrong = client.duplex(calls.Handshake, { metadata: withHeader('authorization', 'Basic eHg=') })
    expect(await failureOf(messagesOf(wrong))).toMatchObject({ code: status.UNAUTHENTICATED, details: 'the name or the password is wrong' })
    const message = client.duplex(calls.Handshake)
    message.write(create(HandshakeRequestSchema, { payload: bytes('no such message') }))
    expect((await failureOf(messagesOf(message))).code).not.toBe(status.OK)
    const nothing = client.duplex(calls.Handshake)
    nothing.end()
    expect((await failureOf(messagesOf(nothing))).code).toBe(status.UNAUTHENTICATED)
    for (const metadata of [new Metadata(), withHeader('authorization', 'Bearer other')]) {
      expect(await failureOf(client.unary(calls.GetFlightInfo, descriptor, { metadata }))).toMatchObject({
        code: status.UNAUTHENTICATED,
        details: 'the token is not valid',
      })
    }
  })

  it('is read by nobody before a stranger is known: no message of it, whatever it sends', async () => {
    const release = { go: (): void => undefined }
    const waiting = new Promise<void>((resolve) => {
      release.go = resolve
    })
    let asked = 0
    open = await loopback({
      service,
      authenticator: {
        async authenticate() {
          asked++
          await waiting
          throw unauthenticated('no')
        },
        handshake: () => Promise.reject(unauthenticated('no')),
      },
    })
    const call = open.client.duplex(calls.DoPut)
    const failure = failureOf(messagesOf(call))
    let written = 0
    for (let i = 0; i < 5; i++) {
      call.write({ descriptor, payload: { header: bytes('h'), body: [new Uint8Array(1_000_000)] } }, () => written++)
    }
    // As many turns of the event loop as five messages take many times over, if they were read.
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(asked).toBe(1)
    expect(written).toBeLessThanOrEqual(1)
    expect(open.server.activeCalls).toBe(0)
    release.go()
    expect((await failure).code).toBe(status.UNAUTHENTICATED)
  })

  it('keeps few strangers waiting', async () => {
    open = await loopback({ service, authenticator })
    const { client } = open
    const waiting = Array.from({ length: 32 }, () => client.duplex(calls.Handshake))
    for (const call of waiting) call.on('error', () => undefined)
    // A server stream after them on the same connection comes later at the server, too.
    await failureOf(client.unary(calls.GetFlightInfo, descriptor))
    expect((await failureOf(messagesOf(client.duplex(calls.Handshake)))).code).toBe(status.RESOURCE_EXHAUSTED)
    for (const call of waiting) call.cancel()
    await open.server.drain(1000)
    expect(open.server.activeCalls).toBe(0)
  })

  it('ends at its deadline when a client says nothing', async () => {
    open = await loopback({ service, authenticator })
    const call = open.client.duplex(calls.Handshake, { deadline: new Date(Date.now() + 100) })
    expect((await failureOf(messagesOf(call))).code).toBe(status.DEADLINE_EXCEEDED)
    await open.server.drain(1000)
    expect(open.server.activeCalls).toBe(0)
  })
})

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

describe.skipIf(!hasOpenssl())('over TLS (openssl makes the certificates)', () => {
  it('the authenticator sees the certificate that was verified', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'artemis-flight-tls-'))
    const read = (name: string): Buffer => readFileSync(path.join(folder, name))
    const openssl = (...parameters: string[]): void => {
      execFileSync('openssl', parameters, { cwd: folder, stdio: 'pipe' })
    }
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '30')
    for (const [name, subject] of [
      ['server', 'localhost'],
      ['client', 'portal'],
    ] as const) {
      openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${subject}`, '-addext', 'subjectAltName=DNS:localhost')
      openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', `${name}.pem`, '-copy_extensions', 'copy', '-days', '30')
    }
    const seen: Credentials[] = []
    const byCertificate: Authenticator = {
      async authenticate(given) {
        seen.push(given)
        return { id: 'c', name: String(given.certificate?.subject.CN) }
      },
      async handshake() {
        throw unauthenticated('no')
      },
    }
    const names: string[] = []
    open = await loopback(
      {
        service: {
          async getFlightInfo(context) {
            names.push(context.principal.name)
            return create(FlightInfoSchema)
          },
        },
        authenticator: byCertificate,
        credentials: ServerCredentials.createSsl(read('ca.pem'), [{ private_key: read('server.key'), cert_chain: read('server.pem') }], true),
      },
      credentials.createSsl(read('ca.pem'), read('client.key'), read('client.pem')),
    )
    rmSync(folder, { recursive: true })
    await open.client.unary(calls.GetFlightInfo, descriptor)
    expect(names).toEqual(['portal'])
    expect(seen[0]!.peer).toMatch(/:\d+$/)
  })
})
