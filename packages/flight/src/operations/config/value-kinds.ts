/**
 * What the values of the configuration look like: each kind reads a value from text (flags, environment) and from TOML,
 * says in words what it takes, and writes itself as TOML.
 */

import path from 'node:path'

/** A key of the configuration: its row in the table of definitions. */
export interface ConfigDefinition<T> {
  /** The kind's name, as the documentation shows it. */
  readonly type: string
  /** What a good value looks like: the second half of "it takes …". */
  readonly wanted: string
  readonly description: string
  readonly defaultValue: T
  /** The default as the documentation shows it, where the value itself would say nothing or differs from machine to machine. */
  readonly defaultText: string
  /** The flag's name without its dashes; the key with dashes when there is none of its own. */
  readonly flag: string | undefined
  /** A flag that needs no value. */
  readonly isSwitch: boolean
  /** A flag that may come several times: the values are put together. */
  readonly isRepeatable: boolean
  /** Undefined when the text is no value of this kind. Relative paths are resolved from `base`. */
  fromText(text: string, base: string): T | undefined
  fromToml(value: unknown, base: string): T | undefined
  /** As TOML writes it. */
  format(value: T): string
}

interface Described {
  readonly description: string
  readonly flag?: string
  readonly defaultText?: string
}

function define<T>(
  kind: Pick<ConfigDefinition<T>, 'type' | 'wanted' | 'defaultValue' | 'fromText' | 'format'> & Partial<ConfigDefinition<T>>,
  described: Described,
): ConfigDefinition<T> {
  // A number or a switch may be quoted in TOML, and is then read as its text.
  const fromToml = (value: unknown, base: string): T | undefined => {
    if (typeof value === 'string') return kind.fromText(value, base)
    const isText = kind.type === 'text' || kind.type === 'path'
    return ['number', 'bigint', 'boolean'].includes(typeof value) && !isText ? kind.fromText(String(value), base) : undefined
  }
  const defaultText = described.defaultText ?? (kind.defaultValue === undefined ? '' : kind.format(kind.defaultValue))
  return { isSwitch: false, isRepeatable: false, fromToml, ...kind, description: described.description, flag: described.flag, defaultText }
}

const quote = (text: string): string => JSON.stringify(text)

export function text(defaultValue: string, described: Described): ConfigDefinition<string> {
  return define({ type: 'text', wanted: 'a text', defaultValue, fromText: (value) => value, format: quote }, described)
}

export function optionalText(wanted: string, described: Described): ConfigDefinition<string | undefined> {
  return define<string | undefined>(
    { type: 'text', wanted, defaultValue: undefined, fromText: (value) => (value === '' ? undefined : value), format: (value) => quote(value ?? '') },
    described,
  )
}

/** A file or a folder. */
export function optionalPath(described: Described): ConfigDefinition<string | undefined> {
  const fromText = (value: string, base: string): string | undefined => (value === '' ? undefined : path.resolve(base, value))
  return define<string | undefined>({ type: 'path', wanted: 'a path', defaultValue: undefined, fromText, format: (value) => quote(value ?? '') }, described)
}

