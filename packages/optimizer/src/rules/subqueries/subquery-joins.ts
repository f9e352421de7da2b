/**
 * The joins that stand in for the subqueries of one node's expressions. Each is put over the node's input, one over the
 * other; what the expressions then refer to are columns of these joins.
 */

import type { Column, EquiCondition, Expression, LogicalPlan, SubqueryExpression } from '@artemis/plan'
import { and, bool, columnReference, comparison, literal, mapExpressionChildren, not, substituteColumns } from '@artemis/plan'
import type { OptimizerContext } from '../../rule.js'
import { isVolatile } from '../predicates.js'
import { DependentJoin, groupByKeys } from './dependent-join.js'
import { freeColumns } from './free-columns.js'
import { makeJoin } from './make-join.js'
import { pullUp } from './pull-up.js'
import type { OverAggregate } from './shapes.js'
import { overAggregate, overFirstRow, rowsThatExist } from './shapes.js'

/** What decides whether a row of the subquery's is a match for an outer row. */
interface Match {
  readonly right: LogicalPlan
  readonly predicates: readonly Expression[]
  /** The comparisons of IN. */
  readonly on: readonly EquiCondition[]
  /** Whether a NULL in them makes the answer unknown. */
  readonly nullAware: boolean
}

export class SubqueryJoins {
  /** The input, with the joins so far over it. */
  plan: LogicalPlan
  readonly #input: LogicalPlan
  readonly #context: OptimizerContext
  readonly #planOf: (subquery: SubqueryExpression) => LogicalPlan
  readonly #columns: ReadonlyMap<number, Column>

  /** `planOf` gives the plan of a subquery without further subqueries in it. */
  constructor(input: LogicalPlan, context: OptimizerContext, planOf: (subquery: SubqueryExpression) => LogicalPlan) {
    this.plan = input
    this.#input = input
    this.#context = context
    this.#planOf = planOf
    this.#columns = new Map(input.columns.map((column) => [column.id, column]))
  }

  /** Keeps the rows for which an IN or EXISTS is true (false, when negated). */
  keepRows(subquery: SubqueryExpression, negated: boolean): void {
    const match = this.#match(subquery, negated)
    this.plan = makeJoin({ joinType: negated ? 'anti' : 'semi', left: this.plan, ...match })
  }

  /** The expression over the plan's columns, its subqueries joined to the plan. */
  replace(expression: Expression): Expression {
    const rewritten = mapExpressionChildren(expression, (child) => this.replace(child))
    if (rewritten.kind !== 'subquery') return rewritten
    return rewritten.form === 'scalar' ? this.#scalar(rewritten) : this.#mark(rewritten)
  }

  #mark(subquery: SubqueryExpression): Expression {
    const match = this.#match(subquery, true)
    const mark: Column = { id: this.#context.ids.next(), name: subquery.form, type: bool, nullable: match.nullAware }
    this.plan = makeJoin({ joinType: 'mark', left: this.plan, ...match, mark })
    const reference = columnReference(mark, subquery.span)
    return subquery.negated ? not(reference) : reference
  }

  /** The columns of this input that a plan reads. */
  #outerColumns(plan: LogicalPlan): Column[] {
    return [...freeColumns(plan)].flatMap((id) => this.#columns.get(id) ?? [])
  }

  #dependentJoin(subquery: SubqueryExpression, plan: LogicalPlan, outer: readonly Column[]): DependentJoin {
    return new DependentJoin({ context: this.#context, input: this.#input, outer, subquery: plan, span: subquery.span })
  }

  /** `unknownCounts`: whether it makes a difference that an IN is unknown instead of false. */
  #match(subquery: SubqueryExpression, unknownCounts: boolean): Match {
    const plan = this.#planOf(subquery)
    const outer = this.#outerColumns(plan)
    // Columns of queries further out go up as well: the less a join's right side reads, the better for the join there.
    const ids = freeColumns(plan)
    const isExists = subquery.form === 'exists'
    const searched = isExists && ids.size > 0 ? rowsThatExist(plan) : plan
    const isNullAware = (values: readonly Expression[]): boolean => unknownCounts && mayBeNull(subquery, values)
    const pulled = pullUp(searched, { outer: ids, countsRows: false })
    if (pulled !== undefined) {
      const values = isExists ? [] : plan.columns.map((column) => pulled.computed.get(column.id) ?? columnReference(column))
      const nullAware = isNullAware(values)
      if (pulled.computed.size === 0)
        return { right: pulled.plan, predicates: pulled.predicates, on: equiConditions(subquery, values), nullAware }
      if (!nullAware && !subquery.operands.some(isVolatile)) {
        return { right: pulled.plan, predicates: [...equalities(subquery, values), ...pulled.predicates], on: [], nullAware }
      }
    }
    const join = this.#dependentJoin(subquery, searched, outer)
    const { plan: right, keys } = join.of(searched)
    const values = isExists ? [] : plan.columns.map((column) => columnReference(column))
    return { right, predicates: join.conditions(keys), on: equiConditions(subquery, values), nullAware: isNullAware(values) }
  }

