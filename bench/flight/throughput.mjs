/**
 * One stream over loopback, from a server in a process of its own: raw bytes by TCP, pyarrow's C++ server and ours, with the
 * same bytes in messages of about 1 MiB, and pyarrow's C++ client as the reader of both Flight servers.
 */

import { interleave, median } from '../measure.mjs'

const STREAM = 'SELECT * FROM repeated.main.stream'
export const GIB = 2 ** 30

export async function throughput({ raw, cpp, artemis, reader, ownReader, streamBytes, rounds, log }) {
  const port = await raw.ask('address')
  const contenders = [
    { name: 'raw', title: 'raw TCP, Node at both ends', server: raw, read: () => ownReader.ask('raw', { port }) },
    { name: 'artemis', title: 'Artemis, read by our own client', server: artemis, read: () => ownReader.ask('stream', { sql: STREAM }) },
  ]
  if (reader !== undefined) {
    const [cppAddress, address] = [await cpp.ask('address'), await artemis.ask('address')]
    contenders.splice(
      1,
      0,
      { name: 'raw-bare', title: 'raw TCP from Node to a bare socket', server: raw, read: () => reader.ask('raw', { port }) },
      { name: 'cpp', title: "pyarrow's server in C++", server: cpp, read: () => reader.ask('stream', { address: cppAddress, sql: 'stream' }) },
      { name: 'artemis-cpp', title: 'Artemis', server: artemis, read: () => reader.ask('stream', { address, sql: STREAM }) },
    )
  }
  const runs = new Map(contenders.map(({ name }) => [name, []]))
  const measured = contenders.map(({ name, server, read }) => ({
    name,
    run: async () => {
      const before = await server.ask('usage')
      const { seconds } = await read()
      const after = await server.ask('usage')
      runs.get(name).push({ seconds, cpuSeconds: after.cpuSeconds - before.cpuSeconds })
    },
  }))
  const warmups = 2
  await interleave(measured, { rounds, warmups, budgetMs: 45_000 })
  const rows = contenders.map(({ name, title }) => {
    const kept = runs.get(name).slice(warmups)
    const seconds = kept.map((run) => run.seconds)
    return {
      name,
      title,
      mibPerSecond: streamBytes / 2 ** 20 / median(seconds),
      bestMibPerSecond: streamBytes / 2 ** 20 / Math.min(...seconds),
      cpuSecondsPerGib: (median(kept.map((run) => run.cpuSeconds)) * GIB) / streamBytes,
    }
  })
  for (const row of rows) log(`flight, stream, ${row.title}: ${row.mibPerSecond.toFixed(0)} MiB/s (best ${row.bestMibPerSecond.toFixed(0)}), ${row.cpuSecondsPerGib.toFixed(2)} CPU-s/GiB`)
  return rows
}
