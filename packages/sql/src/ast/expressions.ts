import type { Span } from '@artemis/errors'
import type { Literal } from './literals.js'
import type { Identifier, ObjectName } from './names.js'
import type { BinaryOperator, PatternOperator, QuantifiedOperator, UnaryOperator } from './operators.js'
import type { OrderBy, Query, SortKey, WindowSpecification } from './queries.js'
import type { TypeName } from './types.js'

export type Expression =
  | Literal
  | Parameter
  | ColumnReference
  | Star
  | Columns
  | Unary
  | Binary
  | Not
  | Logical
  | IsTest
  | IsDistinct
  | Between
  | InList
  | InSubquery
  | InContainer
  | PatternMatch
  | Quantified
  | Case
  | Cast
  | Collate
  | Call
  | Lambda
  | Row
  | List
  | Struct
  | MapConstructor
  | Subscript
  | Slice
  | FieldAccess
  | ScalarSubquery
  | Exists
  | ArraySubquery
  | DefaultValue

/** `?` (the n-th of its statement, from 1) and `?n` are positional, `$1` numbered, `$name` and `:name` named. */
export interface Parameter {
  readonly kind: 'parameter'
  readonly style: 'positional' | 'numbered' | 'named'
  /** From 1; 0 for a named one. */
  readonly index: number
  /** Empty unless named. */
  readonly name: string
  readonly span: Span
}

/** `a`, `t.a`, `schema.t.a`, or `struct.field`: the binder decides which part is what. */
export interface ColumnReference {
  readonly kind: 'column'
  readonly parts: readonly Identifier[]
  readonly span: Span
}

/** `*`, `t.*`, `* EXCLUDE (a) REPLACE (a + 1 AS b) RENAME (c AS d)`, `* LIKE 'pattern'`; also the argument of `count(*)`. */
export interface Star {
  readonly kind: 'star'
  /** The table before the dot, of any number of parts. */
  readonly qualifier: ObjectName | undefined
  /** Each may have a qualifier: `EXCLUDE (t.a)`. */
  readonly exclude: readonly ObjectName[]
  readonly replace: readonly StarReplacement[]
  readonly rename: readonly StarRename[]
  /** `* LIKE 'a%'`, `* SIMILAR TO '…'`: only the columns whose names match. */
  readonly filter: StarFilter | undefined
  readonly span: Span
}

export interface StarReplacement {
  readonly kind: 'star_replacement'
  readonly expression: Expression
  readonly name: Identifier
  readonly span: Span
}

export interface StarRename {
  readonly kind: 'star_rename'
  readonly from: ObjectName
  readonly to: Identifier
  readonly span: Span
}

export interface StarFilter {
  readonly kind: 'star_filter'
  readonly operator: PatternOperator
  readonly negated: boolean
  readonly pattern: Expression
  readonly span: Span
}

/** `COLUMNS(*)`, `COLUMNS('regex')`, `COLUMNS(lambda c: …)`, `COLUMNS([a, b])`; `unpacked` for `*COLUMNS(…)`. */
export interface Columns {
  readonly kind: 'columns'
  /** A star, a string, a lambda or a list of names. */
  readonly selection: Expression
  readonly unpacked: boolean
  readonly span: Span
}

export interface Unary {
  readonly kind: 'unary'
  readonly operator: UnaryOperator
  readonly operand: Expression
  readonly span: Span
}

export interface Binary {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
  readonly span: Span
}

export interface Not {
  readonly kind: 'not'
  readonly operand: Expression
  readonly span: Span
}

/**
 * A chain of ANDs or of ORs: two operands or more, in order. One node for the whole chain, however long, so nothing
 * that walks the tree recurses along it. A chain in parentheses stays a node of its own.
 */
export interface Logical {
  readonly kind: 'and' | 'or'
  readonly operands: readonly Expression[]
  readonly span: Span
}

