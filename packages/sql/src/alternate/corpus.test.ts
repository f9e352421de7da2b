/** What the other test files of this folder share: the corpus, random statements, and trees without their places. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseStatements } from '../parser/parse.js'
import { printStatements } from '../printer/print.js'

const corpus = fileURLToPath(new URL('../../../../../shared/corpus/', import.meta.url))
export const hasCorpus = existsSync(corpus)

export interface CorpusText {
  readonly file: string
  readonly text: string
}

/** Every statement of the corpus that SQLite, TPC-H and TPC-DS hold for right. */
export function corpusTexts(): CorpusText[] {
  const texts: CorpusText[] = []
  for (const folder of ['tpch/queries', 'tpcds/queries']) {
    for (const file of filesIn(corpus + folder)) texts.push({ file, text: readFileSync(file, 'utf8') })
  }
  for (const file of filesIn(`${corpus}sqlite-slt`)) texts.push(...sqlOf(file))
  return texts
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => (statSync(`${folder}/${name}`).isDirectory() ? filesIn(`${folder}/${name}`) : [`${folder}/${name}`]))
}

/** The records of an sqllogictest script that run on SQLite and succeed there. */
function sqlOf(file: string): CorpusText[] {
  const texts: CorpusText[] = []
  for (const record of readFileSync(file, 'utf8').split(/\n\n+/)) {
    const lines = record.split('\n').filter((line) => !line.startsWith('#'))
    const conditions = lines.filter((line) => /^(?:skipif|onlyif) /.test(line))
    const foreign = conditions.some((line) => line.startsWith('onlyif') !== line.includes('sqlite'))
    const [head, ...body] = lines.slice(conditions.length)
    if (foreign || head === undefined || !/^(?:query|statement ok)/.test(head)) continue
    const end = body.indexOf('----')
    texts.push({ file, text: body.slice(0, end === -1 ? undefined : end).join('\n') })
  }
  return texts
}

/** The tree as text, without places; names without quotes in lower case, for parsers that fold. */
export function shapeOf(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => {
    if (key === 'span') return undefined
    const unquoted =
      typeof value === 'object' &&
      value !== null &&
      'kind' in value &&
      value.kind === 'identifier' &&
      'quoted' in value &&
      value.quoted === false
    return unquoted && 'name' in value ? { ...value, name: String(value.name).toLowerCase() } : value
  })
}

