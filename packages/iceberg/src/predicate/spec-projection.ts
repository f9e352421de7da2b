/** Projections of whole predicates onto the partition tuple of a spec. See `transform-projection.ts` for the leaves. */
import type { PartitionField, PartitionSpec } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import { transformResultType } from '../transform/transform.js'
import type { BoundPredicate, Leaf } from './predicate.js'
import { and, mapLeaves, or } from './predicate.js'
import type { TransformedField } from './transform-projection.js'
import { projectLeafInclusive, projectLeafStrict } from './transform-projection.js'

/** The fields of a spec that are made from one column, in a form for projection. */
export function transformedFieldsOn(sourceId: number, spec: PartitionSpec, schema: Schema): readonly TransformedField[] {
  const source = fieldById(schema, sourceId)
  if (source === undefined) return []
  return spec.fields
    .filter((field) => field.sourceId === sourceId && isSingleSource(field))
    .map((field) => ({ fieldId: field.fieldId, transform: field.transform, sourceType: source.field.type }))
}

/** A transform of several columns (v3) says nothing of one of them. */
function isSingleSource(field: PartitionField): boolean {
  return field.sourceIds === undefined || field.sourceIds.length <= 1
}

/** A predicate over partition fields that holds on the tuple of every row that matches. */
export function projectInclusive(predicate: BoundPredicate, spec: PartitionSpec, schema: Schema): BoundPredicate {
  return mapLeaves(predicate, (leaf) => projectLeafOnSpec(leaf, spec, schema))
}

/** A predicate over partition fields such that every row whose tuple satisfies it matches. */
export function projectStrict(predicate: BoundPredicate, spec: PartitionSpec, schema: Schema): BoundPredicate {
  return mapLeaves(predicate, (leaf) => projectLeafOnSpecStrict(leaf, spec, schema))
}

export function projectLeafOnSpec(leaf: Leaf, spec: PartitionSpec, schema: Schema): BoundPredicate {
  return and(...transformedFieldsOn(leaf.fieldId, spec, schema).map((field) => projectLeafInclusive(leaf, field)))
}

export function projectLeafOnSpecStrict(leaf: Leaf, spec: PartitionSpec, schema: Schema): BoundPredicate {
  return or(...transformedFieldsOn(leaf.fieldId, spec, schema).map((field) => projectLeafStrict(leaf, field)))
}

/** The type of each partition value of a spec, in order; a dropped source column gives undefined. */
export function partitionTypes(spec: PartitionSpec, schema: Schema): readonly (IcebergType | undefined)[] {
  return spec.fields.map((field) => {
    const source = fieldById(schema, field.sourceId)
    return source === undefined ? undefined : transformResultType(field.transform, source.field.type)
  })
}
