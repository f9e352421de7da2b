/** Finds the nodes of a tree that stand for relations, in any depth, without recursion. */

import type * as ast from '../ast/index.js'
import { children } from '../ast/index.js'

/** What stands for a relation in the tree. A column reference is the bare name in `x IN name`. */
export type ReferenceNode = ast.NamedTable | ast.FileTable | ast.TableFunction | ast.ColumnReference

/** Nodes that stand for relations, those that a common table shadows left out. */
export function collectReferences(root: ast.SyntaxNode): ReferenceNode[] {
  const found: ReferenceNode[] = []
  const pending: { node: ast.SyntaxNode; shadowed: ReadonlySet<string> }[] = [{ node: root, shadowed: new Set() }]
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const { node } = item
    let { shadowed } = item
    const clause = withClause(node)
    if (clause !== undefined) {
      let names: ReadonlySet<string> = shadowed
      for (const table of clause.tables) {
        const own = new Set([...names, table.name.name.toLowerCase()])
        pending.push({ node: table.statement, shadowed: clause.recursive ? own : names })
        names = own
      }
      shadowed = names
    }
    if (isReference(node) && !isShadowed(node, shadowed)) found.push(node)
    if (node.kind === 'in_container') {
      const { container } = node as ast.InContainer
      if (container.kind === 'column' && !isShadowed(container, shadowed)) found.push(container)
    }
    for (const child of children(node)) if (child !== clause) pending.push({ node: child, shadowed })
  }
  return found
}

function withClause(node: ast.SyntaxNode): ast.With | undefined {
  return 'with' in node ? (node.with as ast.With | undefined) : undefined
}

function isReference(node: ast.SyntaxNode): node is ast.NamedTable | ast.FileTable | ast.TableFunction {
  return node.kind === 'named_table' || node.kind === 'file_table' || node.kind === 'table_function'
}

function isShadowed(node: ReferenceNode, shadowed: ReadonlySet<string>): boolean {
  const parts = node.kind === 'column' ? node.parts : node.kind === 'named_table' && node.timeTravel === undefined ? node.name.parts : []
  return parts.length === 1 && shadowed.has(parts[0]!.name.toLowerCase())
}