/** A seeded generator of random text. */
export class RandomSql {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  number(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.number(items.length)]!
  }

  /** An expression that every parser knows: comparisons joined by AND, OR and NOT, few parentheses. */
  predicate(depth = 3): string {
    if (depth === 0) return this.#comparison()
    switch (this.number(6)) {
      case 0:
        return `NOT ${this.predicate(depth - 1)}`
      case 1:
        return `(${this.predicate(depth - 1)})`
      case 2:
        return this.#comparison()
      default:
        return `${this.predicate(depth - 1)} ${this.pick(['AND', 'OR'])} ${this.predicate(depth - 1)}`
    }
  }

  #comparison(): string {
    const not = this.pick(['', 'NOT '])
    switch (this.number(8)) {
      case 0:
        return `${this.#term()} IS ${not}NULL`
      case 1:
        return `${this.#term()} ${not}BETWEEN ${this.#term()} AND ${this.#term()}`
      case 2:
        return `${this.#term()} ${not}IN (${this.#term()}, ${this.#term()})`
      case 3:
        return `${this.#leaf()} ${not}LIKE 'x%'`
      case 4:
        return `(${this.predicate(1)}) IS ${not}NULL`
      default:
        return `${this.#term()} ${this.pick(['=', '<>', '<', '<=', '>', '>=', '!='])} ${this.#term()}`
    }
  }

  #term(depth = 2): string {
    if (depth === 0 || this.number(3) === 0) return this.#leaf()
    if (this.number(5) === 0) return `(${this.#term(depth - 1)})`
    return `${this.#term(depth - 1)} ${this.pick(['+', '-', '*', '/', '%'])} ${this.#term(depth - 1)}`
  }

  #leaf(): string {
    return this.pick([
      'a1',
      'b1',
      't1.c1',
      '1',
      '2.5',
      "'x'",
      '- a1',
      'f1(a1, 2)',
      'coalesce(b1, 1)',
      'CASE WHEN a1 = 1 THEN b1 ELSE 2 END',
      'CAST(a1 AS integer)',
      '(SELECT max(x1) FROM u1)',
    ])
  }

  /** An expression of Postgres's whole set of operators, with hardly any parentheses; it may be invalid there. */
  expression(depth: number): string {
    if (depth === 0) return this.pick(['a', 'b', 't.c', '1', '2.5', "'x'", 'NULL', 'true', 'f(a)', '$1'])
    const one = (): string => this.expression(depth - 1)
    switch (this.number(20)) {
      case 0:
        return `NOT ${one()}`
      case 1:
        return `${this.pick(['-', '+', '~', '- -'])} ${one()}`
      case 2:
        return `(${one()})`
      case 3:
        return `${one()} IS ${this.pick(['', 'NOT '])}${this.pick(['NULL', 'TRUE', 'FALSE', 'UNKNOWN'])}`
      case 4:
        return `${one()} IS ${this.pick(['', 'NOT '])}DISTINCT FROM ${one()}`
      case 5:
        return `${one()} ${this.pick(['', 'NOT '])}BETWEEN ${this.pick(['', 'SYMMETRIC '])}${this.expression(0)} AND ${one()}`
      case 6:
        return `${one()} ${this.pick(['', 'NOT '])}IN (${this.pick([one(), `${one()}, ${one()}`, 'SELECT 1'])})`
      case 7:
        return `${one()} ${this.pick(['', 'NOT '])}${this.pick(['LIKE', 'ILIKE', 'SIMILAR TO'])} ${one()}`
      case 8:
        return `${one()} ${this.pick(['=', '<', '<>', '~~'])} ${this.pick(['ANY', 'ALL'])} (${this.pick(['SELECT 1', one()])})`
      case 9:
        return this.pick([
          `CAST(${one()} AS text)`,
          `${one()}::int`,
          `${one()} COLLATE "C"`,
          `${one()} AT TIME ZONE 'x'`,
          `${one()} ISNULL`,
          `${one()} NOTNULL`,
        ])
      case 10:
        return this.pick([
          `CASE WHEN ${one()} THEN ${one()} ELSE ${one()} END`,
          `CASE ${one()} WHEN ${one()} THEN ${one()} END`,
          `(${one()}, ${one()})`,
          `ARRAY[${one()}]`,
        ])
      case 11:
        return this.pick([`(SELECT ${one()})`, `EXISTS (SELECT ${one()})`, `f(${one()}, ${one()})`, `(${one()})[1]`, `a[${one()}]`])
      default:
        return `${one()} ${this.pick(binaryOperators)} ${one()}`
    }
  }
}

const binaryOperators = [
  'AND',
  'AND',
  'OR',
  'OR',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '!=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '||',
  '->',
  '->>',
  '&',
  '|',
  '#',
  '<<',
  '>>',
  '~',
  '!~',
  '~*',
  '@>',
  '<@',
  '&&',
]

describe.skipIf(!hasCorpus)('the corpus (skipped without ../shared/corpus)', () => {
  it('parses whole, and is printed as text that parses to the same trees', () => {
    const texts = corpusTexts()
    expect(texts.length).toBeGreaterThan(5900)
    for (const { file, text } of texts) {
      const trees = parseStatements(text)
      expect(shapeOf(parseStatements(printStatements(trees))), `${file}: ${text}`).toBe(shapeOf(trees))
    }
  })
})

it('makes the same random text from the same seed', () => {
  expect(new RandomSql(1).predicate()).toBe(new RandomSql(1).predicate())
  expect(new RandomSql(1).expression(3)).not.toBe(new RandomSql(2).expression(3))
})
