/** strptime and try_strptime: text as timestamps, by a format or the first that fits of several. */

import type { DataType, Scalar } from '@artemis/arrow'
import { list, primitiveVector, scalarAt, timestamp, utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import type { Resolved } from '../definition/scalar.js'
import { resolvingFunction } from '../definition/scalar.js'
import { invalidInput, outOfRange } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument, isRowValid } from '../kernel/input.js'
import { ResultValidity } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import type { Zone } from '../kernel/time-zone.js'
import { zoneOf } from '../kernel/time-zone.js'
import type { FormatToken } from './moment-format.js'
import { hasField, momentFormat } from './moment-format.js'
import { MomentParser } from './moment-parser.js'
import { instant, isInstant, localTimestamp, TimestampResult } from './moments.js'

interface Format {
  readonly text: string
  readonly tokens: readonly FormatToken[]
}

function formatOf(text: string): Format {
  if (text === '') throw invalidInput('the format of strptime is empty')
  return { text, tokens: momentFormat(text) }
}

/** The formats to try on each row. */
function formatsOf(input: KernelInput): (row: number) => readonly Format[] {
  const given = argument(input, 1)
  if (given.kind === 'scalar') {
    const values = Array.isArray(given.value) ? (given.value as readonly Scalar[]) : [given.value]
    const formats = values.filter((value) => typeof value === 'string').map(formatOf)
    return () => formats
  }
  const { vector } = given
  if (vector.layout === 'list') {
    return (row) => (scalarAt(vector, row) as readonly Scalar[]).filter((value) => typeof value === 'string').map(formatOf)
  }
  const texts = new TextColumn(given)
  return (row) => [formatOf(texts.at(row))]
}

function parseKernel(type: DataType, tries: boolean): Kernel {
  return (input) => {
    const texts = new TextColumn(argument(input, 0))
    const formats = formatsOf(input)
    const parser = new MomentParser()
    const session = isInstant(type) ? zoneOf(input.context.timeZone) : undefined
    const out = new TimestampResult(input, type)
    const nanoseconds = type.kind === 'timestamp' && type.unit === 'ns' ? new BigInt64Array(input.rowCount) : undefined
    const validity = new ResultValidity(input)
    for (let i = 0; i < input.rowCount; i++) {
      if (!isRowValid(input.validity, i)) continue
      const text = texts.at(i)
      const candidates = formats(i)
      if (!candidates.some(({ tokens }) => parser.parse(tokens, text))) {
        if (!tries) throw unparsable(text, candidates)
        validity.setNull(i)
      } else if (nanoseconds !== undefined) nanoseconds[i] = nanosecondsOf(parser, text)
      else setParsed(out, i, parser, session)
    }
    return nanoseconds === undefined ? out.finish(validity.bitmap) : primitiveVector(type, nanoseconds, { validity: validity.bitmap })
  }
}

/** Text with an offset or a zone is brought to UTC, also where the result is no instant since the format is no literal. */
function setParsed(out: TimestampResult, row: number, parser: MomentParser, session: Zone | undefined): void {
  const zone = parser.zone ?? session
  if (parser.offset !== undefined) out.setInstant(row, parser.days, parser.microseconds - parser.offset * 1e6)
  else if (zone === undefined) out.setInstant(row, parser.days, parser.microseconds)
  else out.setLocal(row, parser.days, parser.microseconds, zone)
}

function nanosecondsOf(parser: MomentParser, text: string): bigint {
  const value = (BigInt(parser.days) * 86_400_000_000n + BigInt(parser.microseconds)) * 1000n + BigInt(parser.nanoseconds)
  if (BigInt.asIntN(64, value) !== value) throw outOfRange(`'${text}' does not fit a timestamp of nanoseconds`)
  return value
}

function unparsable(text: string, formats: readonly Format[]): Error {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text
  const tried = formats.map((format) => `'${format.text}'`).join(', ')
  return invalidInput(`'${shown}' is no date or time of the format ${tried}`, 'try_strptime gives NULL for such text.')
}

/** Zones in a constant format make the result an instant, nanoseconds one of nanoseconds. */
function resultType(constant: Scalar | undefined): DataType {
  const texts = (Array.isArray(constant) ? (constant as readonly Scalar[]) : [constant]).filter((text) => typeof text === 'string')
  const parsed = texts.map((text) => {
    try {
      return momentFormat(text)
    } catch {
      return []
    }
  })
  if (parsed.some((tokens) => hasField(tokens, 'zZ'))) return instant
  return parsed.some((tokens) => hasField(tokens, 'n')) ? timestamp('ns') : localTimestamp
}

function resolve(types: readonly DataType[], constants: readonly (Scalar | undefined)[], tries: boolean): Resolved | undefined {
  const [text, format] = types
  if (types.length !== 2 || (text!.kind !== 'utf8' && text!.kind !== 'null')) return undefined
  const isList = format!.kind === 'list' && (format!.element.type.kind === 'utf8' || format!.element.type.kind === 'null')
  if (!isList && format!.kind !== 'utf8' && format!.kind !== 'null') return undefined
  const returnType = resultType(constants[1])
  return {
    argumentTypes: [utf8, isList ? list(utf8) : utf8],
    returnType,
    canThrow: true,
    canReturnNull: tries,
    volatility: isInstant(returnType) ? 'stable' : 'immutable',
    kernel: parseKernel(returnType, tries),
  }
}

function parsing(name: string, tries: boolean, description: string, example: string, result: string): ScalarFunctionDefinition {
  return resolvingFunction({
    name,
    category: 'temporal',
    description,
    example,
    result,
    signatures: [`${name}(text VARCHAR, format VARCHAR) -> TIMESTAMP`, `${name}(text VARCHAR, formats VARCHAR[]) -> TIMESTAMP`],
    resolve: (types, constants) => resolve(types, constants, tries),
  })
}

export const strptime = parsing(
  'strptime',
  false,
  'The timestamp that a text spells in a format such as %d.%m.%Y %H:%M, or in the first of several that fits. ' +
    'With %z or %Z in a literal format an instant. Fails for other text.',
  "strptime('5 March 2024', '%d %B %Y')",
  '2024-03-05 00:00:00',
)

export const tryStrptime = parsing(
  'try_strptime',
  true,
  'The same as strptime, but NULL for text that does not fit.',
  "try_strptime('x', '%d %B %Y')",
  'NULL',
)
