/**
 * Regular expressions are written in RE2's syntax (DuckDB's), and run on JavaScript's engine: this module translates one
 * into the other. The result uses the `v` flag, in which classes nest, so that `[^\s\d]` and `[[:alpha:]\pL]` carry over.
 * What the translation does not know is an error; nothing is passed through in the hope that it means the same.
 */

import { invalidInput } from '../kernel/errors.js'

export interface RegexOptions {
  readonly ignoreCase: boolean
  /** Whether a dot matches a line end. */
  readonly dotMatchesLineEnd: boolean
  /** Whether the pattern is a plain text. */
  readonly literal: boolean
  /** Whether all matches are replaced; only for regexp_replace. */
  readonly global: boolean
}

/** The options of a text such as `'gi'`. */
export function parseOptions(text: string): RegexOptions {
  let options: RegexOptions = { ignoreCase: false, dotMatchesLineEnd: false, literal: false, global: false }
  for (const letter of text) {
    switch (letter) {
      case 'i':
        options = { ...options, ignoreCase: true }
        break
      case 'c':
        options = { ...options, ignoreCase: false }
        break
      case 's':
        options = { ...options, dotMatchesLineEnd: true }
        break
      case 'm':
      case 'n':
      case 'p':
        options = { ...options, dotMatchesLineEnd: false }
        break
      case 'l':
        options = { ...options, literal: true }
        break
      case 'g':
        options = { ...options, global: true }
        break
      case ' ':
        break
      default:
        throw invalidInput(
          `unknown option "${letter}" of a regular expression`,
          'Options are i, c, s, m, n, p, l and, for regexp_replace, g.',
        )
    }
  }
  return options
}

const CACHE_SIZE = 256
const cache = new Map<string, RegExp>()

/** The JavaScript expression of a pattern; `whole` makes it match only entire texts. It has the flag g. */
export function compileRegex(pattern: string, options: RegexOptions, whole = false): RegExp {
  const flags = [options.ignoreCase, options.dotMatchesLineEnd, options.literal, whole].map(Number).join('')
  const key = `${flags}:${pattern}`
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = compile(pattern, options, whole)
  if (cache.size >= CACHE_SIZE) cache.clear()
  cache.set(key, made)
  return made
}

