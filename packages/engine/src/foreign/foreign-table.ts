/**
 * A table of the application's making. Its provider is as good as ours to every layer below, so that its mistakes must be
 * caught here: what it says is checked, and what it throws is told from our own bugs.
 */

import type { Scalar, Schema } from '@artemis/arrow'
import { typeEquals, vectorFromScalars } from '@artemis/arrow'
import type { Batch } from '@artemis/arrow'
import type {
  Expression,
  FilterPushdown,
  MetadataAggregate,
  PinnedSnapshot,
  ScanContext,
  ScanDescription,
  ScanRequest,
  TableProvider,
  TableScan,
  TableStatistics,
} from '@artemis/plan'
import { projectSchema } from '../memory/projection.js'
import { checkedBatches } from './checked-batches.js'
import { brokenProvider, guarded, providerFailure } from './provider-error.js'

const PUSHDOWNS: readonly unknown[] = ['Exact', 'Inexact', 'Unsupported'] satisfies readonly FilterPushdown[]

export class ForeignTable implements TableProvider {
  readonly schema: Schema
  readonly snapshot: PinnedSnapshot | undefined
  readonly aggregateFromMetadata?: NonNullable<TableProvider['aggregateFromMetadata']>
  readonly insert?: NonNullable<TableProvider['insert']>
  readonly #name: string
  readonly #provider: TableProvider

  constructor(name: string, provider: TableProvider) {
    this.#name = name
    this.#provider = provider
    this.schema = checkedSchema(name, provider)
    this.snapshot = provider.snapshot
    if (provider.aggregateFromMetadata !== undefined) this.aggregateFromMetadata = (aggregates, filters) => this.#aggregate(aggregates, filters)
    if (provider.insert !== undefined) this.insert = (batches, signal) => this.#insert(batches, signal)
  }

  statistics(): TableStatistics {
    const statistics: unknown = guarded(this.#name, () => this.#provider.statistics())
    if (typeof statistics !== 'object' || statistics === null) throw brokenProvider(this.#name, 'gave no statistics')
    const { rowCount, byteSize, columns } = statistics as TableStatistics
    return {
      ...(isCount(rowCount?.value) ? { rowCount: rowCount! } : {}),
      ...(isCount(byteSize?.value) ? { byteSize: byteSize! } : {}),
      ...(columns === undefined ? {} : { columns }),
    }
  }

  supportsFiltersPushdown(filters: readonly Expression[]): FilterPushdown[] {
    const classes: unknown = guarded(this.#name, () => this.#provider.supportsFiltersPushdown(filters))
    if (!Array.isArray(classes) || classes.length !== filters.length || !classes.every((word) => PUSHDOWNS.includes(word))) {
      throw brokenProvider(this.#name, `did not classify each of ${filters.length} filters as Exact, Inexact or Unsupported`)
    }
    return classes as FilterPushdown[]
  }

  scan(request: ScanRequest): TableScan {
    const table = this.#name
    const scan: unknown = guarded(table, () => this.#provider.scan(request))
    if (typeof scan !== 'object' || scan === null || !('execute' in scan)) throw brokenProvider(table, 'gave no scan')
    const inner = scan as TableScan
    const schema = projectSchema(this.schema, request.projection)
    const given = inner.schema?.fields ?? []
    const agree = given.length === schema.fields.length && schema.fields.every((field, i) => typeEquals(field.type, given[i]!.type))
    if (!agree) throw brokenProvider(table, 'gave a scan whose schema is not the projection that was asked for')
    return {
      schema,
      ordering: inner.ordering ?? [],
      execute: (context: ScanContext) => checkedBatches(() => inner.execute(context), { table, schema, context }),
      ...(inner.describe === undefined ? {} : { describe: () => this.#describe(inner) }),
    }
  }

  async #describe(scan: TableScan): Promise<ScanDescription> {
    try {
      return await scan.describe!()
    } catch (error) {
      throw providerFailure(this.#name, error)
    }
  }

  async #aggregate(aggregates: readonly MetadataAggregate[], filters: readonly Expression[]): Promise<readonly Scalar[] | undefined> {
    try {
      const values = await this.#provider.aggregateFromMetadata!(aggregates, filters)
      if (values === undefined) return undefined
      const fit = Array.isArray(values) && values.length === aggregates.length && aggregates.every((aggregate, i) => this.#fits(aggregate, values[i]))
      if (!fit) throw brokenProvider(this.#name, 'gave values from metadata that are not those that were asked for')
      return values
    } catch (error) {
      throw providerFailure(this.#name, error)
    }
  }

  #fits({ function: name, column }: MetadataAggregate, value: Scalar | undefined): boolean {
    if (value === undefined) return false
    if (name === 'count') return typeof value === 'bigint'
    try {
      return vectorFromScalars(this.schema.fields[column!]!.type, [value]).length === 1
    } catch {
      return false
    }
  }

  async #insert(batches: AsyncIterable<Batch>, signal: AbortSignal): Promise<number> {
    try {
      const rows = await this.#provider.insert!(batches, signal)
      if (!isCount(rows)) throw brokenProvider(this.#name, 'did not say how many rows it inserted')
      return rows
    } catch (error) {
      throw providerFailure(this.#name, error)
    }
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function checkedSchema(name: string, provider: TableProvider): Schema {
  const schema: unknown = guarded(name, () => provider.schema)
  const fields = typeof schema === 'object' && schema !== null && 'fields' in schema ? schema.fields : undefined
  const isField = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' && 'type' in value && 'nullable' in value
  if (!Array.isArray(fields) || !fields.every(isField)) throw brokenProvider(name, 'has no schema')
  return schema as Schema
}
