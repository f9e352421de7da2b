// One command from a bare clone to a prompt: installs and builds when needed, makes the demo archive at first use, and
// opens the shell on it. What follows `--` goes to artemis-sql.
import path from 'node:path'
import { ensureDemoArchive } from './demo.mjs'
import { ensureBuilt } from './setup.mjs'

const root = path.resolve(import.meta.dirname, '..')
const warehouse = path.join(root, '.artemis', 'warehouse')

ensureBuilt()
await ensureDemoArchive(warehouse)
// In this process, so that Ctrl-C reaches the shell and nothing else.
const { main } = await import('../packages/cli/dist/index.js')
// As the environment's wish, which flags such as --warehouse and --remote override.
process.env.ARTEMIS_WAREHOUSE ??= warehouse
process.exitCode = await main(process.argv.slice(2))
