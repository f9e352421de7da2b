import type { Span } from '@artemis/errors'
import type { Identifier, ObjectName } from './names.js'

/** A type as written in a cast, a typed literal or a column definition. The binder resolves the names. */
export type TypeName = NamedType | ListType | StructType | MapType | UnionType

/**
 * A type with a name: `bigint`, `decimal(10, 2)`, `double precision`, `timestamp(3) with time zone`. Names of several
 * words are one identifier in lower case with single blanks (`timestamp with time zone`), their modifiers taken out.
 */
export interface NamedType {
  readonly kind: 'named_type'
  readonly name: ObjectName
  /** What stands in parentheses: digits of numbers, decoded text of strings (`enum('a', 'b')`). */
  readonly modifiers: readonly TypeModifier[]
  readonly span: Span
}

export interface TypeModifier {
  readonly kind: 'type_modifier'
  readonly form: 'number' | 'string' | 'name'
  readonly text: string
  readonly span: Span
}

/** `integer[]`, `integer[3]`, `integer ARRAY`, `list(integer)`, `array(integer)` and `array<integer>`. */
export interface ListType {
  readonly kind: 'list_type'
  readonly element: TypeName
  /** The fixed length of `integer[3]`; undefined for a list of any length. */
  readonly size: number | undefined
  readonly span: Span
}

/** `struct(a integer, b varchar)`, `row(a integer)` and `struct<a: integer>`. */
export interface StructType {
  readonly kind: 'struct_type'
  readonly fields: readonly TypeField[]
  readonly span: Span
}

/** `map(varchar, integer)` and `map<varchar, integer>`. */
export interface MapType {
  readonly kind: 'map_type'
  readonly key: TypeName
  readonly value: TypeName
  readonly span: Span
}

/** DuckDB's tagged union: `union(number integer, text varchar)`. */
export interface UnionType {
  readonly kind: 'union_type'
  readonly members: readonly TypeField[]
  readonly span: Span
}

export interface TypeField {
  readonly kind: 'type_field'
  /** Undefined in `row(integer, varchar)`, where the fields have no names. */
  readonly name: Identifier | undefined
  readonly type: TypeName
  readonly span: Span
}
