/** JSON whose large integers stay exact: snapshot ids and 64-bit parameters do not fit into a double. */

import { randomUUID } from 'node:crypto'

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const INTEGER = /^-?\d+$/
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
