/** The machine, the versions and the data that figures belong to. */

import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const { version } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../packages/engine/package.json'), 'utf8'))

export function environmentLines({ duckdbVersion, tables }) {
  const cpus = os.cpus()
  const data = tables.map((table) => `\`${table.schema}.${table.name}\` ${table.rows.toLocaleString('en')} rows in ${count(table.files.length, 'file')}, ${size(table.bytes)}`)
  return [
    `${new Date().toISOString().slice(0, 10)}, ${cpus[0].model.trim()}, ${cpus.length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.arch()}. ` +
      `Artemis ${version} on Node ${process.versions.node} (V8 ${process.versions.v8}); DuckDB ${duckdbVersion} at one thread through @duckdb/node-api.`,
    `Data: ${data.join('; ')}; snappy, row groups of 131,072 rows. \`bench.wide_history\` is the metadata of 10,000 files in 10 manifests.`,
  ]
}

const count = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`
const size = (bytes) => (bytes > 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${Math.ceil(bytes / 1024)} KiB`)
