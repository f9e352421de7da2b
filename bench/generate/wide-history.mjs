/**
 * `bench.wide_history`: the metadata of a table of 10,000 data files, 100 missions by 100 days, in ten appends. There are
 * no data files behind the entries: it is there to be planned, not to be read.
 */

import { dataFile, encodeSingleValue } from '@artemis/iceberg'

export const FILES = 10_000
const MISSIONS = 100
const DAYS_PER_APPEND = 10
const FIRST_DAY = Date.parse('2024-01-01T00:00:00Z') / 86_400_000
const ROWS_PER_FILE = 50_000

export const WIDE_HISTORY_COLUMNS = [
  { name: 'mission_id', type: { kind: 'string' }, required: true },
  { name: 'day', type: { kind: 'date' }, required: true },
  { name: 'reading_id', type: { kind: 'long' }, required: true },
  { name: 'observed_at', type: { kind: 'timestamptz' }, required: true },
  { name: 'sensor', type: { kind: 'string' } },
  { name: 'voltage', type: { kind: 'double' } },
  { name: 'current', type: { kind: 'double' } },
  { name: 'altitude_km', type: { kind: 'double' } },
  { name: 'status', type: { kind: 'string' } },
  { name: 'retries', type: { kind: 'int' } },
  { name: 'latency', type: { kind: 'float' } },
  { name: 'notes', type: { kind: 'string' } },
]

export const missionName = (index) => `mission-${String(index).padStart(3, '0')}`

/** The files of one append: all missions on ten days. */
export function filesOfAppend(table, append) {
  const files = []
  const { schema, spec, location } = table
  const typeOf = new Map(schema.fields.map((field) => [field.id, field.type]))
  const bound = (id, value) => [id, encodeSingleValue(typeOf.get(id), value)]
  const ids = schema.fields.map((field) => field.id)
  for (let day = FIRST_DAY + append * DAYS_PER_APPEND; day < FIRST_DAY + (append + 1) * DAYS_PER_APPEND; day++) {
    for (let mission = 0; mission < MISSIONS; mission++) {
      const sequence = (day - FIRST_DAY) * MISSIONS + mission
      const firstReading = BigInt(sequence) * BigInt(ROWS_PER_FILE)
      const midnight = BigInt(day) * 86_400_000_000n
      files.push(
        dataFile({
          filePath: `${location}/data/mission_id=${missionName(mission)}/day=${day}/00000-0-${String(sequence).padStart(8, '0')}-${'0'.repeat(24)}.parquet`,
          specId: spec.specId,
          partition: [missionName(mission), day],
          recordCount: ROWS_PER_FILE,
          fileSizeInBytes: 2_000_000 + sequence,
          columnSizes: new Map(ids.map((id) => [id, 100_000 + id])),
          valueCounts: new Map(ids.map((id) => [id, ROWS_PER_FILE])),
          nullValueCounts: new Map(ids.map((id) => [id, id === 12 ? 48_500 : 0])),
          nanValueCounts: new Map([6, 7, 8, 11].map((id) => [id, 0])),
          lowerBounds: new Map([bound(1, missionName(mission)), bound(2, day), bound(3, firstReading), bound(4, midnight), bound(5, 'adcs'), bound(6, 20 + (mission % 10)), bound(7, 0), bound(8, 200 + mission), bound(9, 'degraded'), bound(10, 0), bound(11, 0.5), bound(12, 'a note')]),
          upperBounds: new Map([bound(1, missionName(mission)), bound(2, day), bound(3, firstReading + BigInt(ROWS_PER_FILE - 1)), bound(4, midnight + 86_399_000_000n), bound(5, 'thermal'), bound(6, 30 + (mission % 10)), bound(7, 9), bound(8, 420 + mission), bound(9, 'nominal'), bound(10, 7), bound(11, 90.25), bound(12, 'y note')]),
          splitOffsets: [4],
          sortOrderId: 0,
        }),
      )
    }
  }
  return files
}

export const APPENDS = FILES / (MISSIONS * DAYS_PER_APPEND)
