/** Our own client, with the commands of `cpp_client.py`. Argument: the server's address. */

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
