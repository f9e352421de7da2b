/**
 * What is left of a predicate for the rows of one partition: leaves that the partition value proves vanish, leaves that
 * it refutes become false. So an Exact predicate leaves nothing, and an Inexact one leaves work at its edges only.
 */
import type { PartitionSpec } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import type { BoundPredicate, Leaf } from './predicate.js'
import { alwaysFalse, alwaysTrue, and, or } from './predicate.js'
import { projectLeafOnSpec, projectLeafOnSpecStrict } from './spec-projection.js'
import type { Tuple, TupleField, TupleTest } from './tuple-test.js'
import { compileTupleTest, tupleLayout } from './tuple-test.js'

export type Residual = (partition: Tuple) => BoundPredicate

/** Compiles the residual of a bound predicate for files of a spec. */
export function compileResidual(predicate: BoundPredicate, spec: PartitionSpec, schema: Schema): Residual {
  const layout = tupleLayout(spec, schema)
  return compileNode(predicate, (leaf) => compileLeaf(leaf, spec, schema, layout))
}

function compileNode(predicate: BoundPredicate, leafResidual: (leaf: Leaf) => Residual): Residual {
  switch (predicate.kind) {
    case 'alwaysTrue':
    case 'alwaysFalse':
      return () => predicate
    case 'and':
    case 'or': {
      const residuals = predicate.operands.map((operand) => compileNode(operand, leafResidual))
      const operands = predicate.operands
      const join = predicate.kind === 'and' ? and<BoundPredicate> : or<BoundPredicate>
      return (partition) => {
        const reduced = residuals.map((residual) => residual(partition))
        return reduced.every((operand, i) => operand === operands[i]) ? predicate : join(...reduced)
      }
    }
    default:
      return leafResidual(predicate)
  }
}

function compileLeaf(leaf: Leaf, spec: PartitionSpec, schema: Schema, layout: ReadonlyMap<number, TupleField>): Residual {
  const inclusive = projectLeafOnSpec(leaf, spec, schema)
  const strict = projectLeafOnSpecStrict(leaf, spec, schema)
  if (inclusive.kind === 'alwaysTrue' && strict.kind === 'alwaysFalse') return () => leaf
  const may: TupleTest = compileTupleTest(inclusive, layout)
  const must: TupleTest = compileTupleTest(strict, layout)
  return (partition) => (!may(partition) ? alwaysFalse : must(partition) ? alwaysTrue : leaf)
}
