/**
 * Small queries as tools send them, GetFlightInfo and then DoGet, over one warm connection, beside the same query in the
 * server's process without a network, and beside a C++ server that has nothing to plan or to run.
 */

const QUERIES = [
  { id: 'one', title: 'SELECT 1', sql: 'SELECT 1' },
  {
    id: 'point',
    title: 'one row by id, of 364 files',
    sql: 'SELECT observation_id, mission_id, day, observed_at, sensor, panel_voltage, status, notes FROM artemis.sda.observations WHERE observation_id = 18365000',
  },
]
const CALLS_IN_A_TURN = 50
/** It takes a few thousand calls until all code on the way is compiled for good. */
const WARMUP_CALLS = 1500

export async function latency({ cpp, artemis, reader, ownReader, rounds, log }) {
  const address = await artemis.ask('address')
  const contenders = QUERIES.flatMap(({ id, title, sql }) => [
    { name: `${id}: engine`, title: `${title}: the engine in process`, run: (rounds) => artemis.ask('engine', { sql, rounds }) },
    { name: `${id}: own`, title: `${title}: our own client`, engine: `${id}: engine`, run: (rounds) => ownReader.ask('twoCalls', { sql, rounds }) },
    ...(reader === undefined
      ? []
      : [{ name: `${id}: cpp`, title: `${title}: pyarrow's client`, engine: `${id}: engine`, goal: 1, run: (rounds) => reader.ask('twoCalls', { address, sql, rounds }) }]),
  ])
  if (reader !== undefined) {
    const cppAddress = await cpp.ask('address')
    contenders.push({ name: 'floor', title: "one row of pyarrow's server in C++: pyarrow's client", run: (rounds) => reader.ask('twoCalls', { address: cppAddress, sql: '', rounds }) })
  }
  const times = new Map(contenders.map(({ name }) => [name, []]))
  for (const { run } of contenders) await run(WARMUP_CALLS)
  for (let turn = 0; turn < rounds; turn++) for (const { name, run } of contenders) times.get(name).push(...(await run(CALLS_IN_A_TURN)))
  const p50s = new Map(contenders.map(({ name }) => [name, percentile(times.get(name), 50)]))
  return contenders.map(({ name, title, engine, goal }) => {
    const row = { title, goal, p50Ms: p50s.get(name), p99Ms: percentile(times.get(name), 99), aboveEngineMs: engine === undefined ? undefined : p50s.get(name) - p50s.get(engine) }
    log(`flight, two calls, ${title}: p50 ${row.p50Ms.toFixed(2)} ms, p99 ${row.p99Ms.toFixed(2)} ms, min ${Math.min(...times.get(name)).toFixed(2)} ms`)
    return row
  })
}

function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]
}
