/** The real server over a demo archive, with a token and, when asked for, TLS: what the clients of others connect to. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionContext } from '@artemis/engine'
import { openTemporaryDemo } from '../../../testkit/src/demo/temporary-demo.js'
import { serverConfig } from '../../src/operations/config/definitions.js'
import type { RunningServer } from '../../src/operations/running-server.js'
import { startServer } from '../../src/operations/server.js'
import { parseScopes } from '../../src/security/scope.js'
import { TokenStore } from '../../src/security/token-store.js'

export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

export interface EngineServer {
  readonly server: RunningServer
  /** `host:port` */
  readonly address: string
  /** The same over TLS, on a second port, and the certificate to trust. */
  readonly tlsAddress: string
  readonly certificate: string
  /** A third port, where a certificate stands for a token: this one may read. */
  readonly mutualTlsAddress: string
  readonly client: CertificateFiles
  /** Reads and writes everything. */
  readonly token: string
  /** Reads everything, writes nothing. */
  readonly readOnlyToken: string
  /** The engine without a server, over the same archive: what results are compared with. */
  readonly session: SessionContext
  close(): Promise<void>
}

/** Generous, as the clients of a test come from one token in quick succession. */
const LIMITS = { requestsPerSecond: 1000, requestBurst: 1000, concurrentQueries: 16, bytesPerSecond: Number.POSITIVE_INFINITY }

/** A certificate that vouches for itself, for this machine. */
function selfSigned(folder: string, name: string): CertificateFiles {
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const output = ['-keyout', files.key, '-out', files.certificate]
  execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-days', '2', ...subject, ...output], { stdio: 'ignore' })
  return files
}

export async function startEngineServer(): Promise<EngineServer> {
  const folder = mkdtempSync(join(tmpdir(), 'artemis-interop-'))
  const demo = await openTemporaryDemo()
  const tokens = await TokenStore.open(join(folder, 'tokens.json'))
  const issue = async (scopes: string): Promise<string> =>
    (await tokens.create({ name: scopes, expiresAtMs: undefined, scopes: parseScopes(scopes), limits: LIMITS })).token
  const token = await issue('write:*')
  const readOnlyToken = await issue('read:*')
  await tokens.close()

  const certificate = selfSigned(folder, 'localhost')
  const client = selfSigned(folder, 'portal')
  const config = {
    'listen.port': 0,
    warehouses: { artemis: demo.warehouse },
    'auth.tokens': join(folder, 'tokens.json'),
    'state.directory': join(folder, 'plain'),
    'engine.temp_directory': join(folder, 'spill'),
    'log.level': 'silent',
    'shutdown.grace': 1000,
  } as const
  const server = await startServer(serverConfig(config))
  const encrypted = { ...config, 'tls.certificate': certificate.certificate, 'tls.key': certificate.key }
  const tls = await startServer(serverConfig({ ...encrypted, 'state.directory': join(folder, 'tls') }))
  const mutual = {
    'state.directory': join(folder, 'mutual'),
    'tls.client_ca': client.certificate,
    'tls.client_certificates': 'required',
    'auth.certificates': { 'cn:portal': 'read:*' },
  } as const
  const mutualTls = await startServer(serverConfig({ ...encrypted, ...mutual }))
  const addressOf = ({ address }: RunningServer): string => `127.0.0.1:${address.port}`
  return {
    server,
    address: addressOf(server),
    tlsAddress: addressOf(tls),
    mutualTlsAddress: addressOf(mutualTls),
    certificate: certificate.certificate,
    client,
    token,
    readOnlyToken,
    session: demo.session,
    async close() {
      await Promise.all([server, tls, mutualTls].map((running) => running.close()))
      await demo.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
