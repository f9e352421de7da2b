/** Aggregates that keep whole values: any_value, first, last, min_by, max_by, list, string_agg; and bool_and, bool_or. */

import type { DataType, Scalar, Vector } from '@artemis/arrow'
import { bool, compareScalars, list as listType, scalarAt, utf8, vectorFromScalars } from '@artemis/arrow'
import type { AggregateFunctionDefinition, GroupsAccumulator } from '@artemis/plan'
import { aggregateFunction } from './definition.js'
import { forEachRow, rowMask } from './rows-mask.js'

/** A value of `S` for each group; states travel as scalars of the state types. */
interface GroupBehaviour<S> {
  readonly stateTypes: readonly DataType[]
  readonly returnType: DataType
  readonly empty: () => S
  /** Takes a row in, NULLs included; the new state. */
  readonly add: (state: S, values: readonly Scalar[]) => S
  readonly merge: (state: S, other: readonly Scalar[]) => S
  readonly toState: (state: S) => readonly Scalar[]
  readonly finish: (state: S) => Scalar
  /** Bytes that a group's state takes, about. */
  readonly bytes: number
}

class ScalarGroups<S> implements GroupsAccumulator {
  readonly #behaviour: GroupBehaviour<S>
  readonly #groups: S[] = []
  #rows = 0

  constructor(behaviour: GroupBehaviour<S>) {
    this.#behaviour = behaviour
  }

  byteSize(): number {
    return this.#groups.length * this.#behaviour.bytes + this.#rows * 16
  }

  update(args: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    this.#reserve(groupCount)
    const { add } = this.#behaviour
    this.#rows += groupIds.length
    forEachRow(filter, groupIds.length, (row) => {
      const group = groupIds[row]!
      this.#groups[group] = add(this.#groups[group]!, args.map((arg) => scalarAt(arg, row)))
    })
  }

  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.#reserve(groupCount)
    for (let row = 0; row < groupIds.length; row++) {
      const group = groupIds[row]!
      this.#groups[group] = this.#behaviour.merge(this.#groups[group]!, states.map((state) => scalarAt(state, row)))
    }
  }

  state(start: number, length: number): Vector[] {
    this.#reserve(start + length)
    const rows = this.#groups.slice(start, start + length).map((group) => this.#behaviour.toState(group))
    return this.#behaviour.stateTypes.map((type, k) => vectorFromScalars(type, rows.map((row) => row[k]!)))
  }

  finish(start: number, length: number): Vector {
    this.#reserve(start + length)
    return vectorFromScalars(this.#behaviour.returnType, this.#groups.slice(start, start + length).map((group) => this.#behaviour.finish(group)))
  }

  #reserve(groupCount: number): void {
    while (this.#groups.length < groupCount) this.#groups.push(this.#behaviour.empty())
  }
}

const known = (type: DataType): DataType => (type.kind === 'null' ? { kind: 'int32' } : type)

/** The first value that is not NULL: rows after it are not even looked at. */
class FirstValue implements GroupsAccumulator {
  readonly #type: DataType
  readonly #values: Scalar[] = []

  constructor(type: DataType) {
    this.#type = type
  }

  byteSize(): number {
    return this.#values.length * 48
  }

