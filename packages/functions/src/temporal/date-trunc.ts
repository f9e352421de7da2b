/** date_trunc: moments cut to the start of a unit, intervals cut to whole units. */

import type { DataType } from '@artemis/arrow'
import { date32, interval, utf8 } from '@artemis/arrow'
import { resolvingFunction } from '../definition/scalar.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { TextColumn } from '../kernel/text-columns.js'
import { noSuchPart, temporalType } from './date-part.js'
import { intervalColumn, intervalVector, microsecondsAt, writeIntervalMicroseconds } from './interval-words.js'
import { instant, isInstant, localTimestamp, splitMoments, TimestampResult, zoneOfArgument } from './moments.js'
import type { DatePart } from './part-names.js'
import { datePartOf } from './part-names.js'
import { DAY_TRUNCATIONS, DAY_UNITS, MONTH_UNITS, TIME_UNITS } from './truncation.js'

/** The unit of each row: one for all when it is constant. */
function partsOf(input: KernelInput): (row: number) => DatePart {
  const names = new TextColumn(argument(input, 0))
  if (names.constant === null) return (row) => datePartOf(names.at(row))
  const part = datePartOf(names.constant)
  return () => part
}

function truncateMoments(type: DataType, returns: DataType): Kernel {
  return (input) => {
    const zone = zoneOfArgument(input, 1)
    const { days, microseconds } = splitMoments(argument(input, 1), input.rowCount, zone)
    const utc = zone === undefined ? undefined : splitMoments(argument(input, 1), input.rowCount, undefined)
    const local = new TimestampResult(input, returns, zone)
    const partOf = partsOf(input)
    for (let i = 0; i < input.rowCount; i++) {
      if (!isRowValid(input.validity, i)) continue
      const part = partOf(i)
      const truncate = DAY_TRUNCATIONS[part]
      const unit = TIME_UNITS[part]
      if (truncate !== undefined) local.set(i, truncate(days[i]!), 0)
      else if (unit === undefined) throw noSuchPart(part, type)
      // Cutting the elapsed time keeps an hour that a clock change repeats apart from its second pass.
      else if (utc !== undefined) local.setInstant(i, utc.days[i]!, utc.microseconds[i]! - (microseconds[i]! % unit))
      else local.set(i, days[i]!, microseconds[i]! - (microseconds[i]! % unit))
    }
    return local.finish()
  }
}

const truncateIntervals: Kernel = (input) => {
  const { words, stride } = intervalColumn(argument(input, 1))
  const partOf = partsOf(input)
  const out = new Int32Array(input.rowCount * 4)
  for (let i = 0; i < input.rowCount; i++) {
    if (!isRowValid(input.validity, i)) continue
    const part = partOf(i)
    const k = 4 * i * stride
    const months = MONTH_UNITS[part]
    const days = DAY_UNITS[part]
    const time = TIME_UNITS[part]
    if (months !== undefined) writeIntervalMicroseconds(out, 4 * i, words[k]! - (words[k]! % months), 0, 0)
    else if (days !== undefined) writeIntervalMicroseconds(out, 4 * i, words[k]!, words[k + 1]! - (words[k + 1]! % days), 0)
    else if (time === undefined) throw noSuchPart(part, interval)
    else {
      const microseconds = microsecondsAt(words, k)
      writeIntervalMicroseconds(out, 4 * i, words[k]!, words[k + 1]!, microseconds - (microseconds % time))
    }
  }
  return intervalVector(out, { validity: input.validity })
}

export const dateTrunc = resolvingFunction({
  name: 'date_trunc',
  aliases: ['datetrunc'],
  category: 'temporal',
  description:
    'The start of the unit (millennium to microsecond) that a moment lies in; a week starts on Monday. ' +
    'Instants are cut in the time zone of the session.',
  example: "date_trunc('month', TIMESTAMP '2024-03-05 10:30:00')",
  result: '2024-03-01 00:00:00',
  signatures: [
    'date_trunc(unit VARCHAR, value DATE) -> TIMESTAMP',
    'date_trunc(unit VARCHAR, value TIMESTAMP) -> TIMESTAMP',
    'date_trunc(unit VARCHAR, value TIMESTAMP WITH TIME ZONE) -> TIMESTAMP WITH TIME ZONE',
    'date_trunc(unit VARCHAR, value INTERVAL) -> INTERVAL',
  ],
  resolve(types, constants) {
    const [unit, value] = types
    if (types.length !== 2 || (unit!.kind !== 'utf8' && unit!.kind !== 'null')) return undefined
    const type = temporalType(value!, constants[1], [date32, localTimestamp, instant, interval])
    if (type === undefined) return undefined
    if (type.kind === 'interval')
      return { argumentTypes: [utf8, interval], returnType: interval, canThrow: true, kernel: truncateIntervals }
    const returnType = type.kind === 'date32' ? localTimestamp : type
    return {
      argumentTypes: [utf8, type],
      returnType,
      canThrow: true,
      volatility: isInstant(type) ? 'stable' : 'immutable',
      kernel: truncateMoments(type, returnType),
    }
  },
})
