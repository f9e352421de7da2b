// Clients from npm against the server: reads {"client", "address", "token", "root", "queries"} on stdin, prints the rows as JSON. They
// are plain JavaScript of others, found in the folder that .ci/interop-setup installs into; values keep the client's own forms.
import { createRequire } from 'node:module'
import path from 'node:path'

const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const task = JSON.parse(Buffer.concat(chunks).toString())
const require = createRequire(path.join(task.folder, 'package.json'))

const plain = (value) => {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return value
}

const clients = {
  // DoGet with a ticket of JSON; named parameters.
  async influxdb3() {
    const { InfluxDBClient } = require('@influxdata/influxdb3-client')
    const client = new InfluxDBClient({ host: `http://${task.address}`, token: task.token, database: task.database })
    const run = async ({ sql, params }) => {
      const rows = []
      for await (const row of client.query(sql, task.database, { type: 'sql', ...(params && { params }) })) rows.push(row)
      return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))
    }
    return { run, close: () => client.close() }
  },
  // GetFlightInfo with the SQL itself, then DoGet; a prepared statement when there are parameters.
  async spice() {
    const { SpiceClient } = require('@spiceai/spice')
    const client = new SpiceClient({
      apiKey: task.token,
      flightUrl: task.address,
      httpUrl: 'http://127.0.0.1:9',
      flightOnly: true,
      logging: false,
      flightTlsEnabled: true,
      tlsRootCertFile: task.root,
    })
    client.setMaxRetries(0)
    const run = async ({ sql, params }) => {
      const table = await client.sql(sql, params === undefined ? undefined : { parameters: params })
      return table.toArray().map((row) => Object.fromEntries(table.schema.fields.map(({ name }) => [name, plain(row[name])])))
    }
    return { run, close: async () => {} }
  },
}

const { run, close } = await clients[task.client]()
const results = []
for (const query of task.queries) {
  results.push(await run(query).catch((error) => ({ error: error.name, code: error.code ?? null, message: error.message })))
}
await close()
process.stdout.write(`\n${JSON.stringify(results)}\n`, () => process.exit(0))
