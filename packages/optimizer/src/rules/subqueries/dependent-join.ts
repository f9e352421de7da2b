/**
 * The general correlation, after T. Neumann and A. Kemper, "Unnesting Arbitrary Queries" (BTW 2015): instead of running a
 * subquery for each outer row, its plan is made to put out, beside its own columns, the outer columns that it read, for
 * all of their values at once. The outer query is then joined with it on these keys.
 *
 *   keys × plan(keys)  is pushed down operator by operator until nothing reads the outer query any more:
 *   a filter reads the keys, an aggregate groups by them, a join joins on them.
 *
 * The values are the distinct ones of the outer rows, which are read a second time for that: unless the plan equates
 * each outer column with something of its own. Then that is the key, for whatever values it has; keys that no outer row
 * has find no partner in the join.
 */

import { UnsupportedError } from '@artemis/errors'
import type { Span } from '@artemis/errors'
import type { AggregatePlan, Column, Expression, JoinPlan, LogicalPlan, SetOperationPlan, UnionPlan, ValuesPlan } from '@artemis/plan'
import {
  columnReference,
  conjuncts,
  isFloat,
  isInteger,
  isNull,
  literal,
  planExpressions,
  substituteColumns,
  walkPlan,
} from '@artemis/plan'
import type { OptimizerContext } from '../../rule.js'
import { filterAbove, isFallible, isVolatile } from '../predicates.js'
import { copyPlan } from './copy-plan.js'
import { expressionReadsAny, readsAny } from './free-columns.js'
import { asPredicate, columnsEqual, makeJoin } from './make-join.js'
import type { PulledUp } from './pull-up.js'
import { pullUp } from './pull-up.js'
import { fetchOf } from './shapes.js'

/** The column that holds an outer column's value; `matchesNull` when a NULL in it is the outer column's NULL. */
export interface OuterKey {
  readonly column: Column
  readonly matchesNull: boolean
}

export interface Dependent {
  /** Puts out the original's columns and the keys, in any order. */
  readonly plan: LogicalPlan
  /** By the outer column's id. */
  readonly keys: ReadonlyMap<number, OuterKey>
}

export interface DependentJoinOptions {
  readonly context: OptimizerContext
  /** The outer rows. */
  readonly input: LogicalPlan
  /** The columns of them that the subquery reads. */
  readonly outer: readonly Column[]
  /** The plan that reads them. */
  readonly subquery: LogicalPlan
  readonly span: Span | undefined
}

export class DependentJoin {
  readonly #context: OptimizerContext
  readonly #input: LogicalPlan
  readonly #outer: readonly Column[]
  readonly #ids: ReadonlySet<number>
  /** Whether a value that no outer row has could make the subquery fail. */
  readonly #mayFail: boolean
  readonly #span: Span | undefined

  constructor({ context, input, outer, subquery, span }: DependentJoinOptions) {
    this.#context = context
    this.#input = input
    this.#outer = outer
    this.#ids = new Set(outer.map((column) => column.id))
    this.#mayFail = mayFail(subquery)
    this.#span = span
  }

