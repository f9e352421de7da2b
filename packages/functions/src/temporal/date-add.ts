/** date_add: the operator + by name, and the form `dateadd(unit, count, moment)` of other systems. */

import type { DataType, Datum, Scalar } from '@artemis/arrow'
import { date32, int64, interval, time64, utf8, vectorDatum } from '@artemis/arrow'
import { isInteger } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import { invalidInput, outOfRange } from '../kernel/errors.js'
import type { KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { TextColumn } from '../kernel/text-columns.js'
import { resolveTemporalAddition } from './arithmetic.js'
import { temporalType } from './date-part.js'
import { intervalVector, writeIntervalMicroseconds } from './interval-words.js'
import { instant, localTimestamp } from './moments.js'
import { datePartOf } from './part-names.js'
import { DAY_UNITS, MONTH_UNITS, TIME_UNITS } from './truncation.js'

/** The intervals of so many units. */
function spansOf(input: KernelInput): Datum {
  const names = new TextColumn(argument(input, 0))
  const counts = doublesOf(argument(input, 1), input.rowCount)
  const out = new Int32Array(input.rowCount * 4)
  for (let i = 0; i < counts.length; i++) {
    if (!isRowValid(input.validity, i)) continue
    const part = datePartOf(names.at(i))
    const count = counts[i]!
    const months = count * (MONTH_UNITS[part] ?? 0)
    const days = count * (DAY_UNITS[part] ?? 0)
    const microseconds = count * (TIME_UNITS[part] ?? 0)
    if (MONTH_UNITS[part] === undefined && DAY_UNITS[part] === undefined && TIME_UNITS[part] === undefined)
      throw invalidInput(`"${part}" is no unit to add`)
    if ((months | 0) !== months || (days | 0) !== days || Math.abs(microseconds) > 9.2e15)
      throw outOfRange(`${count} ${part}s are no interval`)
    writeIntervalMicroseconds(out, 4 * i, months, days, microseconds)
  }
  return vectorDatum(intervalVector(out))
}

function resolveUnits(types: readonly DataType[], constants: readonly (Scalar | undefined)[]): Resolved | undefined {
  const [unit, count, moment] = types
  if (unit!.kind !== 'utf8' || (!isInteger(count!) && count!.kind !== 'null')) return undefined
  const type = temporalType(moment!, constants[2], [date32, localTimestamp, instant, time64])
  const sum = type === undefined ? undefined : resolveTemporalAddition([type, interval], [undefined, undefined])
  if (sum === undefined) return undefined
  return {
    ...sum,
    canThrow: true,
    argumentTypes: [utf8, int64, sum.argumentTypes[0]!],
    kernel: (input) => sum.kernel({ ...input, args: [argument(input, 2), spansOf(input)] }),
  }
}

export const dateAdd = resolvingFunction({
  name: 'date_add',
  aliases: ['dateadd'],
  category: 'temporal',
  description: 'A moment plus an interval, a date plus days, or a moment plus so many units.',
  example: "date_add(DATE '2024-03-05', INTERVAL 2 DAY)",
  result: '2024-03-07 00:00:00',
  signatures: [
    'date_add(value TIMESTAMP, span INTERVAL) -> TIMESTAMP',
    'date_add(value DATE, days INTEGER) -> DATE',
    'date_add(unit VARCHAR, count BIGINT, value TIMESTAMP) -> TIMESTAMP',
  ],
  resolve(types, constants) {
    if (types.length === 3) return resolveUnits(types, constants)
    return types.length === 2 && types[0]!.kind !== 'interval' ? resolveTemporalAddition(types, constants) : undefined
  },
})
