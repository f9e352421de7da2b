/**
 * `bench.telemetry`: ten million readings in the order of time, in a few large files. Two short texts that encode as
 * dictionaries, numbers that do (quality, temperature) and numbers that do not (voltage, raw), nulls, and rare free text.
 */

import { Batch, allSet, clearBit, float64, int32, int64, primitiveVector, timestamptz } from '@artemis/arrow'
import { codedText, textVector } from './columns.mjs'
import { seededRandom } from './random.mjs'

export const TELEMETRY_ROWS = 10_000_000
export const ROWS_PER_FILE = 1_250_000
const CHUNK = 125_000

export const STATIONS = ['alcantara', 'canberra', 'goldstone', 'hartebeesthoek', 'kiruna', 'kourou', 'madrid', 'malindi', 'perth', 'santiago', 'svalbard', 'usuda']
export const CHANNELS = Array.from({ length: 48 }, (_, i) => `${['bus', 'panel', 'wheel', 'tank', 'radio', 'imu'][i % 6]}-${String(Math.floor(i / 6)).padStart(2, '0')}`)

export const TELEMETRY_COLUMNS = [
  { name: 'reading_id', type: { kind: 'long' }, required: true },
  { name: 'station', type: { kind: 'string' }, required: true },
  { name: 'channel', type: { kind: 'string' } },
  { name: 'recorded_at', type: { kind: 'timestamptz' }, required: true },
  { name: 'quality', type: { kind: 'int' } },
  { name: 'temperature', type: { kind: 'double' } },
  { name: 'voltage', type: { kind: 'double' } },
  { name: 'current', type: { kind: 'double' } },
  { name: 'raw', type: { kind: 'long' } },
  { name: 'note', type: { kind: 'string' } },
]

/** The instant of the first reading, in microseconds. Readings are 260 ms apart: ten million take thirty days. */
export const FIRST_INSTANT = BigInt(Date.parse('2024-01-01T00:00:00Z')) * 1000n
const MICROSECONDS_BETWEEN = 260_000

export function* telemetryBatches(schema, firstRow, rowCount) {
  for (let start = firstRow; start < firstRow + rowCount; start += CHUNK) yield telemetryBatch(schema, start, Math.min(CHUNK, firstRow + rowCount - start))
}

function telemetryBatch(schema, start, rows) {
  const random = seededRandom(0x7e1e ^ start)
  const ids = new BigInt64Array(rows)
  const stations = new Int32Array(rows)
  const channels = new Int32Array(rows)
  const instants = new BigInt64Array(rows)
  const quality = new Int32Array(rows)
  const temperature = new Float64Array(rows)
  const voltage = new Float64Array(rows)
  const current = new Float64Array(rows)
  const currentValid = allSet(rows)
  const raw = new BigInt64Array(rows)
  const notes = []
  const noteValid = allSet(rows)
  for (let i = 0; i < rows; i++) {
    const row = start + i
    ids[i] = BigInt(row) * 3n + 1n
    stations[i] = Math.floor(row / 4000) % STATIONS.length
    channels[i] = Math.floor(random() * CHANNELS.length)
    instants[i] = FIRST_INSTANT + BigInt(row * MICROSECONDS_BETWEEN + Math.floor(random() * 200_000))
    quality[i] = random() < 0.9 ? 0 : 1 + Math.floor(random() * 4)
    const orbit = Math.sin((row % 20_769) / 20_769 * 2 * Math.PI)
    temperature[i] = Math.round((18 + 40 * orbit + 6 * random()) * 10) / 10
    voltage[i] = 28 + 3 * orbit + random() * 0.25
    if (random() < 0.1) clearBit(currentValid, i)
    else current[i] = 4 + 3.5 * orbit + random()
    raw[i] = BigInt(Math.floor(random() * 2 ** 50))
    if (random() < 0.02) notes.push(`operator note ${Math.floor(random() * 1e9).toString(36)}`)
    else {
      notes.push('')
      clearBit(noteValid, i)
    }
  }
  const columns = [
    primitiveVector(int64, ids),
    codedText(stations, STATIONS),
    codedText(channels, CHANNELS),
    primitiveVector(timestamptz(), instants),
    primitiveVector(int32, quality),
    primitiveVector(float64, temperature),
    primitiveVector(float64, voltage),
    primitiveVector(float64, current, { validity: currentValid }),
    primitiveVector(int64, raw),
    textVector(notes, noteValid),
  ]
  return new Batch(schema, rows, columns)
}
