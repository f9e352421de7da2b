/** `artemis-flight config check`. */

import { EngineRuntime, openWarehouse } from '@artemis/engine'
import type { LoadedConfig } from '../operations/config/load.js'
import { usesTls, validateConfig } from '../operations/config/validate.js'
import { openSecurity } from '../operations/security-setup.js'
import type { Streams } from './streams.js'

/** Looks at everything that a start looks at, and listens nowhere. Throws what the start would throw. */
export async function checkConfig({ config }: LoadedConfig, { stdout, stderr }: Streams): Promise<number> {
  validateConfig(config)
  const tell = (_: object, message: string): void => void stderr.write(`warning: ${message}\n`)
  const security = await openSecurity(config, { warn: tell, error: tell })
  await security.close()
  const runtime = new EngineRuntime()
  for (const location of Object.values(config.warehouses)) await openWarehouse(location, runtime)
  const { plan, activeTokens } = security
  const ways = [
    ...(plan.tokens ? [`tokens (${activeTokens} active)`] : []),
    ...(plan.jwt ? ['JWT'] : []),
    ...(plan.certificates ? ['client certificates'] : []),
    ...(plan.anonymous ? ['anybody, without credentials'] : []),
  ]
  const catalogs = Object.keys(config.warehouses)
  stdout.write(`The configuration is good.
  address   ${config['listen.host']}:${config['listen.port']}, ${usesTls(config) ? 'TLS' : 'not encrypted'}
  callers   ${ways.join(', ')}
  catalogs  ${catalogs.length === 0 ? 'none' : catalogs.join(', ')}
`)
  return 0
}
