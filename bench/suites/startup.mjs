/** From starting the shell to its exit, beside an empty Node process. */

import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { interleave, medians } from '../measure.mjs'

const SHELL = path.resolve(import.meta.dirname, '../../packages/cli/bin/artemis-sql.js')

export async function startup({ log }) {
  const contenders = [
    { name: 'shell', run: () => start([SHELL, '--query', 'SELECT 1']) },
    { name: 'node', run: () => start(['--eval', '0']) },
  ]
  const times = medians(await interleave(contenders, { rounds: 15, budgetMs: 20_000 }))
  const row = { shellMs: times.get('shell'), nodeMs: times.get('node') }
  log(`startup: artemis-sql --query 'SELECT 1' ${row.shellMs.toFixed(0)} ms, of which Node itself ${row.nodeMs.toFixed(0)} ms`)
  return row
}

function start(args) {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
