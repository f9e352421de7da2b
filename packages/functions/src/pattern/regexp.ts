/** Regular expressions: the regexp_ functions, `~`, SIMILAR TO. */

import type { DataType, Datum, Scalar } from '@artemis/arrow'
import { bool, field, int64, list, struct, utf8 } from '@artemis/arrow'
import type { ScalarFunctionDefinition } from '@artemis/plan'
import { isInteger } from '@artemis/plan'
import { resolveComplement } from '../arithmetic/bits.js'
import type { Resolved } from '../definition/scalar.js'
import { overload, resolvingFunction, scalarFunction } from '../definition/scalar.js'
import { invalidInput } from '../kernel/errors.js'
import type { Kernel, KernelInput } from '../kernel/input.js'
import { argument } from '../kernel/input.js'
import { doublesOf } from '../kernel/primitive-columns.js'
import { booleanResult, scalarResult, textListResult, textResult } from '../kernel/results.js'
import { TextColumn } from '../kernel/text-columns.js'
import { inBoundedTime } from './bounded-time.js'
import type { RegexOptions } from './regex-syntax.js'
import { compileRegex, parseOptions } from './regex-syntax.js'

/** The compiled expression of each row; a constant one is compiled once. */
class RegexColumn {
  readonly #pattern: TextColumn
  readonly #options: TextColumn | undefined
  readonly #whole: boolean
  readonly #constant: RegExp | undefined
  readonly #constantOptions: RegexOptions | undefined

