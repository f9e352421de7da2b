/** Prunes whole manifests by the partition summaries of the manifest list, before any manifest is opened. */
import { DataError } from '@artemis/errors'
import type { FieldSummary, ManifestFile } from '../model/manifest.js'
import type { PartitionSpec } from '../model/partition.js'
import type { Schema } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import type { Value } from '../values/compare.js'
import { comparatorOf } from '../values/compare.js'
import { decodeSingleValue, hasSingleValue } from '../values/single-value.js'
import { isFloat } from './bind.js'
import type { BoundPredicate, Leaf } from './predicate.js'
import { projectInclusive } from './spec-projection.js'
import type { TupleField } from './tuple-test.js'
import { tupleLayout } from './tuple-test.js'
import type { ValueRange } from './value-range.js'
import { mayMatch, unknownRange } from './value-range.js'

export type ManifestTest = (manifest: ManifestFile) => boolean

/** False only when no file of the manifest can hold a matching row. The manifest must be of the given spec. */
export function compileManifestTest(predicate: BoundPredicate, spec: PartitionSpec, schema: Schema): ManifestTest {
  const projected = projectInclusive(predicate, spec, schema)
  if (projected.kind === 'alwaysTrue') return () => true
  const layout = tupleLayout(spec, schema)
  return (manifest) => {
    const summaries = manifest.partitions
    return summaries === undefined || mayMatchSummaries(projected, summaries, layout, manifest.manifestPath)
  }
}

function mayMatchSummaries(
  predicate: BoundPredicate,
  summaries: readonly FieldSummary[],
  layout: ReadonlyMap<number, TupleField>,
  path: string,
): boolean {
  switch (predicate.kind) {
    case 'alwaysTrue':
      return true
    case 'alwaysFalse':
      return false
    case 'and':
      return predicate.operands.every((operand) => mayMatchSummaries(operand, summaries, layout, path))
    case 'or':
      return predicate.operands.some((operand) => mayMatchSummaries(operand, summaries, layout, path))
    default:
      return mayMatchSummary(predicate, summaries, layout, path)
  }
}

function mayMatchSummary(leaf: Leaf, summaries: readonly FieldSummary[], layout: ReadonlyMap<number, TupleField>, path: string): boolean {
  const field = layout.get(leaf.fieldId)
  const summary = field === undefined ? undefined : summaries[field.position]
  if (field === undefined || summary === undefined) return true
  return mayMatch(leaf, summaryRange(summary, field.type, path), comparatorOf(field.type))
}

function summaryRange(summary: FieldSummary, type: IcebergType, path: string): ValueRange {
  if (!hasSingleValue(type)) return unknownRange
  const bound = (bytes: Uint8Array | undefined): Value | undefined => {
    if (bytes === undefined) return undefined
    try {
      const value = decodeSingleValue(type, bytes)
      return Number.isNaN(value) ? undefined : value
    } catch (cause) {
      throw new DataError({ code: 'BAD_BOUND', message: `the manifest list's summary of ${path} holds a damaged bound`, cause })
    }
  }
  const mayHaveNaN = isFloat(type) && summary.containsNan !== false
  return {
    lower: bound(summary.lowerBound),
    upper: bound(summary.upperBound),
    mayHaveNull: summary.containsNull,
    mayHaveNaN,
    // The spec leaves bounds out when all values are null or NaN; without any such value they are just not known.
    mayHaveValue:
      summary.lowerBound !== undefined || summary.upperBound !== undefined || !(summary.containsNull || summary.containsNan === true),
  }
}
