/** Casts among dates, times and timestamps. Instants become local times in the session's zone, and back. */

import type { DataType, PrimitiveVector, TimeUnit, Vector } from '@artemis/arrow'
import { formatDate, formatTimestamp, int32Words, primitiveVector } from '@artemis/arrow'
import { assert } from '@artemis/errors'
import { MICROSECONDS_PER_DAY, SplitTimestamp, writeTimestamp } from '../kernel/calendar.js'
import { zoneOf } from '../kernel/time-zone.js'
import { toInstant, toLocal } from '../temporal/timestamp-arithmetic.js'
import type { CastRun } from './cast-run.js'

type TimestampType = Extract<DataType, { kind: 'timestamp' }>

const TICKS: Readonly<Record<TimeUnit, bigint>> = { s: 1n, ms: 1_000n, us: 1_000_000n, ns: 1_000_000_000n }
const DAY_TICKS: Readonly<Record<TimeUnit, number>> = { s: 86_400, ms: 86_400_000, us: MICROSECONDS_PER_DAY, ns: 0 }

function timestampType(type: DataType): TimestampType {
  assert(type.kind === 'timestamp', 'a timestamp type')
  return type
}

export function dateToTimestamp(vector: PrimitiveVector, run: CastRun): Vector {
  const { unit, timezone } = timestampType(run.to)
  const days = vector.values as Int32Array
  const out = new BigInt64Array(vector.length)
  const words = int32Words(out)
  const zone = timezone === null ? undefined : zoneOf(run.options.timeZone)
  const perDay = DAY_TICKS[unit]
  for (let i = 0; i < days.length; i++) {
    const offset = zone === undefined || zone.isUtc ? 0 : zone.offsetAtLocal(days[i]! * 86_400)
    const ticks = days[i]! * perDay - (offset * perDay) / 86_400
    if (perDay !== 0 && ticks < 9007199254740992 && ticks > -9007199254740992) {
      words[2 * i] = ticks
      words[2 * i + 1] = Math.floor(ticks / 4294967296)
      continue
    }
    const value = (BigInt(days[i]!) * 86_400n - BigInt(offset)) * TICKS[unit]
    out[i] = value
    if (out[i] !== value) run.outOfRange(i, `the date ${formatDate(days[i]!)}`)
  }
  return primitiveVector(run.to, out, { validity: run.validity })
}

/** A timestamp's local day, or its local time of day. */
export function timestampToDateOrTime(vector: PrimitiveVector, run: CastRun): Vector {
  const { unit, timezone } = timestampType(run.from)
  const micro = unit === 'us' ? int32Words(vector.values) : int32Words(toMicroseconds(vector.values as BigInt64Array, unit))
  const zone = timezone === null ? undefined : zoneOf(run.options.timeZone)
  const split = new SplitTimestamp()
  const days = new Int32Array(run.to.kind === 'date32' ? vector.length : 0)
  const times = new BigInt64Array(run.to.kind === 'date32' ? 0 : vector.length)
  const words = int32Words(times)
  for (let i = 0; i < vector.length; i++) {
    split.setWords(micro[2 * i]!, micro[2 * i + 1]!)
    if (zone !== undefined) toLocal(split, zone)
    if (run.to.kind === 'date32') days[i] = split.days
    else writeTimestamp(words, 2 * i, 0, split.microseconds)
  }
  return primitiveVector(run.to, run.to.kind === 'date32' ? days : times, { validity: run.validity })
}

/** Another unit, and where only one side has a zone, the local time of the session's zone. */
export function timestampToTimestamp(vector: PrimitiveVector, run: CastRun): Vector {
  const from = timestampType(run.from)
  const to = timestampType(run.to)
  const values = vector.values as BigInt64Array
  const scaled = from.unit === to.unit ? values : rescale(vector, values, from, to, run)
  if ((from.timezone === null) === (to.timezone === null)) return primitiveVector(to, scaled, { validity: run.validity })
  const zone = zoneOf(run.options.timeZone)
  if (zone.isUtc) return primitiveVector(to, scaled, { validity: run.validity })
  return primitiveVector(to, to.unit === 'us' ? moveMicroseconds(scaled, to, run) : moveTicks(scaled, to, run), { validity: run.validity })
}

function moveMicroseconds(values: BigInt64Array, to: TimestampType, run: CastRun): BigInt64Array {
  const zone = zoneOf(run.options.timeZone)
  const source = int32Words(values)
  const out = new BigInt64Array(values.length)
  const words = int32Words(out)
  const split = new SplitTimestamp()
  for (let i = 0; i < values.length; i++) {
    split.setWords(source[2 * i]!, source[2 * i + 1]!)
    if (to.timezone === null) toLocal(split, zone)
    else toInstant(split, zone)
    if (!writeTimestamp(words, 2 * i, split.days, split.microseconds)) run.outOfRange(i, formatTimestamp(values[i]!, 'us', null))
  }
  return out
}

function moveTicks(values: BigInt64Array, to: TimestampType, run: CastRun): BigInt64Array {
  const zone = zoneOf(run.options.timeZone)
  const ticks = TICKS[to.unit]
  return values.map((value) => {
    const seconds = Number(floorDivide(value, ticks))
    const offset = to.timezone === null ? zone.offsetAt(seconds) : -zone.offsetAtLocal(seconds)
    return value + BigInt(offset) * ticks
  })
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor < 0n ? quotient - 1n : quotient
}

/** Nanoseconds are cut (towards the epoch) to a coarser unit, microseconds and milliseconds are rounded, as in DuckDB. */
function rescale(vector: PrimitiveVector, values: BigInt64Array, from: TimestampType, to: TimestampType, run: CastRun): BigInt64Array {
  const out = new BigInt64Array(values.length)
  const up = TICKS[to.unit] / TICKS[from.unit]
  const down = TICKS[from.unit] / TICKS[to.unit]
  for (let i = 0; i < values.length; i++) {
    const value = up > 0n ? values[i]! * up : from.unit === 'ns' ? values[i]! / down : roundDivide(values[i]!, down)
    out[i] = value
    if (out[i] !== value) run.outOfRange(i, `the timestamp ${formatTimestamp(values[i]!, from.unit, null)}`)
  }
  return vector.length === 0 ? values : out
}

function roundDivide(value: bigint, divisor: bigint): bigint {
  const half = divisor / 2n
  return (value < 0n ? value - half : value + half) / divisor
}

function toMicroseconds(values: BigInt64Array, unit: TimeUnit): BigInt64Array {
  if (unit === 'ns') return values.map((value) => floorDivide(value, 1000n))
  const factor = 1_000_000n / TICKS[unit]
  return values.map((value) => value * factor)
}
