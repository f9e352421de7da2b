/** What an application may register as a table, as a provider. */

import * as apache from 'apache-arrow'
import type { Schema } from '@artemis/arrow'
import { Batch } from '@artemis/arrow'
import { fromArrowSchema, fromRecordBatch } from '@artemis/arrow/apache'
import { ConfigError } from '@artemis/errors'
import type { TableProvider } from '@artemis/plan'
import { MemoryTable } from '../memory/memory-table.js'
import { StreamTable } from '../memory/stream-table.js'

export type AnyBatch = apache.RecordBatch | Batch

/** Batches and their schema. A function makes a new stream for every scan; a bare iterable can be read once. */
export interface BatchStream {
  readonly schema: apache.Schema | Schema
  readonly batches: AsyncIterable<AnyBatch> | Iterable<AnyBatch> | (() => AsyncIterable<AnyBatch> | Iterable<AnyBatch>)
}

export type TableSource = TableProvider | apache.Table | readonly apache.RecordBatch[] | BatchStream

export function tableProviderOf(source: TableSource): TableProvider {
  if ('supportsFiltersPushdown' in source) return source
  if (source instanceof apache.Table) return memoryTable(source.schema, source.batches)
  if ('batches' in source) return streamTable(source)
  const [first] = source
  if (first === undefined) throw new ConfigError({ code: 'NO_SCHEMA', message: 'a table of no batches needs a schema', hint: 'Register { schema, batches }.' })
  return memoryTable(first.schema, source)
}

function memoryTable(schema: apache.Schema, batches: readonly apache.RecordBatch[]): MemoryTable {
  const own = fromArrowSchema(schema)
  return new MemoryTable(own, batches.map((batch) => fromRecordBatch(batch, own)))
}

function streamTable({ schema, batches }: BatchStream): StreamTable {
  const own = schema instanceof apache.Schema ? fromArrowSchema(schema) : schema
  if (typeof batches === 'function') return new StreamTable(own, () => converted(batches(), own))
  return new StreamTable(own, converted(batches, own))
}

async function* converted(batches: AsyncIterable<AnyBatch> | Iterable<AnyBatch>, schema: Schema): AsyncGenerator<Batch, void, undefined> {
  for await (const batch of batches) yield batch instanceof Batch ? batch : fromRecordBatch(batch, schema)
}
