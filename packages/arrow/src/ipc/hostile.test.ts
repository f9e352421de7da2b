import { describe, expect, it } from 'vitest'
import { DataError } from '@artemis/errors'
import { Batch } from '../batch.js'
import { field, nullType, schema } from '../types.js'
import { nullVector } from '../vector.js'
import { encodeBatch } from './batch-encoder.js'
import { FlatbufferBuilder } from './flatbuffer-builder.js'
import type { Offset } from './flatbuffer-builder.js'
import { FIELD, frameMessage, HEADER, RECORD_BATCH, SCHEMA, TYPE } from './message-format.js'
import { messageTable } from './schema-encoder.js'
import { decodeBatch, decodeSchema } from './stream-reader.js'

/** A struct field whose children are `count` times the same one. */
function struct(builder: FlatbufferBuilder, name: Offset, child: Offset, count: number): Offset {
  const children = builder.offsets(Array.from({ length: count }, () => child))
  return builder.table([
    { slot: FIELD.name, width: 'offset', value: name },
    { slot: FIELD.typeKind, width: 1, value: TYPE.struct },
    { slot: FIELD.type, width: 'offset', value: builder.table([]) },
    { slot: FIELD.children, width: 'offset', value: children },
  ])
}

function schemaOf(builder: FlatbufferBuilder, fields: readonly Offset[]): Uint8Array {
  const table = builder.table([{ slot: SCHEMA.fields, width: 'offset', value: builder.offsets(fields) }])
  return frameMessage(builder.finish(messageTable(builder, HEADER.schema, table, 0)))
}

describe('hostile messages', () => {
  it('do not unfold to more than they hold: one child named twice at each of 40 levels', () => {
    const builder = new FlatbufferBuilder()
    const name = builder.string('a')
    const none = builder.offsets([])
    let node = builder.table([
      { slot: FIELD.name, width: 'offset', value: name },
      { slot: FIELD.typeKind, width: 1, value: TYPE.null },
      { slot: FIELD.type, width: 'offset', value: builder.table([]) },
      { slot: FIELD.children, width: 'offset', value: none },
    ])
    for (let level = 0; level < 40; level++) node = struct(builder, name, node, 2)
    const message = schemaOf(builder, [node])
    expect(message.length).toBeLessThan(5000)
    expect(() => decodeSchema(message)).toThrow('the schema unfolds to more than its message holds')
  })

  it('do not name one long text for each of many columns, or one column a million times', () => {
    const builder = new FlatbufferBuilder()
    const name = builder.string('x'.repeat(100_000))
    const leaf = struct(builder, name, 0, 0)
    expect(() => decodeSchema(schemaOf(builder, Array.from({ length: 10_000 }, () => leaf)))).toThrow('the schema unfolds')
    const many = new FlatbufferBuilder()
    const column = struct(many, many.string('x'), 0, 0)
    expect(() => decodeSchema(schemaOf(many, Array.from({ length: 1_000_000 }, () => column)))).toThrow(DataError)
  })

  it('do not ask for memory by a number of nulls', () => {
    const SCHEMA_OF_NULLS = schema([field('n', nullType)])
    const builder = new FlatbufferBuilder()
    const rows = 2 ** 31 - 1
    const nodes = builder.int64Structs([rows, rows], 1)
    const buffers = builder.int64Structs([], 0)
    const batch = builder.table([
      { slot: RECORD_BATCH.length, width: 8, value: rows },
      { slot: RECORD_BATCH.nodes, width: 'offset', value: nodes },
      { slot: RECORD_BATCH.buffers, width: 'offset', value: buffers },
    ])
    const message = frameMessage(builder.finish(messageTable(builder, HEADER.recordBatch, batch, 0)))
    expect(() => decodeBatch(SCHEMA_OF_NULLS, message)).toThrow('a column has an impossible length')
    const honest = new Batch(SCHEMA_OF_NULLS, 1_000_000, [nullVector(1_000_000)])
    expect(decodeBatch(SCHEMA_OF_NULLS, Buffer.concat(encodeBatch(honest))).rowCount).toBe(1_000_000)
  })
})
