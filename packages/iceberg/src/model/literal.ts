/**
 * A value of a primitive Iceberg type, as partition tuples, defaults and decoded bounds hold it.
 *
 * | type | JavaScript value |
 * |---|---|
 * | boolean | boolean |
 * | int, float, double | number |
 * | date | number: days from 1970-01-01 |
 * | long | bigint |
 * | time | bigint: microseconds from midnight |
 * | timestamp, timestamptz | bigint: microseconds from 1970-01-01T00:00:00 |
 * | timestamp_ns, timestamptz_ns | bigint: nanoseconds from 1970-01-01T00:00:00 |
 * | decimal(P, S) | bigint: the unscaled value |
 * | string | string |
 * | uuid | Uint8Array of 16 bytes, big-endian |
 * | fixed(L), binary | Uint8Array |
 *
 * `null` stands for SQL NULL in every type.
 */
export type Literal = null | boolean | number | bigint | string | Uint8Array
