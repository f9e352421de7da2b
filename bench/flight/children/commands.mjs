/** What all child processes speak: a command in a line of JSON on stdin, its answer in a line of JSON on stdout. */

import { createInterface } from 'node:readline'

/** Answers commands `[name, argument]` until stdin ends, one after another; then the process ends. */
export async function answerCommands(handlers) {
  process.stdout.write('{"ready":true}\n')
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, argument] = JSON.parse(line)
    process.stdout.write(`${JSON.stringify(await handlers[name](argument))}\n`)
  }
  process.exit(0)
}

/** Seconds of processor that this process has used so far, and the bytes that it holds, after a collection of garbage where it is asked for. */
export function usage(options) {
  if (options?.collectGarbage) globalThis.gc()
  const { user, system } = process.cpuUsage()
  return { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() }
}
