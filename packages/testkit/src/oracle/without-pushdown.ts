/** A table whose source is asked for nothing but rows: what the engine gives without any pruning. */

import type { FilterPushdown, ScanRequest, TableProvider, TableScan, TableStatistics } from '@artemis/plan'

export class WithoutPushdown implements TableProvider {
  readonly schema: TableProvider['schema']
  readonly #table: TableProvider

  constructor(table: TableProvider) {
    this.#table = table
    this.schema = table.schema
  }

  statistics(): TableStatistics {
    return {}
  }

  supportsFiltersPushdown(filters: readonly unknown[]): FilterPushdown[] {
    return filters.map(() => 'Unsupported')
  }

  scan(request: ScanRequest): TableScan {
    return this.#table.scan({ ...request, filters: [], limit: null })
  }
}
