/** Random WHERE clauses over generated columns, in SQL that DuckDB and we read alike. */

import type { Scalar } from '@artemis/arrow'
import type { SeededRandom } from '../demo/random.js'
import type { GeneratedColumn } from './columns.js'
import { sqlLiteral } from './columns.js'

export interface FilterSource {
  readonly random: SeededRandom
  readonly columns: readonly GeneratedColumn[]
  /** Values that rows hold. */
  pool(column: GeneratedColumn): readonly Scalar[]
}

const COMPARISONS = ['=', '<>', '<', '<=', '>', '>=', '=', '>='] as const
const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** A condition of nested AND, OR and NOT. */
export function randomFilter(source: FilterSource, depth = 2): string {
  const { random } = source
  const roll = random.next()
  if (depth === 0 || roll < 0.35) return leaf(source)
  const operands = Array.from({ length: 2 + random.below(2) }, () => randomFilter(source, depth - 1))
  if (roll < 0.65) return `(${operands.join(' AND ')})`
  if (roll < 0.9) return `(${operands.join(' OR ')})`
  return `NOT (${operands[0]!})`
}

function leaf(source: FilterSource): string {
  const { random } = source
  const column = pick(random, source.columns)
  const name = column.name
  // Mostly values that rows have, so that equality and the edges of ranges are met.
  const literal = (): string => sqlLiteral(column.type, random.next() < 0.75 ? pick(random, source.pool(column)) : column.value(random))
  const roll = random.below(20)
  if (column.type.kind === 'boolean' && roll < 12) return pick(random, [name, `NOT ${name}`, `${name} IS TRUE`, `${name} IS NOT TRUE`, `${name} = FALSE`, `${name} IS NOT FALSE`])
  if (column.type.kind === 'string' && roll < 8) return textLeaf(source, column)
  if (roll < 8) {
    const operator = pick(random, COMPARISONS)
    return random.next() < 0.85 ? `${name} ${operator} ${literal()}` : `${literal()} ${MIRRORED[operator] ?? operator} ${name}`
  }
  if (roll < 11) {
    const items = Array.from({ length: 1 + random.below(4) }, literal)
    if (random.next() < 0.15) items.push('NULL')
    return `${name} ${random.next() < 0.4 ? 'NOT ' : ''}IN (${items.join(', ')})`
  }
  if (roll < 13) return `${name} ${random.next() < 0.3 ? 'NOT ' : ''}BETWEEN ${literal()} AND ${literal()}`
  if (roll < 15) return `${name} IS ${random.next() < 0.5 ? 'NOT ' : ''}NULL`
  if (roll < 17) return `${name} IS ${random.next() < 0.5 ? 'NOT ' : ''}DISTINCT FROM ${random.next() < 0.2 ? 'NULL' : literal()}`
  if (roll < 18) return `(${name} ${pick(random, COMPARISONS)} ${literal()}) IS ${pick(random, ['NULL', 'NOT NULL', 'TRUE', 'NOT TRUE', 'FALSE'])}`
  return beyondPruning(source, column, literal)
}

function textLeaf(source: FilterSource, column: GeneratedColumn): string {
  const { random } = source
  const whole = pick(random, source.pool(column)) as string
  const points = Array.from(whole)
  const prefix = points.slice(0, random.below(points.length + 1)).join('')
  const not = random.next() < 0.4 ? 'NOT ' : ''
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
  if (random.next() < 0.25) return `${not}starts_with(${column.name}, ${quoted(prefix)})`
  const escaped = prefix.replaceAll(/[%_!]/g, '!$&')
  const pattern = pick(random, [`${escaped}%`, `${escaped}%`, escaped, `${escaped}_%`, `%${escaped}`, `${escaped}%a`])
  return `${column.name} ${not}LIKE ${quoted(pattern)} ESCAPE '!'`
}

/** What no source can test: it must stay above the scan. */
function beyondPruning({ random, columns }: FilterSource, column: GeneratedColumn, literal: () => string): string {
  const twin = columns.find((other) => other.name !== column.name && other.type.kind === column.type.kind)
  if (twin !== undefined && random.next() < 0.4) return `${column.name} ${pick(random, COMPARISONS)} ${twin.name}`
  if (column.type.kind === 'int' || column.type.kind === 'long') return `${column.name} % 3 ${pick(random, COMPARISONS)} 1`
  if (random.next() < 0.5) return `coalesce(${column.name}, ${literal()}) ${pick(random, COMPARISONS)} ${literal()}`
  return `CASE WHEN ${column.name} IS NULL THEN FALSE ELSE ${column.name} ${pick(random, COMPARISONS)} ${literal()} END`
}

function pick<T>(random: SeededRandom, items: readonly T[]): T {
  return items[random.below(items.length)]!
}
