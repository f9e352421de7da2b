/** The small tables of the demo archive. */

import type { Scalar, Schema } from '@artemis/arrow'
import { Batch, vectorFromScalars } from '@artemis/arrow'
import { FLYING, MISSIONS } from './missions.js'
import { SeededRandom } from './random.js'
import { SENSORS } from './telemetry.js'

const DAY_MICROSECONDS = 86_400_000_000n

function batchOf(schema: Schema, rows: readonly (readonly Scalar[])[]): Batch {
  const columns = schema.fields.map((field, i) => vectorFromScalars(field.type, rows.map((row) => row[i]!)))
  return new Batch(schema, rows.length, columns)
}

export function missionBatch(schema: Schema): Batch {
  const rows = MISSIONS.map((m): Scalar[] => [m.id, m.name, m.agency, m.launchDay, m.crew, m.active, m.budgetCents])
  return batchOf(schema, rows)
}

export function stationBatch(schema: Schema): Batch {
  return batchOf(schema, STATIONS)
}

const STATIONS: readonly (readonly Scalar[])[] = [
  ['dss-14', 'Goldstone', 35.4259, -116.8895],
  ['dss-43', 'Canberra', -35.4023, 148.9813],
  ['dss-63', 'Madrid', 40.4313, -4.248],
  ['kru-1', 'Kourou', 5.2514, -52.8047],
  ['svalsat', 'Svalbard', 78.2298, 15.4078],
]

const MESSAGES = ['threshold crossed', 'heartbeat missed', 'mode changed', 'memory scrubbed', null] as const
const EVENTS_PER_DAY = 12_000

/** One day of events of all missions and sensors. */
export function eventBatch(schema: Schema, day: number): Batch {
  const random = new SeededRandom(Math.imul(day, 7919))
  const rows = Array.from({ length: EVENTS_PER_DAY }, (_, i): Scalar[] => {
    const micros = BigInt(Math.floor(((i + random.next()) / EVENTS_PER_DAY) * 86_400e6))
    return [
      uuidOf(random),
      FLYING[random.below(FLYING.length)]!.id,
      BigInt(day) * DAY_MICROSECONDS + micros,
      SENSORS[random.below(SENSORS.length)]!,
      random.below(5),
      MESSAGES[random.below(MESSAGES.length)]!,
    ]
  })
  return batchOf(schema, rows)
}

/** Version 4 in form; the bits are the seed's. */
function uuidOf(random: SeededRandom): Uint8Array {
  const bytes = Uint8Array.from({ length: 16 }, () => random.below(256))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes
}

/** Ground station passes, about six a day and mission. */
export function passBatch(schema: Schema, firstDay: number, days: number): Batch {
  const random = new SeededRandom(20_240_101)
  const rows: Scalar[][] = []
  for (let day = firstDay; day < firstDay + days; day++) {
    for (const mission of FLYING) {
      for (let k = 0; k < 6; k++) {
        const start = BigInt(Math.floor(((k + random.next()) / 6) * 86_400e6))
        const seconds = 240 + random.below(540)
        rows.push([
          BigInt(rows.length + 1),
          STATIONS[random.below(STATIONS.length)]![0]!,
          mission.id,
          BigInt(day) * DAY_MICROSECONDS + start,
          seconds,
          BigInt(seconds) * BigInt(120_000 + random.below(50_000)),
        ])
      }
    }
  }
  return batchOf(schema, rows)
}
