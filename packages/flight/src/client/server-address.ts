/** Where a server is: the URIs of Flight, as gRPC's channels want them. */

import { ConfigError } from '@artemis/errors'

export interface ServerAddress {
  /** The URI as it was given: what errors name. */
  readonly uri: string
  /** What gRPC connects to. */
  readonly target: string
  readonly usesTls: boolean
  /** Nothing of it leaves this machine. */
  readonly isLocal: boolean
}

const EXAMPLE = 'Write grpc://host:port, or grpc+tls://host:port for an encrypted connection.'

/**
 * Reads `grpc://host:port` and `grpc+tcp://host:port` (not encrypted), `grpc+tls://host:port` and `grpc+unix:///path`.
 * Throws a ConfigError of code INVALID_ADDRESS.
 */
export function parseServerAddress(uri: string): ServerAddress {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/i.exec(uri.trim()) ?? []
  switch (scheme.toLowerCase()) {
    case 'grpc':
    case 'grpc+tcp':
      return hostAddress(uri, false)
    case 'grpc+tls':
      return hostAddress(uri, true)
    case 'grpc+unix': {
      const path = /^(?:\/\/)?(\/[^/].*)$/.exec(rest)?.[1]
      if (path === undefined) throw invalid(uri, 'the path of its socket is missing')
      return { uri, target: `unix:${path}`, usesTls: false, isLocal: true }
    }
    default:
      throw invalid(uri, `it does not begin with grpc://, grpc+tls:// or grpc+unix://`)
  }
}

function hostAddress(uri: string, usesTls: boolean): ServerAddress {
  const url = parseUrl(uri)
  if (url.username !== '' || url.password !== '') throw invalid(uri.replace(/\/\/.*@/, '//…@'), 'a name and a password do not belong into it')
  if (url.hostname === '') throw invalid(uri, 'its host is missing')
  if (url.port === '') throw invalid(uri, 'its port is missing')
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') throw invalid(uri, 'nothing may follow its port')
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(url.hostname)
  return { uri, target: `dns:${url.hostname}:${url.port}`, usesTls, isLocal }
}

function parseUrl(uri: string): URL {
  try {
    return new URL(uri.trim())
  } catch (error) {
    throw invalid(uri, 'it is no URI', error)
  }
}

function invalid(uri: string, reason: string, cause?: unknown): ConfigError {
  return new ConfigError({ code: 'INVALID_ADDRESS', message: `"${uri}" is no address of a Flight server: ${reason}`, hint: EXAMPLE, cause })
}
