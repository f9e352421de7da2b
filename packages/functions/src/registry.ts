/** All functions by name and alias. Names are matched in lower case. */

import type { AggregateFunctionDefinition, FunctionRegistry, ScalarFunctionDefinition, TableFunctionDefinition } from '@artemis/plan'
import { InternalError } from '@artemis/errors'
import { aggregateDefinitions } from './aggregate/index.js'
import { arithmeticDefinitions } from './arithmetic/index.js'
import { comparisonDefinitions } from './comparison/index.js'
import { conditionalDefinitions } from './conditional/index.js'
import { jsonDefinitions } from './json/index.js'
import { mathDefinitions } from './math/index.js'
import { nestedDefinitions } from './nested/index.js'
import { patternDefinitions } from './pattern/index.js'
import { sessionDefinitions } from './session/index.js'
import { tableDefinitions } from './table/index.js'
import { temporalDefinitions } from './temporal/index.js'
import { textDefinitions } from './text/index.js'

const SCALAR: readonly ScalarFunctionDefinition[] = [
  ...arithmeticDefinitions,
  ...comparisonDefinitions,
  ...conditionalDefinitions,
  ...jsonDefinitions,
  ...mathDefinitions,
  ...nestedDefinitions,
  ...patternDefinitions,
  ...sessionDefinitions,
  ...temporalDefinitions,
  ...textDefinitions,
]
const TABLE: readonly TableFunctionDefinition[] = [...tableDefinitions]

/** The registry of everything in this package. Holds no state, so that one serves all sessions. */
export function createFunctionRegistry(): FunctionRegistry {
  const scalars = byName(SCALAR)
  const aggregates = byName(aggregateDefinitions)
  const tables = byName(TABLE)
  return {
    scalar: (name) => scalars.get(name.toLowerCase()),
    aggregate: (name) => aggregates.get(name.toLowerCase()),
    table: (name) => tables.get(name.toLowerCase()),
    names: () => [...scalars.keys(), ...aggregates.keys(), ...tables.keys()],
  }
}

export interface DocumentedFunction {
  readonly kind: 'scalar' | 'aggregate' | 'table'
  readonly definition: ScalarFunctionDefinition | AggregateFunctionDefinition | TableFunctionDefinition
}

/** Every function with its documentation, for reference pages and tests. */
export function documentedFunctions(): DocumentedFunction[] {
  return [
    ...SCALAR.map((definition) => ({ kind: 'scalar' as const, definition })),
    ...aggregateDefinitions.map((definition) => ({ kind: 'aggregate' as const, definition })),
    ...TABLE.map((definition) => ({ kind: 'table' as const, definition })),
  ]
}

function byName<T extends { readonly name: string; readonly aliases: readonly string[] }>(definitions: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map<string, T>()
  for (const definition of definitions) {
    for (const name of [definition.name, ...definition.aliases]) {
      if (map.has(name)) throw new InternalError({ code: 'DUPLICATE_FUNCTION', message: `two functions are called ${name}` })
      map.set(name, definition)
    }
  }
  return map
}
