import * as arrow from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { ExecutionError } from '@artemis/errors'
import { scalarsOf } from '../scalar-at.js'
import { encodeBatch } from './batch-encoder.js'
import { decodeBatch, decodeStream } from './stream-reader.js'

function decoded(columns: Record<string, arrow.Vector>) {
  const bytes = arrow.tableToIPC(new arrow.Table(columns), 'stream')
  const { schema, batches } = decodeStream(bytes)
  const [batch] = [...batches]
  return { kinds: schema.fields.map((f) => f.type.kind), columns: batch!.columns().map((column) => scalarsOf(column)) }
}

describe('types of other writers', () => {
  it('become those of the engine', () => {
    const text = ['a', null, '', 'größer']
    const { kinds, columns } = decoded({
      large: arrow.vectorFromArray(text, new arrow.LargeUtf8()),
      bytes: arrow.vectorFromArray([Uint8Array.of(1, 2), null, new Uint8Array(0), Uint8Array.of(3)], new arrow.LargeBinary()),
      day: arrow.vectorFromArray([new Date('1969-12-31'), null, new Date('1970-01-01'), new Date('2026-11-22')], new arrow.DateMillisecond()),
      seconds: arrow.vectorFromArray([0, null, 1, 86_399], new arrow.TimeSecond()),
      milliseconds: arrow.vectorFromArray([0, null, 1, 86_399_999], new arrow.TimeMillisecond()),
      nanoseconds: arrow.vectorFromArray([0n, null, 1000n, 86_399_999_999_000n], new arrow.TimeNanosecond()),
    })
    expect(kinds).toEqual(['utf8', 'binary', 'date32', 'time64', 'time64', 'time64'])
    expect(columns).toEqual([
      text,
      [Uint8Array.of(1, 2), null, new Uint8Array(0), Uint8Array.of(3)],
      [-1, null, 0, 20_779],
      [0n, null, 1_000_000n, 86_399_000_000n],
      [0n, null, 1000n, 86_399_999_000n],
      [0n, null, 1n, 86_399_999_999n],
    ])
  })

  it('leave no trace: what was read can be written and read again', () => {
    const list = new arrow.List(new arrow.Field('item', new arrow.LargeUtf8()))
    const table = new arrow.Table({ list: arrow.vectorFromArray([['a', 'bc'], null, []], list), day: arrow.vectorFromArray([new Date('1970-01-02'), null, null], new arrow.DateMillisecond()) })
    const { schema, batches } = decodeStream(arrow.tableToIPC(table, 'stream'))
    for (const batch of batches) {
      const again = decodeBatch(schema, Buffer.concat(encodeBatch(batch)))
      expect(again.columns().map(scalarsOf)).toEqual([[['a', 'bc'], null, []], [1, null, null]])
      expect(scalarsOf(decodeBatch({ ...schema, fields: schema.fields.map((f, i) => ({ ...f, type: batch.column(i).type })) }, Buffer.concat(encodeBatch(batch))).column(1))).toEqual([1, null, null])
    }
  })

  it('lose no nanoseconds in silence', () => {
    expect(() => decoded({ t: arrow.vectorFromArray([1n], new arrow.TimeNanosecond()) })).toThrow(ExecutionError)
  })
})
