/**
 * The whole server as it is deployed, over the warehouse of the benchmarks and a catalog `repeated`: `repeated.main.stream`
 * gives its batches so often, `repeated.main.endless` without end. Arguments: the file of the batches, repeats, warehouse.
 */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { decodeStream } from '@artemis/arrow'
import { EngineRuntime, MemoryCatalog, SessionContext, openWarehouse } from '@artemis/engine'
import { serverConfig, startServer } from 'artemis-flight'
import { answerCommands, usage } from './commands.mjs'

const [file, repeats, warehouse] = process.argv.slice(2)

/** A table whose scan gives the same batches again and again, with nothing to compute, and counts them. */
class RepeatedTable {
  produced = 0

  constructor({ schema, batches }, times) {
    this.schema = schema
    this.batches = batches
    this.times = times
  }

  statistics() {
    return {}
  }

  supportsFiltersPushdown(filters) {
    return filters.map(() => 'Unsupported')
  }

  scan({ projection }) {
    const schema = { fields: projection.map((index) => this.schema.fields[index]) }
    const batches = this.batches.map((batch) => batch.project(schema, projection))
    return { schema, ordering: [], execute: ({ signal }) => this.#run(batches, signal) }
  }

  async *#run(batches, signal) {
    for (let i = 0; i < this.times; i++) {
      signal.throwIfAborted()
      this.produced++
      yield batches[i % batches.length]
    }
  }
}

const { schema, batches: decoded } = decodeStream(await readFile(file))
const batches = [...decoded]
const repeated = new MemoryCatalog()
const endless = new RepeatedTable({ schema, batches }, Number.POSITIVE_INFINITY)
repeated.get('main').register('stream', new RepeatedTable({ schema, batches }, Number(repeats)))
repeated.get('main').register('endless', endless)
const runtime = new EngineRuntime()
const catalogs = new Map([['artemis', await openWarehouse(warehouse, runtime)], ['repeated', repeated]])
const unlimited = { 'limits.requests_per_second': 1e6, 'limits.request_burst': 1e6, 'limits.concurrent_queries': 1000, 'limits.running': 1000 }
// The suite removes the folder of the batches in the end.
const state = path.join(path.dirname(file), 'state')
const server = await startServer(serverConfig({ 'listen.port': 0, 'state.directory': state, ...unlimited }), { catalogs, runtime })
const session = new SessionContext({ runtime })
for (const [name, catalog] of catalogs) session.registerCatalog(name, catalog)

await answerCommands({
  address: () => server.uri,
  usage: (options) => ({ ...usage(options), produced: endless.produced }),
  /** Milliseconds of each run of a query in this process, without any network: from its text to the bytes of its last batch. */
  engine: async ({ sql, rounds }) => {
    const times = []
    for (let i = 0; i < rounds; i++) {
      const began = performance.now()
      for await (const _ of (await session.sql(sql)).toIPC());
      times.push(performance.now() - began)
    }
    return times
  },
})
