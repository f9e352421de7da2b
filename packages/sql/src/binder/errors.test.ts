import { describe, expect, it } from 'vitest'
import { bindFailure } from '../testing/bind.js'

/** A statement, the code of its error, the text at its place, and words of its message and hint. */
type Case = readonly [sql: string, code: string, at: string, words?: RegExp]

const names: readonly Case[] = [
  ['SELECT aa FROM t', 'COLUMN_NOT_FOUND', 'aa', /Did you mean "a"\?/],
  ['SELECT t.pricee FROM t', 'COLUMN_NOT_FOUND', 'pricee', /the table "t" has no column "pricee".*Did you mean "Price"\?/],
  ['SELECT tt.a FROM t', 'TABLE_NOT_IN_FROM', 'tt', /Did you mean "t"\?/],
  ['SELECT hello', 'COLUMN_NOT_FOUND', 'hello', /single quotes: 'hello'/],
  ['SELECT a FROM t, u', 'AMBIGUOUS_COLUMN', 'a', /artemis\.sda\.t\.a or artemis\.sda\.u\.a/],
  ['SELECT x.a FROM t x, u x', 'AMBIGUOUS_COLUMN', 'x.a'],
  ['SELECT x.* FROM t x, u x', 'AMBIGUOUS_TABLE', 'x'],
  ['SELECT st.other FROM u', 'FIELD_NOT_FOUND', 'other', /It has x, Y/],
  ['SELECT (d).z FROM u', 'NOT_A_STRUCT', 'z', /is DOUBLE/],
  ['SELECT * EXCLUDE (nope) FROM t', 'COLUMN_NOT_FOUND', 'nope', /EXCLUDE/],
  ['SELECT *', 'STAR_WITHOUT_TABLE', '*'],
  ['SELECT * FROM tt', 'TABLE_NOT_FOUND', 'tt', /Did you mean "t"\?/],
  ['SELECT * FROM runs', 'TABLE_NOT_FOUND', 'runs', /artemis\.ops\.runs/],
  ['SELECT * FROM sdb.t', 'SCHEMA_NOT_FOUND', 'sdb', /no catalog or schema "sdb".*"sda"/],
  ['SELECT * FROM artemis.sdb.t', 'SCHEMA_NOT_FOUND', 'sdb', /schema "sdb" in the catalog "artemis"/],
  ['SELECT * FROM artemis.sda.tt', 'TABLE_NOT_FOUND', 'artemis.sda.tt'],
  ['WITH x AS (SELECT 1) SELECT * FROM x, x2', 'TABLE_NOT_FOUND', 'x2'],
  ['WITH x AS (SELECT nope FROM t) SELECT 1', 'COLUMN_NOT_FOUND', 'nope'],
  ['WITH x AS (SELECT 1), x AS (SELECT 2) SELECT 1', 'DUPLICATE_COMMON_TABLE', 'x'],
  ['SELECT * FROM (SELECT 1) AS x (a, b)', 'TOO_MANY_COLUMN_NAMES', 'b'],
  ['SELECT uper(s) FROM t', 'FUNCTION_NOT_FOUND', 'uper', /Did you mean "upper"\?/],
  ['SELECT * FROM uper(1)', 'FUNCTION_NOT_FOUND', 'uper'],
  ['SELECT nope.upper(s) FROM t', 'SCHEMA_NOT_FOUND', 'nope'],
  ['SELECT 1 FROM t JOIN u USING (b)', 'COLUMN_NOT_FOUND', 'b', /right side/],
  ["SELECT * FROM 'data.bin'", 'UNKNOWN_FILE_FORMAT', "'data.bin'", /read_parquet/],
]

const types: readonly Case[] = [
  ["SELECT 1 FROM t WHERE day = 'nope'", 'CAST_FAILED', "'nope'"],
  ["SELECT 1 FROM t WHERE day BETWEEN '2024-01-01' AND 'x'", 'CAST_FAILED', "'x'"],
  ["SELECT 1 FROM t WHERE a IN (1, 'two')", 'CAST_FAILED', "'two'"],
  ["SELECT DATE '2024-13-01'", 'CAST_FAILED', "DATE '2024-13-01'"],
  ['SELECT upper(a) FROM t', 'NO_MATCHING_FUNCTION', 'upper(a)', /upper\(INTEGER\)/],
  ['SELECT s + 1 FROM t', 'NO_MATCHING_FUNCTION', 's + 1', /VARCHAR \+ INTEGER/],
  ['SELECT 1 FROM t WHERE day = a', 'TYPE_MISMATCH', 'day = a', /DATE and INTEGER/],
  ['SELECT 1 FROM t WHERE s', 'NOT_BOOLEAN', 's', /WHERE must be of type BOOLEAN, not VARCHAR/],
  ['SELECT CASE WHEN ok THEN day ELSE a END FROM t', 'TYPE_MISMATCH', 'a', /DATE and INTEGER/],
  ['SELECT day FROM t UNION SELECT a FROM t', 'TYPE_MISMATCH', 'SELECT a FROM t'],
  ['SELECT CAST(1 AS DATE)', 'INVALID_CAST', 'CAST(1 AS DATE)'],
  ['SELECT CAST(1 AS intger)', 'TYPE_NOT_FOUND', 'intger', /Did you mean "integer"\?/],
  ['SELECT CAST(1 AS DECIMAL(40, 2))', 'INVALID_TYPE', '40', /from 1 to 38/],
  ['SELECT CAST(1 AS BIT)', 'NOT_SUPPORTED', 'BIT'],
  ["SELECT INTERVAL 'yesterday'", 'CAST_FAILED', "'yesterday'"],
  ['SELECT a[1] FROM t', 'NOT_SUBSCRIPTABLE', 'a[1]'],
  ['SELECT (a, b) = (1, 2, 3) FROM t', 'ROW_LENGTH_MISMATCH', '(a, b) = (1, 2, 3)'],
  ["SELECT {'a': 1, 'A': 2}", 'DUPLICATE_FIELD', "'A'"],
]