function compile(pattern: string, options: RegexOptions, whole: boolean): RegExp {
  const translator = new Translator(pattern, options)
  const source = options.literal ? escapeText(pattern) : translator.translate()
  try {
    return new RegExp(whole ? `^(?:${source})$` : source, translator.ignoreCase ? 'gvi' : 'gv')
  } catch (error) {
    throw invalidInput(`cannot read the regular expression '${pattern}': ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The text with every character escaped that means something. */
export function escapeText(text: string): string {
  return text.replace(/[\^$\\.*+?()[\]{}|/\-&!#%,:;<=>@`~]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

const PERL_CLASSES: Readonly<Record<string, string>> = {
  d: '[0-9]',
  D: '[^0-9]',
  w: '[0-9A-Za-z_]',
  W: '[^0-9A-Za-z_]',
  s: '[\\t\\n\\f\\r\\x20]',
  S: '[^\\t\\n\\f\\r\\x20]',
}

const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t\\x20',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
  space: '\\t\\n\\v\\f\\r\\x20',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}

const CONTROL_ESCAPES: Readonly<Record<string, string>> = { a: '\\x07', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v' }

/** The flags that hold at a place: those of the options, changed by (?i) and the like. */
interface Flags {
  readonly dotAll: boolean
  readonly multiline: boolean
}

class Translator {
  /** Case is a flag of the whole expression in JavaScript, so it can only be set at the start. */
  ignoreCase: boolean
  readonly #pattern: string
  #at = 0
  #flags: Flags
  readonly #stack: Flags[] = []
  /** Whether the expression opened with a group such as `(?i:`, which must then be all of it. */
  #caseGroup = false

  constructor(pattern: string, options: RegexOptions) {
    this.#pattern = pattern
    this.ignoreCase = options.ignoreCase
    this.#flags = { dotAll: options.dotMatchesLineEnd, multiline: false }
  }

  translate(): string {
    let out = ''
    while (this.#at < this.#pattern.length) out += this.#element()
    if (this.#stack.length > 0) throw this.#error('missing )')
    return out
  }

  #error(reason: string): Error {
    return invalidInput(`cannot read the regular expression '${this.#pattern}': ${reason}`)
  }

  #element(): string {
    const character = this.#next()
    switch (character) {
      case '\\':
        return this.#escape()
      case '[':
        return this.#charClass()
      case '(':
        return this.#group()
      case ')': {
        const flags = this.#stack.pop()
        if (flags === undefined) throw this.#error('unexpected )')
        this.#flags = flags
        if (this.#caseGroup && this.#stack.length === 0 && this.#at < this.#pattern.length) throw this.#caseError()
        return ')'
      }
      case '.':
        return this.#flags.dotAll ? '[\\s\\S]' : '[^\\n]'
      case '^':
        return this.#flags.multiline ? '(?<![^\\n])' : '(?<![\\s\\S])'
      case '$':
        return this.#flags.multiline ? '(?![^\\n])' : '(?![\\s\\S])'
      case '{':
        return this.#quantifier()
      case '}':
      case ']':
        return `\\${character}`
      default:
        return character === '*' || character === '+' || character === '?' || character === '|' ? character : escapeText(character)
    }
  }

  /** The next character, which may be two code units. */
  #next(): string {
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0)
    this.#at += character.length
    return character
  }

  #take(expression: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(expression.source, 'y')
    sticky.lastIndex = this.#at
    const match = sticky.exec(this.#pattern)
    if (match !== null) this.#at += match[0].length
    return match
  }

  /** A brace that is no quantifier stands for itself. */
  #quantifier(): string {
    const match = this.#take(/(\d+(?:,\d*)?)\}/)
    return match === null ? '\\{' : `{${match[1]}}`
  }

  #group(): string {
    this.#stack.push(this.#flags)
    const name = this.#take(/\?P?<([A-Za-z_][A-Za-z0-9_]*)>/)
    if (name !== null) return `(?<${name[1]}>`
    const flags = this.#take(/\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/)
    if (flags !== null) return this.#flagGroup(flags[1] ?? '', flags[2] ?? '', flags[3] === ':')
    if (this.#pattern[this.#at] === '?') throw this.#error('look-around and other extensions are not supported')
    return '('
  }

  #flagGroup(on: string, off: string, scoped: boolean): string {
    let flags: Flags = this.#flags
    for (const [letters, value] of [
      [on, true],
      [off, false],
    ] as const) {
      for (const letter of letters) {
        if (letter === 's') flags = { ...flags, dotAll: value }
        else if (letter === 'm') flags = { ...flags, multiline: value }
        else if (letter === 'i') this.#setCase(value, scoped)
        else throw this.#error(`the flag ${letter} is not supported`)
      }
    }
    this.#flags = flags
    if (scoped) return '(?:'
    // Flags without a colon hold until the group around them ends.
    this.#stack.pop()
    return ''
  }

  #setCase(value: boolean, scoped: boolean): void {
    if (value === this.ignoreCase) return
    const atStart = /^\(\?[a-zA-Z-]*[):]?$/.test(this.#pattern.slice(0, this.#at))
    if (!atStart) throw this.#caseError()
    this.#caseGroup = scoped
    this.ignoreCase = value
  }

  #caseError(): Error {
    return this.#error('a change of case for a part of the expression is not supported')
  }

  #escape(): string {
    if (this.#at >= this.#pattern.length) throw this.#error('trailing \\')
    const property = this.#take(/([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))/)
    if (property !== null) return propertyClass(property)
    const code = this.#take(/x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/)
    if (code !== null) return `\\u{${code[1] ?? code[2]}}`
    const octal = this.#take(/0([0-7]{0,2})|([1-7][0-7]{2})/)
    if (octal !== null) return `\\u{${Number.parseInt(octal[1] ?? octal[2] ?? '0', 8).toString(16) || '0'}}`
    const quoted = this.#take(/Q([\s\S]*?)(?:\\E|$)/)
    if (quoted !== null) return escapeText(quoted[1] ?? '')
    const character = this.#next()
    if (character in PERL_CLASSES) return PERL_CLASSES[character]!
    if (character in CONTROL_ESCAPES) return CONTROL_ESCAPES[character]!
    if (character === 'b') return '(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))'
    if (character === 'B') return '(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))'
    if (character === 'A') return '(?<![\\s\\S])'
    if (character === 'z') return '(?![\\s\\S])'
    if (/[0-9A-Za-z]/.test(character)) throw this.#error(`unknown escape \\${character}`)
    return escapeText(character)
  }

  #charClass(): string {
    const negated = this.#take(/\^/) !== null
    let members = ''
    for (let first = true; first || this.#pattern[this.#at] !== ']'; first = false) {
      if (this.#at >= this.#pattern.length) throw this.#error('missing ]')
      members += this.#classMember()
    }
    this.#at++
    return `[${negated ? '^' : ''}${members}]`
  }

  #classMember(): string {
    const posix = this.#take(/\[:(\^?)([a-z]+):\]/)
    if (posix !== null) {
      const set = POSIX_CLASSES[posix[2] ?? '']
      if (set === undefined) throw this.#error(`unknown class ${posix[0]}`)
      return `[${posix[1]}${set}]`
    }
    const low = this.#classCharacter()
    if (low.startsWith('[') || low.startsWith('\\p') || low.startsWith('\\P')) return low
    if (this.#take(/-(?=[^\]])/) === null) return low
    const high = this.#classCharacter()
    if (high.startsWith('[')) throw this.#error('invalid range')
    return `${low}-${high}`
  }

  /** One character of a class, escaped, or a nested class. */
  #classCharacter(): string {
    const character = this.#next()
    if (character !== '\\') return escapeText(character)
    if (this.#pattern[this.#at] === 'b' || this.#pattern[this.#at] === 'B') throw this.#error('\\b within a class')
    return this.#escape()
  }
}

/** `\pL`, `\p{Greek}`, `\P{Lu}`, `\p{^Lu}`. */
function propertyClass(match: RegExpExecArray): string {
  const negated = (match[1] === 'P') !== (match[2] === '^')
  const name = match[3] ?? match[4] ?? ''
  const category = /^[A-Z][a-z]?$/.test(name)
  return `\\${negated ? 'P' : 'p'}{${category ? name : name === 'Any' ? 'Any' : `Script=${name}`}}`
}
