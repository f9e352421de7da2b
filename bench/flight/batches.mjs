/** What is streamed: batches of 16 columns of about 1 MiB in all, of the kinds that telemetry has, with and without nulls. */

import { Batch, allSet, clearBit, date32, field, float32, float64, int32, int64, primitiveVector, schema, timestamptz, utf8 } from '@artemis/arrow'
import { codedText, textVector } from '../generate/columns.mjs'
import { seededRandom } from '../generate/random.mjs'

export const ROWS = 8192
export const BATCHES = 8
const STATUSES = ['nominal', 'degraded', 'safe mode', 'offline']

const COLUMNS = [
  field('observation_id', int64, false),
  field('observed_at', timestamptz(), false),
  field('day', date32, false),
  field('mission', utf8),
  field('sensor', utf8),
  field('status', utf8),
  field('sequence', int32),
  ...Array.from({ length: 7 }, (_, i) => field(`voltage_${i}`, float64)),
  field('latency', float32),
  field('raw', int64),
]

export const SCHEMA = schema(COLUMNS)

export function makeBatches() {
  return Array.from({ length: BATCHES }, (_, i) => makeBatch(i))
}

function makeBatch(seed) {
  const random = seededRandom(0xf11 + seed)
  const validity = () => {
    const bits = allSet(ROWS)
    for (let i = 0; i < ROWS; i++) if (random() < 0.05) clearBit(bits, i)
    return bits
  }
  const longs = (scale) => primitiveVector(int64, BigInt64Array.from({ length: ROWS }, () => BigInt(Math.floor(random() * scale))))
  const codes = (size) => Int32Array.from({ length: ROWS }, () => Math.floor(random() * size))
  const doubles = (options) => primitiveVector(float64, Float64Array.from({ length: ROWS }, () => 28 + random()), options)
  return new Batch(SCHEMA, ROWS, [
    longs(2 ** 50),
    primitiveVector(timestamptz(), BigInt64Array.from({ length: ROWS }, (_, i) => 1_704_067_200_000_000n + BigInt(i * 250_000))),
    primitiveVector(date32, new Int32Array(ROWS).fill(19_723 + seed)),
    codedText(codes(12), Array.from({ length: 12 }, (_, i) => `mission-${i}`)),
    textVector(Array.from({ length: ROWS }, () => `sensor-${Math.floor(random() * 1000)}`)),
    codedText(codes(STATUSES.length), STATUSES),
    primitiveVector(int32, codes(1 << 20)),
    ...Array.from({ length: 7 }, (_, i) => doubles(i < 2 ? { validity: validity() } : undefined)),
    primitiveVector(float32, Float32Array.from({ length: ROWS }, () => random())),
    longs(2 ** 40),
  ])
}
