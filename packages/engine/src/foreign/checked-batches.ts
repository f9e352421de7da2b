/**
 * Batches of code that is not ours, held to the contract of a scan: each fits the schema, errors say whose they are, and a
 * source that never answers holds nobody up who cancels.
 */

import { setTimeout } from 'node:timers/promises'
import * as apache from 'apache-arrow'
import type { Schema, Vector } from '@artemis/arrow'
import { Batch, typeEquals } from '@artemis/arrow'
import { fromArrowSchema, fromRecordBatch } from '@artemis/arrow/apache'
import { cancelled, throwIfAborted } from '@artemis/errors'
import type { ScanContext } from '@artemis/plan'
import { vectorFault } from './check-vector.js'
import { brokenProvider, guarded, providerFailure } from './provider-error.js'

/** Enough for what is on its way, and less than a user notices after Ctrl-C. */
const CLOSE_PATIENCE_MS = 25

export interface CheckedBatchesOptions {
  /** The table's name, for errors. */
  readonly table: string
  /** What every batch must have. */
  readonly schema: Schema
  readonly context: ScanContext
}

/** Checks and cuts: a batch longer than the batch size becomes several, so that no operator meets millions of rows at once. */
export async function* checkedBatches(open: () => unknown, options: CheckedBatchesOptions): AsyncGenerator<Batch, void, undefined> {
  const { table, schema, context } = options
  throwIfAborted(context.signal)
  const iterator = guarded(table, () => iteratorOf(open(), table))
  const pull = new CancellablePull(iterator, context.signal)
  let finished = false
  try {
    for (;;) {
      const result = await pull.next().catch((error: unknown) => {
        finished = !pull.waiting
        throw providerFailure(table, error)
      })
      if (typeof result !== 'object' || result === null) throw brokenProvider(table, 'gave no iterator result')
      if (result.done === true) {
        finished = true
        return
      }
      const batch = checkedBatch(result.value, schema, table)
      for (let start = 0; start < batch.rowCount; start += context.batchSize) {
        throwIfAborted(context.signal)
        yield batch.slice(start, Math.min(context.batchSize, batch.rowCount - start))
      }
    }
  } finally {
    if (!finished) await pull.close()
    pull.dispose()
  }
}

function iteratorOf(source: unknown, table: string): AsyncIterator<unknown> | Iterator<unknown> {
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return (source as AsyncIterable<unknown>)[Symbol.asyncIterator]()
    if (Symbol.iterator in source) return (source as Iterable<unknown>)[Symbol.iterator]()
  }
  throw brokenProvider(table, 'gave no iterable of batches')
}

/** A column is checked when it is first read, as it may not be made before. */
function checkedBatch(value: unknown, schema: Schema, table: string): Batch {
  const batch = value instanceof apache.RecordBatch ? convertedBatch(value, schema, table) : value
  if (!(batch instanceof Batch)) throw brokenProvider(table, 'gave something that is no batch')
  const { rowCount } = batch
  if (!Number.isSafeInteger(rowCount) || rowCount < 0) throw brokenProvider(table, `gave a batch of ${rowCount} rows`)
  if (batch.columnCount !== schema.fields.length) throw brokenProvider(table, `gave a batch of ${batch.columnCount} columns for ${schema.fields.length}`)
  return new Batch(
    schema,
    rowCount,
    schema.fields.map((field, i) => (): Vector => {
      const vector = guarded(table, () => batch.column(i))
      const fault = vectorFault(vector, field.type, rowCount) ?? (vector.nullCount > 0 && !field.nullable ? 'holds nulls and may not' : undefined)
      if (fault !== undefined) throw brokenProvider(table, `gave a batch whose column "${field.name}" ${fault}`)
      return vector
    }),
  )
}

/** A record batch in the engine's own form; `schema` is what the table's columns are. */
export function convertedBatch(batch: apache.RecordBatch, schema: Schema, table: string): Batch {
  const own = guarded(table, () => fromArrowSchema(batch.schema))
  const agree = own.fields.length === schema.fields.length && own.fields.every((field, i) => typeEquals(field.type, schema.fields[i]!.type))
  if (!agree) throw brokenProvider(table, 'gave a record batch of another schema')
  return guarded(table, () => fromRecordBatch(batch, schema))
}

/** Pulls from an iterator until the signal fires: what is still to come is then nobody's any more. */
class CancellablePull {
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>
  readonly #signal: AbortSignal
  /** Whether the iterator owes an answer: after a pull that ended in an error, that it was the signal's. */
  waiting = false
  #reject: ((error: Error) => void) | undefined

  constructor(iterator: AsyncIterator<unknown> | Iterator<unknown>, signal: AbortSignal) {
    this.#iterator = iterator
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => this.#reject?.(cancelled(this.#signal.reason))

  /** One promise for each pull: racing against one that lives as long as the query would keep every pull alive. */
  next(): Promise<IteratorResult<unknown>> {
    return new Promise((resolve, reject) => {
      const answer = Promise.resolve(this.#iterator.next())
      this.#reject = reject
      this.waiting = true
      const settle = (act: () => void): void => {
        this.waiting = false
        this.#reject = undefined
        act()
      }
      answer.then(
        (result) => settle(() => resolve(result)),
        (error: unknown) => settle(() => reject(error)),
      )
    })
  }

  /** Ends the iterator. One that still waits for its own data would not answer before that comes, so it is not awaited for long. */
  async close(): Promise<void> {
    const closing = Promise.resolve().then(() => this.#iterator.return?.())
    if (!this.waiting) {
      await closing
      return
    }
    const patience = new AbortController()
    const late = setTimeout(CLOSE_PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined)
    await Promise.race([closing.catch(() => undefined), late])
    patience.abort()
  }

  dispose(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
  }
}
