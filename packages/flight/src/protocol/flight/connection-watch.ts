/**
 * Tells when a client's connection has ended. gRPC says it of calls only, but a session that belongs to a connection must
 * not wait for whoever gets the same port next. Node tells of every socket that a server accepts on a channel of
 * `node:diagnostics_channel`, which is how a gRPC server's are seen, with TLS and without.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

const ACCEPTED = 'net.server.socket'

/** Calls `ended` with the peer, spelled as in `CallContext.peer`, of each connection to a port. Returns what stops that. */
export function watchConnections(port: number, ended: (peer: string) => void): () => void {
  const accepted = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }
    // The addresses are gone when the socket has closed.
    const { localPort, remoteAddress, remotePort } = socket
    if (localPort !== port || remoteAddress === undefined) return
    socket.once('close', () => ended(`${remoteAddress}:${remotePort}`))
  }
  subscribe(ACCEPTED, accepted)
  return () => unsubscribe(ACCEPTED, accepted)
}
