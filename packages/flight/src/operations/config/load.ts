/**
 * Puts the configuration together: defaults, then the file, then the environment, then flags, each over those before it.
 * All mistakes are collected, so that one look at the message mends them all.
 */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { ConfigError, didYouMean } from '@artemis/errors'
import { TomlError, parse } from 'smol-toml'
import type { ConfigKey, ServerConfig } from './definitions.js'
import { CONFIG_KEYS, definitionOf, environmentVariableOf, flagOf, serverConfig } from './definitions.js'

export interface ConfigSources {
  /** The file of `--config`; none when undefined. */
  readonly file?: string | undefined
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Flags by key, each with its values in the order they were given. */
  readonly flags?: Partial<Record<ConfigKey, readonly string[]>> | undefined
  /** What relative paths of the environment and of flags start from; those of the file start from its folder. */
  readonly workingDirectory?: string | undefined
}

export interface LoadedConfig {
  readonly config: ServerConfig
  /** Where each value that is no default comes from: a file, a variable or a flag. */
  readonly origins: ReadonlyMap<ConfigKey, string>
  /** What is odd, but no mistake. */
  readonly warnings: readonly string[]
}

const PREFIX = 'ARTEMIS_FLIGHT_'
/** Variables that are no keys of the configuration. */
const OTHER_VARIABLES = new Set([`${PREFIX}CONFIG`])
/** Kubernetes gives these to every pod beside a service called artemis-flight. */
const SERVICE_LINK = /^ARTEMIS_FLIGHT_(SERVICE_(HOST|PORT)|PORT(_\d+_|$))/

/** Throws a ConfigError that names each source, key and wanted form. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const loading = new Loading(path.resolve(sources.workingDirectory ?? '.'))
  const environment = sources.environment ?? {}
  const file = sources.file ?? environment[`${PREFIX}CONFIG`]
  if (file !== undefined && file !== '') loading.readFile(file)
  loading.readEnvironment(environment)
  for (const [key, values] of Object.entries(sources.flags ?? {}) as [ConfigKey, readonly string[]][]) loading.readFlag(key, values)
  return loading.finish()
}

class Loading {
  readonly #base: string
  readonly #values: Partial<Record<ConfigKey, unknown>> = {}
  readonly #origins = new Map<ConfigKey, string>()
  readonly #mistakes: string[] = []
  readonly #warnings: string[] = []

  constructor(base: string) {
    this.#base = base
  }

  readFile(name: string): void {
    const file = path.resolve(this.#base, name)
    this.#readTable(readToml(file), [], { file: name, folder: path.dirname(file) })
  }

  readEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
    const keys = new Map(CONFIG_KEYS.map((key) => [environmentVariableOf(key), key]))
    for (const [variable, value] of Object.entries(environment)) {
      if (!variable.startsWith(PREFIX) || value === undefined || OTHER_VARIABLES.has(variable)) continue
      const key = keys.get(variable)
      if (key !== undefined) this.#assign(key, definitionOf(key).fromText(value, this.#base), variable, JSON.stringify(value))
      // Not an error: the environment belongs to the whole machine.
      else if (!SERVICE_LINK.test(variable)) this.#warnings.push(`${variable} is not a variable of artemis-flight.${suggestion(variable, keys.keys())}`)
    }
  }

  readFlag(key: ConfigKey, values: readonly string[]): void {
    const definition = definitionOf(key)
    const parsed = values.map((value) => definition.fromText(value, this.#base))
    const wrong = parsed.indexOf(undefined)
    const shown = JSON.stringify(values[wrong] ?? '')
    this.#assign(key, wrong >= 0 ? undefined : together(parsed), `--${flagOf(key)}`, shown)
  }

  finish(): LoadedConfig {
    if (this.#mistakes.length > 0) {
      throw new ConfigError({ code: 'INVALID_CONFIGURATION', message: this.#mistakes.join('\n'), hint: 'artemis-flight config keys lists all keys.' })
    }
    return { config: serverConfig(this.#values as Partial<ServerConfig>), origins: this.#origins, warnings: this.#warnings }
  }

  #readTable(table: object, prefix: readonly string[], source: { readonly file: string; readonly folder: string }): void {
    for (const [name, value] of Object.entries(table) as [string, unknown][]) {
      const wanted = [...prefix, name].join('.')
      const key = CONFIG_KEYS.find((candidate) => candidate === wanted)
      if (key !== undefined) {
        this.#assign(key, definitionOf(key).fromToml(value, source.folder), source.file, shownToml(value))
      } else if (isTable(value) && CONFIG_KEYS.some((candidate) => candidate.startsWith(`${wanted}.`))) {
        this.#readTable(value, [...prefix, name], source)
      } else {
        this.#mistakes.push(`${source.file}: "${wanted}" is not a key of the configuration.${suggestion(wanted, knownNames(isTable(value)))}`)
      }
    }
  }

  #assign(key: ConfigKey, value: unknown, origin: string, shown: string): void {
    if (value === undefined) {
      // Flags and variables name their key themselves.
      const place = origin.startsWith('--') || origin.startsWith(PREFIX) ? origin : `${origin}: ${key}`
      this.#mistakes.push(`${place} is ${shown}: it takes ${definitionOf(key).wanted}`)
      return
    }
    this.#values[key] = value
    this.#origins.set(key, origin)
  }
}

function readToml(file: string): object {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message
    throw new ConfigError({ code: 'CONFIGURATION_NOT_READABLE', message: `cannot read the configuration ${file}: ${reason}`, cause: error })
  }
  try {
    return parse(content)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason = ''] = error.message.split('\n')
    const message = `${file}:${error.line}:${error.column}: ${reason.replace(/^Invalid TOML document: /, '')}`
    throw new ConfigError({ code: 'INVALID_TOML', message, cause: error })
  }
}

/** Values of a repeatable flag: lists and maps grow, of anything else the last one holds. */
function together(values: readonly unknown[]): unknown {
  if (values.every((value) => Array.isArray(value))) return values.flat()
  if (values.every((value) => isTable(value))) return Object.assign({}, ...values) as object
  return values.at(-1)
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function knownNames(isOfTable: boolean): readonly string[] {
  return isOfTable ? [...new Set(CONFIG_KEYS.map((key) => key.split('.').slice(0, -1).join('.') || key))] : CONFIG_KEYS
}

function suggestion(wanted: string, candidates: Iterable<string>): string {
  const near = didYouMean(wanted, candidates)
  return near === undefined ? '' : ` ${near}`
}

function shownToml(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item)) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
