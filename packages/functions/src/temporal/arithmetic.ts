/** Which operators apply to dates, times, timestamps and intervals, and what they give. */

import type { DataType, Scalar } from '@artemis/arrow'
import { date32, float64, int32, int64, interval, time64, timestamp, timestamptz } from '@artemis/arrow'
import { isInteger, isNumeric } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { addIntervals, negateInterval, scaleInterval } from './interval-arithmetic.js'
import type { Places } from './timestamp-arithmetic.js'
import {
  dateDifference,
  joinDateAndTime,
  shiftDate,
  shiftDateByDays,
  shiftTime,
  shiftTimestamp,
  timestampDifference,
} from './timestamp-arithmetic.js'

type Constants = readonly (Scalar | undefined)[]

/** The moments that functions compute in: any timestamp becomes one of microseconds. */
function momentType(type: DataType): DataType | undefined {
  if (type.kind === 'timestamp') return type.timezone === null ? timestamp('us') : type.unit === 'us' ? type : timestamptz('us')
  return type.kind === 'date32' || type.kind === 'time64' ? type : undefined
}

/** A string literal beside an interval or a moment stands for an interval: `now() - '1 day'`, as in PostgreSQL. */
function isSpan(type: DataType, constant: Scalar | undefined): boolean {
  return (
    type.kind === 'interval' || type.kind === 'null' || (type.kind === 'utf8' && typeof constant === 'string' && /[a-z]/i.test(constant))
  )
}

export function resolveTemporalAddition(types: readonly DataType[], constants: Constants): Resolved | undefined {
  const [a, b] = types
  if (a === undefined || b === undefined || types.length !== 2) return undefined
  return (
    moveMoment(a, b, constants[1], { moment: 0, interval: 1 }, 1) ??
    moveMoment(b, a, constants[0], { moment: 1, interval: 0 }, 1) ??
    combineIntervals(a, b, constants, 1)
  )
}

export function resolveTemporalSubtraction(types: readonly DataType[], constants: Constants): Resolved | undefined {
  const [a, b] = types
  if (a === undefined || b === undefined || types.length !== 2) return undefined
  return difference(a, b) ?? moveMoment(a, b, constants[1], { moment: 0, interval: 1 }, -1) ?? combineIntervals(a, b, constants, -1)
}

function combineIntervals(a: DataType, b: DataType, constants: Constants, direction: 1 | -1): Resolved | undefined {
  if (a.kind !== 'interval' && b.kind !== 'interval') return undefined
  if (!isSpan(a, constants[0]) || !isSpan(b, constants[1])) return undefined
  return { argumentTypes: [interval, interval], returnType: interval, kernel: addIntervals(direction), canThrow: true }
}

function moveMoment(
  moment: DataType,
  span: DataType,
  constant: Scalar | undefined,
  places: Places,
  direction: 1 | -1,
): Resolved | undefined {
  const type = momentType(moment)
  if (type === undefined) return undefined
  const ordered = (other: DataType): readonly DataType[] => (places.moment === 0 ? [type, other] : [other, type])
  if (type.kind === 'date32' && (isInteger(span) || span.kind === 'null')) {
    const days = span.kind === 'int64' ? int64 : int32
    if (span.kind === 'uint32' || span.kind === 'uint64') return undefined
    return { argumentTypes: ordered(days), returnType: date32, kernel: shiftDateByDays(places, direction), canThrow: true }
  }
  if (type.kind === 'date32' && span.kind === 'time64' && direction === 1) {
    return {
      argumentTypes: ordered(time64),
      returnType: timestamp('us'),
      kernel: joinDateAndTime(places.moment, places.interval),
      canThrow: true,
    }
  }
  if (!isSpan(span, constant)) return undefined
  if (type.kind === 'date32')
    return { argumentTypes: ordered(interval), returnType: timestamp('us'), kernel: shiftDate(places, direction), canThrow: true }
  if (type.kind === 'time64') return { argumentTypes: ordered(interval), returnType: time64, kernel: shiftTime(places, direction) }
  const zoned = type.kind === 'timestamp' && type.timezone !== null
  return {
    argumentTypes: ordered(interval),
    returnType: type,
    kernel: shiftTimestamp(type, places, direction),
    canThrow: true,
    volatility: zoned ? 'stable' : 'immutable',
  }
}

function difference(a: DataType, b: DataType): Resolved | undefined {
  if (a.kind === 'date32' && b.kind === 'date32') return { argumentTypes: [date32, date32], returnType: int64, kernel: dateDifference }
  const isMoment = (type: DataType): boolean => type.kind === 'timestamp' || type.kind === 'date32'
  if (!isMoment(a) || !isMoment(b)) return undefined
  const zoned = (type: DataType): boolean => type.kind === 'timestamp' && type.timezone !== null
  const type = zoned(a) || zoned(b) ? timestamptz('us') : timestamp('us')
  return { argumentTypes: [type, type], returnType: interval, kernel: timestampDifference }
}

export function resolveTemporalMultiplication(types: readonly DataType[]): Resolved | undefined {
  const [a, b] = types
  if (a?.kind === 'interval' && b !== undefined && isNumeric(b)) {
    return { argumentTypes: [interval, float64], returnType: interval, kernel: scaleInterval(0, 1, false), canThrow: true }
  }
  if (b?.kind === 'interval' && a !== undefined && isNumeric(a)) {
    return { argumentTypes: [float64, interval], returnType: interval, kernel: scaleInterval(1, 0, false), canThrow: true }
  }
  return undefined
}

export function resolveTemporalDivision(types: readonly DataType[]): Resolved | undefined {
  const [a, b] = types
  if (a?.kind !== 'interval' || b === undefined || !isNumeric(b)) return undefined
  return {
    argumentTypes: [interval, float64],
    returnType: interval,
    kernel: scaleInterval(0, 1, true),
    canThrow: true,
    canReturnNull: true,
  }
}

export function resolveIntervalNegation(): Resolved {
  return { argumentTypes: [interval], returnType: interval, kernel: negateInterval }
}
