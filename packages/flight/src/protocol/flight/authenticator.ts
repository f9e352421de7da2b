import type { Metadata } from '@grpc/grpc-js'
import type { PeerCertificate } from 'node:tls'
import type { Principal } from '../principal.js'

export interface Credentials {
  readonly headers: Metadata
  readonly peer: string
  /** The client's certificate where TLS verified one. */
  readonly certificate: PeerCertificate | undefined
}

/** What Handshake gives a client: the value of the `authorization` header that its later calls are to carry. */
export interface HandshakeGrant {
  readonly principal: Principal
  readonly authorization: string
}

/** Decides who calls. Throws a FlightError UNAUTHENTICATED whose message says what was wrong, but never why a secret did not match. */
export interface Authenticator {
  /** Called before each call other than Handshake. */
  authenticate(credentials: Credentials): Promise<Principal>
  /** Basic or Bearer in the headers of Handshake, or the payload of its first message (a `BasicAuth` message). */
  handshake(credentials: Credentials, payload: Uint8Array | undefined): Promise<HandshakeGrant>
}
