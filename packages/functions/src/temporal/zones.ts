/** timezone(), which AT TIME ZONE becomes: between instants and wall-clock times. */

import type { DataType } from '@artemis/arrow'
import { utf8 } from '@artemis/arrow'
import { resolvingFunction } from '../definition/scalar.js'
import { resolveOverload } from '../definition/resolve.js'
import type { Kernel } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { TextColumn } from '../kernel/text-columns.js'
import { zoneOf } from '../kernel/time-zone.js'
import { resolveZoneOffset } from './date-part.js'
import { instant, localTimestamp, splitMoments, TimestampResult } from './moments.js'

/** The wall-clock time that a zone shows at an instant. */
const toWallClock: Kernel = (input) => {
  const names = new TextColumn(argument(input, 0))
  const { rowCount } = input
  const out = new TimestampResult(input, localTimestamp)
  if (names.constant !== null) {
    const { days, microseconds } = splitMoments(argument(input, 1), rowCount, zoneOf(names.constant))
    for (let i = 0; i < rowCount; i++) out.set(i, days[i]!, microseconds[i]!)
    return out.finish()
  }
  const { days, microseconds } = splitMoments(argument(input, 1), rowCount, undefined)
  for (let i = 0; i < rowCount; i++) {
    if (!isRowValid(input.validity, i)) continue
    const offset = zoneOf(names.at(i)).offsetAt(days[i]! * 86_400 + Math.floor(microseconds[i]! / 1e6))
    out.set(i, days[i]!, microseconds[i]! + offset * 1e6)
  }
  return out.finish()
}

/** The instant at which a zone shows a wall-clock time. */
const fromWallClock: Kernel = (input) => {
  const names = new TextColumn(argument(input, 0))
  const { days, microseconds } = splitMoments(argument(input, 1), input.rowCount, undefined)
  const out = new TimestampResult(input, instant)
  const constant = names.constant === null ? undefined : zoneOf(names.constant)
  for (let i = 0; i < input.rowCount; i++) {
    if (isRowValid(input.validity, i)) out.setLocal(i, days[i]!, microseconds[i]!, constant ?? zoneOf(names.at(i)))
  }
  return out.finish()
}

interface ZoneOverload {
  readonly parameters: readonly DataType[]
  readonly returns: DataType
  readonly kernel: Kernel
}

const OVERLOADS: readonly ZoneOverload[] = [
  { parameters: [utf8, localTimestamp], returns: instant, kernel: fromWallClock },
  { parameters: [utf8, instant], returns: localTimestamp, kernel: toWallClock },
]

export const timezone = resolvingFunction({
  name: 'timezone',
  category: 'temporal',
  description:
    'x AT TIME ZONE zone: the wall-clock time of a zone at an instant, or the instant of a wall-clock time in a zone. ' +
    'With one argument, the offset of the session from UTC in seconds.',
  example: "timezone('Europe/Berlin', TIMESTAMP '2024-03-05 10:30:00')",
  result: '2024-03-05 09:30:00+00',
  signatures: [
    'timezone(zone VARCHAR, value TIMESTAMP) -> TIMESTAMP WITH TIME ZONE',
    'timezone(zone VARCHAR, value TIMESTAMP WITH TIME ZONE) -> TIMESTAMP',
    'timezone(value TIMESTAMP WITH TIME ZONE) -> BIGINT',
  ],
  resolve(types, constants) {
    if (types.length === 1) return resolveZoneOffset(types[0]!, constants[0])
    const match = resolveOverload(OVERLOADS, types, constants)
    if (match === undefined) return undefined
    return { argumentTypes: match.argumentTypes, returnType: match.overload.returns, kernel: match.overload.kernel, canThrow: true }
  },
})
