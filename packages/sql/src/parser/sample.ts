import type { Expression, TableSample } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { parseIdentifier } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'

/** `USING SAMPLE …` of a query. */
export function parseSampleClause(cursor: Cursor): TableSample {
  const { start } = cursor.token
  cursor.expectAll('USING', 'SAMPLE')
  return parseSample(cursor, start)
}

/** `TABLESAMPLE …` of a table; undefined without it. */
export function acceptTableSample(cursor: Cursor): TableSample | undefined {
  const { start } = cursor.token
  return cursor.accept('TABLESAMPLE') ? parseSample(cursor, start) : undefined
}

interface Size {
  readonly size: Expression
  readonly unit: 'percent' | 'rows'
}

/** `reservoir(10%)`, `(10 ROWS)`, `10%`, `10% (bernoulli, 42)`, each with REPEATABLE (seed). */
function parseSample(cursor: Cursor, start: number): TableSample {
  let method: string | undefined
  let seed: Expression | undefined
  let size: Size
  if (cursor.token.kind === 'word' && cursor.peek().text === '(') method = cursor.advance().value.toLowerCase()
  if (cursor.accept('(')) {
    // The standard's method with a bare number means percent; so does everyone without a unit in parentheses.
    size = parseSize(cursor, method === 'reservoir' ? 'rows' : 'percent')
    cursor.expect(')')
  } else {
    size = parseSize(cursor, 'rows')
    if (cursor.accept('(')) {
      method = parseIdentifier(cursor, 'the name of a sampling method').name.toLowerCase()
      if (cursor.accept(',')) seed = cursor.rules.expression(cursor, Precedence.additive)
      cursor.expect(')')
    }
  }
  if (cursor.accept('REPEATABLE') || cursor.accept('SEED')) {
    cursor.expect('(')
    seed = cursor.rules.expression(cursor, Precedence.lowest)
    cursor.expect(')')
  }
  return node<TableSample>({ kind: 'sample', method, ...size, seed, span: cursor.spanFrom(start) })
}

function parseSize(cursor: Cursor, otherwise: 'percent' | 'rows'): Size {
  // A number alone: "10 %" must not be taken for a remainder.
  const size = cursor.rules.expression(cursor, Precedence.power)
  if (cursor.accept('%') || cursor.accept('PERCENT')) return { size, unit: 'percent' }
  return { size, unit: cursor.accept('ROWS') ? 'rows' : otherwise }
}
