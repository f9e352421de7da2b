/**
 * One value outside a vector: literals, bounds, group keys at the edges, results for people. Never used per row in a
 * hot loop.
 *
 *   bool                                     boolean
 *   int8..int32, uint8..uint32, float32/64   number
 *   date32                                   number, days since 1970-01-01
 *   int64, uint64                            bigint
 *   time64                                   bigint, microseconds since midnight
 *   timestamp                                bigint, in the type's unit since the epoch
 *   decimal                                  bigint, unscaled
 *   utf8                                     string
 *   binary, fixed_size_binary, uuid          Uint8Array
 *   interval                                 {@link IntervalValue}
 *   list                                     array of scalars
 *   struct                                   array of scalars, in the order of the type's fields
 *   map                                      array of [key, value] arrays
 */
export type Scalar = null | boolean | number | bigint | string | Uint8Array | IntervalValue | readonly Scalar[]

export interface IntervalValue {
  readonly months: number
  readonly days: number
  readonly nanoseconds: bigint
}
