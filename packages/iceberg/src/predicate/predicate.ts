/**
 * Predicates over columns, by field id: what scan planning prunes with. Iceberg knows no SQL, so this tree is small.
 *
 * It is TWO-VALUED: on every row each predicate is either true or false, NULL included, and `not` is exact negation.
 *
 * | leaf | on NULL | on NaN |
 * |---|---|---|
 * | lt, ltEq, gt, gtEq, eq, in, startsWith | false | NaN is greater than every number and equals itself |
 * | notEq, notIn, notStartsWith | true (the negation of false) | as above |
 * | isNull / notNull | true / false | false / true |
 * | isNaN / notNaN | false / true | true / false |
 *
 * SQL is three-valued: `NOT (a < 5)` and `a <> 5` are unknown on NULL and select nothing, while `not(lt)` and `notEq` here
 * are true. A caller that translates SQL must therefore push NOT to the leaves by SQL's rules first and then attach
 * `notNull(column)` to every comparison, IN and LIKE; `NOT IN` with a NULL among its members selects nothing at all.
 */
import { unreachable } from '@artemis/errors'
import type { Value } from '../values/compare.js'

export type OrderOperator = 'lt' | 'ltEq' | 'gt' | 'gtEq'
export type ComparisonOperator = OrderOperator | 'eq' | 'notEq'
export type SetOperator = 'in' | 'notIn'
export type UnaryOperator = 'isNull' | 'notNull' | 'isNaN' | 'notNaN'
export type PrefixOperator = 'startsWith' | 'notStartsWith'

/** `column <operator> value`; the value has the representation of the column's type, see `Literal`. */
export interface Comparison {
  readonly kind: ComparisonOperator
  readonly fieldId: number
  readonly value: Value
}

export interface SetMembership {
  readonly kind: SetOperator
  readonly fieldId: number
  readonly values: readonly Value[]
}

export interface UnaryTest {
  readonly kind: UnaryOperator
  readonly fieldId: number
}

export interface PrefixTest {
  readonly kind: PrefixOperator
  readonly fieldId: number
  readonly prefix: string
}

export type Leaf = Comparison | SetMembership | UnaryTest | PrefixTest

export interface Constant {
  readonly kind: 'alwaysTrue' | 'alwaysFalse'
}

export interface Not {
  readonly kind: 'not'
  readonly operand: Predicate
}

export type Predicate = Constant | Leaf | Not | { readonly kind: 'and' | 'or'; readonly operands: readonly Predicate[] }

/** A predicate without `not`, checked against a schema by `bindPredicate`: what every evaluator takes. */
export type BoundPredicate = Constant | Leaf | { readonly kind: 'and' | 'or'; readonly operands: readonly BoundPredicate[] }

export const alwaysTrue: Constant = { kind: 'alwaysTrue' }
export const alwaysFalse: Constant = { kind: 'alwaysFalse' }

export const compare = (kind: ComparisonOperator, fieldId: number, value: Value): Comparison => ({ kind, fieldId, value })
export const lt = (fieldId: number, value: Value): Comparison => ({ kind: 'lt', fieldId, value })
export const ltEq = (fieldId: number, value: Value): Comparison => ({ kind: 'ltEq', fieldId, value })
export const gt = (fieldId: number, value: Value): Comparison => ({ kind: 'gt', fieldId, value })
export const gtEq = (fieldId: number, value: Value): Comparison => ({ kind: 'gtEq', fieldId, value })
export const eq = (fieldId: number, value: Value): Comparison => ({ kind: 'eq', fieldId, value })
export const notEq = (fieldId: number, value: Value): Comparison => ({ kind: 'notEq', fieldId, value })
export const isIn = (fieldId: number, values: readonly Value[]): SetMembership => ({ kind: 'in', fieldId, values })
export const notIn = (fieldId: number, values: readonly Value[]): SetMembership => ({ kind: 'notIn', fieldId, values })
export const isNull = (fieldId: number): UnaryTest => ({ kind: 'isNull', fieldId })
export const notNull = (fieldId: number): UnaryTest => ({ kind: 'notNull', fieldId })
export const isNaN = (fieldId: number): UnaryTest => ({ kind: 'isNaN', fieldId })
export const notNaN = (fieldId: number): UnaryTest => ({ kind: 'notNaN', fieldId })
export const startsWith = (fieldId: number, prefix: string): PrefixTest => ({ kind: 'startsWith', fieldId, prefix })
export const notStartsWith = (fieldId: number, prefix: string): PrefixTest => ({ kind: 'notStartsWith', fieldId, prefix })
export const not = (operand: Predicate): Predicate => ({ kind: 'not', operand })

/** The conjunction, flattened, without constants: no operand gives alwaysTrue, one gives itself. */
export function and<P extends Predicate>(
  ...operands: readonly P[]
): P | Constant | { readonly kind: 'and'; readonly operands: readonly P[] } {
  return combine('and', operands)
}

/** The disjunction, flattened, without constants: no operand gives alwaysFalse, one gives itself. */
export function or<P extends Predicate>(
  ...operands: readonly P[]
): P | Constant | { readonly kind: 'or'; readonly operands: readonly P[] } {
  return combine('or', operands)
}

