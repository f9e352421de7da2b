/** What an application may register as a table, as a provider. */

import * as apache from 'apache-arrow'
import type { Batch, Schema } from '@artemis/arrow'
import { fromArrowSchema } from '@artemis/arrow/apache'
import { ConfigError } from '@artemis/errors'
import type { TableProvider } from '@artemis/plan'
import { convertedBatch } from '../foreign/checked-batches.js'
import { checkedTable } from '../foreign/foreign-catalog.js'
import { MemoryTable } from '../memory/memory-table.js'
import { StreamTable } from '../memory/stream-table.js'

export type AnyBatch = apache.RecordBatch | Batch

/** Batches and their schema. A function makes a new stream for every scan; a bare iterable can be read once. */
export interface BatchStream {
  readonly schema: apache.Schema | Schema
  readonly batches: AsyncIterable<AnyBatch> | Iterable<AnyBatch> | (() => AsyncIterable<AnyBatch> | Iterable<AnyBatch>)
}

export type TableSource = TableProvider | apache.Table | readonly apache.RecordBatch[] | BatchStream

/** `name` is what errors call the table. */
export function tableProviderOf(name: string, source: TableSource): TableProvider {
  if ('supportsFiltersPushdown' in source) return checkedTable(name, source)
  if (source instanceof apache.Table) return memoryTable(name, source.schema, source.batches)
  if ('batches' in source) {
    const schema = source.schema instanceof apache.Schema ? fromArrowSchema(source.schema) : source.schema
    return new StreamTable(name, schema, source.batches)
  }
  const [first] = source
  if (first === undefined) throw new ConfigError({ code: 'NO_SCHEMA', message: 'a table of no batches needs a schema', hint: 'Register { schema, batches }.' })
  return memoryTable(name, first.schema, source)
}

function memoryTable(name: string, schema: apache.Schema, batches: readonly apache.RecordBatch[]): MemoryTable {
  const own = fromArrowSchema(schema)
  return new MemoryTable(own, batches.map((batch) => convertedBatch(batch, own, name)))
}
