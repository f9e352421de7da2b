/** What the other parser is known to take for something else without a word, or to take forever for. */
import { UnsupportedError } from '@artemis/errors'
import type { Span } from '@artemis/errors'
import type { Token } from '../parser/token.js'

/** Its parser and the adapter recurse along the text, and each interval without a unit doubles its time. */
const MAX_TOKENS = 5000
const MAX_PARENTHESES = 60
const MAX_INTERVALS = 6

const trappedWords: Readonly<Record<string, string>> = {
  ANTI: 'it reads ANTI JOIN as an inner join with an alias',
  ASOF: 'it reads ASOF JOIN as an inner join with an alias',
  FETCH: 'it does not tell FETCH from LIMIT',
  NATURAL: 'it reads NATURAL JOIN as an inner join with an alias',
  POSITIONAL: 'it reads POSITIONAL JOIN as an inner join with an alias',
  QUALIFY: 'it reads QUALIFY as an alias',
  SEMI: 'it reads SEMI JOIN as an inner join with an alias',
  TABLESAMPLE: 'it reads TABLESAMPLE as an alias',
  PIVOT: 'it has no PIVOT',
  UNPIVOT: 'it has no UNPIVOT',
}

/** Operators of one level in Postgres that it puts at levels of its own, or in trees of another form. */
const trappedSymbols: ReadonlySet<string> = new Set([
  '[',
  ']',
  '{',
  '}',
  ':',
  '=>',
  ':=',
  '->',
  '->>',
  '#>',
  '#>>',
  '@>',
  '<@',
  '&&',
  '^@',
  '<->',
  '<=>',
  '~',
  '~*',
  '!~',
  '!~*',
  '~~',
  '~~*',
  '!~~',
  '!~~*',
  '&',
  '|',
  '#',
  '<<',
  '>>',
  '//',
  '**',
  '^',
  '@',
])

/** Throws {@link UnsupportedError} for a statement that the other parser cannot be trusted with. */
export function refuseTraps(tokens: readonly Token[]): void {
  const first = tokens[0]!
  if (first.text !== 'SELECT' && first.text !== 'WITH') throw refusal('it is used for SELECT only', first)
  if (tokens.length > MAX_TOKENS) throw refusal(`it takes too long for more than ${MAX_TOKENS} words`, first)
  let open = 0
  let intervals = 0
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'error') throw refusal('it cannot be given text with an invalid token', token)
    if (token.text === '(') open++
    if (token.text === ')') open--
    if (open > MAX_PARENTHESES) throw refusal(`it is given no more than ${MAX_PARENTHESES} nested parentheses`, token)
    if (token.text === 'INTERVAL' && ++intervals > MAX_INTERVALS) throw refusal('it takes exponential time for many intervals', token)
    refuseToken(tokens, index)
  }
}

function refuseToken(tokens: readonly Token[], index: number): void {
  const token = tokens[index]!
  if (token.kind === 'symbol' && trappedSymbols.has(token.text)) throw refusal(`it has its own precedence for ${token.text}`, token)
  if (token.kind === 'blob') throw refusal('it has its own type for blob literals', token)
  if (token.kind !== 'word') return
  const next = tokens[index + 1]?.text ?? ''
  if (Object.hasOwn(trappedWords, token.text) && next !== '(') throw refusal(trappedWords[token.text]!, token)
  const afterIs = token.text === 'IS' && (next === 'DISTINCT' || (next === 'NOT' && tokens[index + 2]?.text === 'DISTINCT'))
  if (afterIs) throw refusal('it reads IS DISTINCT FROM as a string', token)
  if ((token.text === 'AS' && next === 'OF') || (token.text === 'FOR' && tokens[index + 2]?.text === 'AS'))
    throw refusal('it has no time travel', token)
  if (token.text === 'COLLATE' || (token.text === 'AT' && next === 'TIME')) throw refusal(`it misplaces ${token.text}`, token)
  const previous = tokens[index - 1]?.text ?? ''
  const beforePrevious = tokens[index - 2]?.text ?? ''
  const inSetOperation = ['UNION', 'EXCEPT', 'INTERSECT', 'ALL', 'DISTINCT', '('].includes(beforePrevious)
  if ((token.text === 'SELECT' || token.text === 'WITH') && previous === '(' && inSetOperation && !isOperand(tokens, index)) {
    throw refusal('it forgets the parentheses of set operations', token)
  }
}

/** Whether `( ( SELECT` is the argument of a function or of IN, not a set operation in parentheses. */
function isOperand(tokens: readonly Token[], index: number): boolean {
  return (
    tokens[index - 2]?.text === '(' &&
    tokens[index - 3]?.kind === 'word' &&
    !['FROM', 'JOIN', 'IN', 'UNION', 'EXCEPT', 'INTERSECT', 'AS'].includes(tokens[index - 3]!.text)
  )
}

/** The error for what this parser is not trusted with. */
export function refusal(reason: string, span: Span): UnsupportedError {
  return new UnsupportedError({
    code: 'ALTERNATE_PARSER_REFUSED',
    message: `node-sql-parser cannot be trusted with this statement: ${reason}`,
    span: { start: span.start, end: span.end },
    hint: "RESET artemis.parser, or SET artemis.parser = 'artemis', which reads everything.",
  })
}