/** `x IS [NOT] NULL | TRUE | FALSE | UNKNOWN`, `x ISNULL`, `x NOTNULL`. */
export interface IsTest {
  readonly kind: 'is_test'
  readonly operand: Expression
  readonly test: 'null' | 'true' | 'false' | 'unknown'
  readonly negated: boolean
  readonly span: Span
}

/** `a IS [NOT] DISTINCT FROM b`; SQLite's `a IS b` is its negated form. */
export interface IsDistinct {
  readonly kind: 'is_distinct'
  readonly left: Expression
  readonly right: Expression
  readonly negated: boolean
  readonly span: Span
}

export interface Between {
  readonly kind: 'between'
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
  readonly negated: boolean
  readonly symmetric: boolean
  readonly span: Span
}

/** `x IN (a, b)`; the list may be empty, as SQLite allows. The operand may be a {@link Row}. */
export interface InList {
  readonly kind: 'in_list'
  readonly operand: Expression
  readonly items: readonly Expression[]
  readonly negated: boolean
  readonly span: Span
}

export interface InSubquery {
  readonly kind: 'in_subquery'
  readonly operand: Expression
  readonly query: Query
  readonly negated: boolean
  readonly span: Span
}

/**
 * `x IN y` without parentheses. A list value (DuckDB) or, when a bare name is no column in scope, a table of one column
 * (SQLite): the binder decides.
 */
export interface InContainer {
  readonly kind: 'in_container'
  readonly operand: Expression
  readonly container: Expression
  readonly negated: boolean
  readonly span: Span
}

export interface PatternMatch {
  readonly kind: 'pattern_match'
  readonly operator: PatternOperator
  readonly operand: Expression
  readonly pattern: Expression
  readonly escape: Expression | undefined
  readonly negated: boolean
  readonly span: Span
}

/** `x = ANY (SELECT …)`, `x < ALL (list)`, `x LIKE ANY (…)`; SOME is ANY. */
export interface Quantified {
  readonly kind: 'quantified'
  readonly operator: QuantifiedOperator
  readonly quantifier: 'any' | 'all'
  readonly operand: Expression
  /** A list, or undefined when {@link query} is there. `ANY ('a', 'b')` is a list of the items. */
  readonly list: Expression | undefined
  readonly query: Query | undefined
  readonly span: Span
}

export interface Case {
  readonly kind: 'case'
  readonly operand: Expression | undefined
  readonly branches: readonly CaseBranch[]
  readonly otherwise: Expression | undefined
  readonly span: Span
}

export interface CaseBranch {
  readonly kind: 'case_branch'
  readonly when: Expression
  readonly then: Expression
  readonly span: Span
}

/** `CAST(x AS t)`, `x::t`, and with `safe` `TRY_CAST(x AS t)`. */
export interface Cast {
  readonly kind: 'cast'
  readonly operand: Expression
  readonly type: TypeName
  readonly safe: boolean
  readonly span: Span
}

export interface Collate {
  readonly kind: 'collate'
  readonly operand: Expression
  readonly collation: ObjectName
  readonly span: Span
}

/**
 * A call of any function: scalar, aggregate, window. The forms with words of their own become plain calls:
 *
 * | written | call |
 * |---|---|
 * | `EXTRACT(year FROM x)` | `date_part('year', x)` |
 * | `POSITION(a IN b)` | `strpos(b, a)` |
 * | `SUBSTRING(x FROM a FOR b)` | `substring(x, a, b)` |
 * | `TRIM(BOTH c FROM x)`, LEADING, TRAILING | `trim(x, c)`, `ltrim(x, c)`, `rtrim(x, c)` |
 * | `OVERLAY(x PLACING y FROM a FOR b)` | `overlay(x, y, a, b)` |
 * | `x AT TIME ZONE z` | `timezone(z, x)` |
 * | `CURRENT_DATE`, `CURRENT_TIMESTAMP`, `LOCALTIME` … | `current_date()` … |
 * | `(expression).name(args)` | `name(expression, args)` |
 * | `[e FOR x IN l IF c]` | `list_transform(list_filter(l, lambda x: c), lambda x: e)` |
 *
 * `a.f(x)` keeps the name `a.f`: a schema's function, or a method of the column `a`. The binder decides.
 */