  update([argument]: readonly Vector[], groupIds: Int32Array, groupCount: number, filter: Uint8Array | null): void {
    while (this.#values.length < groupCount) this.#values.push(null)
    const vector = argument!
    forEachRow(rowMask(vector, filter, groupIds.length), groupIds.length, (row) => {
      const group = groupIds[row]!
      this.#values[group] ??= scalarAt(vector, row)
    })
  }

  merge(states: readonly Vector[], groupIds: Int32Array, groupCount: number): void {
    this.update(states, groupIds, groupCount, null)
  }

  state(start: number, length: number): Vector[] {
    return [this.finish(start, length)]
  }

  finish(start: number, length: number): Vector {
    return vectorFromScalars(this.#type, Array.from({ length }, (_, i) => this.#values[start + i] ?? null))
  }
}

export const anyValue = aggregateFunction({
  name: 'any_value',
  aliases: ['arbitrary'],
  category: 'aggregate',
  description: 'Some value that is not NULL: the first that is met.',
  signatures: ['any_value(value T) -> T'],
  example: 'any_value(3)',
  result: '3',
  ignoresDistinct: true,
  resolve([type, ...rest]) {
    if (type === undefined || rest.length > 0) return undefined
    const wanted = known(type)
    return { argumentTypes: [wanted], returnType: wanted, stateTypes: [wanted], createAccumulator: () => new FirstValue(wanted) }
  },
})

/** first() and last() keep NULLs: the state says whether there was a row. */
function positional(name: 'first' | 'last', description: string): AggregateFunctionDefinition {
  return aggregateFunction({
    name,
    aliases: name === 'first' ? ['first_value'] : ['last_value'],
    category: 'aggregate',
    description,
    signatures: [`${name}(value T) -> T`],
    example: `${name}(3)`,
    result: '3',
    orderSensitive: true,
    resolve([type, ...rest]) {
      if (type === undefined || rest.length > 0) return undefined
      const wanted = known(type)
      const keepsFirst = name === 'first'
      const behaviour: GroupBehaviour<readonly Scalar[] | null> = {
        stateTypes: [wanted, bool],
        returnType: wanted,
        empty: () => null,
        add: (state, [value]) => (keepsFirst && state !== null ? state : [value!]),
        merge: (state, [value, isThere]) => (isThere !== true || (keepsFirst && state !== null) ? state : [value!]),
        toState: (state) => (state === null ? [null, false] : [state[0]!, true]),
        finish: (state) => state?.[0] ?? null,
        bytes: 64,
      }
      return { argumentTypes: [wanted], returnType: wanted, stateTypes: behaviour.stateTypes, createAccumulator: () => new ScalarGroups(behaviour) }
    },
  })
}

export const first = positional('first', 'The value of the first row, NULL included.')
export const last = positional('last', 'The value of the last row, NULL included.')

function byExtreme(name: string, aliases: readonly string[], direction: 1 | -1, description: string): AggregateFunctionDefinition {
  return aggregateFunction({
    name,
    aliases,
    category: 'aggregate',
    description,
    signatures: [`${name}(value T, key K) -> T`],
    example: `${name}('a', 1)`,
    result: 'a',
    resolve(types) {
      if (types.length !== 2) return undefined
      const [value, key] = [known(types[0]!), known(types[1]!)]
      const better = (candidate: Scalar, current: Scalar): boolean => compareScalars(key, candidate, current) * direction > 0
      const take = (state: readonly Scalar[] | null, [candidate, candidateKey]: readonly Scalar[]): readonly Scalar[] | null => {
        if (candidate === null || candidateKey === null) return state
        return state === null || better(candidateKey!, state[1]!) ? [candidate!, candidateKey!] : state
      }
      const behaviour: GroupBehaviour<readonly Scalar[] | null> = {
        stateTypes: [value, key],
        returnType: value,
        empty: () => null,
        add: take,
        merge: take,
        toState: (state) => state ?? [null, null],
        finish: (state) => state?.[0] ?? null,
        bytes: 128,
      }
      return { argumentTypes: [value, key], returnType: value, stateTypes: behaviour.stateTypes, createAccumulator: () => new ScalarGroups(behaviour) }
    },
  })
}

export const minBy = byExtreme('min_by', ['arg_min', 'argmin'], -1, 'The value of the row whose key is least.')
export const maxBy = byExtreme('max_by', ['arg_max', 'argmax'], 1, 'The value of the row whose key is greatest.')

export const list = aggregateFunction({
  name: 'list',
  aliases: ['array_agg'],
  category: 'aggregate',
  description: 'All values, NULLs included, as a list; NULL of no rows.',
  signatures: ['list(value T) -> T[]'],
  example: 'list(3)',
  result: '[3]',
  orderSensitive: true,
  resolve([type, ...rest]) {
    if (type === undefined || rest.length > 0) return undefined
    const wanted = known(type)
    const returnType = listType(wanted)
    const behaviour: GroupBehaviour<Scalar[]> = {
      stateTypes: [returnType],
      returnType,
      empty: () => [],
      add: (state, [value]) => {
        state.push(value!)
        return state
      },
      merge: (state, [values]) => {
        // A spread would put every value on the stack, which a large group overflows.
        if (values !== null) for (const value of values as readonly Scalar[]) state.push(value)
        return state
      },
      toState: (state) => [state.length === 0 ? null : state],
      finish: (state) => (state.length === 0 ? null : state),
      bytes: 64,
    }
    return { argumentTypes: [wanted], returnType, stateTypes: [returnType], createAccumulator: () => new ScalarGroups(behaviour) }
  },
})

export const stringAgg = aggregateFunction({
  name: 'string_agg',
  aliases: ['group_concat', 'listagg'],
  category: 'aggregate',
  description: 'All texts that are not NULL, joined by a separator, a comma by default.',
  signatures: ['string_agg(text VARCHAR[, separator VARCHAR]) -> VARCHAR'],
  example: "string_agg('a', ';')",
  result: 'a',
  orderSensitive: true,
  resolve(types, constants) {
    if (types.length < 1 || types.length > 2) return undefined
    const separator = types.length === 1 ? ',' : constants[1]
    // One separator for the whole query: it is part of the function, not of the rows.
    if (typeof separator !== 'string') return undefined
    const behaviour: GroupBehaviour<string | null> = {
      stateTypes: [utf8],
      returnType: utf8,
      empty: () => null,
      add: (state, [text]) => (text === null ? state : state === null ? String(text) : state + separator + String(text)),
      merge: (state, [text]) => (text === null ? state : state === null ? String(text) : state + separator + String(text)),
      toState: (state) => [state],
      finish: (state) => state,
      bytes: 64,
    }
    return { argumentTypes: types.map(() => utf8), returnType: utf8, stateTypes: [utf8], createAccumulator: () => new ScalarGroups(behaviour) }
  },
})

function logical(name: string, aliases: readonly string[], isAnd: boolean, description: string): AggregateFunctionDefinition {
  return aggregateFunction({
    name,
    aliases,
    category: 'aggregate',
    description,
    signatures: [`${name}(condition BOOLEAN) -> BOOLEAN`],
    example: `${name}(true)`,
    result: 'true',
    ignoresDistinct: true,
    resolve([type, ...rest]) {
      if (type === undefined || rest.length > 0 || (type.kind !== 'bool' && type.kind !== 'null')) return undefined
      const join = (state: boolean | null, [value]: readonly Scalar[]): boolean | null => {
        if (value === null) return state
        return state === null ? value === true : isAnd ? state && value === true : state || value === true
      }
      const behaviour: GroupBehaviour<boolean | null> = {
        stateTypes: [bool],
        returnType: bool,
        empty: () => null,
        add: join,
        merge: join,
        toState: (state) => [state],
        finish: (state) => state,
        bytes: 16,
      }
      return { argumentTypes: [bool], returnType: bool, stateTypes: [bool], createAccumulator: () => new ScalarGroups(behaviour) }
    },
  })
}

export const boolAnd = logical('bool_and', ['every'], true, 'Whether all values that are not NULL are true.')
export const boolOr = logical('bool_or', [], false, 'Whether some value is true.')
