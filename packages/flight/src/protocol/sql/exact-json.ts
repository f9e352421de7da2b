/** JSON whose large integers stay exact: snapshot ids and 64-bit parameters do not fit into a double. */

import { randomUUID } from 'node:crypto'

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const BRACKET = /"(?:[^"\\]|\\.)*"|[[\]{}]/g
const INTEGER = /^-?\d+$/

/** How deep arrays and objects of a JSON text stand in each other. Looks at no more than brackets, so that a text can be refused before it is parsed. */
export function jsonDepth(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [token] of text.matchAll(BRACKET)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++depth)
    else if (token === '}' || token === ']') depth--
  }
  return deepest
}

/** As `JSON.parse`, but integers beyond 2^53 become bigints. Throws a SyntaxError as it does. */
export function parseExactJson(text: string): unknown {
  // The plain parse goes first, so that what is not JSON fails with the message that people know.
  const plain: unknown = JSON.parse(text)
  let isInexact = false
  // Stands before the digits on their way through the second parse; nobody can have guessed it.
  const mark = `integer:${randomUUID()}:`
  const marked = text.replace(TOKEN, (token) => {
    if (!INTEGER.test(token) || Number.isSafeInteger(Number(token))) return token
    isInexact = true
    return JSON.stringify(mark + token)
  })
  if (!isInexact) return plain
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  )
}
