/**
 * The first phase of binding: everything in a statement that needs to ask someone. Tables and views by name and point
 * in time, files, and functions in FROM are collected, each distinct one is resolved once, and the second phase then
 * finds them by their node without waiting for anything.
 */

import type { Span } from '@artemis/errors'
import { didYouMean } from '@artemis/errors'
import type { TableFunctionArgument, TableProvider } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import { children } from '../ast/index.js'
import type { Binder } from './binder.js'
import type { ReferenceNode } from './collect-references.js'
import { collectReferences } from './collect-references.js'
import { constantValue } from './constants.js'
import type { ResolvedTable } from './context.js'
import { bindError, constantError, unsupported } from './errors.js'
import { tableNotFound } from './table-not-found.js'
import { timeTravelKey, timeTravelPoint } from './time-travel.js'
import { viewError } from './view-error.js'

export type ResolvedRelation =
  | { readonly kind: 'table'; readonly name: readonly string[]; readonly provider: TableProvider }
  | { readonly kind: 'view'; readonly name: readonly string[]; readonly query: ast.Query; readonly text: string }

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
  await new Resolver(binder).resolve(root)
}

/** A view as first met: where it is referred to, and the view in which that stands. */
interface ViewUse {
  readonly key: string
  readonly name: string
  /** In the text of `within`, or of the statement. */
  readonly span: Span
  readonly within: ViewUse | null
}

class Resolver {
  readonly #binder: Binder
  /** By name and point in time: one table at one point is one snapshot for the whole statement. */
  readonly #lookups = new Map<string, Promise<ResolvedTable | undefined>>()
  readonly #views = new Map<string, { readonly relation: ResolvedRelation; readonly use: ViewUse; readonly uses: Set<string> }>()

  constructor(binder: Binder) {
    this.#binder = binder
  }

