/**
 * Synthetic telemetry of one mission on one day: an orbit with day and night. In the sun the panels give the bus its
 * voltage and the current follows the sun's angle; in eclipse the battery sags until the sun is back.
 */

import type { Schema, Vector } from '@artemis/arrow'
import { Batch, bytesVector, date32, dictionaryVector, float64, int64, primitiveVector, timestamptz, utf8 } from '@artemis/arrow'
import type { Mission } from './missions.js'
import { SeededRandom } from './random.js'

export const ROWS_PER_DAY = 2_880
const SECONDS_BETWEEN = 86_400 / ROWS_PER_DAY

export const SENSORS = ['adcs', 'battery', 'comm-a', 'comm-b', 'imu', 'solar-array', 'star-tracker', 'thermal'] as const
const STATUSES = ['nominal', 'eclipse', 'degraded', 'fault'] as const
const NOTES = [
  'x',
  'attitude manoeuvre',
  'battery conditioning',
  'ground pass over Kourou',
  'panel shadowed by boom',
  'recalibrated after reset ✓',
  'single-event upset cleared',
  'Zeitsprung der Borduhr',
] as const

/** Share of an orbit spent in the earth's shadow. */
const ECLIPSE_SHARE = 0.38

/** Rows of a day in order of time. `schema` names the columns to make. */
export function telemetryOf(mission: Mission, missionIndex: number, day: number, schema: Schema): Batch {
  const random = new SeededRandom(0x5eed ^ Math.imul(day, 2654435761) ^ Math.imul(missionIndex + 1, 40503))
  const rows = ROWS_PER_DAY
  const ids = new BigInt64Array(rows)
  const observedAt = new BigInt64Array(rows)
  const sensors = new Int32Array(rows)
  const voltage = new Float64Array(rows)
  const current = new Float64Array(rows)
  const altitude = new Float64Array(rows)
  const status = new Int32Array(rows)
  const notes = new Int32Array(rows)
  const noteValidity = new Uint8Array(rows / 8)
  const snr = new Float64Array(rows)
  const snrValidity = new Uint8Array(rows / 8)
  const firstId = BigInt((day - 19_000) * 8 + missionIndex) * BigInt(rows) + 1n
  const midnight = BigInt(day) * 86_400_000_000n

  for (let i = 0; i < rows; i++) {
    const second = i * SECONDS_BETWEEN + random.next() * SECONDS_BETWEEN * 0.9
    const orbit = (((day % 97) * 86_400 + second) / mission.periodSeconds) % 1
    const inEclipse = orbit > 1 - ECLIPSE_SHARE
    const eclipseDepth = inEclipse ? (orbit - (1 - ECLIPSE_SHARE)) / ECLIPSE_SHARE : 0
    const sunAngle = inEclipse ? 0 : Math.sin((orbit / (1 - ECLIPSE_SHARE)) * Math.PI)
    ids[i] = firstId + BigInt(i)
    observedAt[i] = midnight + BigInt(Math.floor(second * 1e6))
    sensors[i] = random.below(SENSORS.length)
    const sag = inEclipse ? 0.82 - 0.11 * eclipseDepth : 0.9 + 0.1 * sunAngle
    voltage[i] = round(mission.sunVoltage * sag + random.noise() * 0.05, 4)
    current[i] = inEclipse ? round(Math.abs(random.noise()) * 0.02, 4) : round(8.5 * sunAngle + 0.4 + random.noise() * 0.08, 4)
    altitude[i] = round(mission.altitudeKm + mission.eccentricityKm * Math.cos(orbit * 2 * Math.PI) + random.noise() * 0.02, 3)
    const trouble = random.next()
    status[i] = trouble < 0.0008 ? 3 : trouble < 0.006 ? 2 : inEclipse ? 1 : 0
    if (random.next() < 0.03) {
      notes[i] = random.below(NOTES.length)
      noteValidity[i >> 3]! |= 1 << (i & 7)
    }
    // The link is down for part of each orbit: no signal, no ratio.
    if (orbit < 0.9) {
      snr[i] = round(18 + 9 * Math.sin(orbit * Math.PI) + random.noise(), 2)
      snrValidity[i >> 3]! |= 1 << (i & 7)
    }
  }
  const columns: Readonly<Record<string, () => Vector>> = {
    observation_id: () => primitiveVector(int64, ids),
    mission_id: () => dictionaryVector(new Int32Array(rows), texts([mission.id])),
    day: () => primitiveVector(date32, new Int32Array(rows).fill(day)),
    observed_at: () => primitiveVector(timestamptz(), observedAt),
    sensor: () => dictionaryVector(sensors, texts(SENSORS)),
    panel_voltage: () => primitiveVector(float64, voltage),
    panel_current: () => primitiveVector(float64, current),
    altitude: () => primitiveVector(float64, altitude),
    altitude_km: () => primitiveVector(float64, altitude),
    status: () => dictionaryVector(status, texts(STATUSES)),
    notes: () => dictionaryVector(notes, texts(NOTES), { validity: noteValidity }),
    raw_frame: () => primitiveVector(int64, ids.map((id) => (id * 2654435761n) & 0xffffffn)),
    signal_snr: () => primitiveVector(float64, snr, { validity: snrValidity }),
  }
  return new Batch(
    schema,
    rows,
    schema.fields.map((field) => columns[field.name]!()),
  )
}

function round(value: number, digits: number): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}

/** A plain text vector: the dictionary of a dictionary vector. */
export function texts(values: readonly string[]): Vector {
  const encoded = values.map((value) => Buffer.from(value))
  const offsets = new Int32Array(values.length + 1)
  encoded.forEach((bytes, i) => (offsets[i + 1] = offsets[i]! + bytes.length))
  return bytesVector(utf8, offsets, new Uint8Array(Buffer.concat(encoded)))
}
