/** The time at which the query started: the same in all of its rows. */

import type { DataType } from '@artemis/arrow'
import { constantVector, date32, time64 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import { SplitTimestamp } from '../kernel/calendar.js'
import { zoneOf } from '../kernel/time-zone.js'
import { instant, localTimestamp } from './moments.js'
import { toLocal } from './timestamp-arithmetic.js'

interface Clock {
  readonly name: string
  readonly aliases: readonly string[]
  readonly description: string
  readonly type: DataType
  readonly result: string
  /** The value, from the instant and the wall-clock time of the session's zone. */
  readonly value: (microseconds: bigint, local: SplitTimestamp) => bigint | number
}

const CLOCKS: readonly Clock[] = [
  {
    name: 'now',
    aliases: ['current_timestamp', 'get_current_timestamp', 'transaction_timestamp'],
    description: 'The instant at which the query started.',
    type: instant,
    result: '2024-03-05 10:30:00+00',
    value: (microseconds) => microseconds,
  },
  {
    name: 'current_date',
    aliases: ['today', 'curdate'],
    description: "Today's date in the time zone of the session.",
    type: date32,
    result: '2024-03-05',
    value: (_, local) => local.days,
  },
  {
    name: 'current_time',
    aliases: ['get_current_time', 'localtime', 'current_localtime'],
    description: 'The time of day in the time zone of the session.',
    type: time64,
    result: '10:30:00',
    value: (_, local) => BigInt(local.microseconds),
  },
  {
    name: 'localtimestamp',
    aliases: ['current_localtimestamp'],
    description: 'The date and time of day in the time zone of the session.',
    type: localTimestamp,
    result: '2024-03-05 10:30:00',
    value: (_, local) => BigInt(local.days) * 86_400_000_000n + BigInt(local.microseconds),
  },
]

export const clockFunctions: readonly ScalarFunctionDefinition[] = CLOCKS.map(({ name, aliases, description, type, result, value }) =>
  scalarFunction({
    name,
    aliases,
    category: 'temporal',
    description,
    example: `${name}()`,
    result,
    volatility: 'stable',
    overloads: [
      overload({}, type, ({ rowCount, context }) => {
        const now = context.nowMicroseconds
        const local = new SplitTimestamp().setWords(Number(BigInt.asIntN(32, now)), Number(now >> 32n))
        toLocal(local, zoneOf(context.timeZone))
        return constantVector(type, value(now, local), rowCount)
      }),
    ],
  }),
)
