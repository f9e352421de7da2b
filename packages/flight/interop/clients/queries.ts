/** The queries that every client runs, and whose results must equal the engine's own: all types, edges, sizes, times, errors. */

/** Columns of scalar types: what every client can read. */
export const SCALAR_QUERIES: readonly string[] = [
  'SELECT 42 AS answer',
  "SELECT true AS yes, false AS no, CAST(NULL AS BOOLEAN) AS neither",
  'SELECT CAST(-128 AS TINYINT) AS a, CAST(32767 AS SMALLINT) AS b, CAST(-2147483648 AS INTEGER) AS c, 9223372036854775807 AS d, CAST(NULL AS BIGINT) AS e',
  "SELECT CAST(0.1 AS DOUBLE) AS a, CAST(1.5 AS REAL) AS b, CAST('-Infinity' AS DOUBLE) AS c, CAST('NaN' AS DOUBLE) AS d, CAST(-0.0 AS DOUBLE) AS e",
  'SELECT CAST(12345678901234567890123456789.123456789 AS DECIMAL(38, 9)) AS wide, CAST(-0.01 AS DECIMAL(5, 2)) AS narrow, CAST(NULL AS DECIMAL(9, 0)) AS none',
  "SELECT 'grüße, 世界 🚀' AS text, '' AS empty, CAST(NULL AS VARCHAR) AS none, 'it''s \"quoted\"\\' AS quoted",
  "SELECT DATE '1970-01-01' AS a, DATE '2024-02-29' AS b, DATE '1969-12-31' AS c, CAST(NULL AS DATE) AS d",
  "SELECT TIMESTAMP '2024-03-15 01:02:03.456789' AS a, TIMESTAMP '1969-12-31 23:59:59.999999' AS b, CAST(NULL AS TIMESTAMP) AS c",
  "SELECT TIMESTAMPTZ '2024-03-15 01:02:03.456789+02:00' AS a, TIMESTAMPTZ '1969-12-31 23:59:59.999999Z' AS b",
  "SELECT CAST('\\x00FF10' AS BLOB) AS some, CAST(NULL AS BLOB) AS none",
  "SELECT CAST('0190b8f0-7c1a-7d3e-8f00-0123456789ab' AS UUID) AS id, CAST(NULL AS UUID) AS none",
  'SELECT NULL AS nothing',
  "SELECT x AS n, CASE WHEN x % 3 = 0 THEN NULL ELSE x * 2 END AS sometimes FROM (VALUES (1), (2), (3), (4), (5), (6)) AS t(x)",
  'SELECT * FROM artemis.sda.missions ORDER BY 1',
  'SELECT * FROM artemis.sda.missions WHERE 1 = 0',
  "SELECT * FROM artemis.sda.observations WHERE mission_id = 'apollo-7' AND day = DATE '2024-01-03' ORDER BY observed_at, observation_id LIMIT 500",
  'SELECT mission_id, COUNT(*) AS n, MAX(panel_voltage) AS v, MIN(observed_at) AS at, MAX(notes) AS notes FROM artemis.sda.observations GROUP BY 1 ORDER BY 1',
  "SELECT COUNT(*) AS n, MAX(observation_id) AS last FROM artemis.sda.observations AS OF TIMESTAMP '2024-03-01T00:00:00Z'",
  "SELECT day, COUNT(*) AS n FROM artemis.sda.observations WHERE notes IS NULL GROUP BY day ORDER BY day",
  "EXPLAIN SELECT COUNT(*) FROM artemis.sda.observations WHERE mission_id = 'apollo-7'",
  'SHOW TABLES IN artemis.sda',
  "SELECT table_catalog, table_schema, table_name, table_type FROM information_schema.tables WHERE table_catalog = 'artemis' ORDER BY ALL",
]

/** Types that JDBC has not: it takes unsigned integers for signed ones, and times have milliseconds there. */
export const NESTED_QUERIES: readonly string[] = [
  "SELECT TIME '23:59:59.999999' AS late, CAST(NULL AS TIME) AS none",
  "SELECT INTERVAL '1' MONTH AS month, INTERVAL '36' HOUR AS hours",
  "SELECT [1, NULL, 3] AS list, CAST(NULL AS INTEGER[]) AS none, [['a'], []] AS lists",
  "SELECT {'a': 1, 'b': 'x'} AS pair, MAP {'k': 1} AS map",
  'SELECT CAST(255 AS UTINYINT) AS a, CAST(65535 AS USMALLINT) AS b, CAST(4294967295 AS UINTEGER) AS c, CAST(18446744073709551615 AS UBIGINT) AS d',
]

/** More than 100,000 rows in many batches. */
export const LARGE_QUERY = 'SELECT * FROM artemis.sda.observations ORDER BY observation_id LIMIT 120000'

/** What fails, each with what the client must be told. */
export const FAILING_QUERIES: readonly (readonly [sql: string, message: RegExp])[] = [
  ['SELEC 1', /SELEC/],
  ['SELECT nonsense FROM artemis.sda.missions', /nonsense/],
  ['SELECT * FROM artemis.sda.nowhere', /nowhere/],
  ["SELECT CAST('x' AS INTEGER) AS x", /x/],
  ["SELECT COUNT(*) FROM artemis.sda.observations AS OF TIMESTAMP '1999-01-01T00:00:00Z'", /1999|snapshot/],
]

/** Rows for as long as anybody reads. */
export const SLOW_QUERY = 'SELECT x, x * 2 AS y FROM range(0, 100000000000) AS t(x)'
