/**
 * The cookies that a server set, for as long as the client lives: Flight keeps sessions by them. A client talks to one
 * server, so domains and paths play no part.
 */

import type { Metadata } from '@grpc/grpc-js'

export class CookieJar {
  readonly #cookies = new Map<string, string>()

  /** Takes the cookies of an answer's headers; returns whether a value was replaced by another one. */
  receive(headers: Metadata): boolean {
    let replaced = false
    for (const header of headers.get('set-cookie')) {
      const [pair = '', ...attributes] = String(header).split(';')
      const equals = pair.indexOf('=')
      if (equals < 1) continue
      const name = pair.slice(0, equals).trim()
      const value = pair.slice(equals + 1).trim()
      const known = this.#cookies.get(name)
      replaced ||= known !== undefined && known !== value
      if (value === '' || attributes.some(isExpired)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return replaced
  }

  /** The value of the `cookie` header; undefined when there is none. */
  get header(): string | undefined {
    if (this.#cookies.size === 0) return undefined
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}

function isExpired(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=').map((part) => part.trim())
  if (name.toLowerCase() === 'max-age') return Number(value) <= 0
  return name.toLowerCase() === 'expires' && Date.parse(value) <= Date.now()
}
