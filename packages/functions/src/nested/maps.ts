/** Maps: making them, and their keys, values and entries. A map is a list of structs of key and value. */

import type { BooleanVector, DataType, Vector } from '@artemis/arrow'
import {
  bool,
  compareVectors,
  field,
  list,
  listVector,
  map,
  mergeValidity,
  nullType,
  primitiveVector,
  struct,
  structVector,
  take,
  uint64,
  vectorDatum,
  withNulls,
} from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { commonType } from '@artemis/plan'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import { invalidInput } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { booleanResult } from '../kernel/results.js'
import { CodeSet, equalCodes } from './equal-codes.js'
import type { ListRows } from './list-rows.js'
import { elementType, listArgument, parentRows } from './list-rows.js'

type MapType = Extract<DataType, { kind: 'map' }>

function mapType(key: DataType, value: DataType): MapType {
  return map(field('key', key, false), field('value', value)) as MapType
}

interface Entries {
  readonly keys: Vector
  readonly values: Vector
}

/** The keys and values of the entries of a map's or a list's child. NULL entries have NULL keys. */
function entriesOf(child: Vector): Entries {
  assert(child.layout === 'struct', `a ${child.layout} vector where entries of a map are wanted`)
  const [keys, values] = child.children
  if (child.validity === null) return { keys: keys!, values: values! }
  return { keys: withNulls(keys!, { validity: mergeValidity(keys!.validity, child.validity, child.length) }), values: values! }
}

/** Throws unless the keys of each row are there and differ. */
function checkKeys(input: KernelInput, offsets: Int32Array, keys: Vector): void {
  const [codes] = equalCodes([keys])
  const seen = new CodeSet()
  for (let i = 0; i < input.rowCount; i++) {
    if (!isRowValid(input.validity, i)) continue
    for (let k = offsets[i]!; k < offsets[i + 1]!; k++) {
      if (codes![k]! < 0) throw invalidInput('a key of a map cannot be NULL')
      if (!seen.add(codes![k]!, i)) throw invalidInput('a key occurs twice in a map')
    }
  }
}

function mapVector(type: MapType, input: KernelInput, offsets: Int32Array, { keys, values }: Entries): Vector {
  const child = structVector(struct([type.key, type.value]), keys.length, [keys, values])
  return listVector(type, offsets, child, { validity: input.validity })
}

/** Keys and values stand in lists of the same lengths; rows that are NULL may differ, so entries are gathered if any do. */
function makeMaps(type: MapType): Kernel {
  return (input) => {
    const keys = listArgument(input, 0)
    const values = listArgument(input, 1)
    const rows: number[] = []
    const valueRows: number[] = []
    const offsets = new Int32Array(input.rowCount + 1)
    for (let i = 0; i < input.rowCount; i++) {
      if (isRowValid(input.validity, i)) {
        const size = keys.offsets[i + 1]! - keys.offsets[i]!
        if (size !== values.offsets[i + 1]! - values.offsets[i]!)
          throw invalidInput('the lists of keys and values of a map differ in length')
        for (let k = 0; k < size; k++) {
          rows.push(keys.offsets[i]! + k)
          valueRows.push(values.offsets[i]! + k)
        }
      }
      offsets[i + 1] = rows.length
    }
    const entries = { keys: take(keys.child, Int32Array.from(rows)), values: take(values.child, Int32Array.from(valueRows)) }
    checkKeys(input, offsets, entries.keys)
    return mapVector(type, input, offsets, entries)
  }
}

export const mapFunction = resolvingFunction({
  name: 'map',
  category: 'nested',
  description: "A map of a list of keys and a list of values: MAP {'a': 1} in short.",
  example: "map(['a', 'b'], [1, 2])",
  result: '{a=1, b=2}',
  signatures: ['map(keys K[], values V[]) -> MAP(K, V)'],
  resolve(types) {
    const [keys, values] = types.length === 0 ? [nullType, nullType] : types.map(elementType)
    if (keys === undefined || values === undefined || (types.length !== 0 && types.length !== 2)) return undefined
    const type = mapType(keys, values)
    if (types.length === 0) {
      const empty: Kernel = (input) =>
        mapVector(type, input, new Int32Array(input.rowCount + 1), { keys: take(emptyNulls(), new Int32Array(0)), values: emptyNulls() })
      return { argumentTypes: [], returnType: type, kernel: empty }
    }
    return { argumentTypes: [list(keys), list(values)], returnType: type, canThrow: true, kernel: makeMaps(type) }
  },
})

function emptyNulls(): Vector {
  return { layout: 'null', type: nullType, length: 0, nullCount: 0, validity: null }
}

export const mapFromEntries = resolvingFunction({
  name: 'map_from_entries',
  category: 'nested',
  description: 'A map of a list of structs, whose first field is the key and whose second the value.',
  example: "map_from_entries([{'k': 'a', 'v': 1}])",
  result: '{a=1}',
  signatures: ['map_from_entries(entries STRUCT(k K, v V)[]) -> MAP(K, V)'],
  resolve(types) {
    const entry = types.length === 1 ? elementType(types[0]!) : undefined
    if (entry?.kind !== 'struct' || entry.fields.length !== 2) return undefined
    const type = mapType(entry.fields[0]!.type, entry.fields[1]!.type)
    return {
      argumentTypes: types,
      returnType: type,
      canThrow: true,
      kernel: (input) => {
        const { offsets, child } = listArgument(input, 0)
        const entries = entriesOf(child)
        checkKeys(input, offsets, entries.keys)
        return mapVector(type, input, offsets, entries)
      },
    }
  },
})

