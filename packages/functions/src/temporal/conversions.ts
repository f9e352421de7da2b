/** date(x): CAST by another name, as other systems write it. */

import { date32, datumToVector, utf8 } from '@artemis/arrow'
import { castVector } from '../cast/cast-vector.js'
import { overload, scalarFunction } from '../definition/scalar.js'
import { argument } from '../kernel/input.js'
import { isInstant, MOMENT_TYPES } from './moments.js'

export const date = scalarFunction({
  name: 'date',
  aliases: ['to_date'],
  category: 'temporal',
  description: 'The date of a timestamp, or the one that a text spells: CAST(x AS DATE).',
  example: "date(TIMESTAMP '2024-03-05 10:30:00')",
  result: '2024-03-05',
  overloads: [...MOMENT_TYPES, utf8].map((type) =>
    overload(
      { value: type },
      date32,
      (input) => castVector(datumToVector(argument(input, 0), input.rowCount), date32, { try: false, timeZone: input.context.timeZone }),
      { canThrow: type.kind === 'utf8', volatility: isInstant(type) ? 'stable' : 'immutable' },
    ),
  ),
})
