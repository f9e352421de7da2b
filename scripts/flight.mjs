// One command from a bare clone to a Flight SQL server over the demo archive. What follows `--` goes to `artemis-flight serve`,
// or is a command of its own: `npm run flight -- token create --name me --scope read:*`.
import path from 'node:path'
import { ensureDemoArchive } from './demo.mjs'
import { ensureBuilt } from './setup.mjs'

const root = path.resolve(import.meta.dirname, '..')
const warehouse = path.join(root, '.artemis', 'warehouse')
process.env['ARTEMIS_FLIGHT_STATE_DIRECTORY'] ??= path.join(root, '.artemis', 'flight')
// On this machine alone, so that tools may upload tables into their own sessions.
process.env['ARTEMIS_FLIGHT_AUTH_ANONYMOUS_SCOPE'] ??= 'read:* write:memory'

ensureBuilt()
const args = process.argv.slice(2)
const isServer = args[0] === undefined || args[0].startsWith('-')
if (isServer) await ensureDemoArchive(warehouse)
// In this process, so that Ctrl-C reaches the server and nothing else.
const { main } = await import('../packages/flight/dist/command/main.js')
process.exitCode = await main(isServer ? ['serve', '--warehouse', warehouse, ...args] : args)
