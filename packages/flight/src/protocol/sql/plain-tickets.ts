/**
 * Tickets and descriptors that clients without Flight SQL write themselves: JSON such as `{"sql": "SELECT 1"}`, or the
 * SQL text alone. All keys:
 *
 *   sql, sql_query      the statement (one of the two)
 *   query_type          "sql"
 *   params, parameters  an array by position or an object by name
 *   settings            an object: settings that hold for this statement
 *   as_of               "2025-01-01T00:00:00Z", {"timestamp": "…"} or {"snapshot": "…"}
 *   database            "catalog" or "catalog.schema"
 *   catalog, schema     where unqualified names are looked up
 */

import { didYouMean, UnsupportedError } from '@artemis/errors'
import { invalidArgument } from '../flight/flight-error.js'
import type { JsonParameters, StatementOptions } from './backend.js'
import { jsonDepth, parseExactJson } from './exact-json.js'

/** A statement as text, with what was said about it. */
export interface StatementText {
  readonly sql: string
  readonly options: StatementOptions
  readonly parameters?: JsonParameters | undefined
}

const KEYS = ['sql', 'sql_query', 'query_type', 'params', 'parameters', 'settings', 'as_of', 'database', 'catalog', 'schema'] as const
type Key = (typeof KEYS)[number]

/** More than any parameter needs, and little enough for whoever walks over it. */
const MAX_JSON_DEPTH = 100

/** The statement in the bytes of a ticket or a descriptor: JSON when they begin with a brace, SQL otherwise. */
export function readStatementText(bytes: Uint8Array): StatementText {
  const text = decodeText(bytes)
  return text.trimStart().startsWith('{') ? readJson(text) : { sql: text, options: {} }
}

function decodeText(bytes: Uint8Array): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw invalidArgument('neither a ticket of this server, nor a Flight SQL command, nor JSON or SQL in UTF-8', error)
  }
  if (text.trim() === '') throw invalidArgument('the ticket or descriptor is empty: expected JSON such as {"sql": "SELECT 1"}, SQL, or a Flight SQL command')
  return text
}

function readJson(text: string): StatementText {
  if (jsonDepth(text) > MAX_JSON_DEPTH) throw invalidArgument(`the ticket is nested deeper than ${MAX_JSON_DEPTH} levels`)
  let value: unknown
  try {
    value = parseExactJson(text)
  } catch (error) {
    throw invalidArgument(`the ticket is not JSON: ${error instanceof Error ? error.message : String(error)}`, error)
  }
  const entries = asObject(value, 'the ticket')
  for (const key of Object.keys(entries)) if (!isKey(key)) throw unknownKey(key)
  const given = (key: Key): unknown => entries[key] ?? undefined
  const queryType = given('query_type')
  if (queryType !== undefined && queryType !== 'sql') {
    throw new UnsupportedError({ code: 'QUERY_TYPE_NOT_SUPPORTED', message: `query_type ${JSON.stringify(queryType)} is not supported, only "sql"` })
  }
  const parameters = readParameters(either(given('params'), given('parameters'), 'params', 'parameters'))
  return {
    sql: readSql(either(given('sql'), given('sql_query'), 'sql', 'sql_query')),
    options: { settings: readSettings(given), asOf: readAsOf(given('as_of')) },
    ...(parameters !== undefined && { parameters }),
  }
}

function isKey(key: string): key is Key {
  return KEYS.some((known) => known === key)
}

function unknownKey(key: string): Error {
  const near = didYouMean(key, KEYS)
  return invalidArgument(`the ticket has an unknown key "${key}"${near === undefined ? '' : `. ${near}`}; known keys are ${KEYS.join(', ')}`)
}

function either(first: unknown, second: unknown, firstName: string, secondName: string): unknown {
  if (first !== undefined && second !== undefined) throw invalidArgument(`the ticket has both "${firstName}" and "${secondName}"`)
  return first ?? second
}

function readSql(value: unknown): string {
  if (value === undefined) throw invalidArgument('the ticket has no "sql"')
  if (typeof value !== 'string') throw invalidArgument('"sql" must be a string')
  if (value.trim() === '') throw invalidArgument('"sql" is empty')
  return value
}

function readParameters(value: unknown): JsonParameters | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null) throw invalidArgument('"parameters" must be an array or an object')
  return Array.isArray(value) ? (value as readonly unknown[]) : { ...value }
}

function readSettings(given: (key: Key) => unknown): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(asObject(given('settings') ?? {}, '"settings"'))
  // Made of entries: an assignment would take `__proto__` for the prototype, and lose a setting that is to be refused.
  const settings: Record<string, string> = Object.fromEntries(entries.map(([name, value]) => [name, readSetting(name, value)]))
  const database = readName(given('database'), 'database')
  if (database !== undefined) {
    const [catalog, schema, ...rest] = database.split('.')
    if (catalog === undefined || rest.length > 0) throw invalidArgument('"database" must be a catalog, or a catalog and a schema with a dot between them')
    settings.catalog = catalog
    if (schema !== undefined) settings.schema = schema
  }
  const catalog = readName(given('catalog'), 'catalog')
  const schema = readName(given('schema'), 'schema')
  if (catalog !== undefined) settings.catalog = catalog
  if (schema !== undefined) settings.schema = schema
  return Object.keys(settings).length === 0 ? undefined : settings
}

function readSetting(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  throw invalidArgument(`the setting "${name}" must be a string, a number or a boolean`)
}

/** An empty name is what clients send when their user gave none. */
function readName(value: unknown, key: Key): string | undefined {
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') throw invalidArgument(`"${key}" must be a string`)
  return value
}

function readAsOf(value: unknown): StatementOptions['asOf'] {
  if (value === undefined) return undefined
  if (typeof value === 'string') return { timestamp: value }
  const { timestamp, snapshot, ...rest } = asObject(value, '"as_of"')
  const unknown = Object.keys(rest)[0]
  if (unknown !== undefined) throw invalidArgument(`"as_of" has an unknown key "${unknown}"; known keys are timestamp, snapshot`)
  if (typeof timestamp === 'string' && snapshot === undefined) return { timestamp }
  if (timestamp === undefined && isSnapshotId(snapshot)) return { snapshot: String(snapshot) }
  throw invalidArgument('"as_of" must be a timestamp, {"timestamp": "…"} or {"snapshot": "…"}')
}

function isSnapshotId(value: unknown): value is string | number | bigint {
  return typeof value === 'string' || typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
}

function asObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidArgument(`${what} must be a JSON object`)
  return { ...value }
}
