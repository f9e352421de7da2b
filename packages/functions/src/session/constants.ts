/** Functions that tell about the engine, the session or an expression, and not about values. */

import type { Scalar } from '@artemis/arrow'
import { constantVector, utf8 } from '@artemis/arrow'
import type { EvaluationContext, ScalarFunctionDefinition } from '@artemis/plan'
import { sqlTypeName } from '@artemis/plan'
import { UnsupportedError } from '@artemis/errors'
import { overload, resolvingFunction, scalarFunction } from '../definition/scalar.js'
import type { Kernel } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { scalarResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'

/** The version of the packages; a test holds it to package.json. */
export const VERSION = '0.1.0'

function constantKernel(value: (context: EvaluationContext) => Scalar): Kernel {
  return ({ rowCount, context }) => constantVector(utf8, value(context), rowCount)
}

export const version = scalarFunction({
  name: 'version',
  category: 'session',
  description: 'The version of Artemis.',
  example: 'version()',
  result: `Artemis ${VERSION}`,
  overloads: [
    overload(
      {},
      utf8,
      constantKernel(() => `Artemis ${VERSION}`),
    ),
  ],
})

export const currentUser = scalarFunction({
  name: 'current_user',
  aliases: ['session_user', 'current_role'],
  category: 'session',
  description: 'The name of the user. Artemis has no users of its own, so this is always artemis.',
  example: 'current_user',
  result: 'artemis',
  overloads: [
    overload(
      {},
      utf8,
      constantKernel(() => 'artemis'),
    ),
  ],
})

export const currentSetting = scalarFunction({
  name: 'current_setting',
  category: 'session',
  description: 'The value of a setting of the session. Only TimeZone can be read this way; SHOW reads the others.',
  example: "current_setting('TimeZone')",
  result: 'UTC',
  volatility: 'stable',
  canThrow: true,
  overloads: [
    overload({ name: utf8 }, utf8, (input) => {
      const names = new TextColumn(argument(input, 0))
      return scalarResult(input, utf8, (row) => {
        if (/^time_?zone$/i.test(names.at(row))) return input.context.timeZone
        throw new UnsupportedError({
          code: 'UNSUPPORTED_SETTING',
          message: `current_setting cannot read ${names.at(row)}`,
          hint: 'Use SHOW.',
        })
      })
    }),
  ],
})

export const typeOf: ScalarFunctionDefinition = resolvingFunction({
  name: 'typeof',
  category: 'session',
  description: "The name of the argument's type.",
  example: 'typeof(1)',
  result: 'INTEGER',
  signatures: ['typeof(value) -> VARCHAR'],
  resolve(types) {
    const [type] = types
    if (type === undefined || types.length !== 1) return undefined
    return {
      argumentTypes: [type],
      returnType: utf8,
      nullHandling: 'custom',
      canReturnNull: false,
      kernel: constantKernel(() => sqlTypeName(type)),
    }
  },
})
