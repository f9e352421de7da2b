/**
 * One client of the load: draws what it does next from a seed, and checks everything that it is told. Numbers must follow each
 * other without a gap, sums must be right, rows that were acknowledged must be there once. Its wire is cut again and again.
 */

import { status } from '@grpc/grpc-js'
import type { Batch } from '@artemis/arrow'
import { scalarAt } from '@artemis/arrow'
import { grpcStatusOf } from '../../client/call-error.js'
import { FlightSqlClient } from '../../client/flight-sql-client.js'
import type { CuttableProxy } from './cuttable-proxy.js'

export interface LoadCounts {
  queries: number
  rows: number
  prepared: number
  metadata: number
  inserts: number
  cancels: number
  deadlines: number
  cuts: number
  reconnects: number
  /** Calls that failed as they had to: their wire was cut, or the server had no room. */
  expectedFailures: number
}

export interface LoadClientOptions {
  readonly proxy: CuttableProxy
  readonly token: string
  readonly random: () => number
  /** A query over the archive, and what each column of its only row must be. */
  readonly known: readonly { readonly sql: string; readonly row: readonly unknown[] }[]
  readonly counts: LoadCounts
  /** Told of what must not be. */
  readonly wrong: (what: string) => void
}

type Action = (client: FlightSqlClient) => Promise<void>

/** What a cut wire, a busy server or a query that was called off may answer. A session that ended takes its table and its tickets along. */
const EXPECTED: ReadonlySet<number> = new Set([status.UNAVAILABLE, status.CANCELLED, status.RESOURCE_EXHAUSTED, status.DEADLINE_EXCEEDED])

export class LoadClient {
  readonly #options: LoadClientOptions
  readonly #actions: readonly (readonly [share: number, action: Action])[]
  #client: FlightSqlClient | undefined
  /** Rows of the session's own table: those that the server said it wrote, and those that it may have. */
  #written = new Set<number>()
  #uncertain = new Set<number>()
  #sessionsLost = 0
  #hasTable = false
  #nextId = 0

