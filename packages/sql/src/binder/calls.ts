/** Calls: what the name means (an aggregate, a scalar function, a form that the binder rewrites), and their arguments. */

import type { Span } from '@artemis/errors'
import type { AggregateCall, AggregateFunctionDefinition, Expression, SortKey } from '@artemis/plan'
import { referencedColumns, utf8, literal } from '@artemis/plan'
import type * as ast from '../ast/index.js'
import type { AliasLookup, Binder, ExpressionScope } from './binder.js'
import { coerce, coerceToBoolean } from './coerce.js'
import { findColumn } from './column-names.js'
import { CONDITIONAL_FUNCTIONS } from './conditional.js'
import { bindError, unsupported, unsupportedPlural } from './errors.js'
import { callDefinition, callFunction, constantsOf, functionNotFound, noOverload } from './function-call.js'
import { makeStruct } from './nested-values.js'
import { nullsFirst } from './sort-keys.js'

export function bindCall(binder: Binder, node: ast.Call, scope: ExpressionScope): Expression {
  if (node.over !== undefined) throw unsupportedPlural('window functions', node.span)
  const last = node.name.parts.at(-1)!
  const name = last.name.toLowerCase()
  const receiver = methodReceiver(binder, node, scope)
  const { functions } = binder.context
  const aggregate = functions.aggregate(name)
  if (aggregate !== undefined && receiver === undefined) return bindAggregate(binder, node, aggregate, scope)
  refuseAggregateClauses(node)
  if (receiver === undefined) {
    const special = bindSpecialCall(binder, name, node, scope)
    if (special !== undefined) return special
  }
  const definition = functions.scalar(name)
  if (definition === undefined) throw functionMissing(binder, name, last)
  const args = bindArguments(binder, node, scope)
  return callDefinition(binder, definition, receiver === undefined ? args : [receiver, ...args], node.span)
}

/** `a.f(x)`: the column `a`, unless `a` is a schema that functions live in. */
function methodReceiver(binder: Binder, node: ast.Call, scope: ExpressionScope): Expression | undefined {
  const { parts } = node.name
  if (parts.length === 1) return undefined
  const receiver = parts.slice(0, -1)
  const span: Span = { start: receiver[0]!.span.start, end: receiver.at(-1)!.span.end }
  const found = findColumn(binder, receiver, span, scope)
  if (found !== undefined) return found
  if (FUNCTION_SCHEMAS.has(receiver.at(-1)!.name.toLowerCase())) return undefined
  const name = receiver.map((part) => part.name).join('.')
  throw bindError('SCHEMA_NOT_FOUND', `"${name}" is neither a column nor a schema with functions`, span)
}

const FUNCTION_SCHEMAS = new Set(['main', 'system', 'pg_catalog', 'builtin'])

const WINDOW_ONLY = new Set([
  'row_number',
  'rank',
  'dense_rank',
  'percent_rank',
  'cume_dist',
  'ntile',
  'lag',
  'lead',
  'nth_value',
  'first_value',
  'last_value',
  'fill',
])

function functionMissing(binder: Binder, name: string, identifier: ast.Identifier): Error {
  if (WINDOW_ONLY.has(name)) return unsupported(`the window function ${name}`, identifier.span)
  if (name === 'grouping' || name === 'grouping_id') return unsupported('GROUPING', identifier.span)
  if (name === 'unnest') return unsupported('UNNEST in an expression', identifier.span)
  return functionNotFound(binder, identifier.name, identifier.span)
}

/** Calls that are not calls of a function: CASE in short, structs, what the session knows. */
function bindSpecialCall(binder: Binder, name: string, node: ast.Call, scope: ExpressionScope): Expression | undefined {
  const conditional = CONDITIONAL_FUNCTIONS.get(name)
  if (conditional !== undefined) {
    refuseNamedArguments(node)
    return conditional(
      binder,
      node.arguments.map((argument) => argument.value),
      scope,
      node.span,
    )
  }
  const { functions, defaultCatalog, defaultSchema } = binder.context
  switch (name) {
    case 'struct_pack':
      return makeStruct(
        binder,
        node.arguments.map((argument) => structArgument(binder, argument, scope)),
        node.span,
      )
    case 'row':
      return bindRowValue(binder, bindArguments(binder, node, scope), node.span)
    case 'interval':
      return callFunction(binder, 'to_interval', bindArguments(binder, node, scope), node.span, 'INTERVAL (expression)')
    case 'current_schema':
      return functions.scalar(name) === undefined ? literal(utf8, defaultSchema, node.span) : undefined
    case 'current_database':
    case 'current_catalog':
      return functions.scalar(name) === undefined ? literal(utf8, defaultCatalog, node.span) : undefined
    default:
      return undefined
  }
}

function structArgument(binder: Binder, argument: ast.Argument, scope: ExpressionScope): { name: ast.Identifier; value: Expression } {
  const { value } = argument
  const name = argument.name ?? (value.kind === 'column' ? value.parts.at(-1) : undefined)
  if (name === undefined)
    throw bindError('MISSING_FIELD_NAME', 'struct_pack needs a name for each field', argument.span, 'Write struct_pack(a := 1).')
  return { name, value: binder.expression(value, scope) }
}

/** A row as a value is a struct whose fields have no names of their own. */
export function bindRowValue(binder: Binder, elements: readonly Expression[], span: Span): Expression {
  return callFunction(binder, 'row', elements, span, 'a row as a value')
}

