/** How far a scan can take a predicate over: the pushdown class that a table provider answers with. */
import type { PartitionSpec } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import { hasOrder } from '../values/compare.js'
import { bindPredicate } from './bind.js'
import type { BoundPredicate, Leaf, Predicate } from './predicate.js'
import { isLeaf, rewriteNot } from './predicate.js'
import { transformedFieldsOn } from './spec-projection.js'
import { projectsExactly } from './transform-projection.js'

/**
 * Exact: the scan returns only rows that match, so the filter can leave the plan. Inexact: the scan prunes with it, and
 * the filter must stay. Unsupported: the scan can do nothing with it.
 */
export type PushdownClass = 'Exact' | 'Inexact' | 'Unsupported'

/**
 * Classifies a predicate for a table whose data lies in files of `specs` (the specs that live files of the snapshot
 * have, or the default spec of an empty table). A leaf is Exact when for every spec some partition field alone decides
 * it, that is, its inclusive and its strict projection agree. A column that no predicate can test is Unsupported.
 */
export function classifyPredicate(predicate: Predicate, specs: readonly PartitionSpec[], schema: Schema): PushdownClass {
  const rewritten = rewriteNot(predicate)
  return isTestable(rewritten, schema)
    ? classify(bindPredicate(rewritten, schema), specs, schema)
    : classifyPartly(rewritten, specs, schema)
}

function classify(predicate: BoundPredicate, specs: readonly PartitionSpec[], schema: Schema): PushdownClass {
  switch (predicate.kind) {
    case 'alwaysTrue':
    case 'alwaysFalse':
      return 'Exact'
    case 'and':
    case 'or':
      return predicate.operands.every((operand) => classify(operand, specs, schema) === 'Exact') ? 'Exact' : 'Inexact'
    default:
      return isExactLeaf(predicate, specs, schema) ? 'Exact' : 'Inexact'
  }
}

/** Whether the partition tuple decides a bound leaf in every spec. */
export function isExactLeaf(leaf: Leaf, specs: readonly PartitionSpec[], schema: Schema): boolean {
  return specs.every((spec) => transformedFieldsOn(leaf.fieldId, spec, schema).some((field) => projectsExactly(leaf, field)))
}

/** With a column that cannot be tested: a conjunction still prunes by its other sides, a disjunction does not. */
function classifyPartly(predicate: BoundPredicate, specs: readonly PartitionSpec[], schema: Schema): PushdownClass {
  if (isTestable(predicate, schema)) return classify(bindPredicate(predicate, schema), specs, schema)
  if (predicate.kind !== 'and') return 'Unsupported'
  const classes = predicate.operands.map((operand) => classifyPartly(operand, specs, schema))
  return classes.every((kind) => kind === 'Unsupported') ? 'Unsupported' : 'Inexact'
}

function isTestable(predicate: BoundPredicate, schema: Schema): boolean {
  if (predicate.kind === 'and' || predicate.kind === 'or') return predicate.operands.every((operand) => isTestable(operand, schema))
  if (!isLeaf(predicate)) return true
  const column = fieldById(schema, predicate.fieldId)
  return column !== undefined && !column.repeated && hasOrder(column.field.type)
}
