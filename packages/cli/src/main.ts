/** The command `artemis-sql`. */

import { createRequire } from 'node:module'
import { parseArguments } from './command/options.js'
import type { Streams } from './terminal/streams.js'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/**
 * Runs the command. Returns its exit code: 0, 1 after an error in a query, 2 for wrong usage, 130 and 143 when a signal
 * interrupted it.
 */
export async function main(args: readonly string[], streams: Streams = process): Promise<number> {
  const parsed = parseArguments(args, version, streams)
  if (parsed.kind === 'exit') return parsed.code
  // The engine is most of what there is to load: --help and a mistyped flag need none of it.
  const { run } = await import('./command/run.js')
  return run(parsed.options, version, streams)
}