export interface Call {
  readonly kind: 'call'
  readonly name: ObjectName
  /** `count(*)` has one argument, a {@link Star}. */
  readonly arguments: readonly Argument[]
  readonly distinct: boolean
  /** `array_agg(x ORDER BY y)`. */
  readonly orderBy: OrderBy | undefined
  /** `WITHIN GROUP (ORDER BY x)`. */
  readonly withinGroup: readonly SortKey[]
  /** `FILTER (WHERE condition)`. */
  readonly filter: Expression | undefined
  /** `IGNORE NULLS` or `RESPECT NULLS`, inside or after the parentheses. */
  readonly nulls: 'ignore' | 'respect' | undefined
  /** `FROM FIRST` or `FROM LAST` of nth_value. */
  readonly countFrom: 'first' | 'last' | undefined
  readonly over: WindowSpecification | undefined
  readonly span: Span
}

/** An argument, with a name in `f(name => 1)` and `f(name := 1)`. */
export interface Argument {
  readonly kind: 'argument'
  readonly name: Identifier | undefined
  readonly value: Expression
  readonly span: Span
}

/** `x -> x + 1`, `(x, y) -> x + y`, `lambda x, y: x + y`. Only inside a call's arguments and COLUMNS. */
export interface Lambda {
  readonly kind: 'lambda'
  readonly parameters: readonly Identifier[]
  readonly body: Expression
  readonly span: Span
}

/** `(a, b)` and `ROW(a, b)`; `()` never. `ROW(a)` has one element. */
export interface Row {
  readonly kind: 'row'
  readonly elements: readonly Expression[]
  readonly span: Span
}

/** `[a, b]` and `ARRAY[a, b]`. */
export interface List {
  readonly kind: 'list'
  readonly elements: readonly Expression[]
  readonly span: Span
}

/** `{'a': 1, b: 2}`. */
export interface Struct {
  readonly kind: 'struct'
  readonly fields: readonly StructField[]
  readonly span: Span
}

export interface StructField {
  readonly kind: 'struct_field'
  readonly name: Identifier
  readonly value: Expression
  readonly span: Span
}

/** `MAP {'a': 1}`; `MAP(keys, values)` is a call. */
export interface MapConstructor {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
  readonly span: Span
}

export interface MapEntry {
  readonly kind: 'map_entry'
  readonly key: Expression
  readonly value: Expression
  readonly span: Span
}

/** `x[i]`. */
export interface Subscript {
  readonly kind: 'subscript'
  readonly operand: Expression
  readonly index: Expression
  readonly span: Span
}

/** `x[a:b]`, `x[a:b:step]`, each bound optional; `-` as the upper bound is undefined. */
export interface Slice {
  readonly kind: 'slice'
  readonly operand: Expression
  readonly lower: Expression | undefined
  readonly upper: Expression | undefined
  readonly step: Expression | undefined
  readonly span: Span
}

/** `(x).name` and `x[1].name`: a field of anything but a plain name. */
export interface FieldAccess {
  readonly kind: 'field'
  readonly operand: Expression
  readonly name: Identifier
  readonly span: Span
}

export interface ScalarSubquery {
  readonly kind: 'subquery'
  readonly query: Query
  readonly span: Span
}

/** `EXISTS (query)`; NOT EXISTS is a {@link Not} over it. */
export interface Exists {
  readonly kind: 'exists'
  readonly query: Query
  readonly span: Span
}

/** `ARRAY(query)`. */
export interface ArraySubquery {
  readonly kind: 'array_subquery'
  readonly query: Query
  readonly span: Span
}

/** DEFAULT as a value of INSERT, UPDATE and SET. */
export interface DefaultValue {
  readonly kind: 'default'
  readonly span: Span
}
