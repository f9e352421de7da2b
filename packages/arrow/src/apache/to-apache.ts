/** Batches as apache-arrow's RecordBatch, over the same buffers. */

import * as arrow from 'apache-arrow'
import { unreachable } from '@artemis/errors'
import type { Batch } from '../batch.js'
import { decodeDictionary } from '../dictionary.js'
import type { Vector } from '../vector.js'
import { toArrowField, toArrowType } from './apache-schema.js'

export interface ToApacheOptions {
  /**
   * `decode` (the default) gives plain columns, so that all batches of a result have one schema. `keep` hands
   * dictionaries over as apache-arrow dictionaries; the schema then depends on the layouts in the batch.
   */
  readonly dictionaries?: 'decode' | 'keep' | undefined
}

/** The batch as a RecordBatch. Buffers are shared, so neither side may change them. */
export function toRecordBatch(batch: Batch, options: ToApacheOptions = {}): arrow.RecordBatch {
  const keep = options.dictionaries === 'keep'
  const columns = batch.columns().map((vector) => (keep ? vector : decodeDictionary(vector)))
  const data = columns.map((vector, i) => toData(vector, i))
  const fields = batch.schema.fields.map((f, i) => {
    const field = toArrowField(f)
    return columns[i]!.layout === 'dictionary' ? field.clone({ type: data[i]!.type }) : field
  })
  const schema = new arrow.Schema(fields, new Map(Object.entries(batch.schema.metadata ?? {})))
  const rows = new arrow.Data(new arrow.Struct(fields), 0, batch.rowCount, 0, undefined, data)
  return new arrow.RecordBatch(schema, rows)
}

const apacheDictionaries = new WeakMap<Vector, arrow.Vector>()

function toData(vector: Vector, id: number): arrow.Data {
  const { length, nullCount } = vector
  const validity = vector.validity ?? undefined
  switch (vector.layout) {
    case 'null':
      return new arrow.Data(new arrow.Null(), 0, length, length)
    case 'boolean':
    case 'primitive':
      return plainData(vector, [undefined, vector.values, validity])
    case 'fixed':
      return plainData(vector, [undefined, fixedValues(vector.type.kind, vector.values), validity])
    case 'bytes':
      return plainData(vector, [vector.offsets, vector.data, validity])
    case 'list':
      // A map's type says its child is a struct, which is how the vector holds it.
      return plainData(vector, [vector.offsets, undefined, validity], [toData(vector.child, id)])
    case 'struct':
      return plainData(
        vector,
        [undefined, undefined, validity],
        vector.children.map((child) => toData(child, id)),
      )
    case 'dictionary': {
      const type = new arrow.Dictionary(toArrowType(vector.type), new arrow.Int32(), id)
      return new arrow.Data<arrow.DataType>(
        type,
        0,
        length,
        nullCount,
        apacheBuffers([undefined, vector.codes, validity]),
        [],
        toDictionary(vector.dictionary),
      )
    }
    default:
      return unreachable(vector, 'vector layout')
  }
}

type GivenBuffers = readonly [offsets: Int32Array | undefined, values: ArrayBufferView | undefined, validity: Uint8Array | undefined]

function plainData(vector: Vector, buffers: GivenBuffers, children: arrow.Data[] = []): arrow.Data {
  return new arrow.Data(toArrowType(vector.type), 0, vector.length, vector.nullCount, apacheBuffers(buffers), children)
}

/** apache-arrow takes buffers by position and skips those that are undefined, which its type does not say. */
function apacheBuffers(buffers: GivenBuffers): arrow.Data {
  return buffers as unknown as arrow.Data
}

/** apache-arrow wants decimals as uint32 words and intervals as int32 words. */
function fixedValues(kind: string, values: Uint8Array): ArrayBufferView {
  if (kind !== 'decimal' && kind !== 'interval') return values
  const aligned = (values.byteOffset & 3) === 0 ? values : values.slice()
  const words = aligned.byteLength >>> 2
  return kind === 'decimal'
    ? new Uint32Array(aligned.buffer, aligned.byteOffset, words)
    : new Int32Array(aligned.buffer, aligned.byteOffset, words)
}

function toDictionary(dictionary: Vector): arrow.Vector {
  let known = apacheDictionaries.get(dictionary)
  if (known === undefined) {
    known = new arrow.Vector([toData(dictionary, 0)])
    apacheDictionaries.set(dictionary, known)
  }
  return known
}
