/** Partition specs, sort orders and the transforms they apply (spec, "Partitioning" and "Sorting"). */

export type Transform =
  | { readonly kind: 'identity' }
  | { readonly kind: 'bucket'; readonly count: number }
  | { readonly kind: 'truncate'; readonly width: number }
  | { readonly kind: 'year' }
  | { readonly kind: 'month' }
  | { readonly kind: 'day' }
  | { readonly kind: 'hour' }
  | { readonly kind: 'void' }
  /** A transform of a later version: its text is kept, and nothing is pruned by it. */
  | { readonly kind: 'unknown'; readonly name: string }

export interface PartitionField {
  /** Field id of the source column in the schema. */
  readonly sourceId: number
  /** Id of the partition field itself, 1000 and up; manifests resolve by it. */
  readonly fieldId: number
  readonly name: string
  readonly transform: Transform
  /** v3: several source columns. Only written when it differs from `[sourceId]`. */
  readonly sourceIds: readonly number[] | undefined
}

export interface PartitionSpec {
  readonly specId: number
  readonly fields: readonly PartitionField[]
}

export interface SortField {
  readonly sourceId: number
  readonly transform: Transform
  readonly direction: 'asc' | 'desc'
  readonly nullOrder: 'nulls-first' | 'nulls-last'
  /** v3: several source columns. Only written when it differs from `[sourceId]`. */
  readonly sourceIds: readonly number[] | undefined
}

/** Order id 0 is reserved for "unsorted" and has no fields. */
export interface SortOrder {
  readonly orderId: number
  readonly fields: readonly SortField[]
}

/** Ids of partition fields start here; `last-partition-id` is one less when there is none. */
export const FIRST_PARTITION_FIELD_ID = 1000

export const UNPARTITIONED_SPEC: PartitionSpec = { specId: 0, fields: [] }
export const UNSORTED_ORDER: SortOrder = { orderId: 0, fields: [] }

/** A spec is unpartitioned when it has no field or only void ones: every row has the same tuple. */
export function isUnpartitioned(spec: PartitionSpec): boolean {
  return spec.fields.every((field) => field.transform.kind === 'void')
}

/** The spec's text of a transform, such as `bucket[16]`. */
export function transformText(transform: Transform): string {
  switch (transform.kind) {
    case 'bucket':
      return `bucket[${transform.count}]`
    case 'truncate':
      return `truncate[${transform.width}]`
    case 'unknown':
      return transform.name
    default:
      return transform.kind
  }
}

/** Reads the text of a transform. Anything that is not known becomes `unknown`, which a reader must tolerate. */
export function parseTransform(text: string): Transform {
  const parameterised = /^(bucket|truncate)\[(\d+)\]$/.exec(text)
  if (parameterised !== null) {
    const parameter = Number(parameterised[2])
    if (parameter > 0 && parameter <= 0x7fffffff) {
      return parameterised[1] === 'bucket' ? { kind: 'bucket', count: parameter } : { kind: 'truncate', width: parameter }
    }
  }
  switch (text) {
    case 'identity':
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
    case 'void':
      return { kind: text }
    default:
      return { kind: 'unknown', name: text }
  }
}
