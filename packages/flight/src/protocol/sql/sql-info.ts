/**
 * The result of GetSqlInfo: a number and a dense union, the only union in the protocol. The engine's own vectors have no
 * unions, so apache-arrow's writer makes these messages; the union's children are vectors of the engine.
 */

import { Batch, bool, field, int32, int64, list, map, readMessage, schema, uint32, utf8, vectorFromScalars } from '@artemis/arrow'
import type { DataType, Scalar } from '@artemis/arrow'
import { toArrowField, toRecordBatch } from '@artemis/arrow/apache'
import { assert, unreachable } from '@artemis/errors'
import * as arrow from 'apache-arrow'
import type { FlightPayload } from '../flight/payload.js'
import type { SqlInfoValue } from './backend.js'

/** The marker and the size before a message's metadata, which FlightData leaves out. */
const PREFIX_SIZE = 8

/** The union's members; their place is their type id. */
const MEMBERS = [
  field('string_value', utf8, false),
  field('bool_value', bool, false),
  field('bigint_value', int64, false),
  field('int32_bitmask', int32, false),
  field('string_list', list(field('item', utf8, true)), false),
  field('int32_to_int32_list_map', map(field('key', int32, false), field('value', list(field('item', int32, true)), true)), false),
]

const UNION = new arrow.DenseUnion(
  MEMBERS.map((_, i) => i),
  MEMBERS.map(toArrowField),
)

const SCHEMA = new arrow.Schema([new arrow.Field('info_name', new arrow.Uint32(), false), new arrow.Field('value', UNION, false)])

/** The values in the order of their numbers. Numbers that are not there give no row, as the protocol wants it. */
export interface SqlInfoMessages {
  /** The schema as an encapsulated message. */
  readonly schemaMessage: Uint8Array
  readonly payloads: readonly FlightPayload[]
}

/** Those of the wanted numbers that are known; all when none is wanted. */
export function sqlInfoMessages(all: ReadonlyMap<number, SqlInfoValue>, wanted: readonly number[]): SqlInfoMessages {
  const chosen = wanted.length === 0 ? [...all.keys()] : [...new Set(wanted)].filter((number) => all.has(number))
  const numbers = chosen.sort((a, b) => a - b)
  const bytes = encode(
    numbers,
    numbers.map((number) => all.get(number)!),
  )
  const first = readMessage(bytes, 0)
  assert(first !== null, 'a stream begins with its schema')
  const payloads: FlightPayload[] = []
  for (let start = 0, message = readMessage(bytes, 0); message !== null; start = message.end, message = readMessage(bytes, start)) {
    const bodyStart = message.end - message.body.length
    payloads.push({ header: bytes.subarray(start + PREFIX_SIZE, bodyStart), body: message.body.length === 0 ? [] : [message.body] })
  }
  return { schemaMessage: bytes.subarray(0, first.end), payloads }
}

function encode(numbers: readonly number[], values: readonly SqlInfoValue[]): Uint8Array {
  const typeIds = new Int8Array(values.length)
  const offsets = new Int32Array(values.length)
  const members: Scalar[][] = MEMBERS.map(() => [])
  for (const [i, value] of values.entries()) {
    const member = memberOf(value)
    typeIds[i] = member
    offsets[i] = members[member]!.length
    members[member]!.push(scalarOf(value))
  }
  const children = MEMBERS.map(({ type }, i) => arrowData(type, members[i]!))
  const union = new arrow.Data(UNION, 0, values.length, 0, { [arrow.BufferType.OFFSET]: offsets, [arrow.BufferType.TYPE]: typeIds }, children)
  const struct = arrow.makeData({
    type: new arrow.Struct(SCHEMA.fields),
    length: values.length,
    nullCount: 0,
    children: [arrowData(uint32, numbers), union],
  })
  const writer = arrow.RecordBatchStreamWriter.writeAll([new arrow.RecordBatch(SCHEMA, struct)])
  return writer.toUint8Array(true)
}

function arrowData(type: DataType, values: readonly Scalar[]): arrow.Data {
  const batch = new Batch(schema([field('', type, false)]), values.length, [vectorFromScalars(type, values)])
  const [data] = toRecordBatch(batch).data.children
  assert(data !== undefined, 'a column has data')
  return data
}

function memberOf({ kind }: SqlInfoValue): number {
  switch (kind) {
    case 'string':
      return 0
    case 'bool':
      return 1
    case 'bigint':
      return 2
    case 'int32_bitmask':
      return 3
    case 'string_list':
      return 4
    case 'int32_to_int32_list_map':
      return 5
    default:
      return unreachable(kind, 'kind of SqlInfo value')
  }
}

function scalarOf(info: SqlInfoValue): Scalar {
  if (info.kind !== 'int32_to_int32_list_map') return info.value
  return [...info.value].map(([key, numbers]) => [key, numbers])
}
