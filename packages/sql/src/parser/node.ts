import type { SyntaxNode } from '../ast/index.js'

/** Makes a node: a plain object that nobody changes afterwards. */
export function node<T extends SyntaxNode>(value: T): T {
  return Object.freeze(value)
}
