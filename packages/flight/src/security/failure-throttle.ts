/**
 * Slows down who tries tokens. Only answers to failures are held back, so that a legitimate user behind the same address
 * is never locked out, and nobody's verdict depends on another's failures. Counts are kept for a bounded number of
 * addresses, and a bounded number of answers is held back for each.
 */

import { setTimeout as sleep } from 'node:timers/promises'

export interface FailureThrottleOptions {
  /** Failures of an address that are answered at once. */
  readonly burst?: number
  /** Failures that an address is forgiven per second. */
  readonly perSecond?: number
  readonly maxDelayMs?: number
  readonly maxHeldPerAddress?: number
  readonly maxAddresses?: number
  readonly now?: () => number
  readonly wait?: (ms: number) => Promise<void>
}

interface Failures {
  count: number
  atMs: number
  held: number
}

export class FailureThrottle {
  readonly #burst: number
  readonly #perSecond: number
  readonly #maxDelayMs: number
  readonly #maxHeld: number
  readonly #maxAddresses: number
  readonly #now: () => number
  readonly #wait: (ms: number) => Promise<void>
  readonly #addresses = new Map<string, Failures>()

  constructor(options: FailureThrottleOptions = {}) {
    this.#burst = options.burst ?? 10
    this.#perSecond = options.perSecond ?? 1
    this.#maxDelayMs = options.maxDelayMs ?? 2_000
    this.#maxHeld = options.maxHeldPerAddress ?? 16
    this.#maxAddresses = options.maxAddresses ?? 10_000
    this.#now = options.now ?? (() => performance.now())
    this.#wait = options.wait ?? ((ms) => sleep(ms, undefined, { ref: false }))
  }

  /**
   * Counts a failure and waits before it is answered. False when so many answers to this address are held back that this
   * one is answered at once, without a reason.
   */
  async failed(peer: string): Promise<boolean> {
    const failures = this.#failuresOf(addressOf(peer))
    failures.count += 1
    const excess = failures.count - this.#burst
    if (excess <= 0) return true
    // The count is bounded, so that a flood is over a minute after its end.
    failures.count = Math.min(failures.count, this.#burst + 60 * this.#perSecond)
    if (failures.held >= this.#maxHeld) return false
    failures.held += 1
    try {
      await this.#wait(Math.min(this.#maxDelayMs, (excess / this.#perSecond) * 1000))
    } finally {
      failures.held -= 1
    }
    return true
  }

  #failuresOf(address: string): Failures {
    const now = this.#now()
    const known = this.#addresses.get(address)
    // Put back at the end: the map's first is the one unheard of for longest.
    this.#addresses.delete(address)
    const failures = known ?? { count: 0, atMs: now, held: 0 }
    failures.count = Math.max(0, failures.count - ((now - failures.atMs) / 1000) * this.#perSecond)
    failures.atMs = now
    this.#addresses.set(address, failures)
    const oldest = this.#addresses.size > this.#maxAddresses ? this.#addresses.keys().next().value : undefined
    if (oldest !== undefined) this.#addresses.delete(oldest)
    return failures
  }
}

/** The address without the port. Of IPv6 the first 64 bits: one host has all the rest to choose from. */
export function addressOf(peer: string): string {
  const colon = peer.lastIndexOf(':')
  const host = (colon === -1 ? peer : peer.slice(0, colon)).replace(/^\[|\]$/g, '')
  if (!host.includes(':')) return host
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)
  if (mapped?.[1] !== undefined) return mapped[1]
  const [head = '', tail] = host.split('::')
  const leading = head === '' ? [] : head.split(':')
  const trailing = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? leading : [...leading, ...Array<string>(Math.max(0, 8 - leading.length - trailing.length)).fill('0'), ...trailing]
  return `${groups.slice(0, 4).join(':').toLowerCase()}::/64`
}
