/** What a person at the terminal reads when the server has started: where it is, what it serves, how to connect. */

import type { ServerConfig } from '../operations/config/definitions.js'
import type { RunningServer } from '../operations/running-server.js'

export function banner(server: RunningServer, config: ServerConfig, version: string): string {
  const { host, port } = reachable(server.address)
  const isEncrypted = server.usesTls
  const uri = `${isEncrypted ? 'grpc+tls' : 'grpc'}://${host}:${port}`
  const token = server.authentication.anonymous ? '' : ' --token TOKEN'
  const rows: (readonly [string, string])[] = [
    ['address', `${uri}${isEncrypted ? '' : ', not encrypted'}`],
    ['catalogs', catalogs(config)],
    ['callers', callers(server)],
    ...metrics(server.metricsAddress),
    ['shell', `npx artemis-sql --remote ${uri}${token}`],
    ['Python', `pyarrow.flight.connect("${uri}")`],
    ['JDBC', `jdbc:arrow-flight-sql://${host}:${port}/?useEncryption=${isEncrypted}${server.authentication.anonymous ? '' : '&token=TOKEN'}`],
  ]
  const lines = rows.map(([name, text]) => `  ${name.padEnd(9)} ${text}`)
  return `Artemis Flight ${version} is ready. Ctrl-C ends it.\n${lines.join('\n')}\n`
}

function metrics(address: RunningServer['metricsAddress']): (readonly [string, string])[] {
  return address === undefined ? [] : [['metrics', `http://${reachable(address).host}:${address.port}/metrics`]]
}

function catalogs(config: ServerConfig): string {
  const entries = Object.entries(config.warehouses).map(([name, location]) => `${name} (${location})`)
  return entries.length === 0 ? 'none: --warehouse DIR opens an archive' : entries.join(', ')
}

function callers({ authentication }: RunningServer): string {
  const { anonymous, jwt, certificates } = authentication
  const ways = ['tokens', ...(jwt ? ['JWT'] : []), ...(certificates ? ['client certificates'] : [])].join(', ')
  return anonymous ? 'anybody who reaches the address (issue a token and start again to ask for it)' : ways
}

/** An address that listens on all interfaces is reached on this machine as localhost. */
function reachable({ host, port }: { readonly host: string; readonly port: number }): { readonly host: string; readonly port: number } {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return { host: name, port }
}
