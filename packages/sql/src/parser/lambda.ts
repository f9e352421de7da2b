import type { Identifier, Lambda, ObjectName } from '../ast/index.js'
import type { Cursor } from './cursor.js'
import { isName, parseCommaSeparated, parseIdentifier, toIdentifier } from './name.js'
import { node } from './node.js'
import { Precedence } from './precedence.js'

/**
 * The functions whose argument `x -> …` is a lambda whatever follows the arrow. For others, `x -> 'key'` is an access
 * to JSON and anything else after the arrow a lambda: the two look the same, and nobody indexes JSON by a call.
 */
const lambdaFunctions: ReadonlySet<string> = new Set([
  'aggregate',
  'all_match',
  'any_match',
  'apply',
  'array_apply',
  'array_filter',
  'array_reduce',
  'array_sort',
  'array_transform',
  'columns',
  'exists',
  'filter',
  'forall',
  'list_any_match',
  'list_apply',
  'list_filter',
  'list_reduce',
  'list_transform',
  'map_filter',
  'none_match',
  'reduce',
  'transform',
  'transform_keys',
  'transform_values',
  'zip_with',
])

/** Whether a lambda begins at the cursor: `lambda x:`, `x ->` or `(x, y) ->`. */
export function startsLambda(cursor: Cursor, callee: ObjectName | undefined): boolean {
  const next = cursor.peek()
  if (cursor.at('LAMBDA') && isName(next)) return cursor.peek(2).text === ':' || cursor.peek(2).text === ','
  if (isName(cursor.token) && next.text === '->') {
    if (lambdaFunctions.has(callee?.parts.at(-1)?.name.toLowerCase() ?? '')) return true
    const body = cursor.peek(2).kind
    return body !== 'string' && body !== 'number' && body !== 'parameter'
  }
  return cursor.at('(') && hasParameterList(cursor)
}

function hasParameterList(cursor: Cursor): boolean {
  for (let distance = 1; ; distance += 2) {
    if (!isName(cursor.peek(distance))) return false
    const after = cursor.peek(distance + 1).text
    if (after === ')') return cursor.peek(distance + 2).text === '->' && (distance > 1 || cursor.peek(distance + 3).kind !== 'string')
    if (after !== ',') return false
  }
}

export function parseLambda(cursor: Cursor): Lambda {
  const { start } = cursor.token
  const parameters = parseParameters(cursor)
  const body = cursor.rules.expression(cursor, Precedence.lowest)
  return node<Lambda>({ kind: 'lambda', parameters, body, span: cursor.spanFrom(start) })
}

/** The parameters with the arrow or colon behind them. */
function parseParameters(cursor: Cursor): Identifier[] {
  if (cursor.at('LAMBDA') && cursor.peek().text !== '->') {
    cursor.advance()
    const parameters = parseCommaSeparated(cursor, () => parseIdentifier(cursor, 'the name of a parameter'))
    cursor.expect(':')
    return parameters
  }
  if (!cursor.accept('(')) {
    const parameter = toIdentifier(cursor.advance())
    cursor.expect('->')
    return [parameter]
  }
  const parameters = parseCommaSeparated(cursor, () => parseIdentifier(cursor, 'the name of a parameter'))
  cursor.expect(')')
  cursor.expect('->')
  return parameters
}
