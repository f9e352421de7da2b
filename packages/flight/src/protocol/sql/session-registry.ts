/**
 * The sessions of all clients. A call's session is the one of its cookie, else the one of its connection, else a new one;
 * a session answers to its own principal only. Sessions end when they are closed or idle; their number is bounded, in all
 * and for each principal, and when there are too many the one that was idle longest makes room.
 */

import { status } from '@grpc/grpc-js'
import type { CallContext } from '../flight/call-context.js'
import { FlightError } from '../flight/flight-error.js'
import type { Principal } from '../principal.js'
import type { Backend } from './backend.js'
import { clearSessionCookie, sessionCookies, setSessionCookie } from './session-cookie.js'
import { Session } from './session.js'

export interface SessionRegistryOptions {
  readonly backend: Backend
  readonly idleMs: number
  readonly maxSessions: number
  readonly maxSessionsPerPrincipal: number
  readonly clock: () => number
  /** Told of each session that ends, so that its statements end with it. */
  readonly ended: (session: Session) => void
}

export class SessionRegistry {
  readonly #options: SessionRegistryOptions
  readonly #byId = new Map<string, Session>()
  readonly #byKey = new Map<string, Session>()
  readonly #byPeer = new Map<string, Session>()
  readonly #countByPrincipal = new Map<string, number>()
  /** Sessions that are being opened, by connection: calls that come at once share one. */
  readonly #opening = new Map<string, Promise<Session>>()
  /** Closings that still go on. */
  readonly #closing = new Set<Promise<void>>()
  #sweptAtMs = 0

  constructor(options: SessionRegistryOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#byId.size
  }

  /** The call's session. Tells the client its cookie when the call did not carry it. */
  async sessionOf(context: CallContext): Promise<Session> {
    this.#sweep()
    const named = this.#byCookie(context)
    if (named !== undefined) return this.#touched(named)
    const key = peerKey(context)
    const session = this.#byPeer.get(key) ?? (await this.#openOnce(context.principal, key))
    // The connection may have ended meanwhile.
    if (context.signal.aborted) this.#byPeer.delete(key)
    setSessionCookie(context, session.id)
    return this.#touched(session)
  }

  /** The call's session if it has one already. */
  existing(context: CallContext): Session | undefined {
    return this.#byCookie(context) ?? this.#byPeer.get(peerKey(context))
  }

  /** The session of a ticket or a handle, while it lasts. */
  byKey(key: string): Session | undefined {
    const session = this.#byKey.get(key)
    return session === undefined ? undefined : this.#touched(session)
  }

  /**
   * The next connection from this address and port is another client's. The session goes on for its cookie, its tickets
   * and its handles, until it is idle.
   */
  connectionEnded(peer: string): void {
    for (const key of this.#byPeer.keys()) if (key.endsWith(`\n${peer}`)) this.#byPeer.delete(key)
  }

  /** Ends a session at its client's wish. */
  async close(context: CallContext, session: Session): Promise<void> {
    clearSessionCookie(context, session.id)
    await this.#end(session)
  }

  async closeAll(): Promise<void> {
    const opening = await Promise.allSettled(this.#opening.values())
    const open = [...this.#byId.values(), ...opening.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))]
    await Promise.allSettled([...open.map((session) => this.#end(session)), ...this.#closing])
  }

  #byCookie(context: CallContext): Session | undefined {
    for (const id of sessionCookies(context)) {
      const session = this.#byId.get(id)
      if (session?.principal.id === context.principal.id) return session
    }
    return undefined
  }

  #touched(session: Session): Session {
    session.lastUsedMs = this.#options.clock()
    return session
  }

  #openOnce(principal: Principal, key: string): Promise<Session> {
    const opening = this.#opening.get(key)
    if (opening !== undefined) return opening
    const promise = this.#open(principal, key).finally(() => this.#opening.delete(key))
    this.#opening.set(key, promise)
    return promise
  }

  async #open(principal: Principal, key: string): Promise<Session> {
    this.#makeRoom(principal)
    // Counted at once, so that many openings at the same time cannot pass the bound together.
    this.#count(principal, 1)
    try {
      const session = new Session(principal, await this.#options.backend.openSession(principal), key, this.#options.clock())
      this.#byId.set(session.id, session)
      this.#byKey.set(session.key, session)
      this.#byPeer.set(key, session)
      return session
    } catch (error) {
      this.#count(principal, -1)
      throw error
    }
  }

  #count(principal: Principal, change: 1 | -1): void {
    const count = (this.#countByPrincipal.get(principal.id) ?? 0) + change
    if (count === 0) this.#countByPrincipal.delete(principal.id)
    else this.#countByPrincipal.set(principal.id, count)
  }

  #makeRoom(principal: Principal): void {
    const { maxSessions, maxSessionsPerPrincipal } = this.#options
    if ((this.#countByPrincipal.get(principal.id) ?? 0) >= maxSessionsPerPrincipal) this.#evictFrom(principal.id)
    if (this.#byId.size + this.#opening.size >= maxSessions) this.#evictFrom(this.#largestPrincipal() ?? principal.id)
  }

  #evictFrom(principalId: string): void {
    let oldest: Session | undefined
    for (const session of this.#byId.values()) {
      if (session.principal.id !== principalId || session.isBusy) continue
      if (oldest === undefined || session.lastUsedMs < oldest.lastUsedMs) oldest = session
    }
    if (oldest === undefined) {
      throw new FlightError({ code: status.RESOURCE_EXHAUSTED, message: 'too many sessions are open; close some, or share connections', retryAfterSeconds: 5 })
    }
    this.#endInBackground(oldest)
  }

  /** Whoever has the most sessions makes room, so that one client cannot push out the others. */
  #largestPrincipal(): string | undefined {
    let largest: string | undefined
    let most = 0
    for (const [id, count] of this.#countByPrincipal) {
      if (count > most) [largest, most] = [id, count]
    }
    return largest
  }

  /** Looks for idle sessions now and then, as calls come: no timer keeps a process alive. */
  #sweep(): void {
    const { clock, idleMs } = this.#options
    const now = clock()
    if (now - this.#sweptAtMs < Math.min(idleMs / 4, 10_000)) return
    this.#sweptAtMs = now
    for (const session of this.#byId.values()) {
      if (!session.isBusy && now - session.lastUsedMs > idleMs) this.#endInBackground(session)
    }
  }

  #endInBackground(session: Session): void {
    const ending = this.#end(session)
      // The client is gone: there is nobody to tell, and the backend has its own log.
      .catch(() => undefined)
      .finally(() => this.#closing.delete(ending))
    this.#closing.add(ending)
  }

  async #end(session: Session): Promise<void> {
    if (!this.#byId.delete(session.id)) return session.close()
    this.#byKey.delete(session.key)
    if (this.#byPeer.get(session.peerKey) === session) this.#byPeer.delete(session.peerKey)
    this.#count(session.principal, -1)
    this.#options.ended(session)
    await session.close()
  }
}

function peerKey({ principal, peer }: CallContext): string {
  return `${principal.id}\n${peer}`
}