  async resolve(root: ast.SyntaxNode): Promise<void> {
    const pending: { root: ast.SyntaxNode; within: ViewUse | null }[] = [{ root, within: null }]
    for (let item = pending.shift(); item !== undefined; item = pending.shift()) {
      const { within } = item
      const nodes = collectReferences(item.root).sort((a, b) => a.span.start - b.span.start)
      // All start at once; the first failure in the order of the text is the one reported.
      const outcomes = await Promise.allSettled(nodes.map((node) => this.#find(node)))
      outcomes.forEach((outcome, i) => {
        if (outcome.status === 'rejected') throw atStatement(outcome.reason, within)
        const query = this.#add(nodes[i]!, outcome.value, within)
        if (query !== undefined) pending.push(query)
      })
    }
    this.#refuseCycles()
  }

  /** Notes what a node stands for. Returns a view's query when it is met for the first time. */
  #add(node: ReferenceNode, found: ResolvedTable | undefined, within: ViewUse | null): { root: ast.Query; within: ViewUse } | undefined {
    if (found === undefined) return undefined
    const { name, entry } = found
    if (entry.kind === 'table') {
      this.#binder.references.add(node, { kind: 'table', name, provider: entry.table })
      return undefined
    }
    const key = name.join('.').toLowerCase()
    const use: ViewUse = { key, name: name.join('.'), span: node.span, within }
    if (within !== null) this.#views.get(within.key)?.uses.add(key)
    const known = this.#views.get(key)
    const relation = known?.relation ?? { kind: 'view', name, query: this.#parseView(entry.sql, use), text: entry.sql }
    this.#binder.references.add(node, relation)
    if (known !== undefined || relation.kind !== 'view') return undefined
    this.#views.set(key, { relation, use, uses: new Set() })
    return { root: relation.query, within: use }
  }

  #parseView(text: string, use: ViewUse): ast.Query {
    try {
      const query = this.#binder.context.parse(text)
      if (query.kind === 'query') return query
    } catch (error) {
      throw atStatement(error, use)
    }
    throw atStatement(bindError('INVALID_VIEW', 'it is not defined by a query', undefined), use)
  }

  /** A view that leads back to itself would be expanded for ever. */
  #refuseCycles(): void {
    const done = new Set<string>()
    const visit = (key: string, path: readonly string[]): void => {
      const view = this.#views.get(key)
      if (view === undefined || done.has(key)) return
      if (path.includes(key)) throw atStatement(bindError('VIEW_CYCLE', 'it refers to itself', undefined), view.use)
      for (const next of view.uses) visit(next, [...path, key])
      done.add(key)
    }
    for (const key of this.#views.keys()) visit(key, [])
  }

  async #find(node: ReferenceNode): Promise<ResolvedTable | undefined> {
    switch (node.kind) {
      case 'named_table': {
        const found = await this.#named(node.name.parts, node.timeTravel, node.span)
        if (found !== undefined) return found
        const [only] = node.name.parts
        if (only === undefined || node.name.parts.length > 1 || readerOf(only.name) === undefined)
          throw await tableNotFound(this.#binder.context, node.name)
        return this.#file(only.name, node.span)
      }
      case 'column':
        return this.#named(node.parts, undefined, node.span)
      case 'file_table':
        return this.#file(node.path, node.span)
      case 'table_function':
        return this.#function(node)
    }
  }

  async #named(parts: readonly ast.Identifier[], travel: ast.TimeTravel | undefined, span: Span): Promise<ResolvedTable | undefined> {
    const point = travel === undefined ? null : timeTravelPoint(this.#binder, travel)
    if (point === 'unknown') return this.#named(parts, undefined, span)
    const names = parts.map((part) => part.name)
    const place = travel?.span ?? span
    const key = JSON.stringify([...names.map((name) => name.toLowerCase()), timeTravelKey(point)])
    let lookup = this.#lookups.get(key)
    if (lookup === undefined) {
      lookup = attempt(place, () => this.#binder.context.resolveTable(names, point, place))
      this.#lookups.set(key, lookup)
    }
    const found = await lookup
    if (found?.entry.kind === 'view' && point !== null)
      throw unsupported('time travel of a view', place, 'Put the point in time at the tables inside it.')
    return found
  }

  async #file(path: string, span: Span): Promise<ResolvedTable> {
    this.#binder.context.requireFiles?.('a file in FROM', span)
    const reader = readerOf(path)
    if (reader === undefined) {
      throw bindError(
        'UNKNOWN_FILE_FORMAT',
        `the format of '${path}' cannot be told from its name`,
        span,
        'Use a function such as read_parquet.',
      )
    }
    const definition = this.#binder.context.functions.table(reader)
    if (definition === undefined) throw unsupported(`reading '${path}'`, span)
    const provider = await attempt(span, () =>
      definition.bind([{ name: null, type: { kind: 'utf8' }, value: path }], this.#binder.context.evaluation),
    )
    const base = path.split(/[\\/]/).at(-1) ?? path
    return { name: [base.replace(/\..*$/, '') || base], entry: { kind: 'table', table: provider } }
  }

  async #function(node: ast.TableFunction): Promise<ResolvedTable> {
    const last = node.name.parts.at(-1)!
    const { functions, evaluation } = this.#binder.context
    if (READS_FILES.test(last.name)) this.#binder.context.requireFiles?.(last.name, node.span)
    const definition = functions.table(last.name.toLowerCase())
    const columns = node.arguments.find((argument) => readsColumns(namedArgument(argument).value))
    if (columns !== undefined) throw unsupported('a function in FROM that reads columns of other tables', columns.span)
    if (definition === undefined) throw functionNotFound(this.#binder, last)
    const args = node.arguments.map((argument) => this.#argument(argument))
    const provider = await attempt(node.span, () => definition.bind(args, evaluation))
    return { name: [last.name], entry: { kind: 'table', table: provider } }
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
  if (
    name === undefined &&
    value.kind === 'binary' &&
    value.operator === '=' &&
    value.left.kind === 'column' &&
    value.left.parts.length === 1
  ) {
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

/** Functions in FROM whose arguments are paths, here or in other engines. */
const READS_FILES = /^(read_.*|.*_scan|.*_metadata|.*_schema|glob|sniff_csv)$/i

function readerOf(path: string): string | undefined {
  return READERS.find(([pattern]) => pattern.test(path))?.[1]
}

/** An error inside a view, as its reference in the statement reports it. */
function atStatement(error: unknown, use: ViewUse | null): unknown {
  let wrapped = error
  for (let view = use; view !== null; view = view.within) wrapped = viewError(wrapped, view.name, view.span)
  return wrapped
}

/** Gives errors of the outside their place in the text. */
async function attempt<T>(span: Span, step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    throw constantError(error, span)
  }
}
