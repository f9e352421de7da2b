/** From a batch to the bytes of its message, in this process: the encoder alone, and with the copy into one message. */

import { decodeDictionary, Batch } from '@artemis/arrow'
import { PayloadEncoder, encodeFlightData } from 'artemis-flight/protocol'
import { interleave, median } from '../measure.mjs'
import { SCHEMA } from './batches.mjs'

/** Encodings in one measurement, since one alone is shorter than the clock is fine. */
const TIMES = 64

export async function encoding(batches, { rounds, log }) {
  const plain = batches.map((batch) => new Batch(SCHEMA, batch.rowCount, batch.columns().map(decodeDictionary)))
  const encoder = new PayloadEncoder(SCHEMA)
  const each = (inputs, take) => () => {
    for (let i = 0; i < TIMES; i++) for (const payload of encoder.batch(inputs[i % inputs.length])) take(payload)
  }
  const contenders = [
    { name: 'plain', title: 'plain columns', goal: 100, run: each(plain, () => undefined) },
    { name: 'framed', title: 'plain columns, and the copy into one message', run: each(plain, (payload) => encodeFlightData(payload)) },
    { name: 'coded', title: 'two text columns as dictionaries, decoded on the way', run: each(batches, () => undefined) },
  ]
  const times = await interleave(contenders, { rounds: rounds * 2, budgetMs: 8000, warmups: 5 })
  return contenders.map(({ name, title, goal }) => {
    const values = times.get(name).map((ms) => (ms * 1000) / TIMES)
    const row = { title, goal, medianUs: median(values), minUs: Math.min(...values) }
    log(`flight, encode ${name}: ${row.medianUs.toFixed(0)} us a batch`)
    return row
  })
}
