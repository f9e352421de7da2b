/** date_part and EXTRACT, and the functions that are called as their parts: year(x), dayofweek(x), epoch(x). */

import type { DataType, Scalar, Vector } from '@artemis/arrow'
import { float64, int64, primitiveVector, utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { sqlTypeName } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import { castCost } from '../definition/resolve.js'
import { invalidInput } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { TextColumn } from '../kernel/text-columns.js'
import { zoneOf } from '../kernel/time-zone.js'
import { daysOfMonth, monthsOf, yearsOf } from './day-table.js'
import { intervalColumn, microsecondsAt } from './interval-words.js'
import type { Moments } from './moments.js'
import { isInstant, momentsOf, splitMoments, TEMPORAL_TYPES } from './moments.js'
import type { DatePart } from './part-names.js'
import { datePartOf, findDatePart } from './part-names.js'
import { INTERVAL_PARTS, MOMENT_PARTS, TIME_PARTS } from './parts.js'

/** The overload for an argument: dates, timestamps, instants, times of day and intervals; NULL counts as a timestamp. */
export function temporalType(
  type: DataType,
  constant: Scalar | undefined,
  candidates: readonly DataType[] = TEMPORAL_TYPES,
): DataType | undefined {
  let best: DataType | undefined
  let bestCost = Infinity
  for (const candidate of candidates) {
    const cost = castCost(type, candidate, constant)
    if (cost < bestCost) {
      best = candidate
      bestCost = cost
    }
  }
  return best
}

const ZONE_PARTS: ReadonlySet<DatePart> = new Set<DatePart>(['timezone', 'timezone_hour', 'timezone_minute'])

function hasPart(type: DataType, part: DatePart): boolean {
  if (type.kind === 'time64') return TIME_PARTS.has(part)
  return type.kind !== 'interval' || INTERVAL_PARTS[part] !== undefined
}

export function noSuchPart(part: DatePart, type: DataType): Error {
  return invalidInput(`${sqlTypeName(type)} has no part "${part}"`)
}

/** The result of a part: whole numbers are BIGINT. */
function partType(part: DatePart): DataType {
  return part === 'epoch' || part === 'julian' ? float64 : int64
}

/** The values of a part as doubles, for the argument at `index`. */
function partValues(input: KernelInput, index: number, type: DataType, part: DatePart): Float64Array | Int32Array {
  const { rowCount } = input
  if (type.kind === 'interval') return intervalValues(input, index, part)
  if (ZONE_PARTS.has(part)) return zoneValues(input, index, type, part)
  // The epoch of an instant is not that of its wall-clock time.
  const moments = part === 'epoch' ? splitMoments(argument(input, index), rowCount, undefined) : momentsOf(input, index)
  if (part === 'year') return yearsOf(moments.days)
  if (part === 'month') return monthsOf(moments.days)
  if (part === 'day') return daysOfMonth(moments.days)
  return momentValues(moments, MOMENT_PARTS[part as keyof typeof MOMENT_PARTS])
}

function momentValues({ days, microseconds }: Moments, compute: (days: number, microseconds: number) => number): Float64Array {
  const out = new Float64Array(days.length)
  for (let i = 0; i < out.length; i++) out[i] = compute(days[i]!, microseconds[i]!)
  return out
}

function intervalValues(input: KernelInput, index: number, part: DatePart): Float64Array {
  const { words, stride } = intervalColumn(argument(input, index))
  const out = new Float64Array(input.rowCount)
  const compute = INTERVAL_PARTS[part]!
  for (let i = 0; i < out.length; i++) {
    const k = 4 * i * stride
    out[i] = compute(words[k]!, words[k + 1]!, microsecondsAt(words, k))
  }
  return out
}

/** The offset of the session's zone from UTC in seconds, its hours, or the minutes beyond them; 0 for local times. */
function zoneValues(input: KernelInput, index: number, type: DataType, part: DatePart): Float64Array {
  const out = new Float64Array(input.rowCount)
  const zone = zoneOf(input.context.timeZone)
  if (!isInstant(type) || zone.isUtc) return out
  const { days, microseconds } = splitMoments(argument(input, index), input.rowCount, undefined)
  for (let i = 0; i < out.length; i++) {
    const offset = zone.offsetAt(days[i]! * 86_400 + Math.floor(microseconds[i]! / 1e6))
    out[i] = part === 'timezone' ? offset : part === 'timezone_hour' ? Math.trunc(offset / 3600) : Math.trunc((offset % 3600) / 60)
  }
  return out
}

function partVector(values: Float64Array | Int32Array, type: DataType, validity: Uint8Array | null): Vector {
  if (type.kind === 'float64') return primitiveVector(float64, values as Float64Array, { validity })
  const out = new BigInt64Array(values.length)
  const words = new Int32Array(out.buffer)
  if (values instanceof Int32Array) widenInt32(values, words)
  else widenDoubles(values, words)
  return primitiveVector(int64, out, { validity })
}

function widenInt32(values: Int32Array, words: Int32Array): void {
  for (let i = 0; i < values.length; i++) {
    words[2 * i] = values[i]!
    words[2 * i + 1] = values[i]! >> 31
  }
}

function widenDoubles(values: Float64Array, words: Int32Array): void {
  for (let i = 0; i < values.length; i++) {
    words[2 * i] = values[i]!
    words[2 * i + 1] = Math.floor(values[i]! / 4294967296)
  }
}

function partKernel(part: DatePart, type: DataType, index: number): Kernel {
  return (input) => partVector(partValues(input, index, type, part), partType(part), input.validity)
}

/** A part that differs by row: all that occur are computed, then each row takes its own. */
function varyingPartKernel(type: DataType): Kernel {
  return (input) => {
    const names = new TextColumn(argument(input, 0))
    const columns = new Map<DatePart, Float64Array | Int32Array>()
    const out = new Float64Array(input.rowCount)
    for (let i = 0; i < out.length; i++) {
      if (!isRowValid(input.validity, i)) continue
      const part = datePartOf(names.at(i))
      if (!hasPart(type, part)) throw noSuchPart(part, type)
      let column = columns.get(part)
      if (column === undefined) columns.set(part, (column = partValues(input, 1, type, part)))
      out[i] = Math.trunc(column[i]!)
    }
    return partVector(out, int64, input.validity)
  }
}

function volatilityOf(type: DataType): 'stable' | 'immutable' {
  return isInstant(type) ? 'stable' : 'immutable'
}

function resolvePart(part: DatePart, type: DataType | undefined): Resolved | undefined {
  if (type === undefined || !hasPart(type, part)) return undefined
  return { argumentTypes: [type], returnType: partType(part), volatility: volatilityOf(type), kernel: partKernel(part, type, 0) }
}

export const datePart = resolvingFunction({
  name: 'date_part',
  aliases: ['datepart'],
  category: 'temporal',
  description:
    'A part of a date, time, timestamp or interval by name, such as year, month, dow, hour or epoch. EXTRACT(year FROM x) is the same.',
  example: "date_part('year', DATE '2024-03-05')",
  result: '2024',
  signatures: ['DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIME', 'INTERVAL'].map(
    (type) => `date_part(part VARCHAR, value ${type}) -> BIGINT`,
  ),
  resolve(types, constants) {
    const [specifier, value] = types
    if (types.length !== 2 || (specifier!.kind !== 'utf8' && specifier!.kind !== 'null')) return undefined
    const type = temporalType(value!, constants[1])
    if (type === undefined) return undefined
    const name = constants[0]
    const common = { argumentTypes: [utf8, type], volatility: volatilityOf(type) }
    if (typeof name !== 'string') return { ...common, returnType: int64, canThrow: true, kernel: varyingPartKernel(type) }
    const part = findDatePart(name)
    // An unknown part is reported when it is computed, with the names that there are.
    if (part === undefined || !hasPart(type, part)) return { ...common, returnType: int64, canThrow: true, kernel: varyingPartKernel(type) }
    return { ...common, returnType: partType(part), kernel: partKernel(part, type, 1) }
  },
})

interface PartFunction {
  readonly part: DatePart
  readonly name?: string
  readonly aliases?: readonly string[]
  readonly description: string
  readonly example?: string
  readonly result: string
}

const PART_FUNCTIONS: readonly PartFunction[] = [
  { part: 'millennium', description: 'The millennium: 3 for the years 2001 to 3000.', result: '3' },
  { part: 'century', description: 'The century: 21 for the years 2001 to 2100.', result: '21' },
  { part: 'decade', description: 'The year divided by ten.', result: '202' },
  { part: 'year', description: 'The year; 0 is 1 BC.', result: '2024' },
  { part: 'isoyear', description: 'The year that the ISO 8601 week belongs to.', result: '2024' },
  { part: 'quarter', description: 'The quarter of the year, 1 to 4.', result: '1' },
  { part: 'month', description: 'The month, 1 to 12.', result: '3' },
  { part: 'week', aliases: ['weekofyear'], description: 'The ISO 8601 week of the year, 1 to 53.', result: '10' },
  { part: 'yearweek', description: 'The ISO 8601 year and week as one number.', result: '202410' },
  { part: 'day', aliases: ['dayofmonth'], description: 'The day of the month.', result: '5' },
  { part: 'dayofyear', aliases: ['day_of_year'], description: 'The day of the year, from 1.', result: '65' },
  {
    part: 'dayofweek',
    aliases: ['weekday', 'day_of_week'],
    description: 'The day of the week, from 0 for Sunday to 6 for Saturday.',
    result: '2',
  },
  { part: 'isodow', description: 'The day of the week, from 1 for Monday to 7 for Sunday.', result: '2' },
  { part: 'hour', description: 'The hour, 0 to 23; of an interval all its hours.', result: '10' },
  { part: 'minute', description: 'The minute of the hour.', result: '30' },
  { part: 'second', description: 'The second of the minute.', result: '1' },
  { part: 'millisecond', description: 'The milliseconds of the minute, the seconds among them.', result: '1500' },
  { part: 'microsecond', description: 'The microseconds of the minute, the seconds among them.', result: '1500000' },
  { part: 'era', description: '1 for our era, 0 before it.', result: '1' },
  { part: 'julian', description: 'The Julian day, with the time of day as its fraction.', result: '2460375.4375173612' },
  { part: 'timezone_hour', description: "The hours of the session's offset from UTC at an instant.", result: '0' },
  { part: 'timezone_minute', description: "The minutes of the session's offset from UTC at an instant, beyond the hours.", result: '0' },
]

export const partFunctions: readonly ScalarFunctionDefinition[] = PART_FUNCTIONS.map(({ part, aliases = [], description, result }) =>
  resolvingFunction({
    name: part,
    aliases,
    category: 'temporal',
    description,
    example: `${part}(TIMESTAMP '2024-03-05 10:30:01.5')`,
    result,
    signatures: TEMPORAL_TYPES.filter((type) => hasPart(type, part)).map(
      (type) => `${part}(value ${sqlTypeName(type)}) -> ${sqlTypeName(partType(part))}`,
    ),
    resolve(types, constants) {
      if (types.length !== 1) return undefined
      const candidates = TEMPORAL_TYPES.filter((type) => hasPart(type, part))
      return resolvePart(part, temporalType(types[0]!, constants[0], candidates))
    },
  }),
)

/** The overload `timezone(x)`, which shares its name with AT TIME ZONE. */
export function resolveZoneOffset(type: DataType, constant: Scalar | undefined): Resolved | undefined {
  return resolvePart('timezone', temporalType(type, constant))
}

export const epoch = resolvingFunction({
  name: 'epoch',
  category: 'temporal',
  description: 'Seconds since 1970-01-01 00:00 UTC, since midnight for a time of day, or the length of an interval.',
  example: "epoch(TIMESTAMP '2024-03-05 10:30:00')",
  result: '1709634600.0',
  signatures: TEMPORAL_TYPES.map((type) => `epoch(value ${sqlTypeName(type)}) -> DOUBLE`),
  resolve(types, constants) {
    return types.length === 1 ? resolvePart('epoch', temporalType(types[0]!, constants[0])) : undefined
  },
})
