/**
 * JSON whose integers keep all their bits, and typed access to it. Ids are 64-bit, and `JSON.parse` rounds above 2^53; here
 * an integer beyond that is a bigint and everything else a number.
 */
import { JSONParse, JSONStringify } from 'json-with-bigint'
import { DataError } from '@artemis/errors'

export type JsonObject = Readonly<Record<string, unknown>>

export function parseJson(text: string, what: string): unknown {
  try {
    return JSONParse(text)
  } catch (error) {
    throw new DataError({ code: 'INVALID_JSON', message: `${what} is not valid JSON`, cause: error })
  }
}

/** Bigints become plain integers; undefined members are left out. */
export function stringifyJson(value: unknown): string {
  return JSONStringify(value)
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads members of a JSON object; whatever is missing or of another type is a `DataError` that names it. */
export class JsonReader {
  readonly json: JsonObject
  readonly what: string

  constructor(value: unknown, what: string) {
    if (!isJsonObject(value)) throw new DataError({ code: 'INVALID_METADATA', message: `${what} is not a JSON object` })
    this.json = value
    this.what = what
  }

  has(key: string): boolean {
    const value = this.json[key]
    return value !== undefined && value !== null
  }

  string(key: string): string {
    return this.optionalString(key) ?? this.#missing(key)
  }

  optionalString(key: string): string | undefined {
    const value = this.json[key]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') return this.#wrong(key, 'a string')
    return value
  }

  boolean(key: string): boolean {
    const value = this.json[key]
    if (typeof value !== 'boolean') return this.#wrong(key, 'true or false')
    return value
  }

  integer(key: string): number {
    return this.optionalInteger(key) ?? this.#missing(key)
  }

  optionalInteger(key: string): number | undefined {
    const value = this.json[key]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return this.#wrong(key, 'an integer')
    return value
  }

  bigint(key: string): bigint {
    return this.optionalBigint(key) ?? this.#missing(key)
  }

  optionalBigint(key: string): bigint | undefined {
    const value = this.json[key]
    if (value === undefined || value === null) return undefined
    if (typeof value === 'bigint') return value
    if (typeof value !== 'number' || !Number.isInteger(value)) return this.#wrong(key, 'an integer')
    return BigInt(value)
  }

  array(key: string): readonly unknown[] {
    return this.optionalArray(key) ?? this.#missing(key)
  }

  optionalArray(key: string): readonly unknown[] | undefined {
    const value = this.json[key]
    if (value === undefined || value === null) return undefined
    if (!Array.isArray(value)) return this.#wrong(key, 'an array')
    return value
  }

  integers(key: string): readonly number[] | undefined {
    return this.optionalArray(key)?.map((item) => {
      if (typeof item !== 'number' || !Number.isSafeInteger(item)) return this.#wrong(key, 'an array of integers')
      return item
    })
  }

  /** An object whose values are strings. Some writers leave numbers and booleans unquoted: they are taken as text. */
  stringMap(key: string): Readonly<Record<string, string>> {
    const value = this.json[key]
    if (value === undefined || value === null) return {}
    if (!isJsonObject(value)) return this.#wrong(key, 'an object')
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, typeof item === 'string' ? item : String(item)]))
  }

  /** The members that are not among `known`. */
  rest(known: ReadonlySet<string>): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(this.json).filter(([key]) => !known.has(key)))
  }

  #missing(key: string): never {
    throw new DataError({ code: 'INVALID_METADATA', message: `${this.what} has no "${key}"` })
  }

  #wrong(key: string, wanted: string): never {
    throw new DataError({ code: 'INVALID_METADATA', message: `"${key}" of ${this.what} is not ${wanted}` })
  }
}
