/**
 * Who may call, decided by the headers alone: until then nothing of a call's messages is read, so that a stranger can
 * make the server hold no more than HTTP/2's window of 64 KiB a stream.
 */

import type { Metadata, ServerInterceptor } from '@grpc/grpc-js'
import { ServerInterceptingCall } from '@grpc/grpc-js'
import type { Principal } from '../principal.js'
import type { Credentials } from './authenticator.js'
import type { FlightMethod } from './call-context.js'
import { FLIGHT_SERVICE_NAME } from './service-definition.js'
import type { CallStatus } from './status.js'

export interface Admission {
  readonly interceptor: ServerInterceptor
  /** The principal of an admitted call, by its metadata: all that an interceptor and the call's handler both see. */
  principalOf(metadata: Metadata): Principal | undefined
}

/**
 * `admit` gives the principal or throws; `refusal` makes the status of what it threw. Only the calls of Flight are asked
 * about: a health check needs no token.
 */
export function createAdmission(
  admit: (method: FlightMethod, credentials: Credentials) => Promise<Principal>,
  refusal: (error: unknown, method: FlightMethod, credentials: Credentials) => CallStatus,
): Admission {
  const principals = new WeakMap<Metadata, Principal>()
  const interceptor: ServerInterceptor = (definition, call) => {
    const method = flightMethod(definition.path)
    if (method === undefined) return new ServerInterceptingCall(call)
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, forward) {
            const credentials = { headers: metadata, peer: call.getPeer(), certificate: call.getAuthContext().sslPeerCertificate }
            admit(method, credentials).then(
              (principal) => {
                principals.set(metadata, principal)
                forward(metadata)
              },
              (error: unknown) => {
                const { code, details, metadata: trailers } = refusal(error, method, credentials)
                call.sendStatus({ code, details, metadata: trailers })
              },
            )
          },
        })
      },
    })
  }
  return { interceptor, principalOf: (metadata) => principals.get(metadata) }
}

function flightMethod(path: string): FlightMethod | undefined {
  const prefix = `/${FLIGHT_SERVICE_NAME}/`
  return path.startsWith(prefix) ? (path.slice(prefix.length) as FlightMethod) : undefined
}
