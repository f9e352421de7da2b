/** A wire that can be cut: forwards connections to a port of this machine, and resets them when it is told to. */

import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { Server } from 'node:net'

export class CuttableProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
  }

  static async to(port: number): Promise<CuttableProxy> {
    const server = createServer({ noDelay: true })
    const proxy = new CuttableProxy(server)
    server.on('connection', (near) => {
      const far = connect({ port, host: '127.0.0.1', noDelay: true })
      proxy.#join(near, far)
      proxy.#join(far, near)
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Resets every connection, whatever is under way on it. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()))
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from)
    from.pipe(to)
    from.on('error', () => undefined)
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}
