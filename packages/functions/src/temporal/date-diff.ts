/** date_diff and date_sub over columns: the loops around the differences of single moments. */

import type { DataType, Scalar } from '@artemis/arrow'
import { date32, int64, primitiveVector, time64, utf8 } from '@artemis/arrow'
import { sqlTypeName } from '@artemis/plan'
import { castCost } from '../definition/resolve.js'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import { writeTimestamp } from '../kernel/calendar.js'
import { invalidInput, outOfRange } from '../kernel/errors.js'
import type { Kernel } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { TextColumn } from '../kernel/text-columns.js'
import { resolveTemporalSubtraction } from './arithmetic.js'
import type { Difference } from './differences.js'
import { boundaryCount, Pair, wholeCount, wholeTime } from './differences.js'
import { instant, isInstant, localTimestamp, splitMoments, zoneOfArgument } from './moments.js'
import { datePartOf } from './part-names.js'
import { TIME_UNITS } from './truncation.js'

interface Unit {
  /** Microseconds of a unit shorter than a day; 0 for the others, which `difference` counts. */
  readonly microseconds: number
  readonly difference: Difference
}

function unitOf(name: string, type: DataType, counting: 'boundaries' | 'whole'): Unit {
  const part = datePartOf(name)
  const microseconds = TIME_UNITS[part]
  if (microseconds !== undefined) return { microseconds, difference: (pair) => wholeTime(pair, microseconds) }
  const difference = type.kind === 'time64' ? undefined : counting === 'whole' ? wholeCount(part) : boundaryCount(part)
  if (difference === undefined) throw invalidInput(`the difference of two values of type ${sqlTypeName(type)} has no unit "${part}"`)
  return { microseconds: 0, difference }
}

/**
 * Units of time between instants are elapsed time, longer ones follow the calendar of the session's zone. Boundaries of
 * hours and minutes are those of the wall clock.
 */
function differenceKernel(type: DataType, counting: 'boundaries' | 'whole'): Kernel {
  return (input) => {
    const { rowCount, validity } = input
    const split = (index: number) => splitMoments(argument(input, index), rowCount, undefined)
    const zone = zoneOfArgument(input, 1) ?? zoneOfArgument(input, 2)
    const local = (index: number) => splitMoments(argument(input, index), rowCount, zone)
    const [from, to] = [split(1), split(2)]
    const [localFrom, localTo] = zone === undefined ? [from, to] : [local(1), local(2)]
    const names = new TextColumn(argument(input, 0))
    const units = new Map<string, Unit>()
    const pair = new Pair()
    const out = new BigInt64Array(rowCount)
    const words = new Int32Array(out.buffer)
    for (let i = 0; i < rowCount; i++) {
      if (!isRowValid(validity, i)) continue
      const name = names.at(i)
      let unit = units.get(name)
      if (unit === undefined) units.set(name, (unit = unitOf(name, type, counting)))
      const { microseconds } = unit
      const [a, b] = microseconds > 0 ? [from, to] : [localFrom, localTo]
      pair.fromDay = a.days[i]!
      pair.toDay = b.days[i]!
      pair.fromTime = a.microseconds[i]!
      pair.toTime = b.microseconds[i]!
      if (microseconds > 0 && counting === 'boundaries') {
        pair.fromTime -= localFrom.microseconds[i]! % microseconds
        pair.toTime -= localTo.microseconds[i]! % microseconds
      }
      if (microseconds !== 1) {
        const count = unit.difference(pair)
        words[2 * i] = count
        words[2 * i + 1] = Math.floor(count / 4294967296)
      } else if (!writeTimestamp(words, 2 * i, pair.toDay - pair.fromDay, pair.toTime - pair.fromTime)) {
        throw outOfRange('a difference in microseconds is out of range: it must fit 64 bits')
      }
    }
    return primitiveVector(int64, out, { validity })
  }
}

/** The type that both moments are brought to. */
function momentPair(types: readonly DataType[], constants: readonly (Scalar | undefined)[]): DataType | undefined {
  const candidates = [date32, localTimestamp, instant, time64]
  let best: DataType | undefined
  let bestCost = Infinity
  for (const candidate of candidates) {
    const cost = castCost(types[0]!, candidate, constants[0]) + castCost(types[1]!, candidate, constants[1])
    if (cost < bestCost) {
      bestCost = cost
      best = candidate
    }
  }
  return best
}

function resolveDifference(
  types: readonly DataType[],
  constants: readonly (Scalar | undefined)[],
  counting: 'boundaries' | 'whole',
): Resolved | undefined {
  if (types.length !== 3 || (types[0]!.kind !== 'utf8' && types[0]!.kind !== 'null')) return undefined
  const type = momentPair(types.slice(1), constants.slice(1))
  if (type === undefined) return undefined
  return {
    argumentTypes: [utf8, type, type],
    returnType: int64,
    canThrow: true,
    volatility: isInstant(type) ? 'stable' : 'immutable',
    kernel: differenceKernel(type, counting),
  }
}

const MOMENTS = ['DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIME']

export const dateDiff = resolvingFunction({
  name: 'date_diff',
  aliases: ['datediff'],
  category: 'temporal',
  description: 'The number of unit boundaries between two moments: from 23:59 to 0:01 it is one day. date_sub counts whole units.',
  example: "date_diff('month', DATE '2024-01-31', DATE '2024-03-01')",
  result: '2',
  signatures: MOMENTS.map((type) => `date_diff(unit VARCHAR, start ${type}, end ${type}) -> BIGINT`),
  resolve: (types, constants) => resolveDifference(types, constants, 'boundaries'),
})

export const dateSub = resolvingFunction({
  name: 'date_sub',
  aliases: ['datesub'],
  category: 'temporal',
  description:
    'The number of whole units that passed between two moments. With two arguments, a moment minus an interval, or a date minus days.',
  example: "date_sub('month', DATE '2024-01-31', DATE '2024-03-01')",
  result: '1',
  signatures: [
    ...MOMENTS.map((type) => `date_sub(unit VARCHAR, start ${type}, end ${type}) -> BIGINT`),
    'date_sub(value TIMESTAMP, span INTERVAL) -> TIMESTAMP',
    'date_sub(value DATE, days INTEGER) -> DATE',
  ],
  resolve(types, constants) {
    if (types.length !== 2) return resolveDifference(types, constants, 'whole')
    return types[0]!.kind === 'interval' || types[1]!.kind === 'date32' || types[1]!.kind === 'timestamp'
      ? undefined
      : resolveTemporalSubtraction(types, constants)
  },
})
