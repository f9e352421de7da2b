/** The results of the Flight suite as Markdown tables. */

import { ms, table, verdict } from '../report/markdown.mjs'

/** Of raw TCP's throughput in the same run. */
const STREAM_GOAL = 0.7
const CPU_GOAL = 0.9

export function renderFlight({ throughput, latency, stalled, encoding }) {
  const sections = new Map([
    ['flight-stream', streamTable(throughput)],
    ['flight-latency', latencyTable(latency)],
    ['flight-encode', encodingTable(encoding)],
  ])
  if (stalled.length > 0) sections.set('flight-stalled', stalledTable(stalled))
  return sections
}

function streamTable(rows) {
  const raw = rows.find((row) => row.name === 'raw')
  const cells = rows.map((row) => {
    const share = raw === undefined ? undefined : row.mibPerSecond / raw.mibPerSecond
    const isJudged = row.name === 'artemis-cpp'
    const goal = isJudged ? `${atLeast(share, STREAM_GOAL)}; CPU ${verdict(row.cpuSecondsPerGib, CPU_GOAL)}` : ''
    return [row.title, row.mibPerSecond.toFixed(0), row.bestMibPerSecond.toFixed(0), share === undefined ? '' : share.toFixed(2), row.cpuSecondsPerGib.toFixed(2), goal]
  })
  return table(['sent by', 'MiB/s', 'best MiB/s', 'of raw TCP', "server's CPU-s/GiB", 'goal'], cells)
}

function atLeast(value, goal) {
  return value >= goal ? `≥ ${goal}, met` : `≥ ${goal}, missed`
}

function latencyTable(rows) {
  const cells = rows.map(({ title, p50Ms, p99Ms, aboveEngineMs, goal }) => [
    title,
    ms(p50Ms),
    ms(p99Ms),
    aboveEngineMs === undefined ? '' : ms(aboveEngineMs),
    goal === undefined ? '' : verdict(aboveEngineMs, goal),
  ])
  return table(['query', 'p50 ms', 'p99 ms', 'p50 above the engine ms', 'goal'], cells)
}

function stalledTable(rows) {
  return table(['server', 'MiB for each reader', 'batches made for each'], rows.map((row) => [row.title, row.mibPerReader.toFixed(2), row.batchesPerReader.toFixed(1)]))
}

function encodingTable(rows) {
  const cells = rows.map(({ title, medianUs, minUs, goal }) => [title, medianUs.toFixed(0), minUs.toFixed(0), goal === undefined ? '' : verdict(medianUs, goal)])
  return table(['a batch of 16 columns and 8,192 rows', 'median µs', 'best µs', 'goal'], cells)
}
