/** Our own client and a plain socket of Node, with the commands of `cpp_client.py`. Argument: the server's address. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { FlightSqlClient } from 'artemis-flight/client'
import { answerCommands } from './commands.mjs'

const client = await FlightSqlClient.connect(process.argv[2])

async function read(sql) {
  let bytes = 0
  const result = await client.execute(sql)
  for await (const _ of result.batches()) bytes = result.receivedBytes
  return bytes
}

await answerCommands({
  raw: async ({ port }) => {
    const began = performance.now()
    let bytes = 0
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('data', (chunk) => void (bytes += chunk.length))
    await once(socket, 'end')
    return { seconds: (performance.now() - began) / 1000, bytes }
  },
  stream: async ({ sql }) => {
    const began = performance.now()
    const bytes = await read(sql)
    return { seconds: (performance.now() - began) / 1000, bytes }
  },
  twoCalls: async ({ sql, rounds }) => {
    const times = []
    for (let i = 0; i < rounds; i++) {
      const began = performance.now()
      await read(sql)
      times.push(performance.now() - began)
    }
    return times
  },
})
