/**
 * The first phase of binding: everything in a statement that needs to ask someone. Tables and views by name and point
 * in time, files, and functions in FROM are collected, each distinct one is resolved once, and the second phase then
 * finds them by their node without waiting for anything.
 */

import type { Span } from '@artemis/errors'
import { didYouMean } from '@artemis/errors'
import type { TableFunctionArgument, TableProvider, TimeTravel } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import { children } from '../ast/index.js'
import type { Binder } from './binder.js'
import { constantValue } from './constants.js'
import { bindError, constantError, unsupported } from './errors.js'
import { tableNotFound } from './table-not-found.js'
import { timeTravelKey, timeTravelPoint } from './time-travel.js'
import { viewError } from './view-error.js'

export type ResolvedRelation =
  | { readonly kind: 'table'; readonly name: readonly string[]; readonly provider: TableProvider }
  | { readonly kind: 'view'; readonly name: readonly string[]; readonly query: ast.Query; readonly text: string }

/** What stands for a relation in the tree. A column reference is the bare name in `x IN name`. */
type ReferenceNode = ast.NamedTable | ast.FileTable | ast.TableFunction | ast.ColumnReference

export class References {
  readonly #relations = new Map<ReferenceNode, ResolvedRelation>()

  add(node: ReferenceNode, relation: ResolvedRelation): void {
    this.#relations.set(node, relation)
  }

  find(node: ReferenceNode): ResolvedRelation | undefined {
    return this.#relations.get(node)
  }
}

/** Resolves all that the statement refers to, and through its views. */
export async function resolveReferences(binder: Binder, root: ast.SyntaxNode): Promise<void> {
  await new Resolver(binder).resolve(root, [])
}

class Resolver {
  readonly #binder: Binder
  /** By name and point in time: one table at one point is one snapshot for the whole statement. */
  readonly #known = new Map<string, Promise<ResolvedRelation | undefined>>()

  constructor(binder: Binder) {
    this.#binder = binder
  }

