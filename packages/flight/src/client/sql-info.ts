/** The answer to GetSqlInfo: values of six kinds in one column, a dense union, which the engine's own vectors do not have. */

import type { FlightPayload } from '../protocol/flight/payload.js'
import { malformedAnswer } from './any-messages.js'

export type SqlInfo = string | boolean | bigint | number | readonly string[] | ReadonlyMap<number, readonly number[]>

/** Reads the stream through apache-arrow, which is loaded for this alone. */
export async function readSqlInfo(payloads: AsyncIterable<FlightPayload>): Promise<Map<number, SqlInfo>> {
  const { tableFromIPC } = await import('apache-arrow')
  const chunks: Uint8Array[] = []
  for await (const { header, body } of payloads) {
    if (header.length === 0) continue
    const prefix = new Uint8Array(8)
    const padding = -header.length & 7
    const view = new DataView(prefix.buffer)
    view.setUint32(0, 0xffffffff, true)
    view.setInt32(4, header.length + padding, true)
    chunks.push(prefix, header, new Uint8Array(padding), ...body)
  }
  const infos = new Map<number, SqlInfo>()
  for (const batch of tableFromIPC(Buffer.concat(chunks)).batches) {
    const names = batch.getChildAt(0)
    const values = batch.getChildAt(1)
    if (names === null || values === null) throw malformedAnswer('SqlInfo has fewer than two columns')
    for (let row = 0; row < batch.numRows; row++) infos.set(Number(names.get(row)), infoOf(values.get(row)))
  }
  return infos
}

function infoOf(value: unknown): SqlInfo {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
    case 'number':
      return value
    default:
  }
  if (!isIterable(value)) throw malformedAnswer('SqlInfo has a value of an unknown kind')
  // A map gives pairs, a list its items.
  const items = [...value]
  if (!items.some((item) => Array.isArray(item))) return items.map(String)
  return new Map(items.map((item) => pairOf(item)))
}

function pairOf(item: unknown): readonly [number, readonly number[]] {
  if (!Array.isArray(item) || !isIterable(item[1])) throw malformedAnswer('SqlInfo has a map of an unknown kind')
  return [Number(item[0]), [...item[1]].map(Number)]
}

/** Asked for by reading it: apache-arrow's maps are proxies that deny having what is no key of theirs. */
function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, Symbol.iterator) === 'function'
}