function combine<K extends 'and' | 'or', P extends Predicate>(
  kind: K,
  operands: readonly P[],
): P | Constant | { readonly kind: K; readonly operands: readonly P[] } {
  const neutral = kind === 'and' ? 'alwaysTrue' : 'alwaysFalse'
  const absorbing = kind === 'and' ? alwaysFalse : alwaysTrue
  const kept: P[] = []
  for (const operand of operands) {
    if (operand.kind === absorbing.kind) return absorbing
    if (operand.kind === neutral) continue
    // The operands of a flattened node are of the same tree type as the node itself.
    if (operand.kind === kind) for (const inner of operand.operands as readonly P[]) addDistinct(kept, inner)
    else addDistinct(kept, operand)
  }
  if (kept.length === 0) return kind === 'and' ? alwaysTrue : alwaysFalse
  return kept.length === 1 ? kept[0]! : { kind, operands: kept }
}

function addDistinct<P>(kept: P[], operand: P): void {
  if (!kept.includes(operand)) kept.push(operand)
}

/** Whether the predicate tests one column (and is neither a constant nor a connective). */
export function isLeaf(predicate: Predicate): predicate is Leaf {
  switch (predicate.kind) {
    case 'alwaysTrue':
    case 'alwaysFalse':
    case 'and':
    case 'or':
    case 'not':
      return false
    default:
      return true
  }
}

/** Rebuilds a bound predicate with each leaf replaced, simplifying constants on the way. The same object when nothing changed. */
export function mapLeaves(predicate: BoundPredicate, replace: (leaf: Leaf) => BoundPredicate): BoundPredicate {
  switch (predicate.kind) {
    case 'alwaysTrue':
    case 'alwaysFalse':
      return predicate
    case 'and':
    case 'or': {
      const operands = predicate.operands.map((operand) => mapLeaves(operand, replace))
      if (operands.every((operand, i) => operand === predicate.operands[i])) return predicate
      return predicate.kind === 'and' ? and(...operands) : or(...operands)
    }
    default:
      return replace(predicate)
  }
}

/** The field ids that a predicate reads. */
export function predicateFieldIds(predicate: Predicate, into: Set<number> = new Set()): ReadonlySet<number> {
  switch (predicate.kind) {
    case 'alwaysTrue':
    case 'alwaysFalse':
      break
    case 'not':
      predicateFieldIds(predicate.operand, into)
      break
    case 'and':
    case 'or':
      for (const operand of predicate.operands) predicateFieldIds(operand, into)
      break
    default:
      into.add(predicate.fieldId)
  }
  return into
}

/** The exact two-valued negation of a leaf: an order comparison is also false on NULL, so its negation includes NULL. */
export function negateLeaf(leaf: Leaf): BoundPredicate {
  switch (leaf.kind) {
    case 'lt':
    case 'ltEq':
    case 'gt':
    case 'gtEq':
      return or<BoundPredicate>(compare(complement(leaf.kind), leaf.fieldId, leaf.value), isNull(leaf.fieldId))
    case 'eq':
      return notEq(leaf.fieldId, leaf.value)
    case 'notEq':
      return eq(leaf.fieldId, leaf.value)
    case 'in':
      return notIn(leaf.fieldId, leaf.values)
    case 'notIn':
      return isIn(leaf.fieldId, leaf.values)
    case 'isNull':
      return notNull(leaf.fieldId)
    case 'notNull':
      return isNull(leaf.fieldId)
    case 'isNaN':
      return notNaN(leaf.fieldId)
    case 'notNaN':
      return isNaN(leaf.fieldId)
    case 'startsWith':
      return notStartsWith(leaf.fieldId, leaf.prefix)
    case 'notStartsWith':
      return startsWith(leaf.fieldId, leaf.prefix)
    default:
      return unreachable(leaf, 'predicate')
  }
}

/** The order operator that holds on the other non-null values. */
export function complement(operator: OrderOperator): OrderOperator {
  switch (operator) {
    case 'lt':
      return 'gtEq'
    case 'ltEq':
      return 'gt'
    case 'gt':
      return 'ltEq'
    case 'gtEq':
      return 'lt'
    default:
      return unreachable(operator, 'operator')
  }
}

/** Removes every `not` by De Morgan's laws and {@link negateLeaf}; the result is true on exactly the same rows. */
export function rewriteNot(predicate: Predicate, negated = false): BoundPredicate {
  switch (predicate.kind) {
    case 'alwaysTrue':
      return negated ? alwaysFalse : alwaysTrue
    case 'alwaysFalse':
      return negated ? alwaysTrue : alwaysFalse
    case 'not':
      return rewriteNot(predicate.operand, !negated)
    case 'and':
    case 'or': {
      const operands = predicate.operands.map((operand) => rewriteNot(operand, negated))
      return (predicate.kind === 'and') !== negated ? and(...operands) : or(...operands)
    }
    default:
      return negated ? negateLeaf(predicate) : predicate
  }
}
