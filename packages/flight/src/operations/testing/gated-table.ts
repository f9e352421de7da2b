/** A table that gives its rows when the test says so: for what happens while a query runs. */

import { Batch, field, int64, schema, vectorFromScalars } from '@artemis/arrow'
import type { Schema } from '@artemis/arrow'
import { MemoryCatalog } from '@artemis/engine'
import type { TableProvider } from '@artemis/engine'

export class GatedTable implements TableProvider {
  readonly schema: Schema = schema([field('n', int64)])
  /** Fulfilled when a scan waits. */
  readonly waiting: Promise<void>
  readonly #open: Promise<void>
  #nowWaiting: () => void = () => undefined
  #letThrough: () => void = () => undefined

  constructor() {
    this.waiting = new Promise((resolve) => void (this.#nowWaiting = resolve))
    this.#open = new Promise((resolve) => void (this.#letThrough = resolve))
  }

  /** Lets the rows go, those of later scans, too. */
  open(): void {
    this.#letThrough()
  }

  statistics(): Record<string, never> {
    return {}
  }

  supportsFiltersPushdown(filters: readonly unknown[]): 'Unsupported'[] {
    return filters.map(() => 'Unsupported')
  }

  scan: TableProvider['scan'] = ({ projection }) => {
    const all = new Batch(this.schema, 3, [vectorFromScalars(int64, [1n, 2n, 3n])])
    const projected = schema(projection.map((index) => this.schema.fields[index]!))
    const [announce, opened] = [this.#nowWaiting, this.#open]
    return {
      schema: projected,
      ordering: [],
      async *execute({ signal }) {
        announce()
        const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
        await Promise.race([opened, aborted])
        signal.throwIfAborted()
        yield all.project(projected, projection)
      },
    }
  }

  /** The catalog `gated`, whose only table is `gated.main.rows`. */
  catalogs(): ReadonlyMap<string, MemoryCatalog> {
    const catalog = new MemoryCatalog()
    catalog.get('main')?.register('rows', this)
    return new Map([['gated', catalog]])
  }
}
