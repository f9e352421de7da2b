import type { SettingKey, SettingValues } from './definitions.js'
import { SETTINGS, settingKey } from './definitions.js'
import type { SettingsPolicy } from './settings-policy.js'
import { requireSettable, requireVisible } from './settings-policy.js'

/** The settings of one session: its own values over the defaults it was made with. */
export class Settings {
  readonly #defaults: SettingValues
  readonly #policy: SettingsPolicy | undefined
  #values: SettingValues

  constructor(initial: Partial<SettingValues> = {}, policy?: SettingsPolicy) {
    const defaults = Object.fromEntries(Object.entries(SETTINGS).map(([key, definition]) => [key, definition.defaultValue])) as unknown as SettingValues
    this.#defaults = { ...defaults, ...initial }
    this.#values = { ...this.#defaults }
    this.#policy = policy
  }

  get<K extends SettingKey>(key: K): SettingValues[K] {
    return this.#values[key]
  }

  /** Sets by the name that SQL uses. Throws a ConfigError for a name or a value that does not exist, or that the policy refuses. */
  set(name: string, text: string): void {
    const key = settingKey(name)
    const value = SETTINGS[key].parse(text)
    requireSettable(this.#policy, key, value)
    this.#values = { ...this.#values, [key]: value }
  }

  assign(values: Partial<SettingValues>): void {
    this.#values = { ...this.#values, ...values }
  }

  reset(name: string): void {
    const key = settingKey(name)
    this.#values = { ...this.#values, [key]: this.#defaults[key] }
  }

  resetAll(): void {
    this.#values = { ...this.#defaults }
  }

  /** A copy in which these are set too, by the names that SQL uses: for one statement. */
  with(values: Readonly<Record<string, string>>): Settings {
    const copy = new Settings(this.#defaults, this.#policy)
    copy.#values = this.#values
    for (const [name, text] of Object.entries(values)) copy.set(name, text)
    return copy
  }

  /** Name, value as text, type and description of every setting, by name. */
  list(): { readonly name: string; readonly value: string; readonly type: string; readonly description: string }[] {
    return this.#describe(this.#values)
  }

  /** The same of the values that RESET goes back to. */
  defaults(): ReturnType<Settings['list']> {
    return this.#describe(this.#defaults)
  }

  #describe(values: SettingValues): ReturnType<Settings['list']> {
    const keys = (Object.keys(SETTINGS) as SettingKey[]).filter((key) => this.#policy?.hidden?.includes(key) !== true)
    return describeSettings(keys, values)
  }

  /** The value as SHOW prints it. */
  text(key: SettingKey): string {
    requireVisible(this.#policy, key)
    return formatSetting(key, this.#values)
  }
}

function formatSetting(key: SettingKey, values: SettingValues): string {
  return (SETTINGS[key].format as (value: unknown) => string)(values[key])
}

function describeSettings(keys: readonly SettingKey[], values: SettingValues): { name: string; value: string; type: string; description: string }[] {
  return keys
    .map((key) => ({ name: SETTINGS[key].name, value: formatSetting(key, values), type: SETTINGS[key].type, description: SETTINGS[key].description }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