/** For each entry whether its key is the one asked for in its row. */
function keyMatches(input: KernelInput, { keys }: Entries, lists: ListRows): BooleanVector {
  const wanted = argument(input, 1)
  const values = wanted.kind === 'scalar' ? wanted : vectorDatum(take(wanted.vector, parentRows(lists)))
  return compareVectors('=', vectorDatum(keys), values, keys.length)
}

/** The entry of each row's key, or -1. */
function findEntries(input: KernelInput): { readonly rows: Int32Array; readonly entries: Entries } {
  const lists = listArgument(input, 0)
  const entries = entriesOf(lists.child)
  const { values: bits } = keyMatches(input, entries, lists)
  const rows = new Int32Array(input.rowCount).fill(-1)
  for (let i = 0; i < rows.length; i++) {
    if (!isRowValid(input.validity, i)) continue
    for (let k = lists.offsets[i]!; k < lists.offsets[i + 1]!; k++) {
      if (((bits[k >>> 3]! >>> (k & 7)) & 1) === 1) {
        rows[i] = k
        break
      }
    }
  }
  return { rows, entries }
}

function resolveByKey(types: readonly DataType[], finish: (type: MapType) => Omit<Resolved, 'argumentTypes'>): Resolved | undefined {
  const [type, key] = types
  if (type?.kind !== 'map' || types.length !== 2) return undefined
  const common = commonType(type.key.type, key!)
  if (common === undefined) return undefined
  const wanted = mapType(common, type.value.type)
  return { argumentTypes: [wanted, common], ...finish(wanted) }
}

export const mapExtract = resolvingFunction({
  name: 'map_extract',
  aliases: ['map_extract_value', 'element_at'],
  category: 'nested',
  description: 'The value of a key in a map, or NULL when the map has no such key: m[key] in short.',
  example: "map_extract(MAP {'a': 1}, 'a')",
  result: '1',
  signatures: ['map_extract(map MAP(K, V), key K) -> V'],
  resolve: (types) =>
    resolveByKey(types, (type) => ({
      returnType: type.value.type,
      canReturnNull: true,
      kernel: (input) => {
        const { rows, entries } = findEntries(input)
        return take(entries.values, rows, true)
      },
    })),
})

export const mapContains = resolvingFunction({
  name: 'map_contains',
  aliases: ['map_contains_key'],
  category: 'nested',
  description: 'Whether a map has a key.',
  example: "map_contains(MAP {'a': 1}, 'a')",
  result: 'true',
  signatures: ['map_contains(map MAP(K, V), key K) -> BOOLEAN'],
  resolve: (types) =>
    resolveByKey(types, () => ({
      returnType: bool,
      kernel: (input) => {
        const { rows } = findEntries(input)
        return booleanResult(input, (i) => rows[i]! >= 0)
      },
    })),
})

function partOfMap(
  name: string,
  description: string,
  result: string,
  part: (type: MapType, child: Vector) => { readonly type: DataType; readonly child: Vector },
): ScalarFunctionDefinition {
  return resolvingFunction({
    name,
    category: 'nested',
    description,
    example: `${name}(MAP {'a': 1, 'b': 2})`,
    result,
    signatures: [`${name}(map MAP(K, V)) -> ANY[]`],
    resolve(types) {
      const [type] = types
      if (type?.kind !== 'map' || types.length !== 1) return undefined
      const element = part(type, structVector(struct([type.key, type.value]), 0, [emptyNulls(), emptyNulls()])).type
      const returnType = list(element)
      return {
        argumentTypes: types,
        returnType,
        kernel: (input) => {
          const { offsets, child } = listArgument(input, 0)
          return listVector(returnType, offsets, part(type, child).child, { validity: input.validity })
        },
      }
    },
  })
}

export const mapKeys = partOfMap('map_keys', 'The keys of a map as a list.', '[a, b]', (type, child) => ({
  type: type.key.type,
  child: entriesOf(child).keys,
}))
export const mapValues = partOfMap('map_values', 'The values of a map as a list.', '[1, 2]', (type, child) => ({
  type: type.value.type,
  child: entriesOf(child).values,
}))
export const mapEntries = partOfMap(
  'map_entries',
  'The entries of a map as a list of structs.',
  "[{'key': a, 'value': 1}, {'key': b, 'value': 2}]",
  (type, child) => ({
    type: struct([field('key', type.key.type), field('value', type.value.type)]),
    child,
  }),
)

export const cardinality = resolvingFunction({
  name: 'cardinality',
  category: 'nested',
  description: 'The number of entries of a map.',
  example: "cardinality(MAP {'a': 1, 'b': 2})",
  result: '2',
  signatures: ['cardinality(map MAP(K, V)) -> UBIGINT'],
  resolve(types) {
    if (types.length !== 1 || types[0]!.kind !== 'map') return undefined
    return {
      argumentTypes: types,
      returnType: uint64,
      kernel: (input) => {
        const { offsets } = listArgument(input, 0)
        const out = new BigUint64Array(input.rowCount)
        const words = new Int32Array(out.buffer)
        for (let i = 0; i < out.length; i++) words[2 * i] = offsets[i + 1]! - offsets[i]!
        return primitiveVector(uint64, out, { validity: input.validity })
      },
    }
  },
})