  constructor(options: LoadClientOptions) {
    this.#options = options
    this.#actions = [
      [0.35, (client) => this.#series(client)],
      [0.15, (client) => this.#known(client)],
      [0.15, (client) => this.#prepared(client)],
      [0.1, (client) => this.#metadata(client)],
      [0.1, (client) => this.#insert(client)],
      [0.06, (client) => this.#cancel(client)],
      [0.04, (client) => this.#deadline(client)],
      [0.05, (client) => this.#cut(client)],
    ]
  }

  /** Acts until told to stop, or until the server stops answering it. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) await this.#step()
    } finally {
      await this.#client?.close()
    }
  }

  async #step(): Promise<void> {
    const { random, counts, wrong } = this.#options
    try {
      this.#client ??= await this.#connect()
      await this.#draw(random())(this.#client)
      if (random() < 0.02) await this.#leave(random() < 0.5)
    } catch (error) {
      const code = grpcStatusOf(error)
      if (code !== undefined && EXPECTED.has(code)) counts.expectedFailures++
      else if (code === status.NOT_FOUND && this.#client?.sessionsLost !== this.#sessionsLost) counts.expectedFailures++
      else wrong(`${String(error)} (${code === undefined ? 'no status' : (status[code] ?? '')})`)
    }
  }

  #draw(number: number): Action {
    let rest = number
    for (const [share, action] of this.#actions) {
      if (rest < share) return action
      rest -= share
    }
    return this.#actions[0]![1]
  }

  async #connect(): Promise<FlightSqlClient> {
    const { proxy, token } = this.#options
    this.#options.counts.reconnects++
    this.#forgetSession()
    return FlightSqlClient.connect(`grpc://127.0.0.1:${proxy.port}`, { token, deadlineMs: 120_000 })
  }

  /** Says good-bye, or is gone without a word. */
  async #leave(politely: boolean): Promise<void> {
    if (!politely) this.#options.proxy.cut()
    await this.#client?.close()
    this.#client = undefined
  }

  #forgetSession(): void {
    this.#hasTable = false
    this.#written = new Set()
    this.#uncertain = new Set()
    this.#sessionsLost = 0
  }

  /** Numbers from a to b in one column: each once, in order. */
  async #series(client: FlightSqlClient): Promise<void> {
    const { random, counts, wrong } = this.#options
    const from = Math.floor(random() * 1e6)
    const count = Math.floor(random() ** 3 * 150_000)
    const sql = `SELECT i, i * 3 AS triple FROM range(${from}, ${from + count}) AS t(i) ORDER BY i`
    let next = BigInt(from)
    for await (const batch of (await client.execute(sql)).batches()) {
      const failure = followOn(batch, next)
      if (failure !== undefined) return wrong(`${sql}: ${failure}`)
      next += BigInt(batch.rowCount)
      if (random() < 0.05) await new Promise((resolve) => void setTimeout(resolve, 20))
    }
    if (next !== BigInt(from + count)) wrong(`${sql}: ended at ${next}`)
    counts.queries++
    counts.rows += count
  }

  async #known(client: FlightSqlClient): Promise<void> {
    const { random, counts, known } = this.#options
    const { sql, row } = known[Math.floor(random() * known.length)]!
    const rows = await (await client.execute(sql)).toArray()
    this.#expect(sql, rows.map((found) => Object.values(found)), [row])
    counts.queries++
    counts.rows += rows.length
  }

  async #prepared(client: FlightSqlClient): Promise<void> {
    const { random, counts } = this.#options
    const sql = 'SELECT count(*) AS n, sum(i) AS total FROM range(20000) AS t(i) WHERE i < CAST(? AS BIGINT)'
    const statement = await client.prepare(sql)
    try {
      for (let i = 0; i < 3; i++) {
        const limit = 1 + Math.floor(random() * 20_000)
        const [row] = await (await statement.bind([BigInt(limit)]).execute()).toArray()
        this.#expect(sql, [String(row?.['n']), String(row?.['total'])], [String(limit), String((limit * (limit - 1)) / 2)])
        counts.prepared++
      }
    } finally {
      await statement.close()
    }
  }

  async #metadata(client: FlightSqlClient): Promise<void> {
    const { random, counts } = this.#options
    if (random() < 0.5) {
      const tables = await client.tables({ catalog: 'artemis', dbSchemaPattern: 'sda', includeSchema: random() < 0.5 })
      this.#expect('tables', tables.map(({ table }) => table).toSorted(), ['events', 'missions', 'observations'])
    } else this.#expect('catalogs', (await client.catalogs()).includes('artemis'), true)
    counts.metadata++
  }

  /** Rows of its own: what was acknowledged is there once, what was not is there at most once. */
  async #insert(client: FlightSqlClient): Promise<void> {
    if (client.sessionsLost !== this.#sessionsLost) {
      this.#forgetSession()
      this.#sessionsLost = client.sessionsLost
    }
    if (!this.#hasTable) {
      await client.executeUpdate('CREATE TABLE IF NOT EXISTS memory.main.own (id INTEGER)')
      this.#hasTable = true
    }
    const id = this.#nextId++
    this.#uncertain.add(id)
    const written = await client.executeUpdate(`INSERT INTO memory.main.own VALUES (${id})`)
    this.#uncertain.delete(id)
    this.#written.add(id)
    this.#expect('INSERT', written, 1)
    const rows = await (await client.execute('SELECT id FROM memory.main.own ORDER BY id')).toArray()
    if (client.sessionsLost !== this.#sessionsLost) return
    const ids = rows.map((row) => row['id'] as number)
    if (new Set(ids).size !== ids.length) this.#options.wrong(`a row was written twice: ${ids.join()}`)
    for (const one of this.#written) if (!ids.includes(one)) this.#options.wrong(`row ${one} was acknowledged and is lost`)
    for (const one of ids) if (!this.#written.has(one) && !this.#uncertain.has(one)) this.#options.wrong(`row ${one} was never sent in this session`)
    this.#options.counts.inserts++
  }

  /** Leaves a stream that has no end. */
  async #cancel(client: FlightSqlClient): Promise<void> {
    let batches = 0
    for await (const _ of (await client.execute('SELECT i, i * 2 AS two FROM range(100000000000) AS t(i)')).batches()) if (++batches === 3) break
    this.#options.counts.cancels++
  }

  async #deadline(client: FlightSqlClient): Promise<void> {
    const sql = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 17'
    const failure = await client
      .execute(sql, { deadlineMs: 100 })
      .then((result) => result.toArray())
      .then(
        () => undefined,
        (error: unknown) => grpcStatusOf(error),
      )
    if (failure === undefined || !EXPECTED.has(failure)) this.#options.wrong(`a deadline of 100 ms gave ${String(failure)}`)
    this.#options.counts.deadlines++
  }

  /** Loses its connection in the middle of a stream. */
  async #cut(client: FlightSqlClient): Promise<void> {
    const { random, counts, proxy, wrong } = this.#options
    counts.cuts++
    const cutAt = Math.floor(random() * 5)
    let seen = 0
    let next = 0n
    // The wire may be cut by nobody's turn but this one: what came before it must be right.
    for await (const batch of (await client.execute('SELECT i, i * 3 AS triple FROM range(100000000) AS t(i) ORDER BY i LIMIT 100000000')).batches()) {
      const failure = followOn(batch, next)
      if (failure !== undefined) wrong(failure)
      next += BigInt(batch.rowCount)
      if (seen++ === cutAt) proxy.cut()
    }
    wrong('a stream went on over a wire that was cut')
  }

  #expect(what: string, actual: unknown, expected: unknown): void {
    const [is, should] = [textOf(actual), textOf(expected)]
    if (is !== should) this.#options.wrong(`${what}: ${is} instead of ${should}`)
  }
}

function followOn(batch: Batch, first: bigint): string | undefined {
  const [numbers, triples] = [batch.column(0), batch.column(1)]
  for (let row = 0; row < batch.rowCount; row += row === batch.rowCount - 1 ? 1 : Math.max(1, Math.min(97, batch.rowCount - 1 - row))) {
    const expected = first + BigInt(row)
    if (scalarAt(numbers, row) !== expected || scalarAt(triples, row) !== expected * 3n) return `row ${row} is ${String(scalarAt(numbers, row))}, not ${expected}`
  }
  return undefined
}

/** As JSON, in which a bigint is its digits. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item))
}
