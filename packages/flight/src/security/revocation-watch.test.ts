import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Metadata, status } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallContext } from '../protocol/flight/call-context.js'
import { createAuthenticator } from './authenticator.js'
import { RevocationWatch } from './revocation-watch.js'
import { READ_EVERYTHING } from './scope.js'
import { TokenStore } from './token-store.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'artemis-revocation-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a stream whose token is revoked', () => {
  it('ends at the next look, and not before', async () => {
    let now = Date.UTC(2026, 0, 1)
    const tokens = await TokenStore.open(path.join(folder, 'tokens.json'), { intervalMs: 0, now: () => now })
    const { token, record } = await tokens.create({ name: 'portal', expiresAtMs: now + 60_000, scopes: READ_EVERYTHING })
    const context = await callOf(tokens, token)
    const watch = new RevocationWatch(tokens, { now: () => now })
    await watch.begin(context)
    now += 500
    expect(watch.sent(context)).toBeUndefined()
    now += 1000
    await watch.sent(context)
    await tokens.revoke(record.id)
    expect(watch.sent(context)).toBeUndefined()
    now += 1000
    await expect(watch.sent(context)).rejects.toMatchObject({ code: status.UNAUTHENTICATED, message: expect.stringContaining('was revoked') as string })
  })

  it('ends when the token expires, and another principal goes on', async () => {
    let now = Date.UTC(2026, 0, 1)
    const tokens = await TokenStore.open(path.join(folder, 'tokens.json'), { intervalMs: 0, now: () => now })
    const { token } = await tokens.create({ name: 'portal', expiresAtMs: now + 60_000, scopes: READ_EVERYTHING })
    const context = await callOf(tokens, token)
    const other = { ...context, principal: { id: 'certificate:cn:grafana', name: 'grafana' } }
    const watch = new RevocationWatch(tokens, { now: () => now })
    await watch.begin(context)
    await watch.begin(other)
    now += 61_000
    await expect(watch.sent(context)).rejects.toMatchObject({ message: expect.stringContaining('expired') as string })
    expect(watch.sent(other)).toBeUndefined()
  })
})

async function callOf(tokens: TokenStore, token: string): Promise<CallContext> {
  const headers = new Metadata()
  headers.set('authorization', `Bearer ${token}`)
  const peer = '127.0.0.1:1'
  const principal = await createAuthenticator({ tokens }).authenticate({ headers, peer, certificate: undefined })
  return { method: 'DoGet', peer, headers, principal, signal: new AbortController().signal, deadline: undefined, setHeader: () => undefined }
}
