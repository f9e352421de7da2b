/**
 * Regular expressions in bounded time. JavaScript's engine backtracks, so `^(a+)+$` over a few dozen characters would run for
 * years, and while it runs nothing else does: no other query, no cancel. Node can stop a script after a time, also inside of
 * such a match, so each batch runs as a script. The time that it has grows with the text, as that of an expression which does
 * not backtrack would, with much to spare.
 */

import { Script } from 'node:vm'
import { ExecutionError } from '@artemis/errors'
import type { Datum, Vector } from '@artemis/arrow'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { byteColumn } from '../kernel/text-columns.js'

const BASE_MS = 500
const MS_FOR_ROW = 0.005
const MS_FOR_BYTE = 0.0001

/** The same kernel, which fails with an ExecutionError REGEX_TOO_SLOW when a batch takes too long. */
export function inBoundedTime(kernel: Kernel): Kernel {
  return (input) => run(() => kernel(input), timeFor(input))
}

function timeFor({ args, rowCount }: KernelInput): number {
  return Math.ceil(BASE_MS + rowCount * MS_FOR_ROW + textBytes(args[0], rowCount) * MS_FOR_BYTE)
}

function textBytes(datum: Datum | undefined, rowCount: number): number {
  if (datum === undefined) return 0
  const { offsets, stride } = byteColumn(datum)
  return stride === 0 ? offsets[1]! * rowCount : offsets[rowCount]! - offsets[0]!
}

/** A script sees globals only: the work that it is to do stands under this name while it runs. */
const SLOT = Symbol.for('artemis.bounded-time')
const slots = globalThis as unknown as Record<symbol, (() => Vector) | undefined>
const script = new Script("globalThis[Symbol.for('artemis.bounded-time')]()", { filename: 'bounded-time' })

function run(work: () => Vector, timeMs: number): Vector {
  const outer = slots[SLOT]
  slots[SLOT] = work
  try {
    return script.runInThisContext({ timeout: timeMs }) as Vector
  } catch (error) {
    if (!isTimeout(error)) throw error
    throw new ExecutionError({
      code: 'REGEX_TOO_SLOW',
      message: 'a regular expression tries too many ways to match, and was stopped',
      hint: 'Repetitions inside of repetitions, such as (a+)+, and many .* in one expression do that.',
      cause: error,
    })
  } finally {
    slots[SLOT] = outer
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