export function optionalUrlOrPath(described: Described): ConfigDefinition<string | undefined> {
  const kind = optionalPath(described)
  const fromText = (value: string, base: string): string | undefined => (/^https?:\/\//.test(value) ? value : kind.fromText(value, base))
  const fromToml = (value: unknown, base: string): string | undefined => (typeof value === 'string' ? fromText(value, base) : undefined)
  return { ...kind, type: 'URL or path', wanted: 'an https URL or a file', fromText, fromToml }
}

export function directory(defaultValue: string, described: Described): ConfigDefinition<string> {
  const fromText = (value: string, base: string): string | undefined => (value === '' ? undefined : path.resolve(base, value))
  return define({ type: 'path', wanted: 'a path', defaultValue, fromText, format: quote }, described)
}

interface Range {
  readonly minimum: number
  readonly maximum?: number
}

export function integer(defaultValue: number, { minimum, maximum = Number.MAX_SAFE_INTEGER }: Range, described: Described): ConfigDefinition<number> {
  const wanted = maximum === Number.MAX_SAFE_INTEGER ? `a whole number from ${minimum}` : `a whole number from ${minimum} to ${maximum}`
  const fromText = (value: string): number | undefined => {
    const number = /^\d+$/.test(value.trim()) ? Number(value) : Number.NaN
    return number >= minimum && number <= maximum ? number : undefined
  }
  return define({ type: 'integer', wanted, defaultValue, fromText, format: String }, described)
}

export function optionalInteger(range: Range, described: Described): ConfigDefinition<number | undefined> {
  const kind = integer(range.minimum, range, described)
  return { ...kind, defaultValue: undefined, defaultText: described.defaultText ?? '', format: (value) => String(value ?? '') }
}

export function rate(defaultValue: number, described: Described): ConfigDefinition<number> {
  const fromText = (value: string): number | undefined => (/^\d+(\.\d+)?$/.test(value.trim()) && Number(value) > 0 ? Number(value) : undefined)
  return define({ type: 'number', wanted: 'a number above 0', defaultValue, fromText, format: String }, described)
}

/** On or off; as a flag it needs no value. */
export function toggle(defaultValue: boolean, described: Described): ConfigDefinition<boolean> {
  const fromText = (value: string): boolean | undefined => {
    const word = value.trim().toLowerCase()
    if (['true', 'on', 'yes', '1'].includes(word)) return true
    return ['false', 'off', 'no', '0'].includes(word) ? false : undefined
  }
  return define({ type: 'boolean', wanted: 'true or false', defaultValue, fromText, format: String, isSwitch: true }, described)
}

export function choice<const T extends string>(choices: readonly [T, ...T[]], described: Described): ConfigDefinition<T> {
  const fromText = (value: string): T | undefined => choices.find((name) => name === value.trim().toLowerCase())
  const type = choices.map((name) => `\`${name}\``).join(', ')
  return define<T>({ type, wanted: `one of ${choices.join(', ')}`, defaultValue: choices[0], fromText, format: quote }, described)
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  kib: 2 ** 10,
  kb: 1e3,
  m: 2 ** 20,
  mib: 2 ** 20,
  mb: 1e6,
  g: 2 ** 30,
  gib: 2 ** 30,
  gb: 1e9,
  t: 2 ** 40,
  tib: 2 ** 40,
  tb: 1e12,
}

const BYTE_NAMES: readonly (readonly [number, string])[] = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
  [1, 'B'],
]

/** A size; 0 is refused, since nothing fits in it. */
export function bytes(defaultValue: number, described: Described): ConfigDefinition<number> {
  const fromText = (value: string): number | undefined => scaled(value, /^(\d+(?:\.\d+)?)\s*([a-z]*)$/, BYTE_UNITS)
  const format = (size: number): string => quote(formatScaled(size, BYTE_NAMES))
  return define({ type: 'size', wanted: 'a size such as "64MiB" or "2GB"', defaultValue, fromText, format }, described)
}

/** A size, or nothing for no limit. */
export function optionalBytes(described: Described): ConfigDefinition<number | undefined> {
  const kind = bytes(1, described)
  const format = (size: number | undefined): string => (size === undefined ? '""' : kind.format(size))
  return { ...kind, defaultValue: undefined, defaultText: described.defaultText ?? 'no limit', format }
}

const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, min: 60e3, h: 3600e3, d: 24 * 3600e3 }

const DURATION_NAMES: readonly (readonly [number, string])[] = [
  [24 * 3600e3, 'd'],
  [3600e3, 'h'],
  [60e3, 'm'],
  [1e3, 's'],
  [1, 'ms'],
]

/** A span of time, in milliseconds. */
export function duration(defaultMs: number, described: Described): ConfigDefinition<number> {
  const wanted = 'a time such as "500ms", "30s", "15m", "24h" or "7d"'
  const format = (ms: number): string => quote(formatDuration(ms))
  return define({ type: 'duration', wanted, defaultValue: defaultMs, fromText: parseDuration, format }, described)
}

