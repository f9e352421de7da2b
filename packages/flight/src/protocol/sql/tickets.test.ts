import { describe, expect, it } from 'vitest'
import { status } from '@grpc/grpc-js'
import { ArtemisError } from '@artemis/errors'
import { FlightError } from '../flight/flight-error.js'
import * as sql from '../generated/FlightSql_pb.js'
import { startService } from './testing/started-service.js'
import { command, text, ticketOf, utf8Bytes } from './testing/test-client.js'

const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i)

/** Numbers that are the same in every run (mulberry32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

describe('tickets', () => {
  it('belong to their principal', async () => {
    const { client, connect, backend } = startService()
    const other = connect({ principal: 'mallory' })
    for (const descriptor of [text('COUNT 1'), text('ADD 1'), command(sql.CommandGetCatalogsSchema, {})]) {
      const ticket = ticketOf(await client.info(descriptor))
      await expect(other.get(ticket)).rejects.toMatchObject({ code: status.PERMISSION_DENIED })
    }
    expect(backend.executed).toEqual([])
  })

  it('can be redeemed on another connection of the same principal', async () => {
    const { client, connect } = startService()
    const ticket = ticketOf(await client.info(text('COUNT 1')))
    expect((await connect({ peer: '127.0.0.1:2' }).get(ticket)).columns).toEqual([[0n]])
  })

  it('expire', async () => {
    const { client, pass } = startService({ ticketLifetimeMs: 1000 })
    const ticket = ticketOf(await client.info(text('COUNT 1')))
    pass(999)
    await client.get(ticket)
    pass(1)
    await expect(client.get(ticket)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: 'the ticket expired at 2023-11-14T22:13:21.000Z; call GetFlightInfo again',
    })
  })

  it('end with their session', async () => {
    const { client, connect } = startService()
    const other = connect({ peer: '127.0.0.1:2' })
    const ticket = ticketOf(await client.info(text('COUNT 1')))
    await client.action('CloseSession')
    await expect(other.get(ticket)).rejects.toMatchObject({ code: status.NOT_FOUND })
  })

  it('of another server are refused, unless they share the secret and the session', async () => {
    const ticket = ticketOf(await startService({ ticketSecret: SECRET }).client.info(text('COUNT 1')))
    await expect(startService().client.get(ticket)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    await expect(startService({ ticketSecret: SECRET }).client.get(ticket)).rejects.toMatchObject({ code: status.NOT_FOUND })
    expect(() => startService({ ticketSecret: SECRET.subarray(1) })).toThrow('at least 32 bytes')
  })

  it('that were changed in any way are refused', async () => {
    const { client, backend } = startService({ ticketSecret: SECRET })
    const tickets = [ticketOf(await client.info(text('{"sql": "COUNT 1"}'))), ticketOf(await client.info(text('ADD 1')))]
    const below = randomNumbers(7)
    let refused = 0
    for (let i = 0; i < 4000; i++) {
      const ticket = tickets[i % 2]!
      await expect(client.get(mutated(ticket, below))).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
      refused++
    }
    expect(refused).toBe(4000)
    expect(backend.executed).toEqual([])
  })

  function mutated(ticket: Uint8Array, below: (limit: number) => number): Uint8Array {
    const at = below(ticket.length)
    switch (below(4)) {
      case 0:
        return ticket.subarray(0, at)
      case 1:
        return Uint8Array.from(ticket, (byte, i) => (i === at ? byte ^ (1 << below(8)) : byte))
      case 2:
        return Uint8Array.from([...ticket.subarray(0, at), below(256), ...ticket.subarray(at)])
      default:
        return Uint8Array.from([...ticket.subarray(0, at), ...ticket.subarray(at + 1)])
    }
  }
})

describe('tickets that clients write', () => {
  const wrong: readonly [string, string][] = [
    ['', 'the ticket or descriptor is empty'],
    ['{"sql": "COUNT 1"', 'the ticket is not JSON'],
    ['{}', 'the ticket has no "sql"'],
    ['{"sql": 1}', '"sql" must be a string'],
    ['{"sql": " "}', '"sql" is empty'],
    ['{"sqll": "COUNT 1"}', 'the ticket has an unknown key "sqll". Did you mean "sql"?'],
    ['{"sql": "COUNT 1", "__proto__": {}}', 'unknown key "__proto__"'],
    ['{"sql": "COUNT 1", "sql_query": "COUNT 2"}', 'both "sql" and "sql_query"'],
    ['{"sql": "COUNT 1", "query_type": "influxql"}', 'query_type "influxql" is not supported'],
    ['{"sql": "COUNT 1", "params": 5}', '"parameters" must be an array or an object'],
    ['{"sql": "COUNT 1", "settings": []}', '"settings" must be a JSON object'],
    ['{"sql": "COUNT 1", "settings": {"a": null}}', 'the setting "a" must be'],
    ['{"sql": "COUNT 1", "as_of": 5}', '"as_of" must be a JSON object'],
    ['{"sql": "COUNT 1", "as_of": {"time": "x"}}', '"as_of" has an unknown key "time"'],
    ['{"sql": "COUNT 1", "as_of": {"timestamp": "x", "snapshot": "1"}}', '"as_of" must be a timestamp'],
    ['{"sql": "COUNT 1", "as_of": {"snapshot": 1.5}}', '"as_of" must be a timestamp'],
    ['{"sql": "COUNT 1", "database": "a.b.c"}', '"database" must be a catalog'],
    ['{"sql": "COUNT 1", "catalog": 5}', '"catalog" must be a string'],
  ]

  it.each(wrong)('%s', async (ticket, message) => {
    const { client, backend } = startService()
    await expect(client.get(utf8Bytes(ticket))).rejects.toThrow(message)
    await expect(client.info(text(ticket))).rejects.toThrow(message)
    expect(backend.prepared).toEqual([])
  })

  it('must be text', async () => {
    const { client } = startService()
    for (const bytes of [[0xff, 0xfe], [0xc3], [0xed, 0xa0, 0x80]]) {
      await expect(client.get(Uint8Array.from(bytes))).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    }
  })

  it('never crash the service, whatever their bytes are', async () => {
    const { client } = startService()
    const below = randomNumbers(11)
    const seeds = ['{"sql": "ECHO ?", "params": [1], "as_of": {"snapshot": "5"}, "settings": {"a": "b"}}', 'SELECT * FROM "numbers"'].map(utf8Bytes)
    seeds.push(command(sql.CommandGetTablesSchema, { catalog: 'alpha', tableTypes: ['TABLE'], includeSchema: true }).cmd)
    seeds.push(command(sql.CommandStatementQuerySchema, { query: 'COUNT 2' }).cmd)
    for (let i = 0; i < 4000; i++) {
      const bytes = Uint8Array.from(seeds[i % seeds.length]!)
      for (let change = below(4); change >= 0; change--) bytes[below(bytes.length)] = below(256)
      await client.get(bytes).catch((error: unknown) => {
        // Errors of the protocol or of the backend: never one of the language.
        if (!(error instanceof ArtemisError) && !(error instanceof FlightError)) throw error
      })
    }
  })
})
