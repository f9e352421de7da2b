/** What a message to a client must not hold: places on the server, stacks, our own mistakes. */

const STACK = /\n\s+at |\.(?:ts|js|mjs):\d+|node:internal|node_modules|file:\/\/|\/work\/|packages\/\w+\//
const OWN_MISTAKE = /is not a function|Cannot read propert|undefined \(reading|is not iterable|is not defined|Invariant|assertion/i

/** What is wrong with the text, or undefined. `secrets` are texts such as the server's folder. */
export function leakIn(text: string, secrets: readonly string[] = []): string | undefined {
  for (const secret of secrets) if (secret !== '' && text.includes(secret)) return `tells ${secret}: ${text}`
  if (STACK.test(text)) return `tells of the code: ${text}`
  return OWN_MISTAKE.test(text) ? `tells of a mistake: ${text}` : undefined
}
