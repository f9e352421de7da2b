/** LIKE and ILIKE, with ESCAPE, and their negated forms. */

import type { Datum, Vector } from '@artemis/arrow'
import { bitmapBytes, bool, booleanVector, notBitmap, utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { overload, scalarFunction } from '../definition/scalar.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { booleanResult } from '../kernel/results.js'
import type { ByteColumn } from '../kernel/text-columns.js'
import { byteColumn, isAsciiColumn, TextColumn } from '../kernel/text-columns.js'
import { lowerText } from '../text/case.js'
import { affixBits, containsBits } from '../text/search.js'
import type { LikePlan } from './like-pattern.js'
import { escapeCharacter, matchesLike, planLike } from './like-pattern.js'

/** The rows that match, where the plan can be run over bytes; undefined for plans that need characters. */
function planBits(column: ByteColumn, rowCount: number, plan: LikePlan): Uint8Array | undefined {
  switch (plan.kind) {
    case 'everything':
      return new Uint8Array(bitmapBytes(rowCount)).fill(0xff)
    case 'contains':
      return containsBits(column, rowCount, Buffer.from(plan.text, 'utf8'))
    case 'starts':
      return affixBits(column, rowCount, Buffer.from(plan.text, 'utf8'), 'start')
    case 'ends':
      return affixBits(column, rowCount, Buffer.from(plan.text, 'utf8'), 'end')
    case 'equals':
      return equalBits(column, rowCount, Buffer.from(plan.text, 'utf8'))
    case 'parts':
    case 'general':
      return undefined
  }
}

function equalBits(column: ByteColumn, rowCount: number, wanted: Buffer): Uint8Array {
  const bits = affixBits(column, rowCount, wanted, 'start')
  const { offsets } = column
  for (let i = 0; i < rowCount; i++) if (offsets[i + 1]! - offsets[i]! !== wanted.length) bits[i >>> 3]! &= ~(1 << (i & 7))
  return bits
}

/** The column in lower case when case does not matter: all rows at once where they are ASCII, undefined where they are not. */
function foldedColumn(column: ByteColumn, ignoreCase: boolean): ByteColumn | undefined {
  if (!ignoreCase) return column
  if (!isAsciiColumn(column)) return undefined
  const { offsets, data, stride } = column
  const folded = Buffer.from(data.toString('latin1', 0, offsets[offsets.length - 1]!).toLowerCase(), 'latin1')
  return { offsets, data: folded, stride }
}

function likeKernel(ignoreCase: boolean, negated: boolean): Kernel {
  const fold = ignoreCase ? lowerText : (text: string): string => text
  return (input) => {
    const text = argument(input, 0)
    const pattern = argument(input, 1)
    const escape = input.args[2]
    if (pattern.kind === 'scalar' && (escape === undefined || escape.kind === 'scalar')) {
      const plan = planLike(
        fold(pattern.value as string),
        escape === undefined ? '' : fold(escapeCharacter((escape as { value: string }).value)),
      )
      return matchConstant(input, text, plan, ignoreCase, negated)
    }
    const texts = new TextColumn(text)
    const patterns = new TextColumn(pattern)
    const escapes = escape === undefined ? undefined : new TextColumn(escape)
    return booleanResult(input, (row) => {
      const plan = planLike(fold(patterns.at(row)), escapes === undefined ? '' : fold(escapeCharacter(escapes.at(row))))
      return matchesLike(fold(texts.at(row)), plan) !== negated
    })
  }
}

function matchConstant(input: KernelInput, text: Datum, plan: LikePlan, ignoreCase: boolean, negated: boolean): Vector {
  const column = text.kind === 'vector' ? foldedColumn(byteColumn(text), ignoreCase) : undefined
  if (column !== undefined) {
    const bits = planBits(column, input.rowCount, plan)
    if (bits !== undefined)
      return booleanVector(input.rowCount, negated ? notBitmap(bits, input.rowCount) : bits, { validity: input.validity })
  }
  const texts = new TextColumn(text)
  if (ignoreCase) return booleanResult(input, (row) => matchesLike(lowerText(texts.at(row)), plan) !== negated)
  return booleanResult(input, (row) => matchesLike(texts.at(row), plan) !== negated)
}

function like(
  name: string,
  aliases: readonly string[],
  ignoreCase: boolean,
  negated: boolean,
  example: string,
  result: string,
): ScalarFunctionDefinition {
  const kernel = likeKernel(ignoreCase, negated)
  return scalarFunction({
    name,
    aliases,
    category: 'pattern',
    description:
      `Whether a text ${negated ? 'does not match' : 'matches'} a pattern, in which % stands for any text and _ for one character` +
      `${ignoreCase ? '; case does not matter' : ''}. An optional third argument is the escape character; there is none by default.`,
    example,
    result,
    overloads: [
      overload({ text: utf8, pattern: utf8 }, bool, kernel),
      overload({ text: utf8, pattern: utf8, escape: utf8 }, bool, kernel, { canThrow: true }),
    ],
  })
}

export const likeFunction = like('like', ['~~', 'like_escape'], false, false, "'abc' LIKE 'a%'", 'true')
export const notLike = like('not_like', ['!~~', 'not_like_escape'], false, true, "'abc' NOT LIKE 'b%'", 'true')
export const ilike = like('ilike', ['~~*', 'ilike_escape'], true, false, "'ABC' ILIKE 'a%'", 'true')
export const notIlike = like('not_ilike', ['!~~*', 'not_ilike_escape'], true, true, "'ABC' NOT ILIKE 'b%'", 'true')
