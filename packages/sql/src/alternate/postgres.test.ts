/** Our trees against those of Postgres's own grammar (libpg-query), shape against shape. */
import { SyntaxError } from '@artemis/errors'
import { loadModule, parseSync } from 'libpg-query'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseStatements } from '../parser/parse.js'
import { RandomSql, corpusTexts, hasCorpus } from './corpus.test.js'
import { ourShape, postgresShape } from './postgres-shape.test.js'

beforeAll(() => loadModule())

function postgres(text: string): string | undefined {
  let parsed: unknown
  try {
    parsed = parseSync(text)
  } catch {
    return undefined
  }
  return postgresShape(parsed)
}

function ours(text: string): string | undefined {
  try {
    return parseStatements(text).map(ourShape).join(';')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

describe('Postgres and we', () => {
  it('group random operators alike, and refuse the same', () => {
    const random = new RandomSql(11)
    let accepted = 0
    for (let i = 0; i < 6000; i++) {
      const text = `SELECT ${random.expression(1 + (i % 4))}`
      const theirs = postgres(text)
      expect(`${text}\n${ours(text)}`).toBe(`${text}\n${theirs}`)
      if (theirs !== undefined) accepted++
    }
    expect(accepted).toBeGreaterThan(2500)
  })

  it('group random predicates alike', () => {
    const random = new RandomSql(5)
    for (let i = 0; i < 3000; i++) {
      const text = `SELECT a1 FROM t1 WHERE ${random.predicate()}`
      expect(`${text}\n${ours(text)}`).toBe(`${text}\n${postgres(text)}`)
    }
  })

  it.skipIf(!hasCorpus)('read the corpus alike (skipped without ../shared/corpus)', () => {
    const queries = corpusTexts().filter(({ text }) => /^\s*(?:SELECT|WITH|\()/i.test(text))
    let accepted = 0
    for (const { file, text } of queries) {
      const theirs = postgres(text)
      if (theirs === undefined) continue
      accepted++
      expect(ours(text), `${file}: ${text}`).toBe(theirs)
    }
    expect(accepted / queries.length).toBeGreaterThan(0.95)
  })
})