/** A span of time in milliseconds, or undefined when the text is none. A bare number has no unit and is refused. */
export function parseDuration(value: string): number | undefined {
  return scaled(value, /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)$/, TIME_UNITS)
}

export function formatDuration(ms: number): string {
  return formatScaled(ms, DURATION_NAMES)
}

function scaled(value: string, form: RegExp, units: Readonly<Record<string, number>>): number | undefined {
  const match = form.exec(value.trim().toLowerCase())
  const unit = units[match?.[2] ?? '?']
  const size = match === null || unit === undefined ? 0 : Math.floor(Number(match[1]) * unit)
  return size > 0 && Number.isSafeInteger(size) ? size : undefined
}

function formatScaled(value: number, units: readonly (readonly [number, string])[]): string {
  const [size, name] = units.find(([unit]) => value >= unit && value % unit === 0) ?? [1, '']
  return `${value / size}${name}`
}

export function list(defaultValue: readonly string[], wanted: string, described: Described): ConfigDefinition<readonly string[]> {
  const fromText = (value: string): readonly string[] => value.split(',').map((item) => item.trim()).filter((item) => item !== '')
  const fromToml = (value: unknown): readonly string[] | undefined => {
    if (typeof value === 'string') return fromText(value)
    return Array.isArray(value) && value.every((item): item is string => typeof item === 'string') ? value : undefined
  }
  const format = (items: readonly string[]): string => `[${items.map(quote).join(', ')}]`
  return define({ type: 'list of texts', wanted, defaultValue, fromText, fromToml, format, isRepeatable: true }, described)
}

export type TextMap = Readonly<Record<string, string>>

interface MapOptions {
  readonly wanted: string
  /** The name of an entry that was given without one; none when names are needed. */
  readonly defaultName?: string
  /** What to make of an entry's value: relative paths are resolved here. */
  readonly resolve?: (value: string, base: string) => string
  /** What a name may be. */
  readonly names?: RegExp
  /** At which `=` of a flag's text the value begins, since names or values may hold one: the first by default. */
  readonly splitAt?: 'first' | 'last'
}

/** Names with a text each: a table in TOML, `name=value` as a flag (repeatable) and, separated by semicolons, in the environment. */
export function map(options: MapOptions, described: Described): ConfigDefinition<TextMap> {
  const { wanted, defaultName, resolve = (value: string) => value, names = /./, splitAt = 'first' } = options
  const entry = (name: string, value: string, base: string): readonly [string, string] | undefined =>
    name === '' || value === '' || !names.test(name) ? undefined : [name, resolve(value, base)]
  const all = (entries: readonly (readonly [string, string] | undefined)[]): TextMap | undefined =>
    entries.every((item) => item !== undefined) ? Object.fromEntries(entries) : undefined
  const fromText = (value: string, base: string): TextMap | undefined => {
    const parts = value.split(';').map((part) => part.trim()).filter((part) => part !== '')
    return all(
      parts.map((part) => {
        const at = splitAt === 'first' ? part.indexOf('=') : part.lastIndexOf('=')
        const named = at < 0 ? undefined : entry(part.slice(0, at).trim(), part.slice(at + 1).trim(), base)
        return named ?? (defaultName === undefined ? undefined : entry(defaultName, part, base))
      }),
    )
  }
  const fromToml = (value: unknown, base: string): TextMap | undefined => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return all(Object.entries(value).map(([name, item]) => (typeof item === 'string' ? entry(name, item, base) : undefined)))
  }
  const format = (values: TextMap): string => {
    const entries = Object.entries(values).map(([name, value]) => `${quote(name)} = ${quote(value)}`)
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
  }
  const kind = { type: 'table of texts', wanted, defaultValue: {}, fromText, fromToml, format, isRepeatable: true }
  return define<TextMap>(kind, { ...described, defaultText: described.defaultText ?? 'none' })
}
