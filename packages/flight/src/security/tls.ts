/**
 * TLS for the server: at least 1.2, certificates read and checked before the server listens, and taken anew when their
 * files change, so that a renewal needs no restart. A renewed set that cannot be used is logged, and the old one stays.
 */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { SecureServerOptions } from 'node:http2'
import { createSecureContext } from 'node:tls'
import type { SecureContextOptions } from 'node:tls'
import { ServerCredentials } from '@grpc/grpc-js'
import { ConfigError } from '@artemis/errors'
import { reasonOf } from './atomic-file.js'
import type { SecurityLogger } from './token-store.js'

export interface TlsOptions {
  /** PEM: the server's certificate first, then those between it and its root. */
  readonly certFile: string
  /** PEM, not encrypted. */
  readonly keyFile: string
  /** PEM: the authorities whose client certificates are believed. */
  readonly clientCaFile?: string | undefined
  /** By default true when there is a client CA: a connection without a certificate is refused in TLS. */
  readonly requireClientCertificate?: boolean | undefined
  /** Milliseconds between two looks at the files; 0 reads them once. By default 30 s. */
  readonly reloadIntervalMs?: number | undefined
  readonly logger?: SecurityLogger | undefined
  readonly now?: (() => number) | undefined
}

const MIN_VERSION = 'TLSv1.2'
const WARN_BEFORE_MS = 14 * 86_400_000

export interface ReloadableCredentials {
  readonly credentials: ServerCredentials
  /** When the server's certificate ends, in milliseconds since the epoch. */
  readonly expiresAtMs: () => number
  /** Looks at the files now. True when they changed. Throws as {@link serverCredentials} does, and the old ones stay. */
  readonly reload: () => Promise<boolean>
  /** Stops looking. */
  readonly close: () => void
}

/** Throws a ConfigError INVALID_TLS: a file is missing or no PEM, the key is another certificate's, or the certificate has expired. */
export async function serverCredentials(options: TlsOptions): Promise<ReloadableCredentials> {
  const requireCertificate = options.requireClientCertificate ?? options.clientCaFile !== undefined
  if (requireCertificate && options.clientCaFile === undefined) throw invalid('client certificates are required, but no client CA is given to check them by')
  let material = await readMaterial(options)
  const credentials = new FileCredentials({ requestCert: options.clientCaFile !== undefined, rejectUnauthorized: requireCertificate }, material.context)
  const reload = async (): Promise<boolean> => {
    const next = await readMaterial(options)
    if (next.fingerprint === material.fingerprint) return false
    material = next
    credentials.replace(next.context)
    return true
  }
  let reported = ''
  const look = async (): Promise<void> => {
    try {
      if (await reload()) options.logger?.warn({ file: options.certFile, expires: new Date(material.expiresAtMs).toISOString() }, 'the TLS certificate was replaced')
      reported = ''
    } catch (error) {
      if (reasonOf(error) !== reported) options.logger?.error({ file: options.certFile, error: reasonOf(error) }, 'the TLS files changed and cannot be used: the old ones stay')
      reported = reasonOf(error)
    }
  }
  const intervalMs = options.reloadIntervalMs ?? 30_000
  const timer = intervalMs === 0 ? undefined : setInterval(() => void look(), intervalMs)
  timer?.unref()
  return { credentials, expiresAtMs: () => material.expiresAtMs, reload, close: () => clearInterval(timer) }
}

/** grpc-js's own credentials hold their certificate for good, and its reloading ones let no client certificate be optional and set no least version. */
class FileCredentials extends ServerCredentials {
  constructor(options: SecureServerOptions, context: SecureContextOptions) {
    super({ ...options, minVersion: MIN_VERSION }, context)
  }

  /** For connections from now on; open ones go on as they are. */
  replace(context: SecureContextOptions): void {
    this.updateSecureContextOptions(context)
  }

  _equals(other: ServerCredentials): boolean {
    return this === other
  }
}

interface TlsMaterial {
  readonly context: SecureContextOptions
  readonly expiresAtMs: number
  readonly fingerprint: string
}

async function readMaterial(options: TlsOptions): Promise<TlsMaterial> {
  const [cert, key, ca] = await Promise.all([
    readPem(options.certFile, 'certificate'),
    readPem(options.keyFile, 'private key'),
    options.clientCaFile === undefined ? undefined : readPem(options.clientCaFile, 'client CA'),
  ])
  const certificate = certificateOf(cert, options.certFile)
  const privateKey = privateKeyOf(key, options.keyFile)
  if (!certificate.checkPrivateKey(privateKey)) throw invalid(`the private key in ${options.keyFile} is not that of the certificate in ${options.certFile}`)
  const now = (options.now ?? Date.now)()
  const expiresAtMs = Date.parse(certificate.validTo)
  if (expiresAtMs <= now) throw invalid(`the certificate in ${options.certFile} expired at ${new Date(expiresAtMs).toISOString()}`)
  if (Date.parse(certificate.validFrom) > now) throw invalid(`the certificate in ${options.certFile} is valid only from ${new Date(certificate.validFrom).toISOString()}`)
  if (expiresAtMs - now < WARN_BEFORE_MS) options.logger?.warn({ file: options.certFile, expires: new Date(expiresAtMs).toISOString() }, 'the TLS certificate ends soon')
  if (ca !== undefined) certificateOf(ca, options.clientCaFile ?? '')
  const context: SecureContextOptions = { cert, key, minVersion: MIN_VERSION, ...(ca === undefined ? {} : { ca }) }
  try {
    createSecureContext(context)
  } catch (cause) {
    throw invalid(`the TLS files cannot be used together: ${reasonOf(cause)}`, cause)
  }
  return { context, expiresAtMs, fingerprint: [cert, key, ca].map((part) => part?.toString('base64') ?? '').join(':') }
}

async function readPem(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw invalid(`the ${what} ${path} cannot be read: ${reasonOf(cause)}`, cause)
  }
}

function certificateOf(pem: Buffer, path: string): X509Certificate {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw invalid(`${path} holds no PEM certificate`)
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw invalid(`the certificate in ${path} is damaged: ${reasonOf(cause)}`, cause)
  }
}

function privateKeyOf(pem: Buffer, path: string): KeyObject {
  if (!pem.includes('PRIVATE KEY-----')) throw invalid(`${path} holds no PEM private key`)
  if (pem.includes('ENCRYPTED')) throw invalid(`the private key in ${path} is encrypted`, undefined, 'Give a key without a passphrase, readable by the server alone.')
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw invalid(`the private key in ${path} is damaged: ${reasonOf(cause)}`, cause)
  }
}

function invalid(message: string, cause?: unknown, hint?: string): ConfigError {
  return new ConfigError({ code: 'INVALID_TLS', message: `TLS: ${message}`, hint, cause })
}
