/** HTTP for those who watch the server: `/metrics`, `/healthz` (the process lives) and `/readyz` (it takes calls). */

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { IoError } from '@artemis/errors'

export interface OperationsEndpointOptions {
  readonly host: string
  readonly port: number
  readonly metrics: { readonly contentType: string; scrape(): Promise<string> }
  readonly isReady: () => boolean
}

export class OperationsEndpoint {
  readonly #server: Server
  readonly address: { readonly host: string; readonly port: number }

  private constructor(server: Server, address: { readonly host: string; readonly port: number }) {
    this.#server = server
    this.address = address
  }

  /** Throws an IoError when the address cannot be listened on. */
  static async listen(options: OperationsEndpointOptions): Promise<OperationsEndpoint> {
    const server = createServer((request, response) => void answer(request, response, options))
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenError('metrics', options, error)))
      server.listen(options.port, options.host, resolve)
    })
    const { port } = server.address() as AddressInfo
    return new OperationsEndpoint(server, { host: options.host, port })
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, { metrics, isReady }: OperationsEndpointOptions): Promise<void> {
  const route = (request.url ?? '/').split('?')[0]
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'only GET\n')
  if (route === '/healthz') return send(response, 200, 'ok\n')
  if (route === '/readyz') return isReady() ? send(response, 200, 'ok\n') : send(response, 503, 'draining\n')
  if (route !== '/metrics') return send(response, 404, 'there is /metrics, /healthz and /readyz\n')
  try {
    send(response, 200, await metrics.scrape(), metrics.contentType)
  } catch {
    send(response, 500, 'the metrics could not be read\n')
  }
}

function send(response: ServerResponse, code: number, body: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(code, { 'content-type': contentType }).end(body)
}

/** What went wrong in listening, in words that name the key to change. */
export function listenError(section: 'listen' | 'metrics', { host, port }: { readonly host: string; readonly port: number }, error: unknown): IoError {
  const { code, message } = error as NodeJS.ErrnoException
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another process listens there already',
    EACCES: 'this user may not listen there',
    EADDRNOTAVAIL: 'this machine does not have the address',
    ENOTFOUND: 'there is no such host',
  }
  const known = Object.keys(reasons).find((name) => name === code || message.includes(name))
  return new IoError({
    code: 'CANNOT_LISTEN',
    message: `cannot listen on ${host}:${port}: ${known === undefined ? message : reasons[known]}`,
    hint: `The address is ${section}.host and ${section}.port.`,
    cause: error,
  })
}
