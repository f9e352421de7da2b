/**
 * The words with a meaning in the grammar. Few are reserved: a word that the grammar can tell from a name by what
 * follows stays free to be a name.
 */

/** Never a name without quotes, except after a dot or AS. */
const reserved = [
  'ALL', 'AND', 'ANY', 'AS', 'ASC', 'CASE', 'CAST', 'CHECK', 'COLLATE', 'CONSTRAINT', 'CREATE', 'DEFAULT', 'DESC', 'DISTINCT', 'ELSE',
  'END', 'EXCEPT', 'FALSE', 'FETCH', 'FOR', 'FROM', 'GROUP', 'HAVING', 'IN', 'INTERSECT', 'INTO', 'IS', 'LATERAL', 'LIMIT', 'NOT',
  'NULL', 'OFFSET', 'ON', 'OR', 'ORDER', 'QUALIFY', 'RETURNING', 'SELECT', 'SOME', 'THEN', 'TRUE', 'UNION', 'USING', 'WHEN', 'WHERE',
  'WINDOW', 'WITH',
] as const

/** No name of a column or alias without quotes, but a function's: `left('abc', 1)`. */
const joinWords = ['CROSS', 'FULL', 'INNER', 'JOIN', 'LEFT', 'NATURAL', 'OUTER', 'RIGHT'] as const

/** Operators between expressions: a name, but not an alias without AS. */
const operatorWords = ['BETWEEN', 'GLOB', 'ILIKE', 'ISNULL', 'LIKE', 'NOTNULL', 'REGEXP', 'RLIKE', 'SIMILAR'] as const

/** Words that mean something only where the grammar looks for them. */
const contextual = [
  'ADD', 'AFTER', 'ALTER', 'ANALYZE', 'ANTI', 'ARRAY', 'ASOF', 'AT', 'ATTACH', 'BEGIN', 'BERNOULLI', 'BOTH', 'BRANCH', 'BY', 'CALL',
  'CASCADE', 'CATALOG', 'CATALOGS', 'CHECKPOINT', 'COLUMN', 'COLUMNS', 'COMMENT', 'COMMIT', 'CONFLICT', 'COPY', 'CUBE', 'CURRENT',
  'CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'DATABASE', 'DATABASES', 'DATE', 'DEALLOCATE', 'DELETE', 'DESCRIBE', 'DETACH',
  'DO', 'DROP', 'ESCAPE', 'EXCLUDE', 'EXECUTE', 'EXISTS', 'EXPLAIN', 'EXTRACT', 'FILTER', 'FIRST', 'FOLLOWING', 'FOREIGN', 'FORMAT',
  'FUNCTION', 'FUNCTIONS', 'GLOBAL', 'GROUPING', 'GROUPS', 'IF', 'IGNORE', 'INDEX', 'INSERT', 'INTERVAL', 'KEY', 'LAMBDA', 'LAST',
  'LEADING', 'LOCATION', 'MAP', 'MATCHED', 'MATERIALIZED', 'MERGE', 'NAME', 'NEXT', 'NO', 'NOTHING', 'NULLS', 'OF', 'ONLY',
  'ORDINALITY', 'OTHERS', 'OVER', 'OVERLAY', 'OVERWRITE', 'PARTITION', 'PARTITIONED', 'PERCENT', 'PIVOT', 'PLACING', 'POSITION',
  'POSITIONAL', 'PRAGMA', 'PRECEDING', 'PREPARE', 'PRIMARY', 'PROPERTIES', 'PURGE', 'RANGE', 'RECURSIVE', 'REFERENCES', 'RENAME',
  'REPEATABLE', 'REPLACE', 'RESERVOIR', 'RESET', 'RESPECT', 'RESTRICT', 'RETAIN', 'ROLLBACK', 'ROLLUP', 'ROW', 'ROWS', 'SAMPLE',
  'SCHEMA', 'SCHEMAS', 'SEMI', 'SET', 'SETS', 'SHOW', 'SNAPSHOT', 'SNAPSHOTS', 'SORTED', 'START', 'STRUCT', 'SUBSTRING', 'SUMMARIZE',
  'SYMMETRIC', 'SYSTEM', 'SYSTEM_TIME', 'TABLE', 'TABLES', 'TABLESAMPLE', 'TAG', 'TBLPROPERTIES', 'TEMP', 'TEMPORARY', 'TIES', 'TIME',
  'TIMESTAMP', 'TO', 'TRAILING', 'TRANSACTION', 'TRIGGER', 'TRIM', 'TRUNCATE', 'TRY_CAST', 'TYPE', 'UNBOUNDED', 'UNIQUE', 'UNKNOWN',
  'UNPIVOT', 'UNSET', 'UPDATE', 'USE', 'VACUUM', 'VALUE', 'VALUES', 'VARIABLE', 'VERBOSE', 'VERSION', 'VIEW', 'VIEWS', 'WITHIN',
  'WITHOUT', 'ZONE',
] as const

export const reservedWords: ReadonlySet<string> = new Set([...reserved, ...joinWords])
const functionWords: ReadonlySet<string> = new Set(['LEFT', 'RIGHT', 'REPLACE', 'GLOB'])
const aliasStops: ReadonlySet<string> = new Set([...reserved, ...joinWords, ...operatorWords])

/** Every keyword, in upper case and sorted: for completion and highlighting. */
export const keywords: readonly string[] = [...reserved, ...joinWords, ...operatorWords, ...contextual].toSorted()

/** Whether a word (in upper case) must be quoted to be a name. */
export function isReserved(word: string): boolean {
  return reservedWords.has(word)
}

/** Whether a reserved word may still name a function when a parenthesis follows. */
export function mayNameFunction(word: string): boolean {
  return functionWords.has(word)
}

/** Whether a word cannot be an alias unless AS stands before it. */
export function stopsAlias(word: string): boolean {
  return aliasStops.has(word)
}

/** What may follow a table or a select item: the words that a mistyped alias is compared with. */
export const clauseWords: readonly string[] = [
  'FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'OFFSET', 'UNION', 'EXCEPT', 'INTERSECT', 'JOIN', 'LEFT', 'RIGHT', 'FULL',
  'INNER', 'CROSS', 'NATURAL', 'WINDOW', 'QUALIFY', 'BETWEEN', 'LIKE', 'ILIKE', 'USING', 'RETURNING', 'VALUES', 'SELECT', 'TABLESAMPLE',
  'AND',
]

/** What a statement may begin with. */
export const statementWords: readonly string[] = [
  'SELECT', 'FROM', 'WITH', 'VALUES', 'TABLE', 'INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'MERGE', 'TRUNCATE', 'CREATE', 'DROP', 'ALTER',
  'EXPLAIN', 'DESCRIBE', 'DESC', 'SUMMARIZE', 'SHOW', 'SET', 'RESET', 'USE', 'PREPARE', 'EXECUTE', 'DEALLOCATE', 'BEGIN', 'START',
  'COMMIT', 'END', 'ROLLBACK', 'ABORT', 'COPY', 'CALL', 'ANALYZE', 'VACUUM', 'PIVOT', 'UNPIVOT', 'PRAGMA', 'ATTACH', 'DETACH',
]
