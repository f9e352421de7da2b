/** The same authenticator, whose refusals are counted. */

import type { Authenticator } from '../protocol/flight/authenticator.js'

export function countingAuthenticator(inner: Authenticator, onFailure: (error: unknown) => void): Authenticator {
  const counted = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      onFailure(error)
      throw error
    }
  }
  return {
    authenticate: (credentials) => counted(inner.authenticate(credentials)),
    handshake: (credentials, payload) => counted(inner.handshake(credentials, payload)),
  }
}