  constructor(pattern: Datum, options: Datum | undefined, whole: boolean, ignoreCase = false) {
    this.#pattern = new TextColumn(pattern)
    this.#options = options === undefined ? undefined : new TextColumn(options)
    this.#whole = whole
    const letters = this.#options === undefined ? (ignoreCase ? 'i' : '') : this.#options.constant
    this.#constantOptions = letters === null ? undefined : parseOptions(letters)
    if (this.#pattern.constant !== null && this.#constantOptions !== undefined)
      this.#constant = compileRegex(this.#pattern.constant, this.#constantOptions, whole)
  }

  optionsAt(row: number): RegexOptions {
    return this.#constantOptions ?? parseOptions(this.#options!.at(row))
  }

  at(row: number): RegExp {
    return this.#constant ?? compileRegex(this.#pattern.at(row), this.optionsAt(row), this.#whole)
  }
}

/** Runs an expression from a place on. Shared expressions carry a position, so it is set each time. */
function exec(regex: RegExp, text: string, from: number): RegExpExecArray | null {
  regex.lastIndex = from
  return regex.exec(text)
}

function matchKernel(whole: boolean, negated: boolean, ignoreCase = false): Kernel {
  return inBoundedTime((input) => {
    const text = new TextColumn(argument(input, 0))
    const regex = new RegexColumn(argument(input, 1), input.args[2], whole, ignoreCase)
    return booleanResult(input, (row) => (exec(regex.at(row), text.at(row), 0) !== null) !== negated)
  })
}

const matches = (kernel: Kernel): Resolved => ({ argumentTypes: [utf8, utf8], returnType: bool, kernel, canThrow: true })

function matching(
  name: string,
  aliases: readonly string[],
  whole: boolean,
  description: string,
  example: string,
  result: string,
): ScalarFunctionDefinition {
  const kernel = matchKernel(whole, false)
  return scalarFunction({
    name,
    aliases,
    category: 'pattern',
    description,
    example,
    result,
    canThrow: true,
    overloads: [
      overload({ text: utf8, pattern: utf8 }, bool, kernel),
      overload({ text: utf8, pattern: utf8, options: utf8 }, bool, kernel),
    ],
  })
}

export const regexpMatches = matching(
  'regexp_matches',
  ['regexp_like', 'regexp', 'rlike'],
  false,
  'Whether a regular expression (in RE2’s syntax) matches anywhere in a text.',
  "regexp_matches('anabanana', '(an)*')",
  'true',
)
export const regexpFullMatch = matching(
  'regexp_full_match',
  ['similar_to', 'similar'],
  true,
  'Whether a regular expression matches the whole of a text. SIMILAR TO is this function, as in DuckDB.',
  "regexp_full_match('anabanana', '(an)*')",
  'false',
)

/** `~x` of an integer, and `text ~ pattern`. */
export const tilde = resolvingFunction({
  name: '~',
  category: 'pattern',
  description:
    'Between texts: whether a regular expression matches the whole of the first, as in DuckDB. Before an integer: its complement.',
  example: "'abc' ~ 'a.*'",
  result: 'true',
  signatures: ['~(text VARCHAR, pattern VARCHAR) -> BOOLEAN', '~(x integer) -> the same type'],
  resolve: (types) => (types.length === 1 ? resolveComplement(types[0]!) : resolveMatch(types, false, false)),
})

function resolveMatch(types: readonly DataType[], negated: boolean, ignoreCase: boolean): Resolved | undefined {
  const texts = types.length === 2 && types.every((type) => type.kind === 'utf8' || type.kind === 'null')
  return texts ? matches(matchKernel(true, negated, ignoreCase)) : undefined
}

function operator(name: string, negated: boolean, ignoreCase: boolean, example: string): ScalarFunctionDefinition {
  return resolvingFunction({
    name,
    category: 'pattern',
    description:
      `Whether a regular expression ${negated ? 'does not match' : 'matches'} the whole of a text` +
      `${ignoreCase ? '; case does not matter' : ''}.`,
    example,
    result: 'true',
    signatures: [`${name}(text VARCHAR, pattern VARCHAR) -> BOOLEAN`],
    resolve: (types) => resolveMatch(types, negated, ignoreCase),
  })
}

export const notTilde = operator('!~', true, false, "'abc' !~ 'b.*'")
export const tildeStar = operator('~*', false, true, "'ABC' ~* 'a.*'")
export const notTildeStar = operator('!~*', true, true, "'ABC' !~* 'b.*'")

/** The replacement with `\1` and the like filled in; undefined when it names a group that the expression lacks. */
function fill(replacement: string, match: RegExpExecArray): string | undefined {
  if (!replacement.includes('\\')) return replacement
  let result = ''
  for (let i = 0; i < replacement.length; i++) {
    const character = replacement[i]!
    if (character !== '\\') {
      result += character
      continue
    }
    const next = replacement[++i] ?? ''
    if (/\d/.test(next)) {
      if (Number(next) >= match.length) return undefined
      result += match[Number(next)] ?? ''
    } else if (next === '\\') result += '\\'
    else return undefined
  }
  return result
}

/** RE2's replacement: after a match that is not empty, an empty match at its end does not count. */
function replaceAll(regex: RegExp, text: string, replacement: string): string {
  let result = ''
  let copied = 0
  let at = 0
  let lastEnd = -1
  while (at <= text.length) {
    const match = exec(regex, text, at)
    if (match === null) break
    const end = match.index + match[0].length
    if (match[0] === '' && match.index === lastEnd) {
      at = advance(text, end)
      continue
    }
    const filled = fill(replacement, match)
    if (filled === undefined) return text
    result += text.slice(copied, match.index) + filled
    copied = end
    lastEnd = end
    at = match[0] === '' ? advance(text, end) : end
  }
  return result + text.slice(copied)
}

function advance(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
}

const replaceKernel: Kernel = inBoundedTime((input) => {
  const text = new TextColumn(argument(input, 0))
  const regex = new RegexColumn(argument(input, 1), input.args[3], false)
  const replacement = new TextColumn(argument(input, 2))
  return textResult(input, (row) => {
    const value = text.at(row)
    const expression = regex.at(row)
    if (regex.optionsAt(row).global) return replaceAll(expression, value, replacement.at(row))
    const match = exec(expression, value, 0)
    const filled = match === null ? undefined : fill(replacement.at(row), match)
    if (match === null || filled === undefined) return value
    return value.slice(0, match.index) + filled + value.slice(match.index + match[0].length)
  })
})

export const regexpReplace = scalarFunction({
  name: 'regexp_replace',
  category: 'pattern',
  description: 'Replaces the first match of a regular expression, or all with the option g. \\1 in the replacement is the first group.',
  example: "regexp_replace('hello', '[lo]', '-', 'g')",
  result: 'he---',
  canThrow: true,
  overloads: [
    overload({ text: utf8, pattern: utf8, replacement: utf8 }, utf8, replaceKernel),
    overload({ text: utf8, pattern: utf8, replacement: utf8, options: utf8 }, utf8, replaceKernel),
  ],
})

const extractKernel: Kernel = inBoundedTime((input) => {
  const text = new TextColumn(argument(input, 0))
  const regex = new RegexColumn(argument(input, 1), input.args[3], false)
  const groups = groupsOf(input)
  return textResult(input, (row) => exec(regex.at(row), text.at(row), 0)?.[groups[row]!] ?? '')
})

function groupsOf(input: KernelInput): Float64Array {
  const group = input.args[2]
  return group === undefined ? new Float64Array(input.rowCount) : doublesOf(group, input.rowCount)
}

/** The struct of named groups that `regexp_extract(text, pattern, ['a', 'b'])` gives. */
function resolveNamedGroups(types: readonly DataType[], names: Scalar | undefined): Resolved | undefined {
  if (types.length < 3 || types[2]!.kind !== 'list' || !Array.isArray(names)) return undefined
  const given = names as readonly Scalar[]
  if (!given.every((name) => typeof name === 'string')) return undefined
  const returns = struct(given.map((name) => field(name as string, utf8)))
  return {
    argumentTypes: [utf8, utf8, list(utf8), ...types.slice(3).map(() => utf8)],
    returnType: returns,
    canThrow: true,
    kernel: inBoundedTime((input) => {
      const text = new TextColumn(argument(input, 0))
      const regex = new RegexColumn(argument(input, 1), input.args[3], false)
      return scalarResult(input, returns, (row) => {
        const match = exec(regex.at(row), text.at(row), 0)
        return given.map((_, i) => match?.[i + 1] ?? '')
      })
    }),
  }
}

export const regexpExtract = resolvingFunction({
  name: 'regexp_extract',
  aliases: ['regexp_substr'],
  category: 'pattern',
  description:
    'The first match of a regular expression, or one of its groups; the empty text when there is none. Names give a struct of groups.',
  example: "regexp_extract('abc123', '([a-z]+)(\\d+)', 2)",
  result: '123',
  signatures: [
    'regexp_extract(text VARCHAR, pattern VARCHAR[, group BIGINT[, options VARCHAR]]) -> VARCHAR',
    'regexp_extract(text VARCHAR, pattern VARCHAR, names VARCHAR[]) -> STRUCT',
  ],
  resolve(types, constants) {
    if (types.length < 2 || types.length > 4 || !types.slice(0, 2).every((type) => type.kind === 'utf8' || type.kind === 'null'))
      return undefined
    const group = types[2]
    if (group?.kind === 'list') return resolveNamedGroups(types, constants[2])
    if (group !== undefined && !isInteger(group) && group.kind !== 'null') return undefined
    const argumentTypes = [utf8, utf8, int64, utf8].slice(0, types.length)
    return { argumentTypes, returnType: utf8, kernel: extractKernel, canThrow: true }
  },
})

/** One element for each match; a group that took no part in it is left out unless it is the first. */
const extractAllKernel: Kernel = inBoundedTime((input) => {
  const text = new TextColumn(argument(input, 0))
  const regex = new RegexColumn(argument(input, 1), input.args[3], false)
  const groups = groupsOf(input)
  return textListResult(input, (row) => allMatches(regex.at(row), text.at(row), groups[row]!))
})

function allMatches(regex: RegExp, text: string, group: number): (string | null)[] {
  const found: (string | null)[] = []
  for (let at = 0; at <= text.length;) {
    const match = exec(regex, text, at)
    if (match === null) break
    if (group < 0 || group >= match.length) throw invalidInput(`the regular expression has no group ${group}`)
    found.push(match[group] ?? null)
    const end = match.index + match[0].length
    at = match[0] === '' ? advance(text, end) : end
  }
  return found
}

export const regexpExtractAll = scalarFunction({
  name: 'regexp_extract_all',
  category: 'pattern',
  description: 'All matches of a regular expression, or one of their groups, as a list.',
  example: "regexp_extract_all('Peter: 33, Paul: 14', '(\\w+): (\\d+)', 2)",
  result: '[33, 14]',
  canThrow: true,
  overloads: [
    overload({ text: utf8, pattern: utf8 }, list(utf8), extractAllKernel),
    overload({ text: utf8, pattern: utf8, group: int64 }, list(utf8), extractAllKernel),
    overload({ text: utf8, pattern: utf8, group: int64, options: utf8 }, list(utf8), extractAllKernel),
  ],
})

const splitKernel: Kernel = inBoundedTime((input) => {
  const text = new TextColumn(argument(input, 0))
  const regex = new RegexColumn(argument(input, 1), input.args[2], false)
  return textListResult(input, (row) => splitParts(regex.at(row), text.at(row)))
})

function splitParts(regex: RegExp, text: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < text.length;) {
    const match = exec(regex, text, at)
    if (match === null || match.index >= text.length) break
    const end = match.index + match[0].length
    if (match[0] === '') {
      // An empty match splits after the character that follows it.
      const next = advance(text, match.index)
      if (next >= text.length) break
      parts.push(text.slice(start, next))
      start = next
      at = next
      continue
    }
    parts.push(text.slice(start, match.index))
    start = end
    at = end
  }
  parts.push(text.slice(start))
  return parts
}

export const regexpSplit = scalarFunction({
  name: 'regexp_split_to_array',
  aliases: ['string_split_regex', 'str_split_regex'],
  category: 'pattern',
  description: 'The parts of a text between matches of a regular expression, as a list.',
  example: "regexp_split_to_array('hello world; 42', ';? ')",
  result: '[hello, world, 42]',
  canThrow: true,
  overloads: [
    overload({ text: utf8, pattern: utf8 }, list(utf8), splitKernel),
    overload({ text: utf8, pattern: utf8, options: utf8 }, list(utf8), splitKernel),
  ],
})

export const regexpEscape = scalarFunction({
  name: 'regexp_escape',
  category: 'pattern',
  description: 'The regular expression that matches a text as it is.',
  example: "regexp_escape('a.b')",
  result: 'a\\.b',
  overloads: [
    overload({ text: utf8 }, utf8, (input) => {
      const text = new TextColumn(argument(input, 0))
      return textResult(input, (row) => text.at(row).replace(/[^A-Za-z0-9_\u0080-\uffff]/g, '\\$&'))
    }),
  ],
})
