/**
 * Walks over any tree without recursion, so a tree of any shape is safe. Every value with a `kind` is a node; its
 * children are the nodes in its fields, in the order of the fields. `mapExpressions` is not here on purpose: the binder
 * turns this tree into another one, and nothing rewrites it in place.
 */
import type { SyntaxNode } from './names.js'

/** The nodes directly below, in the order of the fields. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (const value of Object.values(node)) collect(value, found)
  return found
}

/** Visits the node and all below it, parents first and in order. Returning false skips what is below a node. */
export function walk(root: SyntaxNode, visit: (node: SyntaxNode) => boolean | void): void {
  const pending: SyntaxNode[] = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (visit(node) === false) continue
    const below = children(node)
    for (let i = below.length - 1; i >= 0; i--) pending.push(below[i]!)
  }
}

/** The most nodes on a path from the root down: what a recursive consumer will need of the stack. */
export function depth(root: SyntaxNode): number {
  let deepest = 0
  const pending: SyntaxNode[] = [root]
  const levels: number[] = [1]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const level = levels.pop() ?? 0
    if (level > deepest) deepest = level
    for (const child of children(node)) {
      pending.push(child)
      levels.push(level + 1)
    }
  }
  return deepest
}

function collect(value: unknown, found: SyntaxNode[]): void {
  if (Array.isArray(value)) {
    for (const element of value) collect(element, found)
  } else if (isNode(value)) {
    found.push(value)
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'span' in value
}