const structure: readonly Case[] = [
  ['SELECT a, b FROM t GROUP BY a', 'NOT_GROUPED', 'b', /any_value\(b\)/],
  ['SELECT count(*) FROM t ORDER BY a', 'NOT_GROUPED', 'a'],
  ['SELECT a FROM t HAVING b > 1', 'NOT_GROUPED', 'b'],
  ['SELECT (SELECT max(d) FROM u WHERE u.a = t.b) FROM t GROUP BY a', 'NOT_GROUPED', '(SELECT max(d) FROM u WHERE u.a = t.b)'],
  ['SELECT 1 FROM t WHERE sum(a) > 1', 'MISPLACED_AGGREGATE', 'sum(a)', /WHERE cannot contain aggregates.*HAVING/],
  ['SELECT sum(sum(a)) FROM t', 'MISPLACED_AGGREGATE', 'sum(a)', /inside aggregates/],
  ['SELECT count(*) AS n FROM t GROUP BY n', 'MISPLACED_AGGREGATE', 'n'],
  ['SELECT count(*) FROM t JOIN u ON count(*) > 1', 'MISPLACED_AGGREGATE', 'count(*)', /condition of JOIN/],
  ['SELECT upper(DISTINCT s) FROM t', 'NOT_AN_AGGREGATE', 'upper(DISTINCT s)'],
  ['SELECT upper(x := s) FROM t', 'NAMED_ARGUMENT', 'x := s'],
  ['SELECT upper(*) FROM t', 'STAR_NOT_ALLOWED', '*'],
  ['SELECT a FROM t ORDER BY 2', 'ORDINAL_OUT_OF_RANGE', '2', /there are 1 columns/],
  ['SELECT a FROM t GROUP BY 0', 'ORDINAL_OUT_OF_RANGE', '0'],
  ['SELECT DISTINCT a FROM t ORDER BY b', 'ORDER_BY_NOT_IN_LIST', 'b'],
  ['SELECT a FROM t UNION SELECT a, b FROM t', 'COLUMN_COUNT_MISMATCH', 'SELECT a, b FROM t'],
  ['VALUES (1), (2, 3)', 'ROW_LENGTH_MISMATCH', '(2, 3)'],
  ['SELECT (SELECT a, b FROM t)', 'SUBQUERY_COLUMN_COUNT', '(SELECT a, b FROM t)'],
  ['SELECT 1 IN (SELECT a, b FROM t)', 'SUBQUERY_COLUMN_COUNT', '1 IN (SELECT a, b FROM t)'],
  ['SELECT a FROM t LIMIT -1', 'INVALID_LIMIT', '-1'],
  ['SELECT a FROM t LIMIT a', 'COLUMN_NOT_FOUND', 'a', /LIMIT cannot use the column/],
  ['SELECT $1', 'PARAMETER_MISSING', '$1', /No parameters were given/],
  ['SELECT a FROM t AS OF TIMESTAMP 42', 'INVALID_TIME_TRAVEL', '42', /AS OF SNAPSHOT/],
  ["SELECT a FROM t AS OF TIMESTAMP 'noon'", 'CAST_FAILED', "'noon'"],
  ["SELECT a FROM t AS OF SNAPSHOT 'x'", 'INVALID_TIME_TRAVEL', "'x'"],
]

