import type { Span } from '@artemis/errors'

/**
 * A lexical element. Words keep their upper case in `text`, so the parser compares keywords without folding again;
 * quoted names have an empty `text` and so never look like a keyword.
 */
export interface Token extends Span {
  readonly kind: TokenKind
  /** A word in upper case, a symbol as written, the code of an error; empty for everything else. */
  readonly text: string
  /** A word as written; a quoted name, string or comment decoded; digits; the message of an error. */
  readonly value: string
}

export type TokenKind =
  | 'word' // a keyword or a name without quotes
  | 'quoted' // "name", `name`, U&"name"
  | 'number'
  | 'string'
  | 'blob' // x'00ff', the value is the digits
  | 'symbol' // operators and punctuation
  | 'parameter' // ?, ?1, $1, $name; the value is empty, digits or a name
  | 'comment'
  | 'error' // what no SQL text can hold, or a string, name or comment without an end
  | 'end' // after the last token
