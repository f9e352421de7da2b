/** Random dates, times and timestamps for differential tests: leap days, ends of months, BC, clock changes, microseconds. */

import type { DataType, Scalar } from '@artemis/arrow'
import { date32, interval, time64, timestamp, timestamptz } from '@artemis/arrow'
import { oneOf } from './oracle.js'

export interface GeneratedColumn {
  readonly type: DataType
  readonly value: (random: () => number) => Scalar
}

export const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'] as const

const DAY = 86_400_000_000

/** Days around ends of months and years, leap days, 1582, 1 BC, and far away. */
const EDGE_DAYS = [
  0, -1, 19782, 19783, 19781, 11016, 11015, -25509, -25508, 19722, 19723, 20088, 20089, -141428, -141427, -719163, -719162, -719528,
  -719529, -735600, 2932896,
]

function randomDay(random: () => number): number {
  const choice = random()
  if (choice < 0.25) return oneOf(EDGE_DAYS)(random)
  if (choice < 0.35) return Math.floor(random() * 2_000_000) - 1_000_000
  return Math.floor(random() * 30_000) - 5000
}

function randomTime(random: () => number): number {
  const choice = random()
  if (choice < 0.2) return 0
  if (choice < 0.3) return DAY - 1
  if (choice < 0.6) return Math.floor(random() * 86_400) * 1_000_000
  return Math.floor(random() * DAY)
}

/** Whole hours around the clock changes of Berlin and New York in 2023 and 2024, in UTC. */
const CLOCK_CHANGES = [
  1_679_792_400, 1_698_541_200, 1_711_846_800, 1_729_990_800, 1_678_604_400, 1_699_164_000, 1_710_054_000, 1_730_613_600,
]

/**
 * Whether an instant lies in the first pass of an hour that a clock change repeats. There DuckDB (ICU) truncates into the
 * second pass, to a moment after the one given; we stay in the first.
 */
export function isInRepeatedHour(value: Scalar): boolean {
  const seconds = Number(value) / 1e6
  return CLOCK_CHANGES.some((change) => seconds >= change - 3600 && seconds < change)
}

export const dates: GeneratedColumn = { type: date32, value: randomDay }
export const times: GeneratedColumn = { type: time64, value: (random) => BigInt(randomTime(random)) }
export const timestamps: GeneratedColumn = {
  type: timestamp('us'),
  value: (random) => BigInt(randomDay(random)) * BigInt(DAY) + BigInt(randomTime(random)),
}

/** Instants since 1975: for earlier ones the zone tables of ICU and of Node may differ. */
export const instants: GeneratedColumn = {
  type: timestamptz('us'),
  value: (random) => {
    if (random() < 0.3)
      return (
        BigInt(oneOf(CLOCK_CHANGES)(random) + Math.floor((random() - 0.5) * 20_000)) * 1_000_000n +
        BigInt(Math.floor(random() * 2) * 123_456)
      )
    return BigInt(Math.floor(random() * 22_000) + 2000) * BigInt(DAY) + BigInt(randomTime(random))
  },
}

/** Intervals with fields of both signs. */
export const spans: GeneratedColumn = {
  type: interval,
  value: (random) => ({
    months: Math.floor(random() * 60) - 30,
    days: Math.floor(random() * 80) - 40,
    nanoseconds: BigInt(Math.floor((random() - 0.5) * 4e11)) * 1000n,
  }),
}