const unsupported: readonly (readonly [sql: string, message: string, at?: string])[] = [
  ['SELECT row_number() OVER (ORDER BY a) FROM t', 'window functions are not supported yet', 'row_number() OVER (ORDER BY a)'],
  ['SELECT a FROM t QUALIFY 1 = 1', 'QUALIFY is not supported yet', '1 = 1'],
  ['SELECT a FROM t GROUP BY ROLLUP (a)', 'ROLLUP is not supported yet', 'ROLLUP (a)'],
  ['SELECT a FROM t GROUP BY CUBE (a)', 'CUBE is not supported yet'],
  ['SELECT a FROM t GROUP BY GROUPING SETS ((a), ())', 'GROUPING SETS is not supported yet'],
  ['SELECT DISTINCT ON (a) a, b FROM t', 'DISTINCT ON is not supported yet'],
  [
    'WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x) SELECT * FROM x',
    'a recursive common table expression is not supported yet',
    'x',
  ],
  ['SELECT a FROM t LIMIT 10 PERCENT', 'LIMIT with PERCENT is not supported yet'],
  ['SELECT a FROM t ORDER BY a FETCH FIRST 3 ROWS WITH TIES', 'WITH TIES is not supported yet'],
  ['SELECT * FROM t TABLESAMPLE 10%', 'TABLESAMPLE is not supported yet'],
  ['SELECT * FROM t, LATERAL (SELECT t.a)', 'LATERAL is not supported yet'],
  ['SELECT * FROM u, unnest(u.l)', 'a function in FROM that reads columns of other tables is not supported yet', 'u.l'],
  ['SELECT * FROM t ASOF JOIN u ON t.a = u.a AND t.b >= u.d', 'ASOF JOIN is not supported yet'],
  ['SELECT * FROM t POSITIONAL JOIN u', 'POSITIONAL JOIN is not supported yet'],
  ['PIVOT t ON a USING sum(b)', 'PIVOT is not supported yet'],
  ['UNPIVOT t ON a, b', 'UNPIVOT is not supported yet'],
  ['SELECT list_transform(l, x -> x + 1) FROM u', 'there is no function "list_transform"'],
  ['SELECT list_contains(l, x -> x + 1) FROM u', 'lambda functions are not supported yet', 'x -> x + 1'],
  ['SELECT COLUMNS(*) FROM t', 'COLUMNS is not supported yet'],
  ['SELECT a > ANY (SELECT a FROM u) FROM t', '> ANY over a subquery is not supported yet'],
  ['SELECT (SELECT sum(t.a) FROM u) FROM t', 'an aggregate of the outer query inside a subquery is not supported yet', 'sum(t.a)'],
  ['SELECT random() AS r, r FROM t', 'the use of the alias "r", whose value changes each time, is not supported yet', 'r'],
  ['SELECT random() BETWEEN 0 AND 1', 'a volatile function such as random() in this place is not supported yet', 'random()'],
  ['SELECT s COLLATE NOCASE FROM t', 'the collation NOCASE is not supported yet', 'NOCASE'],
  ['SELECT a FROM v AS OF SNAPSHOT 1', 'time travel of a view is not supported yet'],
  ['DELETE FROM t', 'DELETE is not supported yet'],
  ['UPDATE t SET a = 1', 'UPDATE is not supported yet'],
  ['MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE', 'MERGE is not supported yet'],
  ['ALTER TABLE t ADD COLUMN x INTEGER', 'ALTER TABLE is not supported yet'],
  ["COPY t TO 'x.csv'", 'COPY is not supported yet'],
  ["CALL artemis.system.expire_snapshots('t')", 'CALL is not supported yet'],
  ['SUMMARIZE t', 'SUMMARIZE is not supported yet'],
  ['CREATE INDEX i ON t (a)', 'CREATE INDEX is not supported yet'],
  ['CREATE TABLE x (a INTEGER CHECK (a > 1))', 'CHECK is not supported yet'],
  ['CREATE TABLE x (a INTEGER DEFAULT 1)', 'DEFAULT of a column is not supported yet', '1'],
  ['CREATE TABLE x (a INTEGER) PARTITIONED BY (a)', 'PARTITIONED BY is not supported yet'],
  ['INSERT OR REPLACE INTO t (a) VALUES (1)', 'INSERT OR REPLACE is not supported yet'],
  ['INSERT INTO t (a) VALUES (1) RETURNING a', 'RETURNING is not supported yet'],
]

describe('errors say what is wrong, where, and how to mend it', () => {
  for (const [title, cases] of Object.entries({ names, types, structure })) {
    describe(title, () => {
      for (const [sql, code, at, words] of cases) {
        it(sql, async () => {
          const failure = await bindFailure(sql)
          expect(failure).toMatchObject({ code, at })
          if (words !== undefined) expect(`${failure?.message} ${failure?.hint}`).toMatch(words)
        })
      }
    })
  }

  describe('what is not supported says so by name', () => {
    for (const [sql, message, at] of unsupported) {
      it(sql, async () => {
        const failure = await bindFailure(sql)
        expect(failure).toMatchObject({ message, ...(at === undefined ? {} : { at }) })
        expect(failure?.at).not.toBe(undefined)
      })
    }
  })
})

describe('errors of others', () => {
  it('keep their kind and gain the place', async () => {
    const { CatalogError } = await import('@artemis/errors')
    const resolveTable = (): Promise<never> => Promise.reject(new CatalogError({ code: 'SNAPSHOT_EXPIRED', message: 'gone' }))
    expect(await bindFailure('SELECT * FROM t AS OF SNAPSHOT 1', { resolveTable })).toMatchObject({
      kind: 'catalog',
      code: 'SNAPSHOT_EXPIRED',
      at: 'AS OF SNAPSHOT 1',
    })
  })
})
