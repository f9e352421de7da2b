/** What the binder asks of a session. */

import type { EvaluationContext } from '@artemis/plan'
import { evaluateConstant } from '@artemis/execution'
import type { BindContext, SqlParser, StatementParameters } from '@artemis/sql'
import { BindError } from '@artemis/errors'
import type { CatalogProvider } from '@artemis/plan'
import { ArtemisTableProvider } from '../iceberg/artemis-table.js'
import type { Settings } from '../settings/settings.js'
import { INFORMATION_SCHEMA } from '../system/information-schema.js'
import type { AsOfReading } from './as-of.js'
import type { NameResolver } from './name-resolution.js'
import type { SessionPolicy } from './policy.js'
import { fileGuard } from './policy.js'
import { casts } from './query-planner.js'
import type { EngineRuntime } from './runtime.js'

export interface BindingSources {
  readonly text: string
  readonly runtime: EngineRuntime
  readonly settings: Settings
  /** The catalogs that may be listed. */
  readonly catalogs: ReadonlyMap<string, CatalogProvider>
  readonly policy: SessionPolicy
  readonly asOf: AsOfReading | undefined
  readonly resolver: NameResolver
  readonly evaluation: EvaluationContext
  readonly parameters: StatementParameters
  readonly parser: SqlParser
}

export function bindContext(sources: BindingSources): BindContext {
  const { text, runtime, settings, catalogs, resolver, evaluation, parameters, parser, asOf } = sources
  const defaults = { catalog: settings.get('catalog'), schema: settings.get('schema') }
  const schemasOf = async (catalog: string): Promise<readonly string[]> => {
    const provider = catalogs.get(catalog.toLowerCase())
    return provider === undefined ? [] : [...(await provider.listSchemas()), INFORMATION_SCHEMA]
  }
  return {
    text,
    functions: runtime.functions,
    defaultCatalog: defaults.catalog,
    defaultSchema: defaults.schema,
    parameters,
    settings: { nullOrder: settings.get('defaultNullOrder'), integerDivision: settings.get('integerDivision') },
    evaluation,
    names: {
      catalogs: () => Promise.resolve([...catalogs.keys()]),
      schemas: schemasOf,
      tables: async (catalog, schema) => ((await (await resolver.schema(catalog, schema))?.listTables()) ?? []).map((table) => table.name),
    },
    async resolveTable(name, timeTravel) {
      const atStatement = timeTravel === null ? asOf : undefined
      const resolved = await (atStatement === undefined ? resolver.resolve(name, timeTravel, defaults) : atStatement.resolve(resolver, name, defaults))
      const now = timeTravel === null && atStatement === undefined
      if (resolved?.entry.kind !== 'table' || now || settings.get('projectionMode') === 'snapshot') return resolved
      const { table } = resolved.entry
      return table instanceof ArtemisTableProvider ? { ...resolved, entry: { kind: 'table', table: table.inCurrentSchema() } } : resolved
    },
    evaluate: (expression) => evaluateConstant(expression, evaluation, casts),
    requireFiles: fileGuard(sources.policy),
    parse(sql) {
      const [statement] = parser.parse(sql)
      if (statement === undefined) throw new BindError({ code: 'EMPTY_STATEMENT', message: 'there is no statement in the text' })
      return statement
    },
  }
}
