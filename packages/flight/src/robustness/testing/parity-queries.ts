/**
 * The queries whose results must be the same bytes in process and over the wire: all types, edges, sizes, times, plans. Each
 * defines the order of its rows, and none adds up floating-point numbers of several files, whose order is not defined.
 */

export const PARITY_QUERIES: readonly string[] = [
  // Values of every type.
  'SELECT 42 AS answer, NULL AS nothing',
  'SELECT true AS yes, false AS no, CAST(NULL AS BOOLEAN) AS neither',
  'SELECT CAST(-128 AS TINYINT) AS a, CAST(32767 AS SMALLINT) AS b, CAST(-2147483648 AS INTEGER) AS c, 9223372036854775807 AS d',
  'SELECT CAST(255 AS UTINYINT) AS a, CAST(65535 AS USMALLINT) AS b, CAST(4294967295 AS UINTEGER) AS c, CAST(18446744073709551615 AS UBIGINT) AS d',
  "SELECT CAST('NaN' AS DOUBLE) AS a, CAST('-0.0' AS DOUBLE) AS b, CAST('-Infinity' AS REAL) AS c, CAST('NaN' AS REAL) AS d, 5e-324 AS e",
  'SELECT CAST(12345678901234567890123456789.123456789 AS DECIMAL(38, 9)) AS wide, CAST(-0.01 AS DECIMAL(5, 2)) AS narrow, CAST(NULL AS DECIMAL(9, 0)) AS none',
  "SELECT 'grüße, 世界 🚀' AS text, '' AS empty, CAST(NULL AS VARCHAR) AS none, 'it''s \"quoted\"\\' AS quoted",
  "SELECT CAST('\\x00FF10' AS BLOB) AS some, CAST(NULL AS BLOB) AS none",
  "SELECT CAST('0190b8f0-7c1a-7d3e-8f00-0123456789ab' AS UUID) AS id, CAST(NULL AS UUID) AS none",
  "SELECT DATE '1970-01-01' AS a, DATE '2024-02-29' AS b, DATE '0001-01-01' AS c, TIME '23:59:59.999999' AS d",
  "SELECT TIMESTAMP '1969-12-31 23:59:59.999999' AS a, TIMESTAMPTZ '2024-03-15 01:02:03.456789+02:00' AS b, CAST(NULL AS TIMESTAMP) AS c",
  "SELECT CAST('2024-03-15 01:02:03.123456789' AS TIMESTAMP_NS) AS a, CAST('1969-12-31 23:59:59' AS TIMESTAMP_NS) AS b",
  "SELECT INTERVAL '1' MONTH AS month, INTERVAL '36' HOUR AS hours, INTERVAL '-3' DAY AS days",
  "SELECT [1, NULL, 3] AS list, CAST(NULL AS INTEGER[]) AS none, [['a'], []] AS lists, [] AS empty",
  "SELECT {'a': 1, 'b': 'x', 'c': {'d': [1.5, NULL]}} AS pair, MAP {'k': 1, 'l': NULL} AS map",
  "SELECT [{'a': 1, 'b': [MAP {'x': [DATE '2024-01-01']}]}, NULL] AS deep",
  // Every column of a table of all types: whole, filtered, sorted away from its order, doubled, and each group of types alone.
  'SELECT * FROM edge.main.kinds',
  'SELECT * FROM edge.main.kinds ORDER BY n DESC',
  'SELECT * FROM edge.main.kinds WHERE n % 2 = 1 ORDER BY n',
  'SELECT * FROM edge.main.kinds WHERE n < 0',
  'SELECT a.*, b.text AS other FROM edge.main.kinds a LEFT JOIN edge.main.kinds b ON a.n = b.n + 5 ORDER BY a.n',
  'SELECT * FROM edge.main.kinds UNION ALL SELECT * FROM edge.main.kinds ORDER BY n LIMIT 5',
  'SELECT ts_s, ts_ms, ts_us, ts_ns, tz_s, tz_ms, tz_us, tz_ns, berlin_s, berlin_ms, berlin_us, berlin_ns FROM edge.main.kinds ORDER BY n',
  'SELECT f32, f64, f64 + 1 AS more, -f64 AS less FROM edge.main.kinds ORDER BY f64, n',
  'SELECT numbers, lists, pair, dict, pair.c.d AS d FROM edge.main.kinds ORDER BY n OFFSET 2',
  'SELECT min(d38) AS low, max(d38) AS high, sum(d9) AS total, max(id) AS id, min(bytes) AS bytes, max(span) AS span FROM edge.main.kinds',
  // Dictionaries: whole, sliced across batches, grouped.
  'SELECT * FROM edge.main.codes ORDER BY n',
  'SELECT n, word FROM edge.main.codes WHERE n BETWEEN 900 AND 1100 ORDER BY n',
  'SELECT word, count(*) AS rows, sum(n) AS total FROM edge.main.codes GROUP BY word ORDER BY word',
  'SELECT DISTINCT amount FROM edge.main.codes ORDER BY amount NULLS FIRST',
  // Nothing at all, and nothing of many columns.
  'SELECT * FROM sda.observations WHERE false',
  'SELECT mission_id, count(*) AS rows FROM sda.observations WHERE false GROUP BY mission_id',
  'SELECT 1 AS one LIMIT 0',
  // The archive: many batches, more than 2 MiB, rows larger than a message, dictionaries and deletes of files.
  'SELECT * FROM sda.observations ORDER BY observation_id',
  'SELECT status, sensor, notes FROM sda.observations ORDER BY observation_id LIMIT 40000',
  "SELECT i, repeat('ä', 200000 + i) AS long FROM range(40) AS t(i) ORDER BY i",
  "SELECT i, repeat('x', 3000000) AS longer FROM range(3) AS t(i) ORDER BY i",
  'SELECT i, i * 0.5 AS half, NULLIF(i % 7, 0) AS seventh FROM range(200000) AS t(i) ORDER BY i',
  'SELECT * FROM sda.events ORDER BY event_id LIMIT 2000',
  'SELECT * FROM sda.missions ORDER BY mission_id',
  'SELECT mission_id, count(*) AS rows, sum(CAST(panel_voltage AS DECIMAL(18, 6))) AS volts, max(notes) AS notes FROM sda.observations GROUP BY mission_id ORDER BY mission_id',
  'SELECT o.observation_id, m.name, m.budget_millions FROM sda.observations o JOIN sda.missions m USING (mission_id) ORDER BY o.observation_id LIMIT 3000',
  "WITH days AS (SELECT DISTINCT day FROM sda.observations) SELECT day FROM days EXCEPT SELECT DATE '2024-01-02' ORDER BY day",
  // Times.
  "SELECT count(*) AS rows, max(observed_at) AS last FROM sda.observations AS OF TIMESTAMP '2024-02-20 00:00:00'",
  "SELECT * FROM sda.observations AS OF TAG 'q1-baseline' ORDER BY observation_id LIMIT 100",
  "SELECT * FROM sda.observations AS OF TIMESTAMP '2024-02-10 00:00:00' ORDER BY observation_id LIMIT 10",
  'SELECT snapshot_id, committed_at, operation, summary FROM sda.observations.snapshots ORDER BY committed_at',
  'SELECT * FROM sda.observations.history ORDER BY ALL',
  // What there is, and how it is read.
  "EXPLAIN SELECT mission_id, count(*) FROM sda.observations WHERE day = DATE '2024-01-03' GROUP BY 1 ORDER BY 2 DESC LIMIT 3",
  'EXPLAIN (FORMAT JSON) SELECT * FROM sda.missions WHERE crew > 1',
  'SHOW TABLES IN artemis.sda',
  'SHOW timezone',
  'DESCRIBE sda.observations',
  'SHOW CATALOGS',
  "SELECT * FROM information_schema.tables WHERE table_catalog <> 'memory' ORDER BY ALL",
  "SELECT * FROM information_schema.columns WHERE table_catalog = 'edge' ORDER BY ALL",
]

