/**
 * The queries, with the same text for both engines. `goal` is the ratio to DuckDB that they are held to; `ordered` ones
 * must agree in the order of rows as well. Queries over `observations` keep away from the day that has deleted rows,
 * since DuckDB reads the data files alone.
 */

export const QUERIES = [
  {
    id: 'filter-group',
    title: 'scan + filter + group by',
    sql: 'SELECT station, COUNT(*), AVG(voltage), MAX(temperature) FROM artemis.bench.telemetry WHERE quality = 0 AND voltage > 27 GROUP BY station',
    goal: 3,
  },
  { id: 'sum-column', title: 'sum of one plain column', sql: 'SELECT SUM(voltage) FROM artemis.bench.telemetry', goal: 3 },
  { id: 'count-filter', title: 'filter on a nullable column, count', sql: 'SELECT COUNT(*) FROM artemis.bench.telemetry WHERE current > 7.5', goal: 3 },
  {
    id: 'q1-doubles',
    title: 'Q1-like over doubles, two dictionary keys',
    sql: `SELECT station, channel, COUNT(*), SUM(voltage), SUM(voltage * current), SUM(voltage * current * (1 - temperature / 100)), AVG(temperature)
FROM artemis.bench.telemetry WHERE recorded_at < TIMESTAMPTZ '2024-01-30 00:00:00+00' GROUP BY station, channel`,
    goal: 3,
  },
  {
    id: 'q1-decimals',
    title: 'TPC-H Q1 (decimals)',
    sql: `SELECT l_returnflag, l_linestatus, SUM(l_quantity), SUM(l_extendedprice), SUM(l_extendedprice * (1 - l_discount)),
  SUM(l_extendedprice * (1 - l_discount) * (1 + l_tax)), AVG(l_quantity), AVG(l_extendedprice), AVG(l_discount), COUNT(*)
FROM artemis.bench.lineitem WHERE l_shipdate <= DATE '1998-09-02'
GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus`,
    goal: 3,
    ordered: true,
  },
  {
    id: 'q6-decimals',
    title: 'TPC-H Q6 (range filters)',
    sql: `SELECT SUM(l_extendedprice * l_discount) FROM artemis.bench.lineitem
WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01' AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24`,
    goal: 3,
  },
  {
    id: 'group-100k',
    title: 'group by an integer, 100,000 groups',
    sql: 'SELECT COUNT(*), MAX(c), SUM(s) FROM (SELECT reading_id % 100000 AS k, COUNT(*) AS c, SUM(voltage) AS s FROM artemis.bench.telemetry GROUP BY 1) g',
    goal: 3,
  },
  { id: 'like', title: "LIKE '%…%' on a sparse text", sql: "SELECT COUNT(*) FROM artemis.bench.telemetry WHERE note LIKE '%k9%'", goal: 3 },
  {
    id: 'join',
    title: 'join with a small dimension, group by',
    sql: `SELECT s.region, COUNT(*), AVG(t.voltage * s.gain) FROM artemis.bench.telemetry t
JOIN artemis.bench.stations s ON t.station = s.station GROUP BY s.region`,
    goal: 3,
  },
  {
    id: 'top-n',
    title: 'top 100 of ten million',
    sql: 'SELECT reading_id, recorded_at, voltage FROM artemis.bench.telemetry ORDER BY voltage DESC, reading_id LIMIT 100',
    goal: 3,
    ordered: true,
  },
  {
    id: 'sort',
    title: 'sort one million rows, all returned',
    sql: 'SELECT observation_id, panel_voltage FROM artemis.sda.observations ORDER BY panel_voltage DESC, observation_id',
    goal: 3,
    ordered: true,
    rounds: 7,
    readsDeletedRows: true,
  },
  {
    id: 'small-files',
    title: '364 small files: filter + group by',
    sql: `SELECT mission_id, sensor, COUNT(*), AVG(panel_voltage) FROM artemis.sda.observations
WHERE status = 'nominal' AND day <> DATE '2024-03-12' GROUP BY mission_id, sensor`,
    goal: 3,
  },
  {
    id: 'eight-days',
    title: 'count by mission over eight days (32 files)',
    sql: "SELECT mission_id, COUNT(*) FROM artemis.sda.observations WHERE day BETWEEN '2024-03-01' AND '2024-03-08' GROUP BY mission_id",
    goal: 3,
  },
  { id: 'count', title: 'COUNT(*)', sql: 'SELECT COUNT(*) FROM artemis.bench.telemetry', goal: 1 },
  { id: 'min-max', title: 'COUNT, MIN and MAX', sql: 'SELECT COUNT(*), MIN(reading_id), MAX(reading_id) FROM artemis.bench.telemetry', goal: 1 },
]

/** Run with everything cached, and with nothing cached: a new session against a new DuckDB. */
export const POINT_QUERIES = [
  { id: 'point-id', title: 'one row by id, of 364 files', sql: 'SELECT observation_id, mission_id, day, observed_at, sensor, panel_voltage, status, notes FROM artemis.sda.observations WHERE observation_id = 18365000', goal: 1 },
  {
    id: 'point-partition',
    title: 'one minute of one mission, by partition and time',
    sql: `SELECT observation_id, observed_at, sensor, panel_voltage FROM artemis.sda.observations WHERE mission_id = 'apollo-7' AND day = '2024-03-15'
AND observed_at BETWEEN TIMESTAMPTZ '2024-03-15 10:00:00+00' AND TIMESTAMPTZ '2024-03-15 10:01:00+00'`,
    goal: 1,
  },
  { id: 'point-large', title: 'one row by id, of ten million in 8 files', sql: 'SELECT * FROM artemis.bench.telemetry WHERE reading_id = 15000001', goal: 1 },
]