  async resolve(root: ast.SyntaxNode, views: readonly string[]): Promise<void> {
    const nodes = collectReferences(root).sort((a, b) => a.span.start - b.span.start)
    // All start at once; the first failure in the order of the text is the one reported.
    const outcomes = await Promise.allSettled(nodes.map((node) => this.#resolveNode(node, views)))
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  async #resolveNode(node: ReferenceNode, views: readonly string[]): Promise<void> {
    const relation = await this.#relationOf(node, views)
    if (relation !== undefined) this.#binder.references.add(node, relation)
    else if (node.kind === 'named_table') throw await tableNotFound(this.#binder.context, node.name)
  }

  async #relationOf(node: ReferenceNode, views: readonly string[]): Promise<ResolvedRelation | undefined> {
    switch (node.kind) {
      case 'named_table': {
        const found = await this.#named(node.name.parts, node.timeTravel, node.span, views)
        const [only] = node.name.parts
        if (found !== undefined || only === undefined || node.name.parts.length > 1 || readerOf(only.name) === undefined) return found
        return this.#file(only.name, node.span)
      }
      case 'column':
        return this.#named(node.parts, undefined, node.span, views)
      case 'file_table':
        return this.#file(node.path, node.span)
      case 'table_function':
        return this.#function(node)
    }
  }

  #named(parts: readonly ast.Identifier[], travel: ast.TimeTravel | undefined, span: Span, views: readonly string[]): Promise<ResolvedRelation | undefined> {
    const point = travel === undefined ? null : timeTravelPoint(this.#binder, travel)
    const names = parts.map((part) => part.name)
    const key = JSON.stringify([...names.map((name) => name.toLowerCase()), timeTravelKey(point)])
    let relation = this.#known.get(key)
    if (relation === undefined) {
      relation = this.#lookUp(names, point, travel?.span ?? span, views)
      this.#known.set(key, relation)
    }
    return relation
  }

  async #lookUp(names: readonly string[], point: TimeTravel | null, span: Span, views: readonly string[]): Promise<ResolvedRelation | undefined> {
    const found = await attempt(span, () => this.#binder.context.resolveTable(names, point, span))
    if (found === undefined) return undefined
    const { name, entry } = found
    if (entry.kind === 'table') return { kind: 'table', name, provider: entry.table }
    const shown = name.join('.')
    if (point !== null) throw unsupported('time travel of a view', span, 'Put the point in time at the tables inside it.')
    if (views.includes(shown.toLowerCase())) throw bindError('VIEW_CYCLE', `the view "${shown}" refers to itself`, span)
    return this.#view(name, entry.sql, span, [...views, shown.toLowerCase()])
  }

  async #view(name: readonly string[], text: string, span: Span, views: readonly string[]): Promise<ResolvedRelation> {
    try {
      const query = this.#binder.context.parse(text)
      if (query.kind !== 'query') throw bindError('INVALID_VIEW', 'it is not defined by a query', span)
      await this.resolve(query, views)
      return { kind: 'view', name, query, text }
    } catch (error) {
      throw viewError(error, name.join('.'), span)
    }
  }

  async #file(path: string, span: Span): Promise<ResolvedRelation> {
    const reader = readerOf(path)
    if (reader === undefined) {
      throw bindError('UNKNOWN_FILE_FORMAT', `the format of '${path}' cannot be told from its name`, span, 'Use a function such as read_parquet.')
    }
    const definition = this.#binder.context.functions.table(reader)
    if (definition === undefined) throw unsupported(`reading '${path}'`, span)
    const provider = await attempt(span, () => definition.bind([{ name: null, type: { kind: 'utf8' }, value: path }], this.#binder.context.evaluation))
    const base = path.split(/[\\/]/).at(-1) ?? path
    return { kind: 'table', name: [base.replace(/\..*$/, '') || base], provider }
  }

  async #function(node: ast.TableFunction): Promise<ResolvedRelation> {
    const last = node.name.parts.at(-1)!
    const { functions, evaluation } = this.#binder.context
    const definition = functions.table(last.name.toLowerCase())
    const columns = node.arguments.find((argument) => readsColumns(namedArgument(argument).value))
    if (columns !== undefined) throw unsupported('a function in FROM that reads columns of other tables', columns.span)
    if (definition === undefined) throw functionNotFound(this.#binder, last)
    const args = node.arguments.map((argument) => this.#argument(argument))
    const provider = await attempt(node.span, () => definition.bind(args, evaluation))
    return { kind: 'table', name: [last.name], provider }
  }

  #argument(argument: ast.Argument): TableFunctionArgument {
    const { name, value } = namedArgument(argument)
    const constant = constantValue(this.#binder, value, 'the argument of a function in FROM')
    return { name: name?.name.toLowerCase() ?? null, type: constant.type, value: constant.value }
  }
}

/** `name => value`, and DuckDB's `name = value`. */
function namedArgument(argument: ast.Argument): { readonly name: ast.Identifier | undefined; readonly value: ast.Expression } {
  const { name, value } = argument
  if (name === undefined && value.kind === 'binary' && value.operator === '=' && value.left.kind === 'column' && value.left.parts.length === 1) {
    return { name: value.left.parts[0], value: value.right }
  }
  return { name, value }
}

function readsColumns(value: ast.SyntaxNode): boolean {
  return value.kind === 'column' || children(value).some(readsColumns)
}

function functionNotFound(binder: Binder, identifier: ast.Identifier): Error {
  const { functions } = binder.context
  const name = identifier.name.toLowerCase()
  if (name === 'unnest' || name === 'generate_series' || name === 'range') return unsupported(`${name} in FROM`, identifier.span)
  const known = [...functions.names()].filter((candidate) => functions.table(candidate) !== undefined)
  const scalar = functions.scalar(name) !== undefined || functions.aggregate(name) !== undefined
  const hint = scalar ? `${identifier.name} gives one value: use it in SELECT.` : didYouMean(name, known)
  return bindError('FUNCTION_NOT_FOUND', `there is no function "${identifier.name}" for FROM`, identifier.span, hint)
}

const READERS: readonly (readonly [RegExp, string])[] = [
  [/\.(parquet|parq)$/i, 'read_parquet'],
  [/\.(csv|tsv)(\.gz|\.zst)?$/i, 'read_csv'],
  [/\.(json|jsonl|ndjson)(\.gz|\.zst)?$/i, 'read_json'],
]

function readerOf(path: string): string | undefined {
  return READERS.find(([pattern]) => pattern.test(path))?.[1]
}

/** Gives errors of the outside their place in the text. */
async function attempt<T>(span: Span, step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    throw constantError(error, span)
  }
}

/** Nodes that stand for relations, those that a common table shadows left out. */
function collectReferences(root: ast.SyntaxNode): ReferenceNode[] {
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
