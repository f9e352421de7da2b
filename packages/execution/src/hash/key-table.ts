/**
 * Key tables number the distinct keys of one or more columns with dense ids from 0, in the order in which they first
 * occur. Grouping, joins, DISTINCT, set operations and IN all stand on them. What SQL counts as one key is one key: NULLs
 * are one, NaNs are one, -0 is 0, and it does not matter whether a column comes as codes or plain.
 *
 *   no columns                     one key
 *   one column of text             the numbering's codes are the ids
 *   small ranges and few values    an array indexed by the product of the columns' codes, until it grows too large
 *   anything else                  words in a hash table
 */

import type { DataType, Vector } from '@artemis/arrow'
import { DirectKeyTable, isDirectType } from './direct-key-table.js'
import { isNumbered } from './key-words.js'
import { MultiWordKeyTable } from './multi-word-key-table.js'
import { NumberedKeyTable, SingleWordKeyTable } from './single-key-tables.js'
import { StrictKeyTable } from './strict-key-table.js'

export interface KeyTable {
  /** The number of distinct keys. */
  readonly size: number
  byteSize(): number
  /** Writes the id of each row's key to `ids[0 .. rowCount)`, giving new keys new ids. */
  insert(keys: readonly Vector[], rowCount: number, ids: Int32Array): void
  /** As `insert`, but keys that are not in the table get -1 and the table stays as it is. */
  lookup(keys: readonly Vector[], rowCount: number, ids: Int32Array): void
  /** The keys with ids `[start, start + length)`, column by column. */
  keys(start: number, length: number): Vector[]
}

export interface KeyTableOptions {
  /** For each column, whether NULL equals NULL. Where it does not, a row with a NULL has no key: its id is -1. Default: all do. */
  readonly nullEqualsNull?: readonly boolean[]
  /** The most entries that a directly indexed array may have; 0 for none. */
  readonly maxDirectSlots?: number
  /** How many keys to expect, where that is known: spares growing. */
  readonly expectedKeys?: number
}

/** Directly indexed arrays up to 1 MiB: larger ones pay off only where it is known that the keys lie densely. */
const DEFAULT_DIRECT_SLOTS = 1 << 18

export function createKeyTable(types: readonly DataType[], options: KeyTableOptions = {}): KeyTable {
  const strict = types.map((_, i) => options.nullEqualsNull?.[i] === false)
  const table = tableFor(types, options.maxDirectSlots ?? DEFAULT_DIRECT_SLOTS, options.expectedKeys ?? 0)
  return strict.includes(true) ? new StrictKeyTable(table, strict) : table
}

function tableFor(types: readonly DataType[], maxDirectSlots: number, expectedKeys: number): KeyTable {
  const [first] = types
  if (first === undefined) return new UnitKeyTable()
  if (types.length === 1 && isNumbered(first)) return new NumberedKeyTable(first)
  if (maxDirectSlots > 0 && types.every(isDirectType)) return new AdaptiveKeyTable(types, maxDirectSlots, expectedKeys)
  return wordTableFor(types, expectedKeys)
}

function wordTableFor(types: readonly DataType[], expectedKeys: number): KeyTable {
  return types.length === 1 ? new SingleWordKeyTable(types[0]!, expectedKeys) : new MultiWordKeyTable(types, expectedKeys)
}

/** All rows have the one key of no columns, which is there from the start. */
class UnitKeyTable implements KeyTable {
  readonly size = 1
  byteSize(): number {
    return 0
  }
  insert(_keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    ids.fill(0, 0, rowCount)
  }
  lookup(_keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    ids.fill(0, 0, rowCount)
  }
  keys(): Vector[] {
    return []
  }
}

/** Begins with a directly indexed array, and moves to a hash table when the keys turn out to be too spread for it. */
class AdaptiveKeyTable implements KeyTable {
  readonly #types: readonly DataType[]
  readonly #expectedKeys: number
  #direct: DirectKeyTable | null
  #hashed: KeyTable | null = null

  constructor(types: readonly DataType[], maxDirectSlots: number, expectedKeys: number) {
    this.#types = types
    this.#expectedKeys = expectedKeys
    this.#direct = new DirectKeyTable(types, maxDirectSlots)
  }

  get size(): number {
    return (this.#direct ?? this.#hashed)!.size
  }

  byteSize(): number {
    return (this.#direct ?? this.#hashed)!.byteSize()
  }

  insert(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    if (this.#direct !== null) {
      if (this.#direct.tryInsert(keys, rowCount, ids)) return
      this.#hashed = wordTableFor(this.#types, this.#expectedKeys)
      const { size } = this.#direct
      // The keys go over in the order of their ids, so every key keeps its id.
      if (size > 0) this.#hashed.insert(this.#direct.keys(0, size), size, new Int32Array(size))
      this.#direct = null
    }
    this.#hashed!.insert(keys, rowCount, ids)
  }

  lookup(keys: readonly Vector[], rowCount: number, ids: Int32Array): void {
    if (this.#direct !== null) this.#direct.lookup(keys, rowCount, ids)
    else this.#hashed!.lookup(keys, rowCount, ids)
  }

  keys(start: number, length: number): Vector[] {
    return (this.#direct ?? this.#hashed)!.keys(start, length)
  }
}