function bindArguments(binder: Binder, node: ast.Call, scope: ExpressionScope): Expression[] {
  refuseNamedArguments(node)
  return node.arguments.map((argument) => {
    if (argument.value.kind === 'lambda') throw unsupportedPlural('lambda functions', argument.span)
    if (argument.value.kind === 'star')
      throw bindError('STAR_NOT_ALLOWED', '* can only stand in the SELECT list and in count(*)', argument.span)
    return binder.expression(argument.value, scope)
  })
}

function refuseNamedArguments(node: ast.Call): void {
  const named = node.arguments.find((argument) => argument.name !== undefined)
  if (named === undefined) return
  throw bindError('NAMED_ARGUMENT', `${node.name.parts.at(-1)!.name} takes no named arguments`, named.span)
}

function refuseAggregateClauses(node: ast.Call): void {
  const name = node.name.parts.at(-1)!.name
  const refuse = (clause: string, span: Span): never => {
    throw bindError('NOT_AN_AGGREGATE', `${clause} is only for aggregates, and ${name} is none`, span)
  }
  if (node.distinct) refuse('DISTINCT', node.span)
  if (node.filter !== undefined) refuse('FILTER', node.filter.span)
  if (node.orderBy !== undefined) refuse('ORDER BY', node.orderBy.span)
  if (node.withinGroup.length > 0) refuse('WITHIN GROUP', node.span)
  if (node.nulls !== undefined) refuse(`${node.nulls.toUpperCase()} NULLS`, node.span)
}

function bindAggregate(binder: Binder, node: ast.Call, definition: AggregateFunctionDefinition, scope: ExpressionScope): Expression {
  const { aggregates } = scope
  const { name } = definition
  if (aggregates === null) {
    const inside = scope.clause === AGGREGATE_ARGUMENT
    const message = inside ? 'aggregates cannot stand inside aggregates' : `${scope.clause} cannot contain aggregates`
    const hint = inside ? 'Compute the inner one in a subquery.' : scope.clause === 'WHERE' ? 'Use HAVING.' : undefined
    throw bindError('MISPLACED_AGGREGATE', message, node.span, hint)
  }
  if (node.withinGroup.length > 0) throw unsupported('WITHIN GROUP', node.withinGroup[0]!.span)
  if (node.nulls === 'ignore') throw unsupported(`IGNORE NULLS of ${name}`, node.span)
  if (node.countFrom !== undefined) throw unsupported('FROM FIRST and FROM LAST', node.span)
  // Inside an aggregate a name is a column before it is an alias.
  const inner: ExpressionScope = { ...scope, aggregates: null, clause: AGGREGATE_ARGUMENT, aliases: columnsFirst(scope.aliases) }
  const args = isCountOfRows(node, name) ? [] : bindArguments(binder, node, inner)
  const resolved = definition.resolve(
    args.map((arg) => arg.type),
    constantsOf(args),
  )
  if (resolved === undefined) throw noOverload(definition, args, node.span)
  const inputs = args.map((arg, i) => coerce(binder, arg, resolved.argumentTypes[i] ?? arg.type))
  const orderBy = bindAggregateOrder(binder, node.orderBy, inner)
  const call: AggregateCall = {
    function: resolved,
    arguments: inputs,
    distinct: node.distinct && !resolved.ignoresDistinct,
    filter: node.filter === undefined ? null : coerceToBoolean(binder, binder.expression(node.filter, inner), 'FILTER'),
    orderBy: resolved.orderSensitive ? orderBy : [],
    span: node.span,
  }
  refuseOuterAggregate(call, scope, node.span)
  return aggregates.add(binder, call, binder.text.slice(node.span.start, node.span.end), node.span)
}

function columnsFirst(aliases: AliasLookup | null): AliasLookup | null {
  return aliases === null ? null : { first: false, find: (name, scope) => aliases.find(name, scope), names: () => aliases.names() }
}

const AGGREGATE_ARGUMENT = 'the argument of an aggregate'

/** `count(*)` and `count()`. */
function isCountOfRows(node: ast.Call, name: string): boolean {
  const [argument] = node.arguments
  if (argument === undefined) return true
  const { value } = argument
  if (name !== 'count' || node.arguments.length !== 1 || value.kind !== 'star') return false
  if (node.distinct)
    throw bindError('STAR_NOT_ALLOWED', 'count(DISTINCT *) has no meaning', node.span, 'Count the rows of SELECT DISTINCT.')
  if (value.qualifier !== undefined || value.exclude.length > 0 || value.replace.length > 0 || value.filter !== undefined) {
    throw unsupported('count of some columns at once', value.span)
  }
  return true
}

function bindAggregateOrder(binder: Binder, orderBy: ast.OrderBy | undefined, scope: ExpressionScope): SortKey[] {
  if (orderBy === undefined) return []
  if (orderBy.all) throw unsupported('ORDER BY ALL in an aggregate', orderBy.span)
  return orderBy.keys.map((key) => {
    const descending = key.direction === 'desc'
    return { expression: binder.expression(key.expression, scope), descending, nullsFirst: nullsFirst(binder, key) }
  })
}

/** An aggregate over columns of an outer query only belongs to that query, by the standard. */
function refuseOuterAggregate(call: AggregateCall, scope: ExpressionScope, span: Span): void {
  if (scope.environment.outer === null) return
  const read = new Set<number>()
  for (const argument of call.arguments) referencedColumns(argument, read)
  if (read.size > 0 && ![...read].some((id) => scope.relation.owns(id))) {
    throw unsupported('an aggregate of the outer query inside a subquery', span)
  }
}
