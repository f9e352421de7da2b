/**
 * Answers COUNT, MIN and MAX from manifests alone, for the files where that is exact: every row is known to match and no
 * delete applies. A caller may add the answers of such files to those of files that it has to read.
 *
 * MIN and MAX come from an identity partition value, or from bounds of types whose bounds are values: never from strings
 * and bytes, whose bounds may be cut, and never from floats that may hold a NaN or a zero, whose sign bounds widen.
 */
import { unreachable } from '@artemis/errors'
import type { Literal } from '../model/literal.js'
import type { DataFile } from '../model/manifest.js'
import type { Schema } from '../model/schema.js'
import { fieldById } from '../model/schema.js'
import type { IcebergType } from '../model/type.js'
import { isFloat } from '../predicate/bind.js'
import { fileRange } from '../predicate/file-metrics.js'
import { comparatorOf, hasOrder } from '../values/compare.js'
import type { FileScanTask } from './scan-task.js'
import { hasDeletes } from './scan-task.js'

export type MetadataAggregate = { readonly kind: 'count' } | { readonly kind: 'countNonNull' | 'min' | 'max'; readonly fieldId: number }

/** A count is a number; MIN and MAX are values of the column's type, null when the file has no value. */
export type AggregateValue = number | Literal

/** Whether all rows of the file are in the answer, so that its metadata can speak for it. */
export function isAnsweredByMetadata(task: FileScanTask): boolean {
  return task.residual.kind === 'alwaysTrue' && !hasDeletes(task)
}

/** The aggregates of one file, in order, or undefined when any of them is not known exactly. */
export function aggregateFile(
  task: FileScanTask,
  aggregates: readonly MetadataAggregate[],
  schema: Schema,
): readonly AggregateValue[] | undefined {
  if (!isAnsweredByMetadata(task)) return undefined
  const values: AggregateValue[] = []
  for (const aggregate of aggregates) {
    const value = valueOf(aggregate, task, schema)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

/** The aggregates over all files, or undefined when any file cannot answer. No file gives counts of 0 and nulls. */
export function aggregateFiles(
  tasks: readonly FileScanTask[],
  aggregates: readonly MetadataAggregate[],
  schema: Schema,
): readonly AggregateValue[] | undefined {
  let totals = aggregates.map((aggregate): AggregateValue => (isCount(aggregate) ? 0 : null))
  for (const task of tasks) {
    const values = aggregateFile(task, aggregates, schema)
    if (values === undefined) return undefined
    totals = totals.map((total, i) => mergeAggregate(aggregates[i]!, total, values[i]!, schema))
  }
  return totals
}

/** Joins the values of two files. */
export function mergeAggregate(aggregate: MetadataAggregate, a: AggregateValue, b: AggregateValue, schema: Schema): AggregateValue {
  if (isCount(aggregate)) return (a as number) + (b as number)
  if (a === null) return b
  if (b === null) return a
  const order = comparatorOf(fieldById(schema, aggregate.fieldId)!.field.type)(a, b)
  return (aggregate.kind === 'min') === order <= 0 ? a : b
}

function isCount(aggregate: MetadataAggregate): aggregate is Extract<MetadataAggregate, { kind: 'count' | 'countNonNull' }> {
  return aggregate.kind === 'count' || aggregate.kind === 'countNonNull'
}

function valueOf(aggregate: MetadataAggregate, task: FileScanTask, schema: Schema): AggregateValue | undefined {
  const { dataFile } = task
  if (aggregate.kind === 'count') return dataFile.recordCount
  const column = fieldById(schema, aggregate.fieldId)
  if (column === undefined || column.repeated || !hasOrder(column.field.type)) return undefined
  const constant = identityValue(task, aggregate.fieldId)
  switch (aggregate.kind) {
    case 'countNonNull':
      if (constant !== undefined) return constant === null ? 0 : dataFile.recordCount
      return nonNullCount(dataFile, aggregate.fieldId)
    case 'min':
    case 'max':
      // A file of either zero may stand in the partition of the other.
      if (constant !== undefined && !(constant === 0 && isFloat(column.field.type))) return dataFile.recordCount === 0 ? null : constant
      return boundOf(dataFile, aggregate.fieldId, column.field.type, aggregate.kind)
    default:
      return unreachable(aggregate, 'aggregate')
  }
}

/** The value that the column has in every row of the file, by an identity partition field; undefined when there is none. */
export function identityValue(task: FileScanTask, fieldId: number): Literal | undefined {
  const position = task.spec.fields.findIndex((field) => field.sourceId === fieldId && field.transform.kind === 'identity')
  if (position < 0) return undefined
  return task.dataFile.partition[position]
}

function nonNullCount(file: DataFile, fieldId: number): number | undefined {
  const values = file.valueCounts?.get(fieldId)
  const nulls = file.nullValueCounts?.get(fieldId)
  return values === undefined || nulls === undefined ? undefined : values - nulls
}

function boundOf(file: DataFile, fieldId: number, type: IcebergType, side: 'min' | 'max'): Literal | undefined {
  if (nonNullCount(file, fieldId) === 0) return null
  if (type.kind === 'string' || type.kind === 'binary' || type.kind === 'fixed') return undefined
  const range = fileRange(file, fieldId, type)
  const bound = side === 'min' ? range.lower : range.upper
  if (bound === undefined || (isFloat(type) && (range.mayHaveNaN || bound === 0))) return undefined
  return bound
}
