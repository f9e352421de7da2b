/** Session options of Flight SQL as settings of the engine: `catalog`, `schema`, `timezone`, and all settings by name. */

import type { SessionContext } from '@artemis/engine'
import { ConfigError, didYouMean } from '@artemis/errors'
import type { SessionOption } from '../protocol/sql/backend.js'

/** Names that drivers use, beside the settings' own. */
const DRIVER_NAMES = [
  ['catalog', 'artemis.catalog'],
  ['schema', 'artemis.schema'],
  ['timezone', 'artemis.time_zone'],
] as const

/** Every option that the session may see. Whole numbers are bigints, as they travel. */
export function optionsOf(session: SessionContext): Record<string, SessionOption> {
  const options: Record<string, SessionOption> = {}
  const add = (name: string, setting: string): void => {
    const value = session.setting(setting)
    options[name] = typeof value === 'number' ? BigInt(Math.trunc(value)) : value
  }
  for (const [name, setting] of DRIVER_NAMES) add(name, setting)
  for (const { name } of session.settings) add(name, name)
  return options
}

/** Null resets. Throws a ConfigError UNKNOWN_SETTING, INVALID_SETTING, SETTING_LOCKED or SETTING_ABOVE_MAXIMUM. */
export function setOption(session: SessionContext, name: string, value: SessionOption | null): void {
  if (value === null || (typeof value === 'string' && value === '' && isPlace(name))) return session.reset(name)
  const text = textOf(name, value)
  if (name === 'catalog' || name === 'artemis.catalog') requireCatalog(session, text)
  session.set(name, text)
}

/** Drivers send an empty catalog or schema for none. */
function isPlace(name: string): boolean {
  return name === 'catalog' || name === 'schema'
}

function textOf(name: string, value: SessionOption): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return String(value)
  throw new ConfigError({ code: 'INVALID_SETTING', message: `${name} takes one value, not a list` })
}

function requireCatalog({ catalogs }: SessionContext, name: string): void {
  if (catalogs.has(name.toLowerCase())) return
  throw new ConfigError({ code: 'INVALID_SETTING', message: `there is no catalog "${name}"`, hint: didYouMean(name, catalogs.keys()) })
}
