/**
 * The Flight server from outside: throughput, processor time, latency of small queries and memory of stalled readers. Every
 * server and every client is a process of its own.
 */

import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { encodeStreamSync } from '@artemis/arrow'
import { PayloadEncoder, encodeFlightData } from 'artemis-flight/protocol'
import { BATCHES, SCHEMA, makeBatches } from './batches.mjs'
import { Child } from './child.mjs'
import { encoding } from './encoding.mjs'
import { latency } from './latency.mjs'
import { stalledReaders } from './stalled-readers.mjs'
import { throughput } from './throughput.mjs'

const PYTHON = path.join(process.env.ARTEMIS_INTEROP ?? path.resolve(import.meta.dirname, '../../.interop'), 'venv/bin/python')
/** Messages of one stream, about 1 MiB each. */
const REPEATS = 512

export async function flight({ warehouse, rounds, log }) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'artemis-bench-flight-'))
  const children = []
  const start = async (...parameters) => {
    const child = await Child.start(...parameters)
    children.push(child)
    return child
  }
  try {
    const batches = makeBatches()
    const streamFile = path.join(folder, 'batches.arrows')
    const messageFile = path.join(folder, 'messages')
    const messages = messagesOf(batches)
    await writeFile(streamFile, Buffer.concat([...encodeStreamSync(SCHEMA, batches)]))
    await writeFile(messageFile, Buffer.concat(messages))
    const lengths = messages.map((message) => message.length)
    const artemis = await start(process.execPath, 'artemis-server.mjs', [streamFile, String(REPEATS), warehouse])
    const parts = {
      artemis,
      ownReader: await start(process.execPath, 'artemis-client.mjs', [await artemis.ask('address')]),
      raw: await start(process.execPath, 'raw-tcp-server.mjs', [messageFile, JSON.stringify(lengths), String(REPEATS)]),
    }
    if (!existsSync(PYTHON)) log('flight: no pyarrow in .interop/venv (.ci/interop-setup installs it): our own client is the only one')
    else {
      parts.cpp = await start(PYTHON, 'cpp_server.py', [streamFile, String(REPEATS)])
      parts.reader = await start(PYTHON, 'cpp_client.py')
    }
    const streamBytes = (lengths.reduce((sum, length) => sum + length, 0) / BATCHES) * REPEATS
    return {
      load: os.loadavg()[0],
      encoding: await encoding(batches, { rounds, log }),
      latency: await latency({ ...parts, rounds, log }),
      throughput: await throughput({ ...parts, streamBytes, rounds, log }),
      stalled: await stalledReaders({ ...parts, log }),
    }
  } finally {
    for (const child of children.reverse()) await child.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A batch is one message: the bytes that all three servers send, but for the first message, which is the schema. */
function messagesOf(batches) {
  const encoder = new PayloadEncoder(SCHEMA)
  const messages = batches.flatMap((batch) => [...encoder.batch(batch)]).map((payload) => encodeFlightData(payload))
  if (messages.length !== batches.length) throw new Error('a batch became several messages: make it smaller')
  return messages
}
