/**
 * Avro schemas as plain objects, with the ids that Iceberg adds to them (spec, Appendix A "Avro"): `field-id` on record
 * fields, `element-id` on arrays, `key-id` and `value-id` on maps, and `logicalType: map` on arrays of key-value records.
 */
import { DataError, UnsupportedError } from '@artemis/errors'

export type AvroType =
  | { readonly kind: AvroPrimitive; readonly logicalType: string | undefined }
  | { readonly kind: 'decimal-bytes'; readonly precision: number; readonly scale: number }
  | {
      readonly kind: 'fixed'
      readonly name: string
      readonly size: number
      readonly logicalType: string | undefined
      readonly scale: number
    }
  | { readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroType; readonly elementId: number | undefined; readonly isMap: boolean }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | AvroRecord

export type AvroPrimitive = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'

export interface AvroRecord {
  readonly kind: 'record'
  readonly name: string
  readonly fields: readonly AvroField[]
}

export interface AvroField {
  readonly name: string
  readonly fieldId: number | undefined
  readonly type: AvroType
}

const PRIMITIVES: ReadonlySet<string> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])
const MAX_DEPTH = 64

/** Reads the JSON of a schema. A malformed schema is a `DataError`, a recursive one an `UnsupportedError`: Iceberg has none. */
export function parseAvroSchema(json: unknown): AvroType {
  return parseType(json, { named: new Map(), open: new Set() }, 0)
}

interface ParseState {
  readonly named: Map<string, AvroType>
  /** Names whose definition is being read: a reference to one is recursion. */
  readonly open: Set<string>
}

function parseType(json: unknown, state: ParseState, depth: number): AvroType {
  if (depth > MAX_DEPTH) throw invalid('nests too deep')
  if (typeof json === 'string') return parseName(json, state)
  if (Array.isArray(json)) return parseUnion(json, state, depth)
  if (typeof json !== 'object' || json === null) throw invalid(`has ${JSON.stringify(json)} where a type must stand`)
  const node = json as Readonly<Record<string, unknown>>
  const type = node['type']
  switch (type) {
    case 'record':
      return named(node, state, () => parseRecord(node, state, depth))
    case 'fixed':
      return named(node, state, () => parseFixed(node))
    case 'enum':
      return named(node, state, () => ({ kind: 'enum', name: textOf(node, 'name'), symbols: stringsOf(node['symbols']) }))
    case 'array':
      return {
        kind: 'array',
        items: parseType(node['items'], state, depth + 1),
        elementId: optionalInteger(node['element-id']),
        isMap: node['logicalType'] === 'map',
      }
    case 'map':
      return { kind: 'map', values: parseType(node['values'], state, depth + 1) }
    default:
      return withLogicalType(parseType(type, state, depth + 1), node)
  }
}

function parseName(name: string, state: ParseState): AvroType {
  if (PRIMITIVES.has(name)) return { kind: name as AvroPrimitive, logicalType: undefined }
  const known = state.named.get(name)
  if (known !== undefined) return known
  if (state.open.has(name)) throw new UnsupportedError({ code: 'AVRO_RECURSIVE', message: `the Avro schema is recursive in "${name}"` })
  throw invalid(`names the unknown type "${name}"`)
}

function parseUnion(branches: readonly unknown[], state: ParseState, depth: number): AvroType {
  if (branches.length === 0) throw invalid('has an empty union')
  return { kind: 'union', branches: branches.map((branch) => parseType(branch, state, depth + 1)) }
}

function parseRecord(node: Readonly<Record<string, unknown>>, state: ParseState, depth: number): AvroRecord {
  const fields = node['fields']
  if (!Array.isArray(fields)) throw invalid('has a record without fields')
  return {
    kind: 'record',
    name: textOf(node, 'name'),
    fields: fields.map((item: unknown) => {
      if (typeof item !== 'object' || item === null) throw invalid('has a field that is not an object')
      const field = item as Readonly<Record<string, unknown>>
      return {
        name: textOf(field, 'name'),
        fieldId: optionalInteger(field['field-id']),
        type: parseType(field['type'], state, depth + 1),
      }
    }),
  }
}

function parseFixed(node: Readonly<Record<string, unknown>>): AvroType {
  const size = node['size']
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > 0x7fffffff) throw invalid('has a fixed type without a size')
  return {
    kind: 'fixed',
    name: textOf(node, 'name'),
    size,
    logicalType: typeof node['logicalType'] === 'string' ? node['logicalType'] : undefined,
    scale: optionalInteger(node['scale']) ?? 0,
  }
}

function named(node: Readonly<Record<string, unknown>>, state: ParseState, parse: () => AvroType): AvroType {
  const name = textOf(node, 'name')
  state.open.add(name)
  const type = parse()
  state.open.delete(name)
  // Iceberg's Java writer repeats a definition under one name; the last one read wins, as there.
  state.named.set(name, type)
  const namespace = node['namespace']
  if (typeof namespace === 'string' && namespace !== '') state.named.set(`${namespace}.${name}`, type)
  return type
}

function withLogicalType(type: AvroType, node: Readonly<Record<string, unknown>>): AvroType {
  const logicalType = node['logicalType']
  if (typeof logicalType !== 'string') return type
  if (type.kind === 'bytes' && logicalType === 'decimal') {
    return { kind: 'decimal-bytes', precision: optionalInteger(node['precision']) ?? 0, scale: optionalInteger(node['scale']) ?? 0 }
  }
  if (type.kind === 'int' || type.kind === 'long' || type.kind === 'string' || type.kind === 'bytes')
    return { kind: type.kind, logicalType }
  return type
}

function textOf(node: Readonly<Record<string, unknown>>, key: string): string {
  const value = node[key]
  if (typeof value !== 'string') throw invalid(`has a type without a ${key}`)
  return value
}

function stringsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string'))
    throw invalid('has an enum without symbols')
  return value
}

function optionalInteger(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

function invalid(what: string): DataError {
  return new DataError({ code: 'AVRO_INVALID', message: `the Avro schema ${what}` })
}
