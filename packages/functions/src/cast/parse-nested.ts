/**
 * Text as lists, structs and maps: `[1, 2]`, `{'a': 1, b: x}`, `{key=value}`. Elements stay text here and are cast
 * afterwards, all at once.
 */

export type NestedText = string | null

/** The texts of a list's elements; undefined when it does not read as a list. */
export function parseList(text: string): NestedText[] | undefined {
  const inner = unwrap(text, '[', ']')
  if (inner === undefined) return undefined
  return split(inner)?.map(elementText)
}

/** Names and texts of a struct's fields, or keys and values of a map. */
export function parseEntries(text: string, separator: ':' | '='): (readonly [NestedText, NestedText])[] | undefined {
  const inner = unwrap(text, '{', '}')
  if (inner === undefined) return undefined
  const parts = split(inner)
  if (parts === undefined) return undefined
  const entries: (readonly [NestedText, NestedText])[] = []
  for (const part of parts) {
    const at = separatorIndex(part, separator)
    if (at < 0) return undefined
    entries.push([elementText(part.slice(0, at)), elementText(part.slice(at + 1))])
  }
  return entries
}

function unwrap(text: string, open: string, close: string): string | undefined {
  const trimmed = text.trim()
  return trimmed.startsWith(open) && trimmed.endsWith(close) ? trimmed.slice(1, -1) : undefined
}

/** Walks over text and calls `visit` for each character outside quotes and brackets; false when these do not balance. */
function walk(text: string, visit: (index: number, character: string) => void): boolean {
  let depth = 0
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (character === '\\') i++
    else if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if ('[{('.includes(character)) depth++
    else if (')}]'.includes(character)) depth--
    else if (depth === 0) visit(i, character)
    if (depth < 0) return false
  }
  return depth === 0 && quote === ''
}

function split(inner: string): string[] | undefined {
  if (inner.trim() === '') return []
  const parts: string[] = []
  let start = 0
  const balanced = walk(inner, (index, character) => {
    if (character !== ',') return
    parts.push(inner.slice(start, index))
    start = index + 1
  })
  if (!balanced) return undefined
  parts.push(inner.slice(start))
  return parts
}

function separatorIndex(part: string, separator: string): number {
  let found = -1
  walk(part, (index, character) => {
    if (found < 0 && character === separator) found = index
  })
  return found
}

function elementText(part: string): NestedText {
  const text = part.trim()
  if (/^null$/i.test(text)) return null
  const quoted = /^(["'])([\s\S]*)\1$/.exec(text)
  return (quoted === null ? text : quoted[2]!).replace(/\\([\s\S])/g, '$1')
}
