/**
 * Where clients put their credentials. JDBC sends Basic (user and password) in Handshake, ADBC and pyarrow send
 * `authorization: Bearer`, older pyarrow handlers `auth-token-bin`, and the protobuf `BasicAuth` of Flight's own examples
 * comes as the payload of Handshake. All of them are read to one thing: the text of a token.
 */

import type { Metadata } from '@grpc/grpc-js'
import { fromBinary } from '@bufbuild/protobuf'
import { unauthenticated } from '../protocol/flight/flight-error.js'
import { BasicAuthSchema } from '../protocol/generated/Flight_pb.js'
import { resemblesToken } from './token-text.js'

/**
 * What a client is given that has no token of its own (a certificate, or an open server) and asks for one in Handshake:
 * it carries no right, and is read as no credentials at all.
 */
export const NO_TOKEN = 'none'

/** Longer texts are no token of anyone. A JWT with many groups takes a few thousand characters. */
const MAX_TOKEN_CHARACTERS = 16_384

/** The token that the headers carry, or undefined when they carry none. Throws UNAUTHENTICATED for a header that cannot be read. */
export function tokenOfHeaders(headers: Metadata): string | undefined {
  // Metadata knows headers by lower-case names, so the case of their names needs no care here.
  const authorization = headers.get('authorization')[0]
  if (authorization !== undefined) return tokenOfAuthorization(authorization.toString())
  const binary = headers.get('auth-token-bin')[0]
  if (binary === undefined) return undefined
  const text = binary.toString('utf8')
  return /^(bearer|basic) /i.test(text) ? tokenOfAuthorization(text) : checked(text)
}

/** The token in the payload of Handshake's first message, or undefined for an empty one. */
export function tokenOfHandshake(payload: Uint8Array | undefined): string | undefined {
  if (payload === undefined || payload.length === 0) return undefined
  const text = Buffer.from(payload).toString('utf8')
  if (resemblesToken(text) || isJwt(text)) return checked(text)
  if (/^(bearer|basic) /i.test(text)) return tokenOfAuthorization(text)
  let basic: { username: string; password: string }
  try {
    basic = fromBinary(BasicAuthSchema, payload)
  } catch {
    throw unauthenticated('the payload of Handshake is no BasicAuth message: send user name and password, or no payload and an authorization header')
  }
  return tokenOfBasic(basic.username, basic.password)
}

/** Three parts of base64url. */
export function isJwt(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)
}

function tokenOfAuthorization(value: string): string | undefined {
  // By trim and search: a pattern that skips blanks on both sides would take quadratic time over a header full of them.
  const text = value.slice(0, MAX_TOKEN_CHARACTERS + 100).trim()
  const blank = text.search(/\s/)
  const scheme = blank === -1 ? text : text.slice(0, blank)
  const rest = blank === -1 ? '' : text.slice(blank).trim()
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return checked(rest)
    case 'basic':
      return tokenOfBasicHeader(rest)
    default:
      throw unauthenticated('the authorization header is neither "Bearer <token>" nor "Basic <user:password>"')
  }
}

function tokenOfBasicHeader(encoded: string): string | undefined {
  const decoded = /^[\w+/=-]*$/.test(encoded) ? Buffer.from(encoded, 'base64').toString('utf8') : ''
  const colon = decoded.indexOf(':')
  if (colon === -1) throw unauthenticated('the Basic authorization is not "user:password" in base64')
  return tokenOfBasic(decoded.slice(0, colon), decoded.slice(colon + 1))
}

/** The password is the token and the user name is free, as tools insist on one; some people fill in only the user name. */
function tokenOfBasic(user: string, password: string): string | undefined {
  if (password === '' && user === '') return undefined
  if (password === '' && resemblesToken(user)) return checked(user)
  if (password === '') throw unauthenticated('the password is empty: put the token there, and any user name')
  return checked(password)
}

function checked(token: string): string | undefined {
  if (token === NO_TOKEN) return undefined
  if (token === '') throw unauthenticated('the authorization is without a token')
  if (token.length > MAX_TOKEN_CHARACTERS) throw unauthenticated(`the token is longer than ${MAX_TOKEN_CHARACTERS} characters`)
  return token
}
