/**
 * Clients that read one message and stop, each on a connection of its own: what each costs the server, and how many batches
 * it made for each. Some of them have left the server: the windows of HTTP/2 and the sockets' buffers hold them.
 */

import { setTimeout as pause } from 'node:timers/promises'

const READERS = 32
/** So long a server may go on to produce before it is looked at. */
const SETTLING_MS = 1500

export async function stalledReaders({ cpp, artemis, reader, log }) {
  if (reader === undefined) return []
  const contenders = [
    { title: "pyarrow's server in C++", server: cpp, sql: 'endless' },
    { title: 'Artemis', server: artemis, sql: 'SELECT * FROM repeated.main.endless' },
  ]
  const rows = []
  for (const { title, server, sql } of contenders) {
    const address = await server.ask('address')
    const stall = async (readers) => {
      await reader.ask('stall', { address, sql, readers })
      await pause(SETTLING_MS)
      return server.ask('usage', { collectGarbage: true })
    }
    // What the first such readers cost is the server's, and not theirs.
    await stall(READERS / 4)
    await reader.ask('letGo')
    await pause(SETTLING_MS)
    const before = await server.ask('usage', { collectGarbage: true })
    const during = await stall(READERS)
    await reader.ask('letGo')
    const row = {
      title,
      mibPerReader: (during.residentBytes - before.residentBytes) / READERS / 2 ** 20,
      batchesPerReader: (during.produced - before.produced) / READERS,
    }
    log(`flight, ${READERS} stalled readers, ${title}: ${row.mibPerReader.toFixed(2)} MiB and ${row.batchesPerReader.toFixed(1)} batches for each`)
    rows.push(row)
  }
  return rows
}