  /** The value of a scalar subquery. */
  #scalar(subquery: SubqueryExpression): Expression {
    const plan = this.#planOf(subquery)
    const outer = this.#outerColumns(plan)
    const output = plan.columns[0]!
    if (outer.length > 0) {
      const aggregated = overAggregate(plan) ?? overFirstRow(plan, this.#context)
      if (aggregated !== undefined) return this.#scalarAggregate(subquery, aggregated)
    }
    const pulled = pullUp(plan, { outer: freeColumns(plan), countsRows: true })
    if (pulled !== undefined) {
      const value = pulled.computed.get(output.id)
      if (value === undefined) {
        this.plan = makeJoin({ joinType: 'single', left: this.plan, right: pulled.plan, predicates: pulled.predicates })
        return columnReference({ ...output, nullable: true }, subquery.span)
      }
      return this.#computedScalar(subquery, pulled.plan, pulled.predicates, value)
    }
    const join = this.#dependentJoin(subquery, plan, outer)
    const { plan: right, keys } = join.of(plan)
    this.plan = makeJoin({ joinType: 'single', left: this.plan, right, predicates: join.conditions(keys) })
    return columnReference({ ...output, nullable: true }, subquery.span)
  }

  /** A value made above the join must be NULL where the join found no row: a column that is always TRUE tells. */
  #computedScalar(subquery: SubqueryExpression, right: LogicalPlan, predicates: readonly Expression[], value: Expression): Expression {
    const found: Column = { id: this.#context.ids.next(), name: 'found', type: bool, nullable: false }
    const expressions = [...right.columns.map((column) => columnReference(column)), literal(bool, true)]
    const marked: LogicalPlan = { kind: 'project', input: right, expressions, columns: [...right.columns, found] }
    this.plan = makeJoin({ joinType: 'single', left: this.plan, right: marked, predicates })
    const joined = substituteColumns(
      value,
      new Map(right.columns.map((column) => [column.id, columnReference({ ...column, nullable: true })])),
    )
    const branches = [{ when: columnReference({ ...found, nullable: true }), then: joined }]
    return { kind: 'case', branches, otherwise: null, type: value.type, nullable: true, span: subquery.span }
  }

  /** Aggregates are computed for all keys at once; what the subquery makes of them is computed beside the outer row. */
  #scalarAggregate(subquery: SubqueryExpression, { aggregate, value, conditions }: OverAggregate): Expression {
    const outer = this.#outerColumns(aggregate)
    const join = this.#dependentJoin(subquery, aggregate, outer)
    const input = outer.length === 0 ? { plan: aggregate.input, keys: new Map() } : join.of(aggregate.input)
    const grouped = groupByKeys(aggregate, input, this.#context)
    this.plan = makeJoin({ joinType: 'left', left: this.plan, right: grouped.plan, predicates: join.conditions(grouped.keys) })
    const results = new Map([...grouped.results].map(([id, result]) => [id, join.emptyAware(result)]))
    const result = substituteColumns(value, results)
    if (conditions.length === 0) return result
    const when = and(conditions.map((condition) => substituteColumns(condition, results)))
    return { kind: 'case', branches: [{ when, then: result }], otherwise: null, type: result.type, nullable: true, span: subquery.span }
  }
}

function equalities(subquery: SubqueryExpression, values: readonly Expression[]): Expression[] {
  return subquery.operands.map((operand, i) => comparison('=', operand, values[i]!, subquery.span))
}

function equiConditions(subquery: SubqueryExpression, values: readonly Expression[]): EquiCondition[] {
  return subquery.operands.map((left, i) => ({ left, right: values[i]!, nullEqualsNull: false }))
}

function mayBeNull(subquery: SubqueryExpression, values: readonly Expression[]): boolean {
  return subquery.operands.some((operand) => operand.nullable) || values.some((value) => value.nullable)
}
