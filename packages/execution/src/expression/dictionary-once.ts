/**
 * Expressions over one dictionary-encoded column run once per dictionary entry instead of once per row. A dictionary is
 * shared by all batches of a row group or of a query, so what was computed for it is kept as long as it lives.
 */

import type { Datum, DictionaryVector, Scalar, Vector } from '@artemis/arrow'
import {
  Batch,
  dictionaryEncode,
  dictionaryVector,
  mergeValidity,
  scalarAt,
  scalarDatum,
  scalarEquals,
  take,
  vectorDatum,
} from '@artemis/arrow'
import { assert } from '@artemis/errors'
import type { CompiledExpression, ExpressionContext } from './compiled-expression.js'

/** The values of all entries, and of NULL as the last one; or why there are none. */
type EntryValues =
  | { readonly kind: 'values'; readonly values: Vector; readonly constant: Scalar | undefined; readonly encoded: DictionaryVector | null }
  /** An entry that may not even occur in the rows raised an error: rows must be looked at one by one. */
  | { readonly kind: 'failed' }

/** Wraps a program that reads only the column at `position` and always gives the same value for the same input. */
export function evaluateOncePerEntry(program: CompiledExpression, position: number): CompiledExpression {
  const cache = new WeakMap<Vector, EntryValues>()
  return {
    type: program.type,
    evaluate: (batch, context) => {
      const column = batch.column(position)
      if (column.layout !== 'dictionary') return program.evaluate(batch, context)
      let entries = cache.get(column.dictionary)
      if (entries === undefined) {
        if (column.dictionary.length > column.length) return program.evaluate(batch, context)
        entries = evaluateEntries(program, batch, position, column.dictionary, context)
        cache.set(column.dictionary, entries)
      }
      return entries.kind === 'failed' ? program.evaluate(batch, context) : gather(entries, column, program)
    },
  }
}

function evaluateEntries(
  program: CompiledExpression,
  batch: Batch,
  position: number,
  dictionary: Vector,
  context: ExpressionContext,
): EntryValues {
  const count = dictionary.length
  // One row more than there are entries: the value for NULL.
  const rows = Int32Array.from({ length: count + 1 }, (_, i) => (i < count ? i : -1))
  const entries = take(dictionary, rows, true)
  const missing = (): Vector => assert(false, 'an expression over one column read another') as never
  const columns = Array.from({ length: batch.columnCount }, (_, i) => (i === position ? entries : missing))
  try {
    // The values outlive the batch, so they must not lie in its scratch buffers.
    const kept = { ...context, scratch: undefined }
    const value = program.evaluate(new Batch(batch.schema, count + 1, columns), kept)
    if (value.kind === 'scalar') return { kind: 'values', values: take(entries, new Int32Array(0)), constant: value.value, encoded: null }
    const values = value.vector
    return { kind: 'values', values, constant: constantOf(values), encoded: encodeText(values) }
  } catch {
    return { kind: 'failed' }
  }
}

/** The one value that all entries have, NULL's value included; undefined when they differ. Only small types are looked at. */
function constantOf(values: Vector): Scalar | undefined {
  if (values.type.kind !== 'bool') return undefined
  const first = scalarAt(values, 0)
  for (let i = 1; i < values.length; i++) if (!scalarEquals(values.type, first, scalarAt(values, i))) return undefined
  return first
}

/** Text that was computed per entry stays codes; entries that became equal get one code. */
function encodeText(values: Vector): DictionaryVector | null {
  return values.type.kind === 'utf8' || values.type.kind === 'binary' ? dictionaryEncode(values) : null
}

function gather(entries: Extract<EntryValues, { kind: 'values' }>, column: DictionaryVector, program: CompiledExpression): Datum {
  if (entries.constant !== undefined) return scalarDatum(program.type, entries.constant)
  const rows = column.validity === null ? column.codes : codesWithNulls(column)
  if (entries.encoded === null) return vectorDatum(take(entries.values, rows))
  const { encoded } = entries
  if (encoded.dictionary.length === 0) return scalarDatum(program.type, null)
  const codes = new Int32Array(rows.length)
  for (let i = 0; i < rows.length; i++) codes[i] = encoded.codes[rows[i]!]!
  const validity = encoded.validity === null ? null : take(encoded, rows).validity
  return vectorDatum(dictionaryVector(codes, encoded.dictionary, { validity: mergeValidity(validity, null, rows.length) }))
}

function codesWithNulls(column: DictionaryVector): Int32Array {
  const { codes, validity, dictionary } = column
  const out = new Int32Array(codes.length)
  const nullCode = dictionary.length
  for (let i = 0; i < out.length; i++) out[i] = ((validity![i >>> 3]! >>> (i & 7)) & 1) === 1 ? codes[i]! : nullCode
  return out
}