/** What fails, before it runs or on the way, and gRPC's status for it. */
export const FAILING_QUERIES: readonly (readonly [sql: string, status: 'INVALID_ARGUMENT' | 'NOT_FOUND' | 'UNIMPLEMENTED' | 'FAILED_PRECONDITION'])[] = [
  ['SELEC 1', 'INVALID_ARGUMENT'],
  ['SELECT 1 +', 'INVALID_ARGUMENT'],
  ['SELECT\n  nonsense\nFROM sda.missions', 'INVALID_ARGUMENT'],
  ['SELECT * FROM sda.nowhere', 'NOT_FOUND'],
  ['SELECT * FROM nowhere.sda.missions', 'NOT_FOUND'],
  ["SELECT CAST('x' AS INTEGER) AS x", 'INVALID_ARGUMENT'],
  ['SELECT CAST(mission_id AS INTEGER) AS x FROM sda.missions', 'INVALID_ARGUMENT'],
  ["SELECT i, CASE WHEN i = 150000 THEN CAST('grüße' || i AS BIGINT) ELSE i END AS late FROM range(200000) AS t(i)", 'INVALID_ARGUMENT'],
  ['SELECT 9223372036854775807 + n FROM edge.main.kinds', 'INVALID_ARGUMENT'],
  ["SELECT count(*) FROM sda.observations AS OF TIMESTAMP '1999-01-01T00:00:00Z'", 'FAILED_PRECONDITION'],
  ["SELECT count(*) FROM sda.observations AS OF TAG 'nothing-like-it'", 'NOT_FOUND'],
  ['SELECT no_such_function(1)', 'INVALID_ARGUMENT'],
  ['SELECT row_number() OVER (ORDER BY crew) FROM sda.missions', 'UNIMPLEMENTED'],
  ['WITH RECURSIVE walk(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM walk) SELECT * FROM walk', 'UNIMPLEMENTED'],
]
