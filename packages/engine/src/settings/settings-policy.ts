/** Which settings a session may set, and how far. The values that the session was made with are not asked. */

import { ConfigError } from '@artemis/errors'
import type { SettingKey, SettingValues } from './definitions.js'
import { SETTINGS } from './definitions.js'

/** The settings whose values are numbers. */
export type NumericSettingKey = { [K in SettingKey]: SettingValues[K] extends number ? K : never }[SettingKey]

export interface SettingsPolicy {
  /** Neither listed nor shown: what tells of the machine. To be locked too. */
  readonly hidden?: readonly SettingKey[] | undefined
  readonly locked?: readonly SettingKey[] | undefined
  readonly maximum?: Readonly<Partial<Record<NumericSettingKey, number>>> | undefined
}

/** Throws a ConfigError SETTING_LOCKED when the session may not see the value. */
export function requireVisible(policy: SettingsPolicy | undefined, key: SettingKey): void {
  if (policy?.hidden?.includes(key) !== true) return
  throw new ConfigError({ code: 'SETTING_LOCKED', message: `the setting ${SETTINGS[key].name} is not shown in this session` })
}

/** Throws a ConfigError SETTING_LOCKED or SETTING_ABOVE_MAXIMUM when the policy does not let the session set this. */
export function requireSettable(policy: SettingsPolicy | undefined, key: SettingKey, value: unknown): void {
  if (policy?.locked?.includes(key) === true) {
    throw new ConfigError({ code: 'SETTING_LOCKED', message: `the setting ${SETTINGS[key].name} cannot be changed in this session` })
  }
  const maximum = policy?.maximum?.[key as NumericSettingKey]
  if (maximum === undefined || typeof value !== 'number' || value <= maximum) return
  const most = (SETTINGS[key].format as (value: unknown) => string)(maximum)
  throw new ConfigError({ code: 'SETTING_ABOVE_MAXIMUM', message: `the setting ${SETTINGS[key].name} can be at most ${most} in this session` })
}