  /** The conditions that join outer rows with the rows of their keys. */
  conditions(keys: Dependent['keys']): Expression[] {
    return this.#outer.map((column) => {
      const key = keys.get(column.id)!
      return columnsEqual(column, key.column, key.matchesNull)
    })
  }

  /** The plan's rows for all outer rows, under their keys. */
  of(plan: LogicalPlan): Dependent {
    if (!readsAny(plan, this.#ids)) {
      const { plan: domain, keys } = this.#domain()
      return { plan: makeJoin({ joinType: 'inner', left: domain, right: plan, predicates: [] }), keys }
    }
    const pulled = pullUp(plan, { outer: this.#ids, countsRows: true })
    if (pulled !== undefined) return this.#ofPulledUp(pulled, plan.columns)
    switch (plan.kind) {
      case 'filter': {
        const input = this.of(plan.input)
        return { ...input, plan: filterAbove(input.plan, conjuncts(overKeys(plan.predicate, input.keys))) }
      }
      case 'project': {
        const input = this.of(plan.input)
        const extra = missingKeys(input.keys, plan.columns)
        const expressions = [
          ...plan.expressions.map((expression) => overKeys(expression, input.keys)),
          ...extra.map((column) => columnReference(column)),
        ]
        return { keys: input.keys, plan: { ...plan, input: input.plan, expressions, columns: [...plan.columns, ...extra] } }
      }
      case 'aggregate':
        return plan.groupBy.length > 0 ? this.#grouped(plan) : this.#ungrouped(plan)
      case 'join':
        return this.#join(plan)
      case 'sort':
        if (plan.fetch === null) return this.of(plan.input)
        break
      case 'limit':
        if (fetchOf(plan) === 0n) return this.of({ kind: 'values', rows: [], columns: plan.columns })
        if (fetchOf(plan) === null && plan.offset === null) return this.of(plan.input)
        break
      case 'union':
        return this.#union(plan)
      case 'set_operation':
        return this.#setOperation(plan)
      case 'values':
        return this.#values(plan)
      case 'scan':
      case 'metadata_aggregate':
    }
    throw this.#unsupported(plan.kind === 'limit' || plan.kind === 'sort' ? 'LIMIT in a correlated subquery' : `a correlated ${plan.kind}`)
  }

  /** The distinct values of the outer columns. */
  #domain(): Dependent {
    walkPlan(this.#input, (node) => {
      // Reading the outer rows again must give the same rows.
      if (node.kind === 'limit') throw this.#unsupported('a correlation other than equality with rows that LIMIT chose')
      if (planExpressions(node).some(isVolatile))
        throw this.#unsupported('a correlation other than equality with rows of a volatile function')
    })
    const { plan, ids } = copyPlan(this.#input, this.#context)
    const columns = this.#outer.map((column) => plan.columns.find((candidate) => candidate.id === ids.get(column.id))!)
    const keys = new Map(this.#outer.map((column, i) => [column.id, { column: columns[i]!, matchesNull: true }]))
    return {
      plan: { kind: 'aggregate', input: plan, groupBy: columns.map((column) => columnReference(column)), aggregates: [], columns },
      keys,
    }
  }

  #ofPulledUp(pulled: PulledUp, outputs: readonly Column[]): Dependent {
    const { plan, keys } = this.#keysWithin(pulled) ?? this.#joinDomain(pulled)
    const present = new Set(plan.columns.map((column) => column.id))
    if (outputs.every((column) => present.has(column.id))) return { plan, keys }
    const extra = missingKeys(keys, outputs)
    const expressions = outputs.map((column) => {
      const expression = pulled.computed.get(column.id)
      return expression === undefined ? columnReference(column) : overKeys(expression, keys)
    })
    const columns = [...outputs, ...extra]
    return {
      keys,
      plan: { kind: 'project', input: plan, expressions: [...expressions, ...extra.map((column) => columnReference(column))], columns },
    }
  }

  /** Keys of the plan's own, when it equates each outer column with something. */
  #keysWithin({ plan, predicates }: PulledUp): Dependent | undefined {
    if (this.#mayFail) return undefined
    const equalities = new Map<number, { expression: Expression; matchesNull: boolean; predicate: Expression }>()
    for (const predicate of predicates) {
      if (predicate.kind !== 'comparison' || (predicate.operator !== '=' && predicate.operator !== 'is_not_distinct_from')) continue
      const { left, right } = predicate
      for (const [outer, expression] of [
        [left, right],
        [right, left],
      ] as const) {
        if (outer.kind !== 'column' || !this.#ids.has(outer.id) || equalities.has(outer.id)) continue
        if (expressionReadsAny(expression, this.#ids) || isVolatile(expression)) continue
        equalities.set(outer.id, { expression, matchesNull: predicate.operator === 'is_not_distinct_from', predicate })
      }
    }
    if (this.#outer.some((column) => !equalities.has(column.id))) return undefined
    const keys = new Map<number, OuterKey>()
    const extra: { column: Column; expression: Expression }[] = []
    const known: Expression[] = []
    for (const outer of this.#outer) {
      const { expression, matchesNull } = equalities.get(outer.id)!
      const { type, nullable } = expression
      const own = expression.kind === 'column' ? plan.columns.find((column) => column.id === expression.id) : undefined
      const column = own ?? { id: this.#context.ids.next(), name: outer.name, type, nullable }
      if (own === undefined) extra.push({ column, expression })
      if (!matchesNull && nullable) known.push(isNull(columnReference(column), true))
      keys.set(outer.id, { column, matchesNull })
    }
    const rest = predicates.filter((predicate) => ![...equalities.values()].some((equality) => equality.predicate === predicate))
    const widened: LogicalPlan =
      extra.length === 0
        ? plan
        : {
            kind: 'project',
            input: plan,
            expressions: [...plan.columns.map((column) => columnReference(column)), ...extra.map((item) => item.expression)],
            columns: [...plan.columns, ...extra.map((item) => item.column)],
          }
    return { plan: filterAbove(widened, [...known, ...rest.map((predicate) => overKeys(predicate, keys))]), keys }
  }

  #joinDomain({ plan, predicates }: PulledUp): Dependent {
    const { plan: domain, keys } = this.#domain()
    return {
      plan: makeJoin({
        joinType: 'inner',
        left: domain,
        right: plan,
        predicates: predicates.map((predicate) => overKeys(predicate, keys)),
      }),
      keys,
    }
  }

  #grouped(plan: AggregatePlan): Dependent {
    const input = this.of(plan.input)
    const count = plan.groupBy.length
    const extra = missingKeys(input.keys, plan.columns)
    const rewritten = aggregateOverKeys(plan, input.keys)
    const groupBy = [...rewritten.groupBy, ...extra.map((column) => columnReference(column))]
    const columns = [...plan.columns.slice(0, count), ...extra, ...plan.columns.slice(count)]
    return { keys: input.keys, plan: { ...rewritten, input: input.plan, groupBy, columns } }
  }

  /** An aggregate without keys has a row for every outer row, even where it finds nothing. */
  #ungrouped(plan: AggregatePlan): Dependent {
    const grouped = groupByKeys(plan, this.of(plan.input), this.#context)
    const domain = this.#domain()
    const predicates = this.#keysEqual(domain, grouped)
    const joined = makeJoin({ joinType: 'left', left: domain.plan, right: grouped.plan, predicates })
    const own = [...domain.keys.values()].map((key) => key.column)
    const values = plan.columns.map((column) => this.emptyAware(grouped.results.get(column.id)!))
    const unique = own.filter((column, i) => own.findIndex((other) => other.id === column.id) === i)
    const expressions = [...unique.map((column) => columnReference(column)), ...values]
    return { keys: domain.keys, plan: { kind: 'project', input: joined, expressions, columns: [...unique, ...plan.columns] } }
  }

  /** An aggregate's result beside outer rows: NULL where it had no rows, except that what counts is 0 there. */
  emptyAware({ column, isNeverNull }: GroupResult): Expression {
    const value = columnReference({ ...column, nullable: true }, this.#span)
    if (!isNeverNull) return value
    const { type } = column
    if (!isInteger(type) && !isFloat(type)) throw this.#unsupported(`${column.name} in a correlated subquery`)
    const zero = literal(type, type.kind === 'int64' || type.kind === 'uint64' ? 0n : 0)
    return { kind: 'case', branches: [{ when: isNull(value), then: zero }], otherwise: value, type, nullable: false }
  }

  #keysEqual(left: { readonly keys: Dependent['keys'] }, right: { readonly keys: Dependent['keys'] }): Expression[] {
    return this.#outer.map(({ id }) => {
      const [a, b] = [left.keys.get(id)!, right.keys.get(id)!]
      return columnsEqual(a.column, b.column, a.matchesNull && b.matchesNull)
    })
  }

  /** A side whose rows all come out must have the keys; the other only when it reads outer columns. */
  #join(plan: JoinPlan): Dependent {
    const { joinType } = plan
    const [leftReads, rightReads] = [readsAny(plan.left, this.#ids), readsAny(plan.right, this.#ids)]
    const needsLeft = joinType === 'inner' ? leftReads || !rightReads : joinType !== 'right' || leftReads
    const needsRight = joinType === 'right' || joinType === 'full' || rightReads
    const left = needsLeft ? this.of(plan.left) : undefined
    const right = needsRight ? this.of(plan.right) : undefined
    const keys = (joinType === 'right' ? right : (left ?? right))!.keys
    const keyIds = new Set([...keys.values()].map((key) => key.column.id))
    const between = left !== undefined && right !== undefined ? this.#keysEqual(left, right) : []
    const residual = plan.residual === null ? [] : conjuncts(plan.residual).map((part) => overKeys(part, keys))
    const on = plan.on.map((condition) => ({ ...condition, left: overKeys(condition.left, keys), right: overKeys(condition.right, keys) }))
    // With keys on one side only, the other side of an equality may read them now.
    const staysOn =
      plan.nullAware || !on.some((condition) => expressionReadsAny(condition.left, keyIds) || expressionReadsAny(condition.right, keyIds))
    const joined = makeJoin({
      joinType,
      left: left?.plan ?? plan.left,
      right: right?.plan ?? plan.right,
      predicates: [...between, ...(staysOn ? [] : on.map(asPredicate)), ...residual],
      on: staysOn ? on : [],
      nullAware: plan.nullAware,
      mark: joinType === 'mark' ? plan.columns.at(-1) : undefined,
    })
    return joinType === 'full' ? this.#mergeKeys(joined, left!, right!) : { plan: joined, keys }
  }

  /** After a full join a key stands on the left, on the right or on both sides. */
  #mergeKeys(joined: JoinPlan, left: Dependent, right: Dependent): Dependent {
    const keys = new Map<number, OuterKey>()
    const merged = this.#outer.map((outer) => {
      const [a, b] = [left.keys.get(outer.id)!.column, right.keys.get(outer.id)!.column].map((column) =>
        columnReference({ ...column, nullable: true }),
      )
      const column: Column = { id: this.#context.ids.next(), name: outer.name, type: outer.type, nullable: true }
      keys.set(outer.id, { column, matchesNull: true })
      const expression: Expression = {
        kind: 'case',
        branches: [{ when: isNull(a!, true), then: a! }],
        otherwise: b!,
        type: outer.type,
        nullable: true,
      }
      return { column, expression }
    })
    const expressions = [...joined.columns.map((column) => columnReference(column)), ...merged.map((item) => item.expression)]
    return {
      keys,
      plan: { kind: 'project', input: joined, expressions, columns: [...joined.columns, ...merged.map((item) => item.column)] },
    }
  }

  #newKeys(): { readonly columns: readonly Column[]; readonly keys: Dependent['keys'] } {
    const columns = this.#outer.map((outer): Column => ({
      id: this.#context.ids.next(),
      name: outer.name,
      type: outer.type,
      nullable: true,
    }))
    return { columns, keys: new Map(this.#outer.map((outer, i) => [outer.id, { column: columns[i]!, matchesNull: true }])) }
  }

  #union(plan: UnionPlan): Dependent {
    const inputs = plan.inputs.map((input) => this.of(input))
    const { columns, keys } = this.#newKeys()
    const inputColumns = inputs.map((input, k) => [...this.#outer.map(({ id }) => input.keys.get(id)!.column.id), ...plan.inputColumns[k]!])
    return { keys, plan: { ...plan, inputs: inputs.map((input) => input.plan), inputColumns, columns: [...columns, ...plan.columns] } }
  }

  /** Rows are compared whole, key by key and column by column. */
  #setOperation(plan: SetOperationPlan): Dependent {
    const aligned = (side: LogicalPlan): LogicalPlan => {
      const input = this.of(side)
      const { columns } = this.#newKeys()
      const expressions = [
        ...this.#outer.map(({ id }) => columnReference(input.keys.get(id)!.column)),
        ...side.columns.map((column) => columnReference(column)),
      ]
      return { kind: 'project', input: input.plan, expressions, columns: [...columns, ...side.columns] }
    }
    const { columns, keys } = this.#newKeys()
    return { keys, plan: { ...plan, left: aligned(plan.left), right: aligned(plan.right), columns: [...columns, ...plan.columns] } }
  }

  #values(plan: ValuesPlan): Dependent {
    const inputs = plan.rows.map((row): LogicalPlan => {
      const columns = plan.columns.map((column) => ({ ...column, id: this.#context.ids.next() }))
      const nothing: LogicalPlan = { kind: 'values', rows: [[]], columns: [] }
      return { kind: 'project', input: nothing, expressions: row, columns }
    })
    const inputColumns = inputs.map((input) => input.columns.map((column) => column.id))
    return this.#union({ kind: 'union', inputs, inputColumns, columns: plan.columns })
  }

  #unsupported(what: string): UnsupportedError {
    return new UnsupportedError({
      code: 'CORRELATED_SUBQUERY',
      message: `${what} is not supported yet`,
      span: this.#span,
      hint: 'Write it as a join, or aggregate first in a subquery of FROM.',
    })
  }
}

function mayFail(plan: LogicalPlan): boolean {
  let found = false
  walkPlan(plan, (node) => {
    if ((node.kind === 'join' && node.joinType === 'single') || planExpressions(node).some(isFallible)) found = true
  })
  return found
}

/** A result of an aggregate that is grouped by keys now. */
export interface GroupResult {
  readonly column: Column
  /** Whether the aggregate has a value even of no rows, which a missing group hides. */
  readonly isNeverNull: boolean
}

export interface GroupedByKeys extends Dependent {
  /** By the id of the column that the aggregate put out before. */
  readonly results: ReadonlyMap<number, GroupResult>
}

/** An aggregate without keys as one row for each key. Its results get new ids. */
export function groupByKeys(plan: AggregatePlan, input: Dependent, { ids }: OptimizerContext): GroupedByKeys {
  const keyColumns = missingKeys(input.keys, [])
  const results = new Map(
    plan.columns.map((column, i) => {
      const isNeverNull = !plan.aggregates[i]!.function.nullable
      return [column.id, { column: { ...column, id: ids.next() }, isNeverNull }]
    }),
  )
  const columns = [...keyColumns, ...[...results.values()].map((result) => result.column)]
  const groupBy = keyColumns.map((column) => columnReference(column))
  return { plan: { ...aggregateOverKeys(plan, input.keys), input: input.plan, groupBy, columns }, keys: input.keys, results }
}

function overKeys(expression: Expression, keys: Dependent['keys']): Expression {
  return substituteColumns(expression, new Map([...keys].map(([id, key]) => [id, columnReference(key.column)])))
}

function aggregateOverKeys(plan: AggregatePlan, keys: Dependent['keys']): AggregatePlan {
  const over = (expression: Expression): Expression => overKeys(expression, keys)
  const aggregates = plan.aggregates.map((aggregate) => ({
    ...aggregate,
    arguments: aggregate.arguments.map(over),
    filter: aggregate.filter === null ? null : over(aggregate.filter),
    orderBy: aggregate.orderBy.map((key) => ({ ...key, expression: over(key.expression) })),
  }))
  return { ...plan, groupBy: plan.groupBy.map(over), aggregates }
}

/** The key columns, each once, that are not among others. */
function missingKeys(keys: Dependent['keys'], columns: readonly Column[]): Column[] {
  const present = new Set(columns.map((column) => column.id))
  const missing: Column[] = []
  for (const { column } of keys.values()) {
    if (present.has(column.id)) continue
    present.add(column.id)
    missing.push(column)
  }
  return missing
}
