/** Operators as written in canonical spelling: `==` is `=`, `!=` is `<>`, `**` is `^`. */

export const comparisonOperators = ['=', '<>', '<', '<=', '>', '>='] as const
export type ComparisonOperator = (typeof comparisonOperators)[number]

/** `^` is power and `#` bitwise exclusive or, as in Postgres; `//` is integer division, as in DuckDB. */
export const arithmeticOperators = ['+', '-', '*', '/', '//', '%', '^', '&', '|', '#', '<<', '>>'] as const
export type ArithmeticOperator = (typeof arithmeticOperators)[number]

/** Concatenation, JSON access, containment and overlap, `^@` (starts with). */
export const otherOperators = ['||', '->', '->>', '#>', '#>>', '@>', '<@', '&&', '^@', '<->', '<=>'] as const
export type OtherOperator = (typeof otherOperators)[number]

/** Postgres's regular expression matches; `*` ignores case and `!` negates. */
export const regexOperators = ['~', '~*', '!~', '!~*'] as const
export type RegexOperator = (typeof regexOperators)[number]

export type BinaryOperator = ComparisonOperator | ArithmeticOperator | OtherOperator | RegexOperator

/** `!` is Postgres's and DuckDB's old factorial and is not among them; NOT is a node of its own. */
export const unaryOperators = ['-', '+', '~', '@'] as const
export type UnaryOperator = (typeof unaryOperators)[number]

/** `REGEXP`, `RLIKE` and `REGEXP_LIKE`-style infix words are `regexp`; `~~` is `like` and `~~*` is `ilike`. */
export const patternOperators = ['like', 'ilike', 'similar', 'glob', 'regexp'] as const
export type PatternOperator = (typeof patternOperators)[number]

/** What may stand before ANY and ALL. */
export type QuantifiedOperator = ComparisonOperator | 'like' | 'ilike' | 'not like' | 'not ilike' | RegexOperator
