/** The bytes of a file, cut as Flight's messages are, so many times to everyone who connects: what a socket of Node can do. */

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { answerCommands, usage } from './commands.mjs'

const [file, lengths, repeats] = process.argv.slice(2)
const bytes = await readFile(file)
const messages = []
let place = 0
for (const length of JSON.parse(lengths)) messages.push(bytes.subarray(place, (place += length)))

const server = createServer({ noDelay: true }, (socket) => {
  const send = (i) => {
    if (i === Number(repeats)) socket.end()
    else socket.write(messages[i % messages.length], () => send(i + 1))
  }
  socket.on('error', () => socket.destroy())
  send(0)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')

await answerCommands({ address: () => server.address().port, usage })
