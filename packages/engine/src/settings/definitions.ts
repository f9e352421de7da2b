/** The settings of a session, one row each: what SET takes, what SHOW ALL and information_schema.settings list. */

import os from 'node:os'
import path from 'node:path'
import { ConfigError, didYouMean } from '@artemis/errors'
import { formatBytes, parseBytes } from './byte-size.js'

export interface SettingDefinition<T> {
  readonly name: string
  readonly description: string
  readonly type: 'bytes' | 'integer' | 'boolean' | 'text' | 'choice'
  readonly defaultValue: T
  /** The value of the text that SET was given; throws a ConfigError that says what it takes. */
  parse(text: string): T
  format(value: T): string
}

function invalid(name: string, text: string, wanted: string): never {
  throw new ConfigError({ code: 'INVALID_SETTING', message: `"${text}" is not a valid value of ${name}: it takes ${wanted}` })
}

function bytes(name: string, defaultValue: number, description: string): SettingDefinition<number> {
  const parse = (text: string): number => parseBytes(text) ?? invalid(name, text, "a size such as '512MB' or '4GiB'")
  return { name, description, type: 'bytes', defaultValue, parse, format: formatBytes }
}

function integer(name: string, defaultValue: number, minimum: number, maximum: number, description: string): SettingDefinition<number> {
  const parse = (text: string): number => {
    const value = Number(text)
    const fits = /^\d+$/.test(text.trim()) && value >= minimum && value <= maximum
    return fits ? value : invalid(name, text, `a whole number from ${minimum} to ${maximum}`)
  }
  return { name, description, type: 'integer', defaultValue, parse, format: String }
}

function boolean(name: string, defaultValue: boolean, description: string): SettingDefinition<boolean> {
  const parse = (text: string): boolean => {
    const word = text.trim().toLowerCase()
    if (['true', 'on', '1', 'yes'].includes(word)) return true
    return ['false', 'off', '0', 'no'].includes(word) ? false : invalid(name, text, 'on or off')
  }
  return { name, description, type: 'boolean', defaultValue, parse, format: String }
}

function choice<T extends string>(name: string, choices: readonly T[], description: string): SettingDefinition<T> {
  const parse = (text: string): T =>
    choices.find((value) => value === text.trim().toLowerCase()) ?? invalid(name, text, choices.map((value) => `'${value}'`).join(' or '))
  return { name, description, type: 'choice', defaultValue: choices[0]!, parse, format: String }
}

function text(name: string, defaultValue: string, description: string, check?: (value: string) => boolean, wanted = ''): SettingDefinition<string> {
  const parse = (value: string): string => (check === undefined || check(value) ? value : invalid(name, value, wanted))
  return { name, description, type: 'text', defaultValue, parse, format: String }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const defaultMemory = Math.max(256 * 2 ** 20, Math.floor(os.totalmem() * 0.5))

export const SETTINGS = {
  memoryLimit: bytes('artemis.memory_limit', defaultMemory, 'Bytes that the operators of one session may hold; beyond it they spill'),
  tempDirectory: text('artemis.temp_directory', path.join(os.tmpdir(), 'artemis'), 'Where spill files go'),
  diskLimit: bytes('artemis.disk_limit', Number.MAX_SAFE_INTEGER, 'Bytes that one query may spill'),
  batchSize: integer('artemis.batch_size', 16_384, 1, 1_048_576, 'Rows of a record batch'),
  fileConcurrency: integer('artemis.file_concurrency', 64, 1, 4096, 'Files read at once by one scan'),
  codegen: boolean('artemis.codegen', true, 'Compile expressions to fused loops'),
  parser: choice('artemis.parser', ['artemis', 'node-sql-parser'], 'Which parser reads SELECT; the second is an opinion to compare with'),
  projectionMode: choice('artemis.projection_mode', ['snapshot', 'current'], 'Schema of a table read in the past: that of its snapshot, or the current one'),
  timeZone: text('artemis.time_zone', 'UTC', 'Time zone of TIMESTAMP WITH TIME ZONE in text and date parts', isTimeZone, "an IANA name such as 'Europe/Berlin'"),
  catalog: text('artemis.catalog', 'memory', 'Catalog of names without one'),
  schema: text('artemis.schema', 'main', 'Schema of names without one'),
  defaultNullOrder: choice('artemis.default_null_order', ['last', 'first', 'low', 'high'], 'Where NULLs sort: last, first, or as the least or the greatest value'),
  integerDivision: boolean('artemis.integer_division', false, 'Whether / of two integers is an integer, as in Postgres'),
  disabledRules: text('artemis.disabled_rules', '', 'Optimizer rules to leave out, by name, separated by commas'),
  verifyPlans: boolean('artemis.verify_plans', false, 'Check the invariants of plans after every optimizer rule'),
} as const

export type SettingKey = keyof typeof SETTINGS
export type SettingValues = { -readonly [K in SettingKey]: (typeof SETTINGS)[K] extends SettingDefinition<infer T> ? T : never }

/** Names that other databases use for the same thing. */
const ALIASES: Readonly<Record<string, SettingKey>> = {
  timezone: 'timeZone',
  time_zone: 'timeZone',
  'artemis.timezone': 'timeZone',
  memory_limit: 'memoryLimit',
  max_memory: 'memoryLimit',
  temp_directory: 'tempDirectory',
  catalog: 'catalog',
  schema: 'schema',
}

/** The setting of a name as written in SET: with or without `artemis.`, in any case. */
export function settingKey(name: string): SettingKey {
  const wanted = name.toLowerCase()
  const keys = Object.keys(SETTINGS) as SettingKey[]
  const found = keys.find((key) => SETTINGS[key].name === wanted || SETTINGS[key].name === `artemis.${wanted}`) ?? (Object.hasOwn(ALIASES, wanted) ? ALIASES[wanted] : undefined)
  if (found !== undefined) return found
  throw new ConfigError({
    code: 'UNKNOWN_SETTING',
    message: `there is no setting "${name}"`,
    hint: didYouMean(wanted, keys.map((key) => SETTINGS[key].name)) ?? 'SHOW ALL lists the settings.',
  })
}
