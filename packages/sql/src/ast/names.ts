import type { Span } from '@artemis/errors'

/** What every node of the tree has: a `kind` that tells the nodes apart, and its place in the text. */
export interface SyntaxNode {
  readonly kind: string
  /** From the first to the last token of the node; parentheses around an expression are outside its span. */
  readonly span: Span
}

/** A name as written. The parser keeps the case; the binder folds an unquoted name to lower case. */
export interface Identifier {
  readonly kind: 'identifier'
  /** The name without quotes, escapes decoded. */
  readonly name: string
  readonly quoted: boolean
  readonly span: Span
}

/** A name of one or more parts joined by dots, such as `artemis.sda.observations.snapshots`. Never empty. */
export interface ObjectName {
  readonly kind: 'object_name'
  readonly parts: readonly Identifier[]
  readonly span: Span
}
